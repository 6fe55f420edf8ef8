"""Processor time is charged to who used it, seen from outside."""

from __future__ import annotations

from ecograph.model import Level

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def spend(service, count: int = 1, **headers: str) -> None:
    """Use up seconds by queries that are stopped."""
    for number in range(count):
        assert service.ask(f"{HEAVY} #{number}", **headers).status_code == 503


def test_who_used_too_much_is_told_when_to_come_back(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    spend(service)
    refused = service.ask("ASK {}")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"].endswith("/budget-spent")
    # Up to half a second too much, at 0.05 seconds a minute.
    assert 1 < int(refused.headers["retry-after"]) < 900
    assert refused.headers["access-control-allow-origin"] == "*"


def test_pages_and_search_go_on(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    spend(service)
    for path in ("/", "/api/search?q=plantes", "/queries", "/health/ready", "/metrics"):
        assert service.http.get(path).status_code == 200, path


def test_what_is_kept_costs_nothing(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    known = service.ask("ASK {}").content
    spend(service)
    assert service.ask("ASK {}").content == known
    assert service.ask("ASK {} # other").status_code == 429


def test_keys_have_budgets_of_their_own_and_larger_ones(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    spend(service)
    key, other = service.key(Level.PARTNERS), service.key(Level.PRIVATE)
    assert service.ask("ASK {}").status_code == 429
    assert service.ask("ASK {} #1", **key).status_code == 200
    spend(service, **key)
    refused = service.ask("ASK {} #2", **key)
    assert refused.status_code == 429
    assert "0.2 seconds of processor time a minute" in refused.json()["detail"]
    assert service.ask("ASK {} #3", **other).status_code == 200


def test_only_trusted_proxies_say_who_asks(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    spend(service, **{"X-Forwarded-For": "192.0.2.1"})
    assert service.ask("ASK {}", **{"X-Forwarded-For": "192.0.2.2"}).status_code == 429


def test_behind_a_trusted_proxy_clients_are_apart(serve) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05, trusted_proxies="127.0.0.0/8")
    spend(service, **{"X-Forwarded-For": "198.51.100.9, 192.0.2.1"})
    assert service.ask("ASK {}", **{"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    assert service.ask("ASK {}", **{"X-Forwarded-For": "192.0.2.2"}).status_code == 200


def test_many_at_once_do_not_escape(serve) -> None:
    from concurrent.futures import ThreadPoolExecutor

    service = serve(query_seconds=0.5, client_seconds_per_minute=1)
    with ThreadPoolExecutor(12) as threads:
        codes = list(threads.map(lambda number: service.ask(f"{HEAVY} #{number}").status_code, range(12)))
    # Those that had to make place for others find nothing left when their turn comes again.
    assert set(codes) <= {429, 503}
    assert 429 in codes
    assert service.ask("ASK {}").status_code == 429
