"""Review: what was read in texts and waits for a person, and what people decide of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.exchange.deciding import Decision, Said, as_turtle
from ecograph.graph.facts import DESCRIPTIONS, Facts
from ecograph.graph.keys import Key
from ecograph.graph.mentions import KIND, State
from ecograph.graph.ports import Row
from ecograph.graph.terms import resource
from ecograph.mentioning import Understanding, content_of
from ecograph.model import Iri, Level, Review, Reviewed, ReviewItem
from ecograph.publication import Publication, Published
from ecograph.questions.view import View
from ecograph.sources.declaration import SOURCE_ID
from ecograph.sources.description import source_iri, understood_id
from ecograph.understanding.analysis import sentences
from ecograph.vocab import RDF
from ecograph.writing import Writing

STATES = ("waiting", "proposed", "confirmed", "rejected")
DECISIONS = {"accept": State.CONFIRMED, "reject": State.REJECTED}
_NAMES = {State.PROPOSED: "proposed", State.CONFIRMED: "confirmed", State.REJECTED: "rejected"}
_NOT_STATED = "FILTER NOT EXISTS { ?text ?proposes ?target }"
_WHERE = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT {wanted} WHERE {{
  ?mention a eco:Mention ; eco:proposes ?proposes ; eco:state <{state}> ; eco:mentionedIn ?text ;
    eco:mentions ?target ; eco:quote ?quote ; eco:start ?start ; eco:end ?end ;
    eco:confidence ?confidence ; eco:modelVersion ?method .
  {source} {waiting}
  BIND (EXISTS {{ ?text ?proposes ?target }} AS ?stated)
}}
"""
_OF = "FILTER EXISTS {{ GRAPH ?graph {{ ?mention eco:quote ?quote }} FILTER (?graph IN ({graphs})) }}"


class Reviewing:
    """What is to be reviewed in one deployment."""

    def __init__(
        self, publication: Publication, writing: Writing, *, threshold: float, now: Callable[[], datetime]
    ) -> None:
        self._publication, self._writing = publication, writing
        self._threshold, self._now = threshold, now

    def list(
        self,
        level: Level,
        state: str = "waiting",
        *,
        source: str = "",
        limit: int = 20,
        offset: int = 0,
        language: str = "fr",
    ) -> Review:
        """Return the mentions in a state that a level sees, the surest first; raises `BadParameter`.

        Those that are `waiting` are proposed and not sure enough to be stated.
        """
        if state not in STATES:
            raise BadParameter("state", state, f"one of {', '.join(STATES)}")
        published = self._publication.now()
        where = _where(published, level, state, source)
        counted = published.snapshot.rows(level, where.replace(_ALL, "(COUNT(*) AS ?count)"))
        page = f"{where} ORDER BY DESC(?confidence) ?mention LIMIT {int(limit)} OFFSET {int(offset)}"
        view = published.view(level)
        rows = published.snapshot.rows(level, page)
        return Review(
            state=state,
            total=int(counted[0]["count"].value),
            items=tuple(_item(view, row, _shown(state), language) for row in rows),
        )

    def decide(
        self, key: Key, mention: str, decision: str, *, reason: str = "", language: str = "fr"
    ) -> Reviewed:
        """Keep what the holder of a key decides of a mention, by its id or IRI; what was decided stays.

        Raises `ResourceNotFound` for a mention that the key's level does not see, `BadParameter`,
        `TooLarge`, `Busy`.
        """
        if decision not in DECISIONS:
            raise BadParameter("decision", decision, f"one of {', '.join(DECISIONS)}")
        state = DECISIONS[decision]
        said = Said(reason, language)
        with self._writing.editing(key, f"a review of {mention}") as editor:
            base = editor.writer.base
            iri = mention if "/" in mention else f"{base}/{KIND}/{mention}"
            understanding = Understanding(editor.writer, self._threshold)
            found = understanding.find(resource(iri).value, key.level)
            if found is None:
                raise ResourceNotFound(iri)
            made = Decision(about=iri, kind=state.value, said=said, by=key.name, on=self._now())
            # Written first: were this killed now, the next run would do the rest.
            kept = as_turtle(made.triples(base))
            editor.post(source_iri(base, f"decisions-{key.level.slug}"), kept, ".ttl")
            understanding.decide(iri, state, *found, key.id)
        name = iri.rpartition("/")[2]
        return Reviewed(
            id=name, decision=made.iri(base), state=_NAMES[state], stated=state is State.CONFIRMED
        )


_ALL = "?mention ?quote ?start ?end ?text ?target ?proposes ?confidence ?method ?stated"


def _shown(state: str) -> str:
    return "proposed" if state == "waiting" else state


def _where(published: Published, level: Level, state: str, source: str) -> str:
    if source and not SOURCE_ID.fullmatch(source):
        raise BadParameter("source", source, "the id of a source")
    wanted = next(one for one, name in _NAMES.items() if name == _shown(state))
    graphs = [
        f"<{source_iri(published.base, understood_id(source, seen))}>" for seen in Level if seen <= level
    ]
    return _WHERE.format(
        wanted=_ALL,
        state=wanted.iri,
        source=_OF.format(graphs=", ".join(graphs)) if source else "",
        waiting=_NOT_STATED if state == "waiting" else "",
    )


def _item(view: View, row: Row, state: str, language: str) -> ReviewItem:
    text, target = row["text"].value, row["target"].value
    quote, start, end = row["quote"].value, int(row["start"].value), int(row["end"].value)
    before, after = _sentence(_facts(view, text), quote, start, end)
    return ReviewItem(
        id=row["mention"].value.rpartition("/")[2],
        iri=row["mention"].value,
        text=text,
        text_label=view.label(text, language),
        before=before,
        quote=quote,
        after=after,
        proposes=row["proposes"].value.replace("#", "/").rpartition("/")[2],
        target=target,
        target_label=view.label(target, language),
        confidence=float(row["confidence"].value),
        method=row["method"].value,
        state=state,
        stated=row["stated"].value == "true",
    )


def _facts(view: View, text: Iri) -> Facts:
    try:
        return view.facts(text)
    except ResourceNotFound:  # it was taken out, and the next run takes out what was read in it
        return Facts(text, ())


def _sentence(facts: Facts, quote: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a quote in its sentence; nothing where the text is not kept."""
    content = content_of(facts, set(facts.iris(RDF + "type"))) or facts.text(DESCRIPTIONS, "fr")
    if content[start:end] != quote:
        start = content.find(quote)
        end = start + len(quote)
    if start < 0:
        return "", ""
    for begin, finish in sentences(content):
        if begin <= start and end <= finish:
            return content[begin:start], content[end:finish]
    return "", ""
