"""The shortest way to an answer gives what the long way gives."""

from __future__ import annotations

import pytest

from ecograph.model import Level
from ecograph.sources.declaration import accepting_losses
from ecograph.web.shortcut import Shortcut

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
OWN = {"x-request-id", "date"}
# With a cookie, a request goes the long way.
LONG = {"Cookie": "who=me"}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that went the short way."""
    seen: list[str] = []
    answer = Shortcut._answer

    async def noted(self, scope, receive, send, question, published) -> None:
        seen.append(question.query.text)
        await answer(self, scope, receive, send, question, published)

    monkeypatch.setattr(Shortcut, "_answer", noted)
    return seen


@pytest.fixture
def service(serve):
    """A service that has read what it publishes, as one that was started by the command has."""
    service = serve()
    service.graph.view(Level.PUBLIC)
    return service


def headers(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in OWN}


@pytest.mark.parametrize(
    "query",
    [
        COUNT,
        "ASK {}",
        "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }",
        "SELECT (1 + RAND() * 0 AS ?n) {}",
        "SELECT * { ?s ?p }",
        "SELECT (<http://example.org/f>(1) AS ?x) {}",
    ],
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_short_way_gives_what_the_long_way_gives(service, taken: list[str], query: str, encoding) -> None:
    asked = {"Accept-Encoding": encoding}
    short, long = service.ask(query, **asked), service.ask(query, **asked, **LONG)
    again = service.ask(query, **asked)
    assert taken == [query] * 2
    assert short.status_code == long.status_code == again.status_code
    if short.status_code == 200:
        assert short.content == long.content == again.content
        assert headers(short) == headers(long) == headers(again)
    else:
        own = {"request_id": None, "instance": None}
        assert short.json() | own == long.json() | own
        assert set(headers(short).items()) - set(headers(long).items()) <= {
            ("content-length", short.headers["content-length"])
        }
    assert short.headers["x-request-id"] != long.headers["x-request-id"]


def test_it_is_counted_like_any_other(service, taken: list[str]) -> None:
    for _ in range(3):
        service.ask(COUNT)
    service.ask("SELECT * { ?s ?p }")
    assert len(taken) == 4
    told = service.http.get("/metrics").text
    for outcome, count in {"answered": 1, "cached": 2, "refused": 1}.items():
        assert f'ecograph_sparql_queries_total{{level="public",outcome="{outcome}"}} {count}.0' in told
    assert (
        'ecograph_http_requests_total{level="public",method="GET",route="/sparql",status="200"} 3.0' in told
    )
    assert service.graph.endpoint.cache_figures(Level.PUBLIC)["hits"] == 2


def test_who_shows_a_key_never_takes_it(service, taken: list[str]) -> None:
    key = service.key(Level.PRIVATE)
    own = [service.ask(COUNT, **key) for _ in range(2)]
    assert {answer.headers["cache-control"] for answer in own} == {"private, no-cache"}
    assert service.ask(COUNT, Authorization="Bearer nobody").status_code == 401
    service.ask(COUNT, **LONG)
    assert taken == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 200), ("SELECT * { SERVICE <http://x/> {} }", 400), ("DROP ALL", 400), ("ASK { 'open }", 400)],
)
def test_what_is_no_query_to_be_answered_goes_the_long_way(service, taken, query: str, status: int) -> None:
    asked = service.http.get("/sparql", params={"query": query} if query else {})
    assert asked.status_code == status
    assert service.ask("ASK {}", Accept="image/png").status_code == 406
    assert taken == []


def test_each_format_has_its_own(service, taken: list[str]) -> None:
    answers = [service.ask(COUNT, Accept=accept) for accept in ("text/csv", "application/json") * 2]
    assert len({answer.content for answer in answers}) == 2
    assert [answer.headers["content-type"] for answer in answers] == [
        "text/csv; charset=utf-8",
        "application/json; charset=utf-8",
    ] * 2
    assert len(taken) == 4


def test_a_new_snapshot_is_asked_anew(service, taken: list[str]) -> None:
    before = service.ask(COUNT)
    with service.graph.writing.open("test") as writer:
        writer.load(accepting_losses(service.graph.writing.declarations()["lozere"]), [])
    after, again = service.ask(COUNT), service.ask(COUNT)
    assert before.content != after.content == again.content
    assert before.headers["etag"] != after.headers["etag"] == again.headers["etag"]


def test_a_client_that_has_the_answer_is_told_so(service, taken: list[str]) -> None:
    tag = service.ask(COUNT).headers["etag"]
    assert service.ask(COUNT, **{"If-None-Match": tag}).status_code == 304
    assert taken == [COUNT]


def test_who_may_use_no_more_is_told_so(serve, taken: list[str]) -> None:
    service = serve(query_seconds=0.5, client_seconds_per_minute=0.05)
    service.graph.view(Level.PUBLIC)
    heavy = service.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert (heavy.status_code, heavy.headers["vary"]) == (503, "Authorization, Accept-Encoding")
    assert service.ask("ASK {}").status_code == 429
    assert len(taken) == 2


def test_a_bug_is_told_as_on_the_long_way(service, taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(service.graph.endpoint, "begin", broken)
    asked = {"X-Request-Id": "b1", "Connection": "close"}
    short, long = service.ask("ASK {}", **asked), service.ask("ASK {}", **asked, **LONG)
    assert taken == ["ASK {}"]
    assert short.status_code == long.status_code == 500
    assert short.json() == long.json()
    assert short.headers.get_list("x-request-id") == long.headers.get_list("x-request-id") == ["b1"]
