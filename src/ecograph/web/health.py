"""Whether questions can be answered, and if not, what is wrong: in words that tell nothing of the machine."""

from __future__ import annotations

import logging
import shutil
from dataclasses import asdict, dataclass

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from ecograph import __version__
from ecograph.app import EcoGraph
from ecograph.errors import EcographError, HalfRestored, IndexDown, NothingLoaded
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
    found = ailments(graph)
    _tell(request, found)
    if not found:
        return JSONResponse({"status": "ok", "snapshot": graph.state(Level.PUBLIC)})
    reasons = [{"check": ailment.check, "reason": ailment.reason} for ailment in found]
    body = {
        "status": "unavailable",
        "reason": "; ".join(ailment.reason for ailment in found),
        "reasons": reasons,
    }
    return JSONResponse(body, status_code=503, headers={"Retry-After": "5"})


def ailments(graph: EcoGraph) -> list[Ailment]:
    """Return what keeps a service from answering."""
    found = (
        _of_published(graph),
        _of_index(graph),
        _of_following(graph),
        _of_workers(graph),
        _of_disk(graph),
    )
    return [ailment for ailment in found if ailment is not None]


def _of_published(graph: EcoGraph) -> Ailment | None:
    try:
        graph.view(Level.PUBLIC)
        graph.rows(Level.PUBLIC, _ANY)
    except NothingLoaded as error:
        if not graph.home.root.is_dir():
            return Ailment("graph", "the folder of the graph is gone", str(error))
        return Ailment("graph", "nothing is loaded and indexed yet: run `ecograph load`", str(error))
    except HalfRestored as error:
        return Ailment("graph", "a restore is not finished: run `ecograph restore` again", str(error))
    except IndexUnusable as error:
        return Ailment("index", "the index cannot be used: run `ecograph load` to make it again", str(error))
    except (EcographError, OSError) as error:
        return Ailment("store", "the store of the graph cannot be read", str(error))
    return None


def _of_index(graph: EcoGraph) -> Ailment | None:
    """Ask the server that holds the index, where one does."""
    try:
        _ = graph.view(Level.PUBLIC).index.size  # which a server is asked for
    except IndexDown as error:
        return Ailment("index", "the server of the search index does not answer", str(error))
    except (EcographError, OSError):
        pass  # told as what keeps it from being read
    return None


def _of_following(graph: EcoGraph) -> Ailment | None:
    failure = graph.writing.index_failure
    return Ailment("index", "search does not follow the graph any more", failure) if failure else None


def _of_workers(graph: EcoGraph) -> Ailment | None:
    failure = graph.endpoint.worker_failure
    return Ailment("workers", "no process for SPARQL queries can be started", failure) if failure else None


def _of_disk(graph: EcoGraph) -> Ailment | None:
    try:
        free = shutil.disk_usage(graph.home.root).free
    except OSError as error:
        return Ailment("disk", "the folder of the graph cannot be read", str(error))
    if free < graph.settings.free_bytes:
        return Ailment("disk", "the disk is almost full", f"{free:,} bytes are free")
    return None


def _tell(request: Request, found: list[Ailment]) -> None:
    """Log what is wrong once, and not again at each probe."""
    state = request.app.state
    checks = [ailment.check for ailment in found]
    if checks != getattr(state, "ailments", []):
        for ailment in found:
            _log.error("not ready: %s", ailment.reason, extra={"facts": asdict(ailment)})
        if not found:
            _log.warning("ready again")
    state.ailments = checks
