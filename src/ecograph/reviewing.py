"""Review: what was read in texts and waits for a person, and what people decide of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ecograph.editing import Editor
from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.exchange.deciding import Decision, Said, as_turtle, moment_after
from ecograph.graph.facts import DESCRIPTIONS, Facts
from ecograph.graph.keys import Key
from ecograph.graph.mentions import KIND, SPOTTED, State, decided_on
from ecograph.graph.ports import Row
from ecograph.graph.terms import resource
from ecograph.model import Iri, Level, Passage, Review, Reviewed, ReviewItem
from ecograph.publication import Publication, Published
from ecograph.questions.view import View
from ecograph.recognising import Recognising
from ecograph.settling import Settling
from ecograph.sources.declaration import SOURCE_ID
from ecograph.sources.description import decisions_id, source_iri, understood_id
from ecograph.texts import content_of
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
  # What other graphs say besides was checked for records of theirs, and is no mention's.
  GRAPH ?graph {{
    ?mention a eco:Mention ; eco:proposes ?proposes ; eco:state <{state}> ; eco:quote ?quote ;
      eco:start ?start ; eco:end ?end ; eco:confidence ?confidence ; eco:modelVersion ?method .
  }}
  FILTER (STRSTARTS(STR(?graph), "{sources}") && REGEX(STR(?graph), "-understood-[a-z]+$"))
  ?mention eco:mentionedIn ?text ; eco:mentions ?target .
  {source} {waiting}
  BIND (EXISTS {{ ?text ?proposes ?target }} AS ?stated)
  BIND (REPLACE(STR(?graph), "^.*-", "") AS ?level)
  BIND (IF(STRSTARTS(?method, "spotting/"), CONCAT(?level, " ", STR(?target)), STR(?mention)) AS ?line)
  # one of the lines
}}
"""
_OF = "FILTER (?graph IN ({graphs}))"


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
        counted = published.snapshot.rows(level, where.replace(_ALL, "(COUNT(DISTINCT ?line) AS ?count)"))
        lines = f"{where.replace(_ALL, _LINES)} {_SUREST} LIMIT {int(limit)} OFFSET {int(offset)}"
        wanted = [row["line"].value for row in published.snapshot.rows(level, lines)]
        return Review(
            state=state,
            total=int(counted[0]["count"].value),
            items=tuple(self._items(published, level, where, wanted, _shown(state), language)),
        )

    @staticmethod
    def _items(
        published: Published, level: Level, where: str, lines: Sequence[str], state: str, language: str
    ) -> Iterator[ReviewItem]:
        """Yield the items of some lines, in their order; the mentions of one name are one."""
        if not lines:
            return
        among = ", ".join(f'"{line}"' for line in lines)  # IRIs: none has a quotation mark
        page = where.replace(_ONE_OF, f"FILTER (?line IN ({among}))")
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in published.snapshot.rows(level, f"{page} ORDER BY DESC(?confidence) ?mention"):
            rows[row["line"].value].append(row)
        view = published.view(level)
        for line in lines:
            yield _item(view, rows[line], state, language)

    def decide(
        self,
        key: Key,
        mention: str,
        decision: str,
        *,
        actor: Iri | None = None,
        reason: str = "",
        language: str = "fr",
    ) -> Reviewed:
        """Keep what the holder of a key decides of a mention, by its id or IRI; what was decided stays.

        It is kept at the mention's own level, and holds there and above. Of a name that the graph did not
        know, it is decided of all its mentions from that level on: accepted, it is that of `actor`, an
        organisation, or else of a new one.

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
            settling = Settling(editor.writer, self._threshold)
            found = settling.find(resource(iri).value, key.level)
            if found is None:
                raise ResourceNotFound(iri)
            source, level = found
            made = Decision(about=iri, kind=state.value, said=said, by=key.name, on=self._now())
            read = settling.mention(iri, source)
            as_seen = replace(editor, key=replace(key, level=level))
            if read.is_spotted:
                recognising = Recognising(as_seen, settling, self._publication.now().snapshot)
                decided = recognising.decide(read, made, actor)
            elif actor is not None:
                raise BadParameter("actor", actor, "nothing: the mention names a resource of the graph")
            else:
                decided = _keep(as_seen, settling, made, source)
        name = iri.rpartition("/")[2]
        return Reviewed(
            id=name,
            decision=decided,
            state=_NAMES[state],
            stated=state is State.CONFIRMED,
            level=level.slug,
        )


def _keep(editor: Editor, settling: Settling, decision: Decision, source: str) -> Iri:
    """Keep a decision on a mention of a source, for who sees as much as an editor's key; return its IRI."""
    base, level = editor.writer.base, editor.key.level
    on = moment_after(decision.on, decided_on(editor.writer.store, level, decision.about))
    made = replace(decision, on=on)
    # Written first: were this killed now, the next run would do the rest.
    editor.post(source_iri(base, decisions_id(level)), as_turtle(made.triples(base)), ".ttl")
    settling.decide(made.about, State(made.kind), source, level, editor.key.id)
    return made.iri(base)


_ONE_OF = "# one of the lines"
_LINES = "?line (MAX(?confidence) AS ?sure)"
_SUREST = "GROUP BY ?line ORDER BY DESC(?sure) ?line"
_MOST_PASSAGES = 4  # of one name
_ALL = "?line ?level ?mention ?quote ?start ?end ?text ?target ?proposes ?confidence ?method ?stated"


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
        sources=source_iri(published.base, ""),
        source=_OF.format(graphs=", ".join(graphs)) if source else "",
        waiting=_NOT_STATED if state == "waiting" else "",
    )


def _item(view: View, rows: Sequence[Row], state: str, language: str) -> ReviewItem:
    row, target = rows[0], rows[0]["target"].value
    method = row["method"].value
    is_unknown = method.startswith(f"{SPOTTED}/") and state != "confirmed"
    said = _passage(view, row, language)
    return ReviewItem(
        id=row["mention"].value.rpartition("/")[2],
        iri=row["mention"].value,
        text=said.text,
        text_label=said.text_label,
        before=said.before,
        quote=said.quote,
        after=said.after,
        proposes=row["proposes"].value.replace("#", "/").rpartition("/")[2],
        target=target,
        target_label=said.quote if is_unknown else view.label(target, language),
        confidence=float(row["confidence"].value),
        method=method,
        state=state,
        stated=row["stated"].value == "true",
        level=row["level"].value,
        count=len(rows),
        others=tuple(_passage(view, other, language) for other in rows[1:_MOST_PASSAGES]),
    )


def _passage(view: View, row: Row, language: str) -> Passage:
    text, quote = row["text"].value, row["quote"].value
    start, end = int(row["start"].value), int(row["end"].value)
    before, after = _sentence(_facts(view, text), quote, start, end)
    return Passage(text=text, text_label=view.label(text, language), before=before, quote=quote, after=after)


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
