"""A SPARQL query as it came over HTTP: admitted, its format chosen, and how long its answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException

from ecograph.exchange.formats import GRAPHS, RESULTS, Choice, Format, choose_format
from ecograph.graph.admission import admit
from ecograph.graph.queries import QueryRequest
from ecograph.model import Level
from ecograph.web.sparql_request import Asked

# Scripts of other sites may read answers.
CORS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
_VARY = "Accept, Accept-Encoding, Authorization, Cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and in which format it is answered.

    The digest stands for the query where its text must not. The tag tells its answer from all others on the
    same snapshot; there is none when the answer may differ each time.
    """

    query: QueryRequest
    digest: str
    choice: Choice
    tag: str | None


def read_question(asked: Asked, accept: str | None, *, level: Level, base: str, limit: int) -> Question:
    """Return what a client asks; raises `TooLarge`, `BadQuery`, and `HTTPException` (406)."""
    admitted = admit(asked.query, limit=limit)
    choice = chosen(accept, GRAPHS if admitted.form in {"CONSTRUCT", "DESCRIBE"} else RESULTS)
    digest = asked.digest
    return Question(
        query=_query(asked, choice, base=f"{base}/"),
        digest=digest,
        choice=choice,
        tag=tag(level, choice, digest) if admitted.steady else None,
    )


def chosen(accept: str | None, offered: tuple[Format, ...]) -> Choice:
    """Return the format that a client likes best; raises `HTTPException` (406)."""
    choice = choose_format(accept, offered)
    if choice is None:
        names = ", ".join(form.media_type for form in offered)
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"This answer comes as {names}.")
    return choice


def tag(level: Level, choice: Choice, about: str) -> str:
    """Return what tells an answer from all others on the same state of the graph."""
    return f"{level.slug}-{choice.format.suffix}-{about}"


def headers_of(level: Level, state: str, choice: Choice, tag: str | None) -> dict[str, str]:
    """Return the headers of an answer: what it is, and that it holds as long as its level sees the same."""
    headers = {**CORS, "Vary": _VARY, "Content-Type": f"{choice.media_type}; charset=utf-8"}
    if tag is None:
        return {**headers, "Cache-Control": "no-store"}
    scope = "public" if level is Level.PUBLIC else "private"
    return {**headers, "Cache-Control": f"{scope}, no-cache", "ETag": etag(state, tag)}


def etag(state: str, tag: str) -> str:
    """Return the entity tag of an answer."""
    return f'"{state}-{tag}"'


def known_tag(sent: str | None, tag: str) -> str | None:
    """Return the entity tag by which a client has an answer already, as it knows it; None if it has not.

    `sent` is its If-None-Match. Tags are compared weakly (RFC 9110, 13.1.2): whoever has compressed bytes
    has a weak one, and is told that it still holds.
    """
    known = [one.strip() for one in (sent or "").split(",")]
    return tag if "*" in known else next((one for one in known if one.removeprefix("W/") == tag), None)


def _query(asked: Asked, choice: Choice, *, base: str) -> QueryRequest:
    media_type = choice.format.media_type
    tabular = choice.format in RESULTS
    return QueryRequest(
        text=asked.query,
        base=base,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results_format=media_type if tabular else RESULTS[0].media_type,
        graph_format=GRAPHS[0].media_type if tabular else media_type,
    )
