"""Whether questions can be answered, and if not, what is wrong: in words that tell nothing of the machine."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from ecograph import __version__
from ecograph.app import EcoGraph
from ecograph.errors import EcographError, NothingLoaded
from ecograph.index.kept import IndexUnusable
from ecograph.model import Level
from ecograph.web.access import Graph

_log = logging.getLogger(__name__)
_ANY = "SELECT ?s { ?s ?p ?o } LIMIT 1"


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is wrong: what was checked, what people should know, what only the log may say."""

    check: str
    reason: str
    detail: str


def live() -> dict[str, str]:
    """Answer while the process runs."""
    return {"status": "ok", "version": __version__}


def ready(request: Request, graph: Graph) -> Response:
    """Answer 200 when questions can be answered, else 503 with what is wrong."""
    found = list(ailments(graph))
    _tell(request, found)
    if not found:
        return JSONResponse({"status": "ok", "snapshot": graph.snapshot_id()})
    reasons = [{"check": ailment.check, "reason": ailment.reason} for ailment in found]
    body = {
        "status": "unavailable",
        "reason": "; ".join(ailment.reason for ailment in found),
        "reasons": reasons,
    }
    return JSONResponse(body, status_code=503, headers={"Retry-After": "5"})


def ailments(graph: EcoGraph) -> Iterator[Ailment]:
    """Yield what keeps a service from answering."""
    yield from _published(graph)
    if failure := graph.worker_failure:
        yield Ailment("workers", "no process for SPARQL queries can be started", failure)
    yield from _disk(graph)


def _published(graph: EcoGraph) -> Iterator[Ailment]:
    try:
        graph.view(Level.PUBLIC)
        graph.rows(Level.PUBLIC, _ANY)
    except NothingLoaded as error:
        yield Ailment("graph", "nothing is loaded and indexed yet: run `ecograph load`", str(error))
    except IndexUnusable as error:
        yield Ailment("index", "the index cannot be used: run `ecograph load` to make it again", str(error))
    except (EcographError, OSError) as error:
        yield Ailment("store", "the store of the graph cannot be read", str(error))


def _disk(graph: EcoGraph) -> Iterator[Ailment]:
    try:
        free = shutil.disk_usage(graph.home.root).free
    except OSError as error:
        yield Ailment("disk", "the folder of the graph cannot be read", str(error))
        return
    if free < graph.settings.free_bytes:
        yield Ailment("disk", "the disk is almost full", f"{free:,} bytes are free")


def _tell(request: Request, found: list[Ailment]) -> None:
    """Log what is wrong once, and not again at each probe."""
    state = request.app.state
    if found != getattr(state, "ailments", []):
        for ailment in found:
            _log.error("not ready: %s", ailment.reason, extra={"facts": asdict(ailment)})
        if not found:
            _log.warning("ready again")
    state.ailments = found
