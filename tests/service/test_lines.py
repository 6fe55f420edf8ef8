"""One client's queries keep each other waiting, and nobody else's."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ecograph.errors import TooManyQueries
from ecograph.model import Level
from ecograph.web.lines import Lines

ONE, OTHER = "192.0.2.1", "192.0.2.2"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def order_of(lines: Lines, asked: list[tuple[str, str]]) -> list[str]:
    """Have the first one hold its place until all have come, and return who was let in, in order."""

    async def run() -> list[str]:
        come = asyncio.Event()
        order: list[str] = []

        async def ask(name: str, client: str) -> None:
            async with lines.place(client):
                order.append(name)
                if len(order) == 1:
                    await come.wait()

        tasks = [asyncio.create_task(ask(name, client)) for name, client in asked]
        await asyncio.sleep(0)
        come.set()
        await asyncio.gather(*tasks)
        return order

    order = asyncio.run(run())
    assert lines.inside == lines.waiting == 0
    return order


def test_of_ones_own_the_newest_and_the_oldest_go_in_turn() -> None:
    asked = [(name, ONE) for name in ("first", "second", "third", "fourth", "fifth")]
    assert order_of(Lines(each=1), asked) == ["first", "fifth", "second", "fourth", "third"]


def test_another_client_does_not_wait_for_the_first() -> None:
    asked = [("first", ONE), ("second", ONE), ("of another", OTHER)]
    assert order_of(Lines(each=1), asked) == ["first", "of another", "second"]


def test_when_all_is_full_who_has_least_inside_goes_first() -> None:
    lines = Lines(total=2, each=2)

    async def run() -> list[str]:
        free = [asyncio.Event(), asyncio.Event()]
        order: list[str] = []

        async def hold(number: int) -> None:
            async with lines.place(ONE):
                await free[number].wait()

        async def ask(name: str, client: str) -> None:
            async with lines.place(client):
                order.append(name)

        held = [asyncio.create_task(hold(number)) for number in range(2)]
        await asyncio.sleep(0)
        asked = [asyncio.create_task(ask(*one)) for one in (("other", OTHER), ("own", ONE))]
        await asyncio.sleep(0)
        free[0].set()
        await asyncio.gather(*asked)
        free[1].set()
        await asyncio.gather(*held)
        return order

    assert asyncio.run(run()) == ["other", "own"]


def test_who_waits_too_long_or_behind_too_many_is_refused() -> None:
    async def run() -> None:
        lines = Lines(each=1, waiting=1, seconds=0.01)
        async with lines.place(ONE):
            oldest, newest = (asyncio.create_task(_pass(lines)) for _ in range(2))
            for task in (oldest, newest):
                with pytest.raises(TooManyQueries):
                    await task
        await _pass(lines)
        assert lines.inside == lines.waiting == 0

    asyncio.run(run())


@pytest.mark.parametrize("given", [True, False])
def test_who_leaves_while_waiting_leaves_no_place_taken(given: bool) -> None:
    async def run() -> None:
        lines = Lines(each=1)
        async with lines.place(ONE):
            waiting = asyncio.create_task(_pass(lines))
            await asyncio.sleep(0)
            if not given:
                waiting.cancel()
        if given:  # in the moment in which its turn came
            waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await _pass(lines)
        assert lines.inside == lines.waiting == 0

    asyncio.run(run())


async def _pass(lines: Lines) -> None:
    async with lines.place(ONE):
        pass


def test_others_are_answered_while_one_client_waits_for_itself(serve) -> None:
    service = serve(query_seconds=1.0, client_queries=1)
    key = service.key(Level.PARTNERS)
    address = str(service.http.base_url)
    begun = threading.Event()

    def flood(number: int) -> httpx.Response:
        begun.set()
        return httpx.get(f"{address}/sparql", params={"query": f"{HEAVY} #{number}"}, timeout=60)

    with ThreadPoolExecutor(3) as threads:
        attacks = [threads.submit(flood, number) for number in range(3)]
        begun.wait()
        # From another address, and with a key from the same one.
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.9"), timeout=60) as other:
            assert other.get(f"{address}/sparql", params={"query": "ASK {} #1"}).json()["boolean"] is True
        assert service.ask("ASK {} #2", **key).json()["boolean"] is True
        assert {attack.result().status_code for attack in attacks} <= {503, 429}
    assert service.ask("ASK {} #3").json()["boolean"] is True


def test_a_refusal_tells_when_to_come_back(opened, fresh_copy) -> None:
    from fastapi.testclient import TestClient

    from ecograph.web.lines import Entrance
    from ecograph.web.service import create_app

    class Full(Entrance):
        def of(self, level: Level) -> Lines:
            return Lines(total=0, waiting=0)

    graph = opened(fresh_copy)
    graph.endpoint.begin = lambda *asked, **others: None  # no worker is free
    app = create_app(graph)
    app.state.asking._entrance = Full()
    with TestClient(app) as client:
        refused = client.get("/sparql", params={"query": "ASK {}"})
    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/too-many-queries")
    assert refused.headers["retry-after"] == "5"
    assert refused.headers["access-control-allow-origin"] == "*"
