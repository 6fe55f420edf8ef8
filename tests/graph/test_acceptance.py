"""What the compiled shapes accept, pySHACL accepts as well, with the same remarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from ecograph.assets import ONTOLOGY
from ecograph.graph.acceptance import Acceptance
from ecograph.graph.records import Record, group, skolemise
from ecograph.graph.shipped import read_schema
from ecograph.graph.validation import Validator, Verdict
from ecograph.vocab import NS, RDF, SH, SKOS, XSD

SHAPES = (ONTOLOGY / "shapes.ttl").read_bytes()
EXAMPLES = Path(__file__).parents[1] / "ontology" / "examples"
SCHEMA = read_schema()
VALIDATOR = Validator(SHAPES, SCHEMA)
# These are judged one way or the other by values that the compiled shapes do not compare.
LEFT_TO_THE_JUDGE = {"EligibilityCriterion", "Match", "PublicSupportScheme", "Resource", "Target"}


def records_of(path: Path) -> list[Record]:
    text = path.read_bytes()
    triples = [q.triple for q in pyoxigraph.parse(text, format=RdfFormat.TURTLE, base_iri="https://e.org/")]
    return group(skolemise(triples, "https://e.org", "x", place=path.name), path.name)


ALL = {path.stem: records_of(path) for path in sorted(EXAMPLES.glob("*.ttl"))}
GOOD = sorted(name for name in ALL if name.endswith(".good"))


def nothing_known(_node: NamedNode) -> set[Triple]:
    return set()


def judged(records: Sequence[Record]) -> Verdict:
    return VALIDATOR._judge(records, records, nothing_known)


def accepted(records: Sequence[Record]) -> bool:
    acceptance = VALIDATOR._acceptance
    described = acceptance.described(t for record in records for t in record.triples)
    found = [acceptance.remarks(r, described, lambda node: described.get(node, {})) for r in records]
    return all(remarks is not None for remarks in found)


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_verdict_is_that_of_the_judge(name: str) -> None:
    assert VALIDATOR.check(ALL[name], known=nothing_known) == judged(ALL[name])


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_needs_no_judge(name: str) -> None:
    assert accepted(ALL[name]) == (name.removesuffix(".good") not in LEFT_TO_THE_JUDGE)


@pytest.mark.parametrize("name", sorted(ALL.keys() - GOOD))
def test_what_is_bad_is_never_accepted(name: str) -> None:
    assert not accepted(ALL[name])


TEXTS = st.sampled_from(
    [
        "",
        "a",
        "fr",
        "012345678",
        "12345678901234",
        "-1",
        "01",
        "1.5",
        "2",
        "NaN",
        "1e3",
        " 3",
        "+4",
        "2026-02-28T10:00:00",
        "2026-02-28T25:00:00Z",
        "2026-02-28T10:00:00.5+01:00",
        "2026",
        "true",
        "1",
        "2026-02-30",
        "2026-02-28",
        "2026-02-28Z",
        "20260228",
        "http://e.org/",
        "x" * 400,
        "é\n9",
    ]
)
DATATYPES = st.sampled_from(
    [XSD + name for name in ("string", "integer", "decimal", "boolean", "date", "int", "dateTime", "gYear")]
)
LITERALS = st.one_of(
    st.builds(Literal, TEXTS),
    st.builds(
        lambda text, tag: Literal(text, language=tag), TEXTS, st.sampled_from(["fr", "en", "FR", "fr-FR"])
    ),
    st.builds(lambda text, kind: Literal(text, datatype=NamedNode(kind)), TEXTS, DATATYPES),
)
EVERYWHERE = sorted({t for records in ALL.values() for r in records for t in r.triples}, key=str)
RESOURCES = st.sampled_from(
    sorted({t.object for t in EVERYWHERE if isinstance(t.object, NamedNode)}, key=str)
)
PREDICATES = st.sampled_from(sorted({t.predicate for t in EVERYWHERE}, key=str))


def changed(records: Sequence[Record], pick: Callable[[st.SearchStrategy[object]], object]) -> list[Record]:
    """Records with some statements taken out, given other values, or added."""
    triples = sorted({t for record in records for t in record.triples}, key=str)
    for _ in range(pick(st.integers(1, 3))):
        one = triples.pop(pick(st.integers(0, len(triples) - 1)))
        match pick(st.sampled_from(["drop", "value", "add"])):
            case "value":
                triples.append(Triple(one.subject, one.predicate, pick(st.one_of(LITERALS, RESOURCES))))
            case "add":
                triples += [one, Triple(one.subject, one.predicate, pick(st.one_of(LITERALS, RESOURCES)))]
                triples.append(Triple(one.subject, pick(PREDICATES), pick(st.one_of(LITERALS, RESOURCES))))
    return group(set(triples), "x.ttl")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_changed_the_verdict_is_that_of_the_judge(data: st.DataObject) -> None:
    records = changed(ALL[data.draw(st.sampled_from(GOOD))], data.draw)
    assert VALIDATOR.check(records, known=nothing_known) == judged(records)


@pytest.mark.parametrize(
    ("start", "end", "is_sure"),
    [
        ("2026-01-01", "2026-01-02", True),
        ("2026-01-02", "2026-01-02", True),
        ("2026-01-03", "2026-01-02", False),
        ("2026-01-01", "2026-02-30", False),
        ("2026-01-01Z", "2026-01-02", False),
        ("2026-01-01", None, True),
        (None, "2026-01-01", True),
    ],
)
def test_days_are_in_order(start: str | None, end: str | None, is_sure: bool) -> None:
    ends = {NamedNode(NS + "startedOn"): start, NamedNode(NS + "endedOn"): end}
    about = NamedNode("https://example.org/example")
    said = {t for r in ALL["Project.good"] for t in r.triples if t.predicate not in ends}
    said |= {
        Triple(about, path, Literal(day, datatype=NamedNode(XSD + "date")))
        for path, day in ends.items()
        if day
    }
    records = group(said, "x.ttl")
    assert accepted(records) == is_sure
    assert VALIDATOR.check(records, known=nothing_known) == judged(records)
    assert bool(judged(records).rejections) != is_sure or start == "2026-01-01Z"


@pytest.mark.parametrize("which", ["startedOn", "endedOn"])
@pytest.mark.parametrize(
    "odd",
    [
        Literal("a", datatype=NamedNode(XSD + "date")),
        Literal("", datatype=NamedNode(XSD + "date")),
        Literal("2026-02-30", datatype=NamedNode(XSD + "date")),
        Literal("2026-01-01T10:00:00", datatype=NamedNode(XSD + "dateTime")),
        Literal("2026-01-01T10:00:00Z", datatype=NamedNode(XSD + "dateTime")),
        Literal("5", datatype=NamedNode(XSD + "integer")),
        Literal("true", datatype=NamedNode(XSD + "boolean")),
        Literal("2026", datatype=NamedNode(XSD + "gYear")),
        Literal("bientôt", language="fr"),
        Literal("soon"),
        NamedNode("https://example.org/day"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_with_a_day_is_refused_in_words(which: str, odd: Literal | NamedNode) -> None:
    ends = {name: NamedNode(NS + name) for name in ("startedOn", "endedOn")}
    about, day = NamedNode("https://example.org/example"), NamedNode(XSD + "date")
    said = {t for r in ALL["Project.good"] for t in r.triples if t.predicate not in ends.values()}
    for name, path in ends.items():
        said.add(Triple(about, path, odd if name == which else Literal("2026-01-01", datatype=day)))
    verdict = VALIDATOR.check(group(said, "x.ttl"), known=nothing_known)
    assert f"eco:{which}" in {rejection.path for rejection in verdict.rejections}


@pytest.mark.parametrize(
    "unknown",
    [
        "sh:property [ sh:path eco:x ; sh:equals eco:y ]",
        "sh:property [ sh:path eco:x ; sh:minCount 2 ]",
        "sh:property [ sh:path [ sh:inversePath eco:x ] ; sh:minCount 1 ]",
        "sh:closed true",
        "sh:targetSubjectsOf eco:x",
    ],
)
def test_what_is_not_known_here_is_left_to_the_judge(unknown: str) -> None:
    shapes = f"@prefix sh: <{SH}> . @prefix eco: <{NS}> . <urn:s> sh:targetClass eco:A ; {unknown} ."
    acceptance = Acceptance(shapes.encode(), SCHEMA)
    subject = NamedNode("https://e.org/a")
    record = Record(
        subject=subject,
        triples=frozenset({Triple(subject, NamedNode(RDF + "type"), NamedNode(NS + "A"))}),
        place="",
    )
    assert acceptance.remarks(record, acceptance.described(record.triples), lambda _: {}) is None


def test_what_the_graph_knows_of_others_counts() -> None:
    (record, *_), scheme = ALL["Need.good"], NamedNode(SKOS + "inScheme")
    about = {t for r in ALL["Need.good"] for t in r.triples if t.subject != record.subject}
    alone = [r for r in ALL["Need.good"] if any("Need" in str(t) for t in r.triples)]
    assert any(t.predicate == scheme for t in about)
    known = lambda node: {t for t in about if t.subject == node}  # noqa: E731
    assert VALIDATOR.check(alone, known=known).rejections == ()
    assert VALIDATOR.check(alone, known=nothing_known).rejections != ()
