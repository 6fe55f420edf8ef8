"""Which home writes the graphs of a base on a server: noted there, so that no two homes do.

A home knows by itself alone which graphs are its own and who may see them. A second one with the same
base, which is easily the default, would merge what it does not know of away, or show it at another level.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import cast

from pyoxigraph import NamedNode

from ecograph.errors import StoreTaken
from ecograph.graph.home import replace_file
from ecograph.graph.remote_http import Endpoint
from ecograph.graph.reserved import owner

_WRITTEN_BY = "urn:ecograph:writtenBy"


def claim(endpoint: Endpoint, base: str, own: Path, *, server: str) -> None:
    """Note that this home, whose name is kept in the file `own`, writes the graphs of a base.

    Raises `StoreTaken` when another one does. Whoever calls has the right to write in this home.
    """
    name = own.read_text("ascii") if own.exists() else ""
    if not (writers := _writers(endpoint, base)):
        name = name or _named(own)
        graph = owner(base)
        endpoint.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <{graph}> <{_WRITTEN_BY}> <{name}> }} }}")
        writers = _writers(endpoint, base)
    if min(writers, default=None) != name:  # two may come at the same time: both see the same first one
        raise StoreTaken(server, base, owner(base))


def _writers(endpoint: Endpoint, base: str) -> set[str]:
    text = f"SELECT ?o {{ GRAPH <{owner(base)}> {{ <{owner(base)}> <{_WRITTEN_BY}> ?o }} }}"
    return {cast("NamedNode", name).value for (name,) in endpoint.select(text)}


def _named(own: Path) -> str:
    name = f"urn:ecograph:home:{secrets.token_hex(16)}"
    own.parent.mkdir(parents=True, exist_ok=True)
    replace_file(own, name.encode())
    return name
