"""The shortest way to an answer that is kept gives what the long way gives."""

from __future__ import annotations

import pytest

from ecograph.model import Level
from ecograph.web.shortcut import Shortcut

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
OWN = {"x-request-id", "date"}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each request that could go the short way did."""
    seen: list[bool] = []
    answered = Shortcut._answered

    async def noted(*arguments: object) -> bool:
        seen.append(await answered(*arguments))
        return seen[-1]

    monkeypatch.setattr(Shortcut, "_answered", noted)
    return seen


def headers(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in OWN}


def test_the_short_way_gives_what_the_long_way_gave(service, taken: list[bool]) -> None:
    long, short = service.ask(COUNT), service.ask(COUNT)
    assert taken == [True]
    assert (short.status_code, short.content) == (200, long.content)
    assert headers(short) == headers(long)
    assert short.headers["x-request-id"] != long.headers["x-request-id"]


def test_it_is_counted_like_any_other(service, taken: list[bool]) -> None:
    for _ in range(3):
        service.ask(COUNT)
    assert taken == [True, True]
    told = service.http.get("/metrics").text
    assert 'ecograph_sparql_queries_total{level="public",outcome="cached"} 2.0' in told
    assert (
        'ecograph_http_requests_total{level="public",method="GET",route="/sparql",status="200"} 3.0' in told
    )
    assert service.graph.endpoint.cache_figures(Level.PUBLIC)["hits"] == 2


def test_who_shows_a_key_never_takes_it(service, taken: list[bool]) -> None:
    service.ask(COUNT)
    key = service.key(Level.PRIVATE)
    own = [service.ask(COUNT, **key) for _ in range(2)]
    assert {answer.headers["cache-control"] for answer in own} == {"private, no-cache"}
    assert service.ask(COUNT, Authorization="Bearer nobody").status_code == 401
    service.ask(COUNT, Cookie="who=me")
    assert taken == []


def test_each_format_has_its_own(service, taken: list[bool]) -> None:
    for accept in ("text/csv", "application/json"):
        first, second = (service.ask(COUNT, Accept=accept) for _ in range(2))
        assert (second.headers["content-type"], second.content) == (
            first.headers["content-type"],
            first.content,
        )
    assert taken == [True, True]


def test_a_new_snapshot_is_asked_anew(service, taken: list[bool]) -> None:
    before = service.ask(COUNT)
    with service.graph.writing.open("test") as writer:
        writer.load(service.graph.writing.declarations()["lozere"], [])
    after, again = service.ask(COUNT), service.ask(COUNT)
    assert taken == [False, True]
    assert before.content != after.content == again.content
    assert before.headers["etag"] != after.headers["etag"] == again.headers["etag"]


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?n) {}", "SELECT nonsense"])
def test_what_is_not_kept_is_not_remembered(service, taken: list[bool], query: str) -> None:
    first, second = service.ask(query), service.ask(query)
    assert taken == []
    assert first.status_code == second.status_code
    assert first.content != second.content


def test_a_client_that_has_the_answer_is_told_so(service, taken: list[bool]) -> None:
    tag = [service.ask(COUNT) for _ in range(2)][1].headers["etag"]
    assert service.ask(COUNT, **{"If-None-Match": tag}).status_code == 304
    assert taken == [True]
