"""Queries made to stop the service: each is refused whole, and an ordinary question is answered meanwhile."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ecograph.graph.workers import WorkerPool

MEMORY = 400_000_000
AT_ONCE = 4
ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
REFUSED = {
    "braces": "ASK " + "{" * 20_000 + "}" * 20_000,
    "parentheses": "ASK { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
    "bangs": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "minuses": "ASK { FILTER(" + "- " * 20_000 + "1) }",
    "many minuses in brackets": "ASK { FILTER(" + "(-" * 20_000,
    "lists": "ASK { ?s ?p " + "(" * 20_000 + ")" * 20_000 + " }",
    "blank nodes": "ASK { ?s ?p " + "[ ?q " * 20_000 + "]" * 20_000 + " }",
    "sub-selects": "ASK { " + "{ SELECT * { " * 5_000,
    "huge VALUES": "SELECT * { VALUES ?x {" + " 1" * 45_000 + "} }",
    "load": "LOAD <http://127.0.0.1:{port}/>",
    "service": "SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "silent service": "SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "glued service": "PREFIX ex: <http://127.0.0.1:{port}/> SELECT * {{ SERVICEex:a {{ ?s ?p ?o }} }}",
    "unknown function": "SELECT (<http://127.0.0.1:{port}/f>(1) AS ?x) {{}}",
}
STOPPED = {
    "cartesian count": f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}",
    "distinct and sorted": f"SELECT DISTINCT * {{ {ALL} }} ORDER BY ?a ?f ?i",
    "concatenation": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f), STR(?i))) AS ?x) {{ {ALL} }}",
    "every answer": f"SELECT * {{ {ALL} }}",
    "every triple": f"CONSTRUCT {{ ?a ?e ?i }} {{ {ALL} }}",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>)* ?b . ?b (!<x:x>)* ?c . ?c (!<x:x>)* ?d }",
    "deep path": "SELECT (COUNT(*) AS ?n) { ?a "
    + "(" * 60
    + "!<x:x>"
    + ")*" * 60
    + " ?b . ?b (!<x:x>)+ ?c }",
    "path of many steps": "ASK { ?s " + "/".join(["!<x:x>"] * 900) + " ?o }",
    "joins": "ASK { " + "?a ?b ?c . " * 900 + "}",
    "regular expression": f"SELECT (COUNT(*) AS ?n) {{ {ALL} FILTER(REGEX(STR(?c), '(a*)*(a|aa)+(a*)*$')) }}",
    "doubled text": "SELECT ?z { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    + " BIND(STRLEN(?x30) AS ?z) }",
}
# Those that the parser or the planner may stand, or not: any whole answer is good.
HEAVY = {
    "unions": "SELECT * {" + " UNION ".join(["{}"] * 4_500) + "}",
    "sums": "ASK { FILTER(" + "+".join(["1"] * 9_000) + " > 0) }",
    "alternatives": "ASK { ?s " + "|".join(["<a:a>"] * 9_000) + " ?o }",
    "optionals": "ASK { " + "OPTIONAL{?s?p?o}" * 3_300 + " }",
    "bindings": "ASK { " + "".join(f"BIND(1 AS?x{n})" for n in range(2_800)) + " }",
    "large VALUES": "SELECT * { VALUES ?x {" + " 1" * 9_000 + "} ?s ?p ?o }",
    "repeated regular expression": "SELECT * { ?s ?p ?o "
    "FILTER(REGEX(STR(?o), '(((((a{1,99}){1,99}){1,99}){1,99}){1,99})$')) }",
    "files": "SELECT * FROM <file:///etc/passwd> FROM NAMED <file:///etc/hosts> "
    "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
}


@pytest.fixture(scope="module")
def hostile_pool(make_pool) -> Iterator[WorkerPool]:
    with make_pool(workers=2, seconds=0.5, waiting_seconds=2, memory_bytes=MEMORY) as pool:
        yield pool


@pytest.fixture(scope="module")
def hostile(serve, hostile_pool: WorkerPool, snapshot: Path) -> Iterator[str]:
    with serve(snapshot, hostile_pool) as address:
        yield f"{address}/sparql"


class Listener:
    """A server that should never be called."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]

    def heard(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except TimeoutError:
            return False
        return True


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    with listener.socket:
        yield listener


def post(address: str, query: str) -> httpx.Response:
    headers = {"content-type": "application/sparql-query"}
    return httpx.post(address, content=query, headers=headers, timeout=60)


def ask(address: str) -> None:
    """Ask an ordinary question: it is answered, whatever else is asked."""
    answer = post(address, "ASK { ?s ?p ?o }")
    assert answer.status_code == 200, answer.text
    assert answer.json()["boolean"] is True


def whole(answer: httpx.Response) -> bool:
    """Tell whether an answer is refused as a problem, or whole."""
    if answer.status_code == 200:
        return bool(answer.json())
    return answer.status_code in {400, 413, 503} and answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_once(hostile: str, listener: Listener, name: str) -> None:
    query = REFUSED[name].format(port=listener.port) if "{port}" in REFUSED[name] else REFUSED[name]
    answer = post(hostile, query)
    assert answer.status_code in {400, 413}, answer.text


@pytest.mark.parametrize("name", [*STOPPED, *HEAVY])
def test_ordinary_question_is_answered_meanwhile(hostile: str, name: str) -> None:
    query = STOPPED.get(name) or HEAVY[name]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        attacks = [threads.submit(post, hostile, query) for _ in range(AT_ONCE)]
        time.sleep(0.2)
        for _ in range(2):
            ask(hostile)
        answers = [attack.result() for attack in attacks]
    assert all(whole(attack) for attack in answers)
    if name in STOPPED:
        assert {attack.status_code for attack in answers} <= {400, 503}, answers[0].text[:300]


def test_nothing_was_called(hostile: str, listener: Listener, hostile_pool: WorkerPool) -> None:
    assert not listener.heard()
    assert hostile_pool.figures["running"] == hostile_pool.figures["waiting"] == 0


def test_network_is_out_of_reach_even_past_the_tokenizer(
    hostile_pool: WorkerPool, listener: Listener, snapshot: Path
) -> None:
    """Speak to a worker without admission: the kernel alone must hold."""
    if hostile_pool.isolation != "namespace":
        pytest.skip(f"this system gives workers no network namespace: {hostile_pool.isolation}")
    from ecograph.graph.framing import joined
    from ecograph.graph.process import Bounds, WorkerProcess

    process = WorkerProcess(Bounds(seconds=5, memory_bytes=MEMORY, result_bytes=10_000), warm=None)
    try:
        process.greeting(lambda: None)
        text = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
        asked = {"base": None, "default_graphs": [], "named_graphs": []}
        formats = {"results_format": "text/csv", "graph_format": "text/turtle"}
        header = json.dumps({**asked, **formats, "store": str(snapshot / "public")}).encode()
        process.begin(joined(header, text.encode()))
        while (answer := process.take()) is None:
            process.has_said(1)
    finally:
        process.kill()
    assert "error" in answer[0]
    assert not listener.heard()


def test_memory_of_every_worker_stays_below_its_limit(hostile: str, hostile_pool: WorkerPool) -> None:
    peaks: list[int] = []
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(hostile_pool, done, peaks.append))
    watch.start()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: post(hostile, STOPPED["distinct and sorted"]), range(AT_ONCE)))
    done.set()
    watch.join()
    assert {answer.status_code for answer in answers} == {503}
    assert 0 < max(peaks) <= MEMORY


def _watch(pool: WorkerPool, done: threading.Event, saw: Callable[[int], None]) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not done.wait(0.02):
        for worker in list(pool._crew._alive):
            try:
                saw(int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1]) * page)
            except (OSError, IndexError):
                continue
