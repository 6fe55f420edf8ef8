"""The one path by which anything enters the graph, on the sample territory."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.assets import ROOT
from ecograph.errors import HomeMismatch, MalformedFile, NothingLoaded, ResourceNotFound, TooManyRejected
from ecograph.graph.home import is_held
from ecograph.model import Level, Outcome
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.sources.rdf import parse
from ecograph.vocab import DCT, eco

Load = Callable[..., Outcome]
Opened = Callable[..., EcoGraph]
Dump = Callable[[EcoGraph], dict[Level, set[str]]]
CELL = "actor/lozere--cellule-de-veille"
SMALL = """
<actor/x--a> a <https://w3id.org/ecograph/ns#Organization> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Atelier A"@fr ;
    <http://purl.org/dc/terms/description> "Un atelier."@fr ;
    <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> .
"""


def sequence(graph: EcoGraph) -> tuple[int, str]:
    """The number of the last change, and what is published."""
    with graph.writing.open("a test") as writer:
        return writer.ledger.last(), graph.snapshot_id()


def labels(graph: EcoGraph, path: str, level: Level = Level.PUBLIC) -> set[str]:
    found = graph.snapshot().merged(level, f"{graph.base}/{path}")
    return {t.object.value for t in found if t.predicate.value.endswith("#label")}


def test_the_sample_has_what_it_promises(sample: EcoGraph) -> None:
    def counted(name: str, source: str) -> int:
        text = (
            f"SELECT DISTINCT ?x {{ GRAPH <{sample.base}/source/{source}> {{ ?x a ?c }} ?x a <{eco(name)}> }}"
        )
        return len(sample.snapshot().rows(Level.PUBLIC, text))

    assert len(sample.graphs(Level.PUBLIC)) == 6
    assert counted("Project", "demo") >= 50
    assert counted("Actor", "demo") >= 40
    assert counted("Resource", "national") >= 60
    assert counted("Competence", "ontology") >= 150
    assert counted("Actor", "lozere") >= 5
    assert counted("Target", "pmi-en-aqt") >= 3


def test_what_is_not_used_any_more_lets_its_files_go_at_once(fresh_copy: Path, opened: Opened) -> None:
    graph = opened(fresh_copy)
    folder = fresh_copy / "snapshots" / graph.snapshot_id()
    assert is_held(folder)
    gc.disable()  # a ring of references would wait for it, and the files of a snapshot with it
    try:
        del graph
        assert not is_held(folder)
    finally:
        gc.enable()


def test_the_fictitious_say_so(sample: EcoGraph) -> None:
    text = f"SELECT ?source {{ ?source <{eco('fictitious')}> true }}"
    rows = sample.snapshot().rows(Level.PUBLIC, text)
    assert [row["source"].value for row in rows] == [f"{sample.base}/source/demo"]


@pytest.mark.parametrize("source", ["lozere", "pmi-en-aqt"])
def test_every_seed_fact_is_in_the_graph_with_its_document(sample: EcoGraph, source: str) -> None:
    name = f"data/{source}/{source}.ttl"
    stated = set(parse((ROOT / name).read_bytes(), name=name, base=f"{sample.base}/"))
    found = set(sample.snapshot().stated_in(Level.PUBLIC, f"{sample.base}/source/{source}"))
    assert stated <= found
    subjects = {triple.subject for triple in stated}
    documents = {t.subject for t in stated if t.object.value.endswith("/Document")}
    assert documents
    with_source = {t.subject for t in stated if t.predicate.value == DCT + "source" and t.object in documents}
    assert subjects - documents == with_source


def test_loading_again_changes_nothing(graph: EcoGraph, dump: Dump) -> None:
    before, known = dump(graph), sequence(graph)
    outcomes, failures = graph.writing.load_declared()
    assert not failures
    assert all(outcome.unchanged for outcome in outcomes)
    assert sequence(graph) == known
    assert dump(graph) == before


def test_the_same_statements_in_other_bytes_change_nothing(graph: EcoGraph, lozere: Load, dump: Dump) -> None:
    before, known = dump(graph), sequence(graph)
    outcome = lozere(("# The watch cell", "# A watch cell"))
    assert (outcome.unchanged, outcome.added, outcome.removed) == (True, 0, 0)
    assert sequence(graph) == known
    assert dump(graph) == before


def test_a_changed_file_gives_a_minimal_diff(graph: EcoGraph, lozere: Load) -> None:
    outcome = lozere(('"Cellule de veille de la Lozère"@fr', '"Cellule de veille"@fr'))
    assert (outcome.added, outcome.removed, outcome.rejections) == (1, 1, ())
    assert labels(graph, CELL) == {"Cellule de veille", "Lozère watch cell"}
    back = lozere()
    assert (back.added, back.removed) == (1, 1)


def test_numbers_are_compared_by_value(graph: EcoGraph) -> None:
    def load(amount: str, title: str) -> Outcome:
        text = (
            "@prefix eco: <https://w3id.org/ecograph/ns#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
            f'<plan/x--1> dct:title "{title}"@fr ; eco:maxAmount {amount} .'
        )
        return graph.writing.load_files(occasional("x", "public"), [File("x.ttl", text.encode())])

    load("1500.50", "Avant")
    outcome = load("1500.500", "Après")
    assert (outcome.added, outcome.removed) == (1, 1)


def without_the_group(text: str) -> tuple[str, str]:
    found = re.search(r"<actor/lozere--groupe-expert> a .*?\.\n\n", text, re.DOTALL)
    assert found
    return found[0], ""


@pytest.mark.parametrize("complete", [True, False])
def test_a_record_left_out_is_retracted_when_the_source_is_complete(
    graph: EcoGraph, lozere: Load, complete: bool
) -> None:
    gone = without_the_group((ROOT / "data/lozere/lozere.ttl").read_text("utf-8"))
    group = f"{graph.base}/actor/lozere--groupe-expert"
    assert graph.describe(Level.PUBLIC, group)
    outcome = lozere(gone, complete=complete)
    assert outcome.added == 0
    if complete:
        assert outcome.removed > 5
        with pytest.raises(ResourceNotFound):
            graph.describe(Level.PUBLIC, group)
    else:
        assert outcome.removed == 0
        assert graph.describe(Level.PUBLIC, group)


INITIATED = "eco:initiatedBy <actor/lozere--lozere-developpement> ;\n    eco:inPole"
# A pole in the place of a kind of actor, in one record only.
BAD = (
    f"eco:actorType atype:club-reseau ;\n    {INITIATED}",
    f"eco:actorType pole:agro ;\n    {INITIATED}",
)


def test_a_bad_record_is_left_out_and_its_old_state_kept(graph: EcoGraph, lozere: Load) -> None:
    before = graph.snapshot().stated(Level.PUBLIC, f"{graph.base}/{CELL}")
    outcome = lozere(
        BAD,
        ('"Lozère watch cell"@en', '"Cell"@en'),
        ('"Expert group of the Lozère watch cell"@en', '"Expert group"@en'),
        max_error_share=0.2,
    )
    (rejection,) = outcome.rejections
    assert rejection.record == f"{graph.base}/{CELL}"
    assert rejection.path == "eco:actorType"
    assert rejection.place == "data/lozere/lozere.ttl"
    assert graph.snapshot().stated(Level.PUBLIC, f"{graph.base}/{CELL}") == before
    assert "Expert group" in labels(graph, "actor/lozere--groupe-expert")
    assert (outcome.added, outcome.removed) == (1, 1)


def test_what_was_refused_is_read_again_and_changes_nothing(graph: EcoGraph, lozere: Load) -> None:
    lozere(BAD, max_error_share=0.2)
    known = sequence(graph)
    again = lozere(BAD, max_error_share=0.2)
    assert len(again.rejections) == 1
    assert not again.unchanged
    assert sequence(graph) == known


def test_too_many_rejected_keeps_the_old_graph(graph: EcoGraph, lozere: Load, dump: Dump) -> None:
    before, known = dump(graph), sequence(graph)
    with pytest.raises(
        TooManyRejected, match=r"'lozere': 1 of 19 records rejected, more than the 0%"
    ) as caught:
        lozere(BAD)
    assert caught.value.rejections[0].record.endswith(CELL)
    assert dump(graph) == before
    assert sequence(graph) == known


def test_a_malformed_file_keeps_the_old_graph(graph: EcoGraph, lozere: Load, dump: Dump) -> None:
    before = dump(graph)
    with pytest.raises(MalformedFile, match=r"data/lozere/lozere\.ttl, line \d+, column \d+"):
        lozere(("eco:actorType atype:club-reseau ;", "eco:actorType ;"))
    assert dump(graph) == before


def test_a_source_that_fails_does_not_stop_the_others(graph: EcoGraph, tmp_path: Path) -> None:
    for name, content in (("good", SMALL), ("bad", "<a> <b>")):
        (tmp_path / f"{name}.ttl").write_text(content, "utf-8")
        declaration = occasional(name, "public").model_dump() | {"location": [str(tmp_path / f"{name}.ttl")]}
        lines = [f"{k} = {_toml(v)}" for k, v in declaration.items() if v is not None]
        (tmp_path / f"{name}.toml").write_text("\n".join(lines), "utf-8")
    outcomes, failures = graph.writing.load_declared(extra=[tmp_path / "bad.toml", tmp_path / "good.toml"])
    assert [outcome.source for outcome in outcomes] == ["good"]
    assert [source for source, _ in failures] == ["bad"]
    assert labels(graph, "actor/x--a") == {"Atelier A"}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_visibility_goes_up_and_down(graph: EcoGraph) -> None:
    for level in ("private", "public", "partners"):
        outcome = graph.writing.load_files(occasional("x", level), [File("x.ttl", SMALL.encode())])
        assert not outcome.rejections
        for other in Level:
            seen = other >= Level.of(level)
            assert labels(graph, "actor/x--a", other) == ({"Atelier A"} if seen else set())
            assert (f"{graph.base}/source/x" in graph.graphs(other)) == seen
            found = graph.search(other, "Atelier A", Asked(), limit=3)
            assert ([r.label for r in found.results[:1]] == ["Atelier A"]) == seen


def test_one_record_may_be_spread_over_files(graph: EcoGraph) -> None:
    lines = SMALL.strip().splitlines()
    first = lines[0].replace(" ;", " .")
    second = "<actor/x--a> " + "\n".join(lines[1:])
    outcome = graph.writing.load_files(
        occasional("x", "public"), [File("1.ttl", first.encode()), File("2.ttl", second.encode())]
    )
    assert outcome.rejections == ()
    assert labels(graph, "actor/x--a") == {"Atelier A"}


def test_a_new_home_gets_the_vocabulary_first(tmp_path: Path, opened: Callable[..., EcoGraph]) -> None:
    graph = opened(tmp_path / "new", base_iri="https://data.example.org/")
    with pytest.raises(NothingLoaded, match="holds no graph yet: run `ecograph load` first"):
        graph.snapshot()
    outcome = graph.writing.load_files(occasional("x", "public"), [File("x.ttl", SMALL.encode())])
    assert outcome.rejections == ()
    assert graph.base == "https://data.example.org"
    assert [iri.rsplit("/", 1)[-1] for iri in graph.graphs(Level.PUBLIC)] == ["ontology", "x"]
    assert labels(graph, "actor/x--a") == {"Atelier A"}


def test_a_load_that_fails_in_a_new_home_publishes_nothing(
    tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    graph = opened(tmp_path / "new")
    with graph.writing.open("a test"):
        pass
    with pytest.raises(NothingLoaded):
        graph.snapshot()


def test_a_failed_load_lets_go_of_the_home(graph: EcoGraph, lozere: Load) -> None:
    with pytest.raises(TooManyRejected) as held:  # and with it the frames in which it was raised
        lozere(BAD)
    assert lozere().unchanged
    assert held.value


def test_a_home_keeps_its_base(fresh_copy: Path, opened: Callable[..., EcoGraph]) -> None:
    other = opened(fresh_copy, base_iri="https://data.example.org")
    with pytest.raises(
        HomeMismatch, match=r"was made for the base IRI http://127.0.0.1:8000, not https://data"
    ):
        other.writing.load_declared(["ontology"])
