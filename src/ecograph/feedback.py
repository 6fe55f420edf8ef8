"""Feedback: what people say of matches is kept as decisions, counted in later ones, and reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ecograph.errors import BadParameter
from ecograph.exchange.deciding import Said, moment_after
from ecograph.exchange.judging import VERDICTS, Verdict, judgement
from ecograph.graph.judgements import read_judgements
from ecograph.graph.keys import Key
from ecograph.model import FeedbackReport, Iri, Judged, Level
from ecograph.publication import Publication
from ecograph.questions.feedback import feedback_report, judged_need
from ecograph.sources.description import decisions_id, source_iri
from ecograph.writing import Writing


class Feedback:
    """What is judged in one deployment."""

    def __init__(
        self, publication: Publication, writing: Writing, *, in_use: bool, now: Callable[[], datetime]
    ) -> None:
        self._publication, self._writing = publication, writing
        self._in_use, self._now = in_use, now

    def give(
        self,
        key: Key,
        about: Iri,
        resource: Iri,
        verdict: str,
        *,
        reason: str = "",
        level: Level | None = None,
        language: str = "fr",
    ) -> Judged:
        """Keep what someone says of a resource as an answer to a need, or to a project's best fitting one.

        It is seen from a level on: the key's, or a lower one that is asked for. Nothing that was said
        before is changed. Raises `ResourceNotFound`, `BadParameter`, `TooLarge`, `Refused`, `Busy`.
        """
        seen = _checked_level(key, level)
        published = self._publication.now()
        need = judged_need(published.view(seen), about, resource)
        before = read_judgements(published.snapshot, seen).of(need, resource)
        said = Verdict(
            need=need,
            candidate=resource,
            verdict=_checked_verdict(verdict),
            said=Said(reason, language),
            by=key.name,
            on=moment_after(self._now(), (one.on for one in before if one.by == key.name)),
        )
        decision, content = judgement(said, published.base)
        graph = source_iri(published.base, decisions_id(seen))
        self._writing.post_graph(replace(key, level=seen), graph, content, ".ttl")
        return Judged(decision=decision, need=said.need, resource=resource, verdict=verdict, level=seen.slug)

    def report(self, level: Level) -> FeedbackReport:
        """Return what judgements a level sees, and which results they move."""
        return feedback_report(self._publication.now().view(level, feedback=self._in_use))


def _checked_level(key: Key, level: Level | None) -> Level:
    if level is not None and level > key.level:
        raise BadParameter("level", level.slug, f"{key.level.slug} or below")
    return key.level if level is None else level


def _checked_verdict(verdict: str) -> str:
    if verdict not in VERDICTS:
        raise BadParameter("verdict", verdict, f"one of {', '.join(VERDICTS)}")
    return verdict
