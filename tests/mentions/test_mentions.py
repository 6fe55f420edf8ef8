"""What texts say of the graph is kept apart, at each level for itself, and only written when it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyoxigraph
import pytest

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY
from ecograph.errors import UnknownSource
from ecograph.graph.keys import Key
from ecograph.graph.records import group
from ecograph.graph.shipped import read_schema
from ecograph.graph.updates import Dataset
from ecograph.graph.validation import Validator
from ecograph.loading import Writer
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

PREFIXES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
"""
ACTORS = """
<actor/a--cevennes> a eco:Organization ; rdfs:label "Agence Cévennes Développement"@fr ;
    eco:actorType <https://w3id.org/ecograph/voc/actor-types/agence-developpement> ;
    <http://www.w3.org/2004/02/skos/core#altLabel> "ACED"@fr .
"""
ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
Feed = Callable[..., Outcome]
Mentions = Callable[..., list[Mapping[str, str]]]
States = Callable[..., set[str]]


def item(name: str, title: str, text: str = "Un article.") -> str:
    return ITEM.format(name=name, title=title, text=text)


AGENCY = item("1", "L'Agence Cévennes Développement recrute", "Elle accompagne des projets en Lozère.")
SECRET = item("2", "Le Séchoir Zibeline avance", "Zoé Dupontel porte ce projet avec l'ACED.")


def graph_of(graph: EcoGraph, level: Level) -> str:
    return f"{graph.base}/source/press-understood-{level.slug}"


def key(level: Level, name: str = "analyst") -> Key:
    return Key(id="k", name=name, level=level, may_write=True, created_at="2026-01-15T00:00:00+00:00")


def test_what_a_text_names_is_a_mention_and_a_statement_apart_from_its_source(
    graph: EcoGraph, feed: Feed, mentions: Mentions, states: States
) -> None:
    outcome = feed(AGENCY)
    assert outcome.understood is not None
    assert (outcome.understood.texts, outcome.understood.read) == (1, 1)
    found = {(m["quote"], m["target"]): m for m in mentions(graph, Level.PUBLIC)}
    named = found["Agence Cévennes Développement", "a--cevennes"]
    assert named["state"] == "propose"
    assert found["Lozère", "DEP-48"]["proposes"] == "spatial"
    assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/1")
    own = {str(t) for t in graph.snapshot().stated_in(Level.PUBLIC, f"{graph.base}/source/press")}
    assert not any("mentions" in triple for triple in own)


def test_a_title_and_a_description_are_two_paragraphs(
    graph: EcoGraph, feed: Feed, mentions: Mentions
) -> None:
    feed(item("1", "Une Agence", "Cévennes Développement"), item("2", "Salon", "Le Séchoir Zibeline avance."))
    named = [m for m in mentions(graph) if m["proposes"].endswith("mentions")]
    assert {m["quote"] for m in named} == {"Séchoir Zibeline"}


def test_the_records_conform_to_their_shape(graph: EcoGraph, feed: Feed) -> None:
    feed(AGENCY, SECRET, item("3", "Un parquet en bois local", "Le chanvre isole les murs en ossature bois."))
    said = set(graph.snapshot().stated_in(Level.PUBLIC, graph_of(graph, Level.PUBLIC)))
    records = [r for r in group(said, "") if "/item/" not in r.subject.value]
    assert len(records) > 4
    with graph.writing.open("a test") as writer:
        validator = Validator((ONTOLOGY / "shapes.ttl").read_bytes(), read_schema())
        verdict = validator.check(records, known=writer.store.about)
    assert verdict.rejections == ()


def test_the_second_run_writes_nothing(graph: EcoGraph, feed: Feed) -> None:
    feed(AGENCY, SECRET)
    before = graph.snapshot_id()
    outcome = feed(AGENCY, SECRET)
    assert outcome.unchanged
    assert outcome.understood is not None
    assert outcome.understood.unchanged
    assert [one.unchanged for one in graph.writing.understand()] == [True]
    assert graph.snapshot_id() == before


def test_a_changed_text_is_read_alone(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY, SECRET)
    outcome = feed(AGENCY, item("2", "Le Séchoir Zibeline s'arrête"))
    assert outcome.understood is not None
    assert (outcome.understood.read, outcome.understood.texts) == (1, 2)
    named = {m["quote"] for m in mentions(graph) if m["text"] == "2" and m["proposes"].endswith("mentions")}
    assert named == {"Séchoir Zibeline"}


def test_a_new_name_is_found_in_texts_that_were_read_before(
    graph: EcoGraph, feed: Feed, mentions: Mentions
) -> None:
    feed(item("1", "La Fabrique du Causse ouvre"))
    assert not any("Causse" in m["quote"] for m in mentions(graph))
    actor = (
        '<actor/b--causse> a eco:Organization ; rdfs:label "Fabrique du Causse"@fr ; eco:actorType '
        "<https://w3id.org/ecograph/voc/actor-types/agence-developpement> ."
    )
    graph.writing.load_files(occasional("b", "public"), [File("b.ttl", (PREFIXES + actor).encode())])
    assert "b--causse" in {m["target"] for m in mentions(graph, Level.PUBLIC)}
    graph.writing.delete_graph(key(Level.PUBLIC), f"{graph.base}/source/b")
    graph.writing.understand()
    assert "b--causse" not in {m["target"] for m in mentions(graph)}


def test_a_public_text_does_not_tell_the_public_what_only_others_know(
    graph: EcoGraph, feed: Feed, mentions: Mentions, states: States
) -> None:
    feed(SECRET)
    assert "s--secret" not in {m["target"] for m in mentions(graph, Level.PUBLIC)}
    assert not any("secret" in said for said in states(graph, Level.PUBLIC, "item/2"))
    assert graph_of(graph, Level.PRIVATE) not in graph.graphs(Level.PARTNERS)
    private = {m["target"] for m in mentions(graph, Level.PRIVATE)}
    assert {"a--cevennes", "s--secret"} <= private
    assert "mentions s--secret" in states(graph, Level.PRIVATE, "item/2")


def test_the_public_graph_is_as_if_the_hidden_were_not_loaded(
    graph: EcoGraph, feed: Feed, opened: Callable[..., EcoGraph], tmp_path: Path
) -> None:
    feed(AGENCY, SECRET)
    alone = opened(tmp_path / "alone")
    alone.writing.load_files(occasional("a", "public"), [File("a.ttl", (PREFIXES + ACTORS).encode())])
    press = occasional("press", "public").model_copy(update={"understand": True})
    alone.writing.load_files(press, [File("press.ttl", (PREFIXES + AGENCY + SECRET).encode())])
    one, other = (
        set(g.snapshot().stated_in(Level.PUBLIC, graph_of(g, Level.PUBLIC))) for g in (graph, alone)
    )
    assert one == other


def test_no_person_is_named_or_made(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(SECRET)
    assert not any("Dupontel" in m["quote"] for m in mentions(graph))
    query = "PREFIX eco: <https://w3id.org/ecograph/ns#> SELECT ?p WHERE { GRAPH ?g { ?p a eco:Person } }"
    assert [row["p"].value for row in graph.rows(Level.PRIVATE, query)] == [f"{graph.base}/actor/s--dupont"]


def test_mentions_of_a_private_text_stay_private(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY, level=Level.PRIVATE)
    assert mentions(graph, Level.PARTNERS) == []
    assert len(mentions(graph, Level.PRIVATE)) > 0


def test_what_was_read_is_hidden_with_its_source(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY)
    feed(AGENCY, level=Level.PRIVATE)
    assert mentions(graph, Level.PARTNERS) == []
    assert len(mentions(graph, Level.PRIVATE)) > 0
    feed(AGENCY)
    assert len(mentions(graph, Level.PUBLIC)) > 0
    assert graph_of(graph, Level.PRIVATE) not in graph.graphs(Level.PRIVATE)


def test_what_was_read_is_hidden_before_its_source_when_killed_between(
    graph: EcoGraph, feed: Feed, monkeypatch: pytest.MonkeyPatch, mentions: Mentions
) -> None:
    """A load that hides a source dies once it is hidden: what was read in it is hidden as well."""
    feed(AGENCY)

    class Killed(Exception):
        pass

    bring = Writer.bring

    def killed(self: Writer, source: str, *rest: object) -> None:
        bring(self, source, *rest)
        raise Killed

    monkeypatch.setattr(Writer, "bring", killed)
    with pytest.raises(Killed):
        feed(AGENCY, level=Level.PRIVATE)
    monkeypatch.undo()
    with graph.writing.open("whoever comes next"):
        pass
    assert mentions(graph, Level.PARTNERS) == []


def test_what_is_gone_from_the_source_is_gone(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY, SECRET)
    feed(SECRET)
    assert {m["text"] for m in mentions(graph)} == {"2"}
    feed(accept_losses=True)
    assert mentions(graph) == []
    assert not [iri for iri in graph.graphs(Level.PRIVATE) if "understood" in iri]


def delete(graph: EcoGraph, iri: str) -> None:
    graph.writing.delete_graph(key(Level.PUBLIC), iri)


def drop(graph: EcoGraph, iri: str) -> None:
    graph.writing.update(key(Level.PUBLIC), f"DROP GRAPH <{iri}>", Dataset())


def empty(graph: EcoGraph, iri: str) -> None:
    graph.writing.put_graph(key(Level.PUBLIC), iri, b"", ".ttl")
    graph.writing.update(key(Level.PUBLIC), f"DELETE WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}", Dataset())


@pytest.mark.parametrize("take_out", [delete, drop, empty])
def test_what_was_read_goes_with_its_source_at_once(
    graph: EcoGraph, feed: Feed, mentions: Mentions, take_out: Callable[[EcoGraph, str], None]
) -> None:
    feed(AGENCY, SECRET, item("3", "L'Agence Cévennes Développement recrute"))
    other = occasional("other", "public").model_copy(update={"understand": True})
    text = (PREFIXES + item("9", "L'ACED déménage", "Un autre article.")).encode()
    graph.writing.load_files(other, [File("other.ttl", text)])
    assert {m["text"] for m in mentions(graph)} == {"1", "2", "3", "9"}
    take_out(graph, f"{graph.base}/source/press")
    for level in Level:
        assert {m["text"] for m in mentions(graph, level)} == {"9"}
    assert not [iri for iri in graph.graphs(Level.PRIVATE) if "press" in iri or "stories" in iri]
    assert not graph.upkeep.verify().problems
    before = graph.snapshot_id()
    assert all(told.unchanged for told in graph.writing.understand())
    assert graph.snapshot_id() == before


def test_what_others_did_to_the_graph_is_made_good(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY)
    before = mentions(graph)
    graph.writing.delete_graph(key(Level.PUBLIC), graph_of(graph, Level.PUBLIC))
    assert mentions(graph) == []
    feed(AGENCY)
    assert mentions(graph) == before


def test_of_a_project_no_program_states_where_it_is(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    project = (
        '<project/p--1> a eco:Project ; dct:title "Isoler au chanvre en Gironde"@fr ; '
        'dct:description "Nous isolons des maisons au chanvre en ossature bois."@fr .'
    )
    feed(project)
    proposed = {m["proposes"].rpartition("#")[2] for m in mentions(graph) if m["text"] == "p--1"}
    assert {"spatial", "inPole"} & proposed
    rows = graph.rows(Level.PRIVATE, f"SELECT ?p WHERE {{ <{graph.base}/project/p--1> ?p ?o }}")
    assert not {"spatial", "inPole"} & {r["p"].value.replace("#", "/").rpartition("/")[2] for r in rows}


def test_sources_are_read_only_where_they_ask_for_it(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(AGENCY, understand=None)
    assert mentions(graph) == []
    assert [one.mentions > 0 for one in graph.writing.understand(["press"])] == [True]
    feed(SECRET, understand=None)  # and from then on
    assert {m["text"] for m in mentions(graph)} == {"2"}
    with pytest.raises(UnknownSource):
        graph.writing.understand(["nowhere"])


def test_the_derived_source_is_under_the_terms_of_its_source(graph: EcoGraph, feed: Feed) -> None:
    feed(AGENCY, fictitious=True)
    said = graph.snapshot().stated(Level.PUBLIC, graph_of(graph, Level.PUBLIC))
    values = {quad.predicate.value.rpartition("#")[2]: quad.object.value for quad in said}
    assert values["fictitious"] == "true"
    assert values["wasDerivedFrom"] == f"{graph.base}/source/press"
    licence = [q.object.value for q in said if q.predicate.value.endswith("license")]
    assert licence == [occasional("press", "public").licence]
    assert all(isinstance(quad.graph_name, pyoxigraph.NamedNode) for quad in said)


def test_articles_that_print_one_dispatch_are_one_story(graph: EcoGraph, feed: Feed, states: States) -> None:
    said = "La Région finance un séchoir solaire de plantes aromatiques porté par une coopérative."
    feed(item("1", "Un séchoir", said), item("2", "Agriculture", f"{said} Il ouvre en mai."))
    assert "sameStory 1" in states(graph, Level.PUBLIC, "item/2")
    secret = occasional("inner", "private").model_copy(update={"understand": True})
    content = (PREFIXES + item("0", "Note interne", said)).encode()
    graph.writing.load_files(secret, [File("inner.ttl", content)])
    assert "sameStory 1" in states(graph, Level.PRIVATE, "item/0")
    assert not any("sameStory" in one for one in states(graph, Level.PARTNERS, "item/1"))
    before = graph.snapshot_id()
    graph.writing.understand()
    assert graph.snapshot_id() == before
    feed(item("1", "Un séchoir", said))
    assert not any("sameStory" in one for one in states(graph, Level.PUBLIC, "item/2"))
