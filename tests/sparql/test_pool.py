from __future__ import annotations

import csv
import json
import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ecograph.errors import BadParameter, BadQuery, QueryLimit, StorageFailed, TooLarge
from ecograph.graph.lanes import Lanes
from ecograph.graph.queries import Free, QueryRequest
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level

OPEN = "http://example.org/graph/open"
SECRET = "http://example.org/graph/secret"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
CARTESIAN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def number(outcome) -> int:
    return int(json.loads(outcome.body)["results"]["bindings"][0]["n"]["value"])


@contextmanager
def seated(lanes: Lanes, lane: Level, **asked: object) -> Iterator[None]:
    seat = lanes.enter(lane, **asked)
    try:
        yield
    finally:
        lanes.leave(seat)


def children() -> set[int]:
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in _of(task / "children")}


def _of(task: Path) -> list[str]:
    try:
        return task.read_text().split()
    except OSError:  # the thread has ended
        return []


def test_workers_tell_how_they_are_isolated(pool) -> None:
    assert pool.isolation == "namespace" or pool.isolation.startswith("none: ")


def test_answers_are_whole_and_in_the_format_asked(ask) -> None:
    rows = ask("SELECT ?s { ?s a ?o } LIMIT 0", results_format="text/csv")
    assert rows.body == b"s\r\n"
    labels = ask(
        "SELECT ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o }", results_format="text/csv"
    )
    assert len(list(csv.reader(labels.body.decode().splitlines()))) == 1_001
    assert json.loads(ask("ASK {}").body)["boolean"] is True


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("text/turtle", b"@prefix"),
        ("application/n-triples", b"<http"),
        ("application/n-quads", b"<http"),
        ("application/trig", b"@prefix"),
        ("application/ld+json", b"["),
        ("application/rdf+xml", b"<?xml"),
    ],
)
def test_triples_come_in_every_syntax(ask, media_type: str, start: bytes) -> None:
    outcome = ask("DESCRIBE <http://example.org/open/1>", graph_format=media_type)
    assert outcome.media_type == media_type
    assert outcome.body.startswith(start)


def test_default_graph_is_merged_and_named_graphs_are_there(ask) -> None:
    assert number(ask(COUNT)) == number(ask(COUNT_NAMED)) == 2_000


@pytest.mark.parametrize(
    ("asked", "default", "named"),
    [
        ({"default_graphs": (OPEN,)}, 2_000, 0),
        ({"named_graphs": (OPEN,)}, 0, 2_000),
        ({"default_graphs": (SECRET,)}, 0, 0),
        ({"named_graphs": (SECRET,)}, 0, 0),
        ({"default_graphs": ("http://example.org/graph/none",)}, 0, 0),
        ({"default_graphs": (OPEN, SECRET), "named_graphs": (OPEN, SECRET)}, 2_000, 2_000),
    ],
)
def test_dataset_of_the_protocol(ask, asked: dict, default: int, named: int) -> None:
    assert number(ask(COUNT, **asked)) == default
    assert number(ask(COUNT_NAMED, **asked)) == named


@pytest.mark.parametrize(
    ("clause", "default", "named"),
    [
        (f"FROM <{OPEN}>", 2_000, 0),
        (f"FROM NAMED <{OPEN}>", 0, 2_000),
        (f"FROM <{SECRET}> FROM NAMED <{SECRET}>", 0, 0),
        ("FROM <http://example.org/graph/none>", 0, 0),
        ("FROM <file:///etc/passwd> FROM NAMED <file:///etc/passwd>", 0, 0),
    ],
)
def test_dataset_of_the_text(ask, clause: str, default: int, named: int) -> None:
    assert number(ask(COUNT.replace("{", clause + " {", 1))) == default
    assert number(ask(COUNT_NAMED.replace("{", clause + " {", 1))) == named


def test_dataset_of_the_protocol_comes_before_that_of_the_text(ask) -> None:
    assert number(ask(COUNT.replace("{", f"FROM <{OPEN}> {{", 1), default_graphs=(SECRET,))) == 0


LEAKS = [
    f"ASK {{ GRAPH <{SECRET}> {{ ?s ?p ?o }} }}",
    f"ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g = <{SECRET}>) }}",
    f"ASK FROM <{SECRET}> {{ ?s ?p ?o }}",
    f"ASK FROM NAMED <{SECRET}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    f"ASK {{ {{ SELECT * {{ GRAPH <{SECRET}> {{ ?s ?p ?o }} }} }} }}",
    f"ASK {{ FILTER EXISTS {{ GRAPH <{SECRET}> {{ ?s ?p ?o }} }} }}",
    f"ASK {{ GRAPH <{SECRET}> {{ }} }}",
    "ASK { <http://example.org/secret/1> (<x:x>|!<x:x>)+ ?o }",
    "ASK { ?s ?p ?o FILTER(CONTAINS(STR(?s), 'secret') || CONTAINS(STR(?o), 'secret')) }",
]


@pytest.mark.parametrize("text", LEAKS)
def test_other_levels_are_out_of_reach(ask, text: str) -> None:
    assert json.loads(ask(text).body)["boolean"] is False
    if "GRAPH" in text or "FROM" in text:
        assert json.loads(ask(text, level=Level.PRIVATE).body)["boolean"] is True


def test_unknown_and_forbidden_graphs_are_alike(ask) -> None:
    for text in LEAKS:
        unknown = text.replace(SECRET, "http://example.org/graph/nosuch")
        assert ask(text).body == ask(unknown).body


def test_syntax_errors_have_a_place(ask) -> None:
    with pytest.raises(BadQuery) as caught:
        ask("SELECT * {\n  ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 10)
    assert len(caught.value.reason) < 350


def test_unknown_functions_are_bad_queries(ask) -> None:
    with pytest.raises(BadQuery, match="not supported"):
        ask("SELECT (<http://example.org/f>(1) AS ?x) {}")


def test_graphs_must_be_iris(ask) -> None:
    with pytest.raises(BadParameter, match="absolute IRI"):
        ask(COUNT, default_graphs=("no iri",))


def test_missing_snapshot_is_a_failure_of_storage(pool, tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        pool.run(QueryRequest(text="ASK {}"), store=tmp_path / "none")


def test_long_texts_never_reach_a_worker(ask) -> None:
    with pytest.raises(TooLarge):
        ask("ASK {} #" + " " * 100_000)


def test_time_is_limited_and_the_pool_goes_on(ask) -> None:
    # On a busy machine the clock's own limit may come before that of the processor.
    with pytest.raises(QueryLimit, match=r"seconds|too long"):
        ask(CARTESIAN)
    assert json.loads(ask("ASK {}").body)["boolean"] is True


class Purse:
    """An account that remembers."""

    client, used = "purse", 0.0

    def __init__(self) -> None:
        self.charged: list[float] = []

    def check(self) -> None:
        """Go on."""

    def charge(self, seconds: float) -> None:
        self.charged.append(seconds)


def test_stopped_queries_are_charged(pool, snapshot: Path) -> None:
    purse = Purse()
    with pytest.raises(QueryLimit):
        pool.run(QueryRequest(text=CARTESIAN), store=snapshot / "public", account=purse)
    assert 0.05 < sum(purse.charged) < 2
    answered = Purse()
    outcome = pool.run(QueryRequest(text=COUNT), store=snapshot / "public", account=answered)
    assert answered.charged == [outcome.seconds]


def begun(pool: WorkerPool, snapshot: Path, text: str, **asked: object):
    """Begin a query, as soon as the pool has replaced the process that the test before stopped."""
    limit = time.monotonic() + 10
    while (running := begun_at_once(pool, snapshot, text, **asked)) is None:
        assert time.monotonic() < limit
        time.sleep(0.01)
    return running


def begun_at_once(pool: WorkerPool, snapshot: Path, text: str, **asked: object):
    return pool.begin(QueryRequest(text=text), store=snapshot / "public", **asked)


def taken(running):
    """Take an answer as an event loop does, that only looks."""
    limit = time.monotonic() + 10
    while (outcome := running.take()) is None:
        assert time.monotonic() < limit
        select.select([running], [], [], 1)
    return outcome


def test_query_that_has_begun_is_taken_when_it_is_answered(pool, snapshot: Path) -> None:
    purse = Purse()
    outcome = taken(begun(pool, snapshot, COUNT, account=purse))
    assert number(outcome) == 2_000
    assert purse.charged == [outcome.seconds]
    assert pool.figures["running"] == 0


def test_long_answers_come_in_parts(pool, snapshot: Path) -> None:
    text = "SELECT * { ?s ?p ?o }"
    whole = pool.run(QueryRequest(text=text), store=snapshot / "public")
    assert taken(begun(pool, snapshot, text)).body == whole.body
    assert len(whole.body) > 1 << 18


def test_what_a_query_means_is_told_however_it_is_awaited(pool, snapshot: Path) -> None:
    with pytest.raises(BadQuery) as caught:
        taken(begun(pool, snapshot, "SELECT * {\n  ?s ?p }"))
    assert (caught.value.line, caught.value.column) == (2, 10)
    with pytest.raises(BadQuery, match="too long or too nested"):
        taken(begun(pool, snapshot, "ASK { FILTER(" + "+".join(["1"] * 9_900) + " > 0) }"))
    with pytest.raises(BadQuery, match="SERVICE"):
        begun(pool, snapshot, "ASK { SERVICE <http://x/> {} }")
    assert taken(begun(pool, snapshot, "ASK {}"))


def test_query_that_has_begun_may_be_waited_for(make_pool, snapshot: Path) -> None:
    with make_pool(seconds=20, workers=1, spare=0) as pool:
        running = begun(pool, snapshot, CARTESIAN)
        assert running.take() is None
        gone = threading.Event()
        threading.Timer(0.3, gone.set).start()
        with pytest.raises(QueryLimit, match="the client left"):
            running.wait(gone)
        assert pool.figures["running"] == 0


def test_query_that_has_begun_may_be_stopped(make_pool, snapshot: Path) -> None:
    with make_pool(seconds=20, workers=1, spare=0) as pool:
        purse = Purse()
        begun(pool, snapshot, CARTESIAN, account=purse).stop()
        assert len(purse.charged) == 1
        assert pool.figures["running"] == 0
        assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body


def test_nothing_begins_without_a_seat_or_a_process(make_pool, snapshot: Path) -> None:
    with make_pool(seconds=20, workers=1, spare=0) as pool:
        first = begun(pool, snapshot, CARTESIAN)
        assert begun_at_once(pool, snapshot, "ASK {}") is None
        assert pool.figures["running"] == 1
        first.stop()
        # Of a pool with room for one long query, the other process is there for short ones.
        limit = time.monotonic() + 10
        while pool.figures["started"] < 3:
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert taken(begun(pool, snapshot, "ASK {}"))


def test_begun_query_that_is_displaced_is_answered_in_the_end(make_pool, snapshot: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) {"
    slow += " { SELECT * { ?a ?b ?c } LIMIT 60 } ?d ?e ?f FILTER(STRLEN(STR(?c)) > STRLEN(STR(?f))) }"
    with make_pool(seconds=60, workers=2, turn_seconds=0.05, waiting_seconds=60) as pool:
        running = begun(pool, snapshot, slow)
        flood = _flood(pool, snapshot, slow, 4)
        assert number(running.wait(threading.Event()))
        assert flood() == ["answered"] * 4


def test_answers_are_limited_in_size(ask) -> None:
    with pytest.raises(QueryLimit, match="larger than 2,000,000 bytes"):
        ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")


def test_memory_is_limited(make_pool, snapshot: Path) -> None:
    with make_pool(seconds=20, memory_bytes=300_000_000, workers=1, spare=0) as pool:
        worker = next(iter(pool._crew._alive))
        peak = _watch_memory(worker.pid)
        with pytest.raises(QueryLimit, match="300,000,000 bytes of memory"):
            pool.run(
                QueryRequest(text="SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f"),
                store=snapshot / "public",
            )
        assert 20_000_000 < peak() <= 300_000_000
        assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body


def _watch_memory(pid: int):
    peaks = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                return
            peaks.append(pages * os.sysconf("SC_PAGE_SIZE"))

    thread = threading.Thread(target=watch)
    thread.start()

    def peak() -> int:
        done.set()
        thread.join()
        return max(peaks)

    return peak


def test_crash_of_the_parser_is_a_bad_query(ask) -> None:
    with pytest.raises(BadQuery, match="too long or too nested"):
        ask("ASK { FILTER(" + "+".join(["1"] * 9_900) + " > 0) }")
    assert ask("ASK {}").body


def test_cancelling_frees_the_worker(make_pool, snapshot: Path) -> None:
    with make_pool(seconds=20, workers=1, spare=0) as pool:
        gone = threading.Event()
        threading.Timer(0.3, gone.set).start()
        with pytest.raises(QueryLimit, match="the client left"):
            pool.run(QueryRequest(text=CARTESIAN), store=snapshot / "public", cancelled=gone)
        assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body
        assert pool.figures["stopped_cancelled"] == 1
        assert pool.figures["running"] == pool.figures["waiting"] == 0


def test_worker_that_dies_while_idle_is_replaced(make_pool, snapshot: Path) -> None:
    with make_pool(workers=1, spare=0) as pool:
        for worker in list(pool._crew._alive):
            os.kill(worker.pid, signal.SIGKILL)
        time.sleep(0.1)
        assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_what_ends_the_service_does_not_look_like_a_crash(
    make_pool, snapshot: Path, end: int, caplog: pytest.LogCaptureFixture
) -> None:
    """systemd and terminals send it to all processes; those that just start are hit as well."""
    others = children()
    with make_pool(workers=1, spare=1) as pool:
        for _ in range(2):
            while not (own := children() - others):
                time.sleep(0.005)
            for pid in own:
                os.kill(pid, end)
            assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_closing_leaves_no_process(make_pool) -> None:
    with make_pool() as pool:
        pids = [worker.pid for worker in pool._crew._alive]
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import time; from ecograph.graph.workers import WorkerPool\n"
        "pool = WorkerPool(workers=1, spare=0); pool.isolation; time.sleep(.3)\n"
        "print(*[worker.pid for worker in pool._crew._alive], flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    pids = parent.stdout.readline().split()
    parent.kill()
    parent.communicate()
    assert pids
    limit = time.monotonic() + 2
    while any(_lives(pid) for pid in pids) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(_lives(pid) for pid in pids)


def _lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_worker_reports_a_refused_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecograph.graph import isolation

    # Flags that no kernel knows are refused as a forbidden namespace is.
    monkeypatch.setattr(isolation, "_NEW_NET", 0x1)
    assert isolation._leave_network().startswith("none: ")


def test_workers_have_no_network_and_no_environment(make_pool) -> None:
    with make_pool(workers=1, spare=0) as pool:
        worker = next(iter(pool._crew._alive))
        if pool.isolation == "namespace":
            assert _network(worker.pid) != _network("self")
        names = {
            entry.partition(b"=")[0]
            for entry in Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")
        }
    malloc = {b"MALLOC_ARENA_MAX", b"GLIBC_TUNABLES"}
    assert names <= {b"PYTHONPATH", b"PYTHONDONTWRITEBYTECODE", b"LANG", b"", *malloc}


def _network(pid: object) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())


def test_partners_keep_a_seat_when_the_public_floods(make_pool, snapshot: Path) -> None:
    with make_pool(workers=2, waiting_seconds=2) as pool:
        flood = _flood(pool, snapshot, CARTESIAN, 8)
        time.sleep(0.5)
        # It would be refused after two seconds of waiting, as those of the flood are.
        assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "private", lane=Level.PRIVATE).body
        flood()


def test_short_queries_pass_between_long_ones(make_pool, snapshot: Path) -> None:
    with make_pool(workers=2, waiting_seconds=2) as pool:
        flood = _flood(pool, snapshot, CARTESIAN, 20)
        time.sleep(0.5)
        for _ in range(3):
            assert pool.run(QueryRequest(text="ASK {}"), store=snapshot / "public").body
        assert set(flood()) == {"QueryLimit"}
        assert pool.figures["displaced"] > 0


def test_long_query_that_is_displaced_is_answered_in_the_end(make_pool, snapshot: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) {"
    slow += " { SELECT * { ?a ?b ?c } LIMIT 60 } ?d ?e ?f FILTER(STRLEN(STR(?c)) > STRLEN(STR(?f))) }"
    with make_pool(seconds=20, workers=2, turn_seconds=0.05) as pool:
        flood = _flood(pool, snapshot, slow, 4)
        assert flood() == ["answered"] * 4
        assert pool.figures["displaced"] > 0


def _flood(pool: WorkerPool, snapshot: Path, text: str, count: int):
    ends: list[str] = []

    def run() -> None:
        try:
            pool.run(QueryRequest(text=text), store=snapshot / "public")
            ends.append("answered")
        except QueryLimit as error:
            ends.append(type(error).__name__)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()

    def join() -> list[str]:
        for thread in threads:
            thread.join()
        return ends

    return join


def test_of_too_many_that_wait_the_oldest_is_refused() -> None:
    lanes = Lanes(1, turn_seconds=1, waiting=2)
    never = threading.Event()
    refused: list[int] = []

    def wait(name: int) -> None:
        try:
            seat = lanes.enter(Level.PUBLIC, long=False, patience=lambda: None)
            never.wait()
            lanes.leave(seat)
        except QueryLimit:
            refused.append(name)

    threads = [threading.Thread(target=wait, args=(name,)) for name in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    assert refused == [2]
    never.set()
    for thread in threads:
        thread.join()
    assert (lanes.running, lanes.waiting) == (0, 0)


def test_a_long_query_leaves_room_for_short_ones_even_with_one_worker() -> None:
    lanes = Lanes(1, turn_seconds=0, waiting=8)

    def hurry() -> None:
        raise AssertionError("no seat was free")

    with (
        seated(lanes, Level.PUBLIC, long=True, patience=hurry),
        seated(lanes, Level.PUBLIC, long=False, patience=hurry),
        seated(lanes, Level.PARTNERS, long=False, patience=hurry),
    ):
        assert (lanes.running, lanes.waiting) == (3, 0)


def test_who_used_little_and_asks_little_comes_before_a_flood() -> None:
    lanes = Lanes(1, turn_seconds=1, waiting=50)
    free, order = threading.Event(), []

    class Client(Free):
        def __init__(self, client: str, used: float) -> None:
            self.client, self.used = client, used

    def ask(client: Client) -> None:
        with seated(lanes, Level.PUBLIC, long=False, patience=lambda: None, account=client):
            order.append(client.client)
            free.wait()

    flood, spender, modest = Client("flood", 0.0), Client("spender", 20.0), Client("modest", 0.0)
    asked = [flood] * 2 + [modest] + [spender] + [flood] * 20
    threads = []
    for client in asked:
        known = lanes.running + lanes.waiting
        threads.append(threading.Thread(target=ask, args=(client,)))
        threads[-1].start()
        while lanes.running + lanes.waiting == known:
            time.sleep(0.001)
    free.set()
    for thread in threads:
        thread.join()
    # Two seats are given at a time, so that those who get them may pass each other.
    assert order.index("modest") <= len(order) // 3
    assert order.index("spender") >= len(order) * 2 // 3


def _crowd(lanes: Lanes, count: int) -> tuple[int, int, int]:
    """Ask for long seats at the same time; return how many run, wait and are refused."""
    done, refused = threading.Event(), []

    def ask() -> None:
        try:
            with seated(lanes, Level.PUBLIC, long=True, patience=lambda: None):
                done.wait()
        except QueryLimit:
            refused.append(True)

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    while lanes.running + lanes.waiting + len(refused) < count:
        time.sleep(0.001)
    seen = (lanes.running, lanes.waiting, len(refused))
    done.set()
    for thread in threads:
        thread.join()
    return seen


def test_only_a_few_long_queries_wait_when_each_takes_long() -> None:
    lanes = Lanes(2, turn_seconds=1, waiting=50, patience_seconds=2)
    assert _crowd(lanes, 8) == (1, 4, 3)


def test_as_many_long_queries_wait_as_will_be_done_in_time() -> None:
    lanes = Lanes(2, turn_seconds=1, waiting=50, patience_seconds=7)
    assert _crowd(lanes, 8) == (1, 7, 0)


def test_a_query_that_runs_for_long_leaves_less_room_to_wait() -> None:
    lanes = Lanes(2, turn_seconds=0.001, waiting=50, patience_seconds=1)
    with seated(lanes, Level.PUBLIC, long=True, patience=lambda: None):
        time.sleep(0.3)
        assert lanes.running == 1
        refused: list[bool] = []
        leave = threading.Event()

        def patience() -> None:
            if leave.is_set():
                raise QueryLimit("left")

        def ask() -> None:
            try:
                lanes.enter(Level.PUBLIC, long=True, patience=patience)
            except QueryLimit:
                refused.append(leave.is_set())

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        while lanes.waiting + len(refused) < 6:
            time.sleep(0.001)
        assert (lanes.waiting, refused) == (4, [False, False])
        leave.set()
        for thread in threads:
            thread.join()
