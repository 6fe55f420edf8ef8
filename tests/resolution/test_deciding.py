"""Deciding which records are of one organisation, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from pyoxigraph import NamedNode

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, Busy, Forbidden, ResourceNotFound, TooLarge
from ecograph.exchange.deciding import Said
from ecograph.graph.keys import Key
from ecograph.model import Level
from ecograph.questions.duplicates import entries, ruled
from ecograph.vocab import RDFS, eco
from tests.resolution.conftest import CLUB, HIDDEN, PREFIXES, REGISTER, Load

A, B = ("register--a", "club--a"), ("register--b", "club--b")


def actor(graph: EcoGraph, name: str) -> str:
    return f"{graph.base}/actor/{name}"


def actors(graph: EcoGraph, names: tuple[str, str]) -> tuple[str, str]:
    return actor(graph, names[0]), actor(graph, names[1])


def pairs(graph: EcoGraph, level: Level = Level.PRIVATE) -> set[frozenset[str]]:
    found = graph.resolution.report(level, limit=100).duplicates
    return {frozenset(side.iri.rsplit("/", 1)[1] for side in (pair.one, pair.other)) for pair in found}


def held(graph: EcoGraph, level: Level) -> set[str]:
    """All that a level holds, apart from decisions and what tells of their graphs."""
    store = graph.snapshot()._stores[level]
    quads = (str(quad) for quad in store)
    return {quad for quad in quads if "/decision/" not in quad and "/source/re" not in quad}


def test_records_are_proposed_with_their_reasons(graph: EcoGraph) -> None:
    report = graph.resolution.report(Level.PUBLIC, limit=10, language="en")
    assert pairs(graph, Level.PUBLIC) == {frozenset(A), frozenset(B)}
    first, second = report.duplicates
    assert (first.score, first.unique) == (1.0, True)
    assert "same SIREN 732829320" in first.reasons
    assert not second.unique
    assert second.score < 1
    assert any(reason.startswith("names alike") for reason in second.reasons)


def test_a_merged_resource_says_what_both_said(graph: EcoGraph, key: Key) -> None:
    done = graph.resolution.merge(key, *actors(graph, A), said=Said("Même SIREN."))
    assert (done.record, done.into, done.level) == (*reversed(actors(graph, A)), "public")
    facts = graph.view(Level.PUBLIC).facts(done.into)
    assert {"Company", "Organization"} <= set(facts.classes)
    assert len(facts.literals(eco("headcount"))) == 2
    text = f"SELECT ?x {{ ?x <{eco('headcount')}> 45 }}"
    assert [row["x"].value for row in graph.rows(Level.PUBLIC, text)] == [done.into]
    text = f"SELECT ?g ?x {{ GRAPH ?g {{ ?x <{eco('headcount')}> 45 }} }}"
    (row,) = graph.rows(Level.PUBLIC, text)
    assert (row["g"].value, row["x"].value) == (f"{graph.base}/source/club", done.record)
    described = graph.describe(Level.PUBLIC, done.into)
    assert set(described.sources.values()) == {"Fichiers « club »", "Fichiers « register »"}
    assert graph.kept(Level.PUBLIC, done.record) == done.into
    assert frozenset(A) not in pairs(graph)
    (ruled,) = graph.resolution.report(Level.PUBLIC, limit=1).decisions
    assert (ruled.verdict, ruled.by, ruled.reason) == ("merge", "adviser", "Même SIREN.")


@pytest.mark.parametrize("names", [A, B, ("register--a", "okapi--a"), ("club--c", "register--b")])
def test_what_is_undone_was_never_there(graph: EcoGraph, key: Key, names: tuple[str, str]) -> None:
    before = {level: held(graph, level) for level in Level}
    graph.resolution.merge(key, *actors(graph, names))
    graph.resolution.undo(key, actor(graph, names[0]))
    assert {level: held(graph, level) for level in Level} == before


def test_loading_again_undoes_nothing(graph: EcoGraph, key: Key, load: Load) -> None:
    into = graph.resolution.merge(key, *actors(graph, A)).into
    assert load(graph, "club", CLUB).unchanged
    load(graph, "club", CLUB.replace("Du bois.", "Du chêne."))
    load(graph, "register", REGISTER + "# written otherwise\n")
    descriptions = graph.view(Level.PUBLIC).facts(into).literals("http://purl.org/dc/terms/description")
    assert {literal.value for literal in descriptions} == {"Scierie.", "Du chêne."}


def test_what_is_kept_apart_is_not_proposed_again(graph: EcoGraph, key: Key, load: Load) -> None:
    graph.resolution.keep_apart(key, *actors(graph, B))
    assert pairs(graph) == {frozenset(A)}
    load(graph, "club", CLUB.replace("Une société.", "Une autre société."))
    assert pairs(graph) == {frozenset(A)}
    graph.resolution.undo(key, *actors(graph, B))
    assert pairs(graph) == {frozenset(A), frozenset(B)}


def test_what_is_kept_apart_from_a_record_is_so_from_all_it_is_one_with(graph: EcoGraph, key: Key) -> None:
    graph.resolution.keep_apart(key, *actors(graph, B))
    graph.resolution.merge(key, actor(graph, "club--c"), actor(graph, "club--b"))
    assert pairs(graph) == {frozenset(A)}


def test_only_organisations_are_merged(graph: EcoGraph, key: Key) -> None:
    person, one = actor(graph, "register--p"), actor(graph, "club--a")
    assert not any("register--p" in pair for pair in pairs(graph))
    for wrong in (person, f"{graph.base}/source/club"):
        with pytest.raises(BadParameter, match="organisation"):
            graph.resolution.merge(key, one, wrong)
    for nothing in (actor(graph, "none"), "no IRI"):
        with pytest.raises(ResourceNotFound):
            graph.resolution.merge(key, one, nothing)
    with pytest.raises(BadParameter, match="one already"):
        graph.resolution.merge(key, one, one)
    with pytest.raises(BadParameter, match="decided on"):
        graph.resolution.undo(key, one)
    with pytest.raises(TooLarge):
        graph.resolution.merge(key, *actors(graph, A), said=Said("x" * 1_001))
    graph.resolution.merge(key, *actors(graph, A))
    with pytest.raises(BadParameter, match="undo their merging"):
        graph.resolution.keep_apart(key, *actors(graph, A))


def test_the_one_to_keep_can_be_said(graph: EcoGraph, key: Key) -> None:
    one, other = actors(graph, A)
    assert graph.resolution.merge(key, one, other, keep=one).into == one
    graph.resolution.undo(key, one)
    assert graph.resolution.merge(key, one, other, keep=other).into == other


def test_an_iri_made_of_a_number_is_kept(graph: EcoGraph, key: Key, load: Load) -> None:
    load(
        graph, "sirene", REGISTER.replace("register--a", "siren-732829320").replace("register--", "sirene--")
    )
    official = actor(graph, "siren-732829320")
    assert graph.resolution.merge(key, official, actor(graph, "club--a")).into == official
    graph.resolution.merge(key, actor(graph, "club--a"), actor(graph, "register--a"))
    assert graph.kept(Level.PUBLIC, actor(graph, "register--a")) == official


def test_whoever_sees_less_learns_nothing(graph: EcoGraph, key: Key) -> None:
    """A decision on a hidden record leaves what others see as it is, byte by byte."""
    hidden, public = actor(graph, "okapi--a"), actor(graph, "club--a")
    before = {level: {str(q) for q in graph.snapshot()._stores[level]} for level in Level}
    with pytest.raises(BadParameter, match="keep"):
        graph.resolution.merge(key, hidden, public, keep=hidden)
    done = graph.resolution.merge(key, hidden, public)
    assert (done.record, done.into, done.level) == (hidden, public, "private")
    for level in (Level.PUBLIC, Level.PARTNERS):
        assert {str(q) for q in graph.snapshot()._stores[level]} == before[level]
        assert graph.resolution.report(level, limit=9).decisions == ()
        assert graph.kept(level, hidden) == hidden
        with pytest.raises(ResourceNotFound):
            graph.describe(level, hidden)
    assert graph.kept(Level.PRIVATE, hidden) == public
    outsider = replace(key, level=Level.PUBLIC)
    for act in (graph.resolution.merge, graph.resolution.keep_apart):
        with pytest.raises(ResourceNotFound):
            act(outsider, hidden, public)
    with pytest.raises(BadParameter, match="a record that was decided on"):
        graph.resolution.undo(outsider, hidden)


def test_decisions_go_up_with_the_records_that_they_are_on(graph: EcoGraph, key: Key, load: Load) -> None:
    load(graph, "okapi", HIDDEN)
    graph.resolution.merge(key, actor(graph, "okapi--a"), actor(graph, "club--a"))
    assert any("okapi" in quad for quad in held(graph, Level.PUBLIC))
    load(graph, "okapi", HIDDEN, Level.PARTNERS)
    assert not any("okapi" in str(quad) for quad in graph.snapshot()._stores[Level.PUBLIC])
    kept = graph.kept(Level.PARTNERS, actor(graph, "okapi--a"))
    assert kept == graph.kept(Level.PARTNERS, actor(graph, "club--a"))
    assert not graph.snapshot().aliases(Level.PUBLIC)


def test_decisions_are_written_by_deciding_alone(graph: EcoGraph, key: Key) -> None:
    graph.resolution.merge(key, *actors(graph, A))
    mine = f"{graph.base}/source/resolution-public"
    for forbidden in (mine, f"{graph.base}/source/resolution-mine"):
        with pytest.raises(Forbidden):
            graph.writing.put_graph(key, forbidden, b"", ".ttl") if forbidden == mine else (
                graph.writing.put_graph(key, forbidden, (PREFIXES + REGISTER).encode(), ".ttl")
            )
    with pytest.raises(Forbidden):
        graph.writing.delete_graph(key, mine)


def test_what_is_written_over_http_is_merged_too(graph: EcoGraph, key: Key) -> None:
    text = PREFIXES + REGISTER.replace("register--", "http--").replace("<actor/", f"<{graph.base}/actor/")
    iri = f"{graph.base}/source/written"
    graph.writing.put_graph(key, iri, text.encode(), ".ttl")
    graph.resolution.merge(
        key, actor(graph, "http--a"), actor(graph, "club--a"), keep=actor(graph, "club--a")
    )
    stated = {str(triple) for triple in graph.snapshot().stated_in(Level.PRIVATE, iri)}
    graph.writing.put_graph(key, iri, text.encode(), ".ttl")
    assert {str(triple) for triple in graph.snapshot().stated_in(Level.PRIVATE, iri)} == stated
    assert any("http--a" in triple for triple in stated)
    assert graph.kept(Level.PRIVATE, actor(graph, "http--a")) == actor(graph, "club--a")


def test_a_decision_that_was_cut_short_is_finished(
    graph: EcoGraph, key: Key, opened: Callable[..., EcoGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    with graph.writing.open("a test") as writer:
        monkeypatch.setattr(type(writer.store), "_regroup", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        graph.resolution.merge(key, *actors(graph, A))
    monkeypatch.undo()
    again = opened(graph.home.root)
    again.writing.prepare()
    assert len(again.view(Level.PUBLIC).facts(actor(graph, "register--a")).literals(eco("headcount"))) == 2
    assert again.upkeep.verify().problems == ()


def test_two_who_decide_at_once_do_not_contradict_each_other(graph: EcoGraph, key: Key) -> None:
    pair = actors(graph, A)
    with ThreadPoolExecutor() as people:
        with graph.writing.open("a load"):  # both have to wait for it
            said = [
                people.submit(act, key, *pair)
                for act in (graph.resolution.merge, graph.resolution.keep_apart)
            ]
            wait(said, timeout=1)
        refused = [one.exception() for one in said]
    assert [type(error) for error in refused if error is not None] == [BadParameter]
    assert len(ruled(graph.view(Level.PUBLIC), "fr")) == 1


def test_the_sources_trust_decides_which_value_is_used(graph: EcoGraph, key: Key, load: Load) -> None:
    into = graph.resolution.merge(key, *actors(graph, A)).into

    def used() -> tuple[float | None, str]:
        facts = graph.view(Level.PUBLIC).facts(into)
        return facts.number(eco("headcount")), facts.label("fr")

    load(graph, "club", CLUB, trust=0.9)
    assert used() == (45, "Groupe scierie Bonnefoy")
    described = graph.describe(Level.PUBLIC, into)
    (headcount,) = [found for found in described.properties if found.iri == eco("headcount")]
    assert [(value.text, len(value.sources)) for value in headcount.values] == [("45", 1), ("40", 1)]
    load(graph, "register", REGISTER, trust=0.95)
    assert used() == (40, "Scierie Bonnefoy SAS")


def test_between_sources_of_equal_trust_the_latest_record_is_used(
    graph: EcoGraph, key: Key, load: Load
) -> None:
    into = graph.resolution.merge(key, *actors(graph, A)).into
    for newer, number in (("club", 45), ("register", 40), ("club", 45)):
        for source, text in (("club", CLUB), ("register", REGISTER)):
            day = "2026-01-02" if source == newer else "2026-01-01"
            dated = text.replace("eco:headcount", f'dct:modified "{day}"^^xsd:date ; eco:headcount', 1)
            load(graph, source, dated)
        assert graph.view(Level.PUBLIC).facts(into).number(eco("headcount")) == number


def test_identical_numbers_are_merged_where_the_deployment_wants_it(
    graph: EcoGraph, opened: Callable[..., EcoGraph]
) -> None:
    assert graph.resolution.settle() == 0
    willing = opened(graph.home.root, merge_identical="on")
    assert willing.resolution.settle() == 1
    assert willing.kept(Level.PUBLIC, actor(graph, "club--a")) == actor(graph, "register--a")
    assert willing.resolution.settle() == 0
    assert pairs(willing) == {frozenset(B)}


DECLARATION = """
id = "late"
kind = "rdf"
location = ["late.ttl"]
visibility = "public"
licence = "https://example.org/licence"
title = { fr = "Une source", en = "A source" }
description = { fr = "Pour l'exemple.", en = "For the example." }
publisher = { name = "Quelqu'un" }
"""


def test_a_refresh_merges_identical_numbers_too(
    graph: EcoGraph, opened: Callable[..., EcoGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = graph.home.root
    (home / "loaders").mkdir()
    (home / "loaders" / "late.toml").write_text(DECLARATION)
    third = (PREFIXES + CLUB).replace("club--", "late--").replace("Groupe scierie", "La scierie")
    (home / "late.ttl").write_text(third)
    assert [run.outcome for run in graph.refresh.run(["late"])] == ["written"]
    assert graph.kept(Level.PUBLIC, actor(graph, "late--a")) == actor(graph, "late--a")
    willing = opened(home, merge_identical="on")

    def fail() -> int:
        raise Busy("somebody")

    with monkeypatch.context() as patch:
        patch.setattr(willing.refresh, "_settle", fail)
        assert [run.outcome for run in willing.refresh.run(["late"])] == ["unchanged"]
    assert [run.outcome for run in willing.refresh.run(["late"])] == ["unchanged"]
    names = ("late--a", "club--a", "register--a")
    assert len({willing.kept(Level.PUBLIC, actor(graph, name)) for name in names}) == 1


def test_what_was_undone_is_not_merged_again_by_itself(
    graph: EcoGraph, key: Key, opened: Callable[..., EcoGraph]
) -> None:
    willing = opened(graph.home.root, merge_identical="on")
    willing.resolution.settle()
    willing.resolution.undo(key, actor(graph, "club--a"))
    assert willing.resolution.settle() == 0


def test_the_sample_has_one_bpifrance(sample: EcoGraph) -> None:
    reading = sample.read(Level.PUBLIC, "Nous avons sollicité Bpifrance pour un prêt.")
    assert [mention.iri for mention in reading.mentions] == [f"{sample.base}/actor/national--bpifrance"]
    text = f'SELECT DISTINCT ?x {{ ?x <{RDFS}label> "Bpifrance"@fr }}'
    assert len(sample.rows(Level.PUBLIC, text)) == 1
    assert (
        NamedNode(f"{sample.base}/actor/pmi-en-aqt--bpifrance")
        in sample.snapshot().aliases(Level.PUBLIC).known
    )


def test_a_backup_keeps_what_was_decided(
    graph: EcoGraph, key: Key, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    graph.resolution.merge(key, *actors(graph, A))
    before = {level: {str(q) for q in graph.snapshot()._stores[level]} for level in Level}
    graph.upkeep.backup(tmp_path / "b.tar")
    other = opened(tmp_path / "other")
    other.upkeep.restore(tmp_path / "b.tar")
    assert {level: {str(q) for q in other.snapshot()._stores[level]} for level in Level} == before


RIVALS = """
<actor/z--1> a eco:Organization ; rdfs:label "Laiterie des Monts"@fr ; dct:description "Du lait."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; eco:siren "542051180" ; {} .
<actor/z--2> a eco:Organization ; rdfs:label "Laiterie des Monts"@fr ; dct:description "Du lait."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; eco:siren "652014051" ; {} .
"""


def test_whoever_merges_different_numbers_is_told(
    graph: EcoGraph, key: Key, load: Load, invoke: Callable[..., Result]
) -> None:
    load(graph, "z", RIVALS.format("eco:headcount 1", "eco:headcount 2"))
    assert not any("z--1" in pair for pair in pairs(graph))
    one, other = actor(graph, "z--1"), actor(graph, "z--2")
    assert graph.resolution.merge(key, one, other).contradictions == ("SIREN 542051180 ≠ 652014051",)
    graph.resolution.undo(key, one, other)
    told = invoke("--home", graph.settings.home, "resolve", "merge", one, other)
    assert told.exit_code == 0
    assert "SIREN 542051180 ≠ 652014051" in told.stderr
    assert graph.resolution.merge(key, *actors(graph, A)).contradictions == ()


WRITTEN = {
    'dct:identifier "wikidata:Q1234567"': "wikidata:Q1234567",
    'dct:identifier "https://www.wikidata.org/wiki/Q1234567"': "wikidata:Q1234567",
    **{
        f"{role} <http://www.wikidata.org/entity/Q1234567>": "wikidata:Q1234567"
        for role in ("owl:sameAs", "skos:exactMatch", "skos:closeMatch", "rdfs:seeAlso", "foaf:page")
    },
    'dct:identifier "https://ror.org/02feahw73"': "ror:02feahw73",
    "owl:sameAs <https://ror.org/02feahw73>": "ror:02feahw73",
    'dct:identifier "W481000001"': "rna:W481000001",
    'dct:identifier "rna:W481000001"': "rna:W481000001",
    # The number of a source's own, as far as anybody can tell.
    'dct:identifier "Q1234567"': None,
}


def test_numbers_are_found_where_sources_write_them(graph: EcoGraph, load: Load) -> None:
    prefixes = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."""
    records = (
        f"""<actor/w--{number}> a eco:Organization ; rdfs:label "Fonderie"@fr ; dct:description "Du fer."@fr ;
        eco:actorType atype:entreprise ; {written} ."""
        for number, written in enumerate(WRITTEN)
    )
    load(graph, "w", "\n".join([prefixes, *records]))
    found = {entry.iri: entry.identifiers for entry in entries(graph.view(Level.PUBLIC))}
    for number, (written, told) in enumerate(WRITTEN.items()):
        assert found[actor(graph, f"w--{number}")] == ({told} if told else set()), written


def test_the_last_decision_holds_though_the_clock_went_back(graph: EcoGraph, key: Key) -> None:
    moments = (datetime(2026, 1, 15, tzinfo=UTC) - timedelta(hours=n) for n in range(100))
    graph.resolution._now = lambda: next(moments)
    one, other = actors(graph, A)
    graph.resolution.merge(key, one, other)
    graph.resolution.undo(key, one, other)
    assert graph.kept(Level.PUBLIC, other) == other
    graph.resolution.keep_apart(key, one, other)
    assert frozenset(A) not in pairs(graph)
    graph.resolution.undo(key, one, other)
    assert frozenset(A) in pairs(graph)
