"""What a write expects of a graph: `If-Match` and `If-None-Match` (RFC 9110, 13.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from ecograph.errors import PreconditionFailed
from ecograph.exchange.formats import GRAPHS, Choice
from ecograph.model import Level
from ecograph.web.sparql_question import etag, tag

ANY = "*"
_TAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """What a request says that a graph must be, and must not be; `about` is the digest of its answers.

    The tags are those that an answer had in any format, for the level of the writer or a lower one.
    """

    iri: str
    about: str
    level: Level
    wanted: Sequence[str] | None
    unwanted: Sequence[str] | None

    def check(self, states: Mapping[Level, str] | None) -> None:
        """Compare them with the graph as levels see it, None where it is not; raises `PreconditionFailed`."""
        known = self._tags(states) if states else set()
        if states is None and self.wanted is not None:
            raise PreconditionFailed(self.iri, "does not exist")
        if self.wanted is not None and not _meets(self.wanted, known):
            raise PreconditionFailed(self.iri, "is not the one that `If-Match` names any more")
        if states is not None and self.unwanted is not None and _meets(self.unwanted, known):
            raise PreconditionFailed(self.iri, "exists already, as `If-None-Match` says it must not")

    def _tags(self, states: Mapping[Level, str]) -> set[str]:
        return {
            etag(state, tag(level, Choice(form, form.media_type), self.about))
            for level, state in states.items()
            if level <= self.level
            for form in GRAPHS
        }


def preconditions(request: Request, iri: str, about: str, level: Level) -> Preconditions | None:
    """Return what a request expects of a graph; None when it expects nothing."""
    wanted, unwanted = _listed(request, "if-match"), _listed(request, "if-none-match")
    if wanted is None and unwanted is None:
        return None
    return Preconditions(iri=iri, about=about, level=level, wanted=wanted, unwanted=unwanted)


def _listed(request: Request, name: str) -> list[str] | None:
    """Return the tags that a header lists.

    A weak one stands for the strong one that it was made of: only where an answer is compressed on its
    way is one made here, and who was given it has seen the same graph.
    """
    given = request.headers.getlist(name)
    if not given:
        return None
    text = ",".join(given)
    return [ANY] if text.strip() == ANY else _TAG.findall(text)


def _meets(tags: Sequence[str], known: set[str]) -> bool:
    return ANY in tags or not known.isdisjoint(tags)
