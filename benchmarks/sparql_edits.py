"""From an edited record to a query that sees it, while the service runs."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.sparql_data import Territory
from benchmarks.sparql_servers import Server
from ecograph.graph.home import Home
from ecograph.graph.keys import Keys
from ecograph.model import Level
from ecograph.vocab import PREFIXES

_LIMIT = 60.0
_LABEL = f"<{PREFIXES['rdfs']}label>"


def visible_after(server: Server, home: Path, territory: Territory, edits: int) -> list[float]:
    """Rename actors by SPARQL updates; return the milliseconds until a new query has each new name.

    The actors belong to sources of all sizes, the largest first.
    """
    _, secret = Keys(Home(home)).create(level=Level.PRIVATE, may_write=True)
    actors = territory.known.actors
    step = max(1, len(actors) // edits)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_LIMIT)
    try:
        return [_edit(connection, secret, iri, number) for number, iri in enumerate(actors[::step][:edits])]
    finally:
        connection.close()


def _edit(connection: http.client.HTTPConnection, secret: str, actor: str, number: int) -> float:
    graph = actor.replace("/actor/", "/source/").rpartition("--")[0]
    name = f"Atelier renommé {number}"
    update = f"""DELETE {{ GRAPH <{graph}> {{ <{actor}> {_LABEL} ?label }} }}
INSERT {{ GRAPH <{graph}> {{ <{actor}> {_LABEL} "{name}"@fr }} }}
WHERE {{ GRAPH <{graph}> {{ <{actor}> {_LABEL} ?label }} }}"""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {secret}"}
    began = time.perf_counter()
    connection.request("POST", "/sparql/update", urlencode({"update": update}), headers)
    answer = connection.getresponse()
    said = answer.read().decode("utf-8", "replace")
    if answer.status >= 300:
        raise RuntimeError(f"the update of {actor} was refused: {answer.status} {said}")
    while not _sees(connection, actor, name):
        if time.perf_counter() - began > _LIMIT:
            raise RuntimeError(f"the update of {actor} is not visible after {_LIMIT} seconds")
    return 1000 * (time.perf_counter() - began)


def _sees(connection: http.client.HTTPConnection, actor: str, name: str) -> bool:
    query = f'ASK {{ <{actor}> {_LABEL} "{name}"@fr }}'
    headers = {"Accept": "application/sparql-results+json"}
    connection.request("GET", f"/sparql?query={quote(query)}", headers=headers)
    return bool(json.loads(connection.getresponse().read())["boolean"])
