"""A partners' table on the one loading path: good rows in, bad rows named, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import MalformedFile, TooManyRejected
from ecograph.graph import joining
from ecograph.graph.comparison import PORTION
from ecograph.graph.facts import facts_of
from ecograph.model import Level, Outcome
from ecograph.vocab import DCT, RDFS, eco

DECLARATION = """
id = "partners-table"
kind = "table"
location = ["{table}"]
visibility = "partners"
max_error_share = {share}
requires = ["ontology"]
licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
title = {{ fr = "Fichier des partenaires", en = "Partners' file" }}
description = {{ fr = "Entreprises et projets", en = "Companies and projects" }}
publisher = {{ name = "EcoGraph" }}

[[records]]
kind = "actor"
class = "eco:Company"
id = ["SIREN"]
[records.properties]
"rdfs:label" = {{ column = "Entreprise", lang = "fr", required = true }}
"eco:siren" = {{ column = "SIREN", as = "siren" }}
"eco:headcount" = {{ column = "Effectif", as = "integer" }}
"dct:spatial" = {{ column = "Commune", as = "territory" }}
"eco:actorType" = {{ constant = "https://w3id.org/ecograph/voc/actor-types/entreprise", as = "iri" }}

[[records]]
kind = "project"
class = "eco:Project"
id = ["Référence"]
[records.properties]
"dct:title" = {{ column = "Projet", lang = "fr", required = true }}
"dct:description" = {{ column = "Projet", lang = "fr" }}
"eco:inPole" = {{ column = "Pôles", split = ",", as = "concept", scheme = "poles" }}
"eco:carriedBy" = {{ column = "SIREN", as = "reference", kind = "actor" }}
"""
HEADER = "Référence;Entreprise;SIREN;Effectif;Commune;Projet;Pôles\n"
FIRST = "P1;Distillerie du Causse;732829320;1 250;48000;Séchoir solaire;chimie, agro\n"
SECOND = "P2;Scierie Haute;552100554;12;Lozère;Poutres collées;Éco-matériaux\n"

Load = Callable[..., Outcome]


@pytest.fixture
def load(tmp_path: Path, fresh_copy: Path, opened: Callable[..., EcoGraph]) -> Load:
    def run(text: str, *, share: float = 1.0, encoding: str = "cp1252") -> Outcome:
        table, declaration = tmp_path / "partners.csv", tmp_path / "partners-table.toml"
        is_mixed = encoding == "surrogates"  # which stand for bytes that are no UTF-8
        table.write_bytes(text.encode("utf-8", "surrogateescape") if is_mixed else text.encode(encoding))
        declaration.write_text(DECLARATION.format(table=table, share=share), encoding="utf-8")
        outcomes, failures = opened(fresh_copy).writing.load_declared(extra=[declaration])
        for _, error in failures:
            raise error
        return outcomes[-1]

    return run


def project(graph: EcoGraph, name: str, level: Level = Level.PARTNERS) -> list[str]:
    facts = facts_of(graph.snapshot(), level, f"{graph.base}/project/partners-table--{name}")
    return [literal.value for literal in facts.literals(DCT + "title")]


def test_rows_become_records(load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]) -> None:
    outcome = load(HEADER + FIRST + SECOND)
    assert not outcome.rejections
    assert outcome.by_class["eco:Company"] == outcome.by_class["eco:Project"] == 2
    assert list(outcome.written.values()) == ["cp1252, separator ;"]
    graph = opened(fresh_copy)
    assert project(graph, "p1") == ["Séchoir solaire"]
    assert project(graph, "p1", Level.PUBLIC) == []
    company = facts_of(graph.snapshot(), Level.PARTNERS, f"{graph.base}/actor/partners-table--732829320")
    assert [n.value for n in company.literals(eco("headcount"))] == ["1250"]
    assert company.iris(DCT + "spatial") == ("https://w3id.org/ecograph/voc/territories/DEP-48",)


def test_the_same_table_in_another_encoding_changes_nothing(load: Load) -> None:
    load(HEADER + FIRST)
    again = load(HEADER + FIRST, encoding="utf-8")
    assert (again.added, again.removed) == (0, 0)


def test_a_bad_row_is_named_and_what_was_known_is_kept(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST + SECOND)
    outcome = load(
        HEADER + FIRST.replace("chimie, agro", "chemie") + SECOND.replace("Poutres", "Grandes poutres")
    )
    (rejection,) = outcome.rejections
    assert rejection.place.endswith("partners.csv, line 2")
    assert (rejection.path, rejection.value) == ("Pôles", "chemie")
    assert "« chemie »" in rejection.reason["fr"]
    graph = opened(fresh_copy)
    assert project(graph, "p1") == ["Séchoir solaire"]
    assert project(graph, "p2") == ["Grandes poutres collées"]


def company(graph: EcoGraph, siren: str) -> list[str]:
    facts = facts_of(graph.snapshot(), Level.PARTNERS, f"{graph.base}/actor/partners-table--{siren}")
    return [literal.value for literal in (*facts.literals(RDFS + "label"), *facts.literals(eco("headcount")))]


@pytest.mark.parametrize("bad", ["first", "last"])
def test_a_bad_row_takes_no_other_row_of_its_record_with_it(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph], bad: str
) -> None:
    rows = [FIRST, FIRST.replace("P1", "P3").replace("1 250", "x")]
    outcome = load(HEADER + "".join(rows if bad == "last" else reversed(rows)), share=0.25)
    (rejection,) = outcome.rejections
    assert (rejection.path, rejection.value) == ("Effectif", "x")
    assert outcome.by_class["eco:Company"] == 1
    graph = opened(fresh_copy)
    assert company(graph, "732829320") == ["Distillerie du Causse", "1250"]
    assert project(graph, "p1") == project(graph, "p3") == ["Séchoir solaire"]


def test_what_the_other_rows_leave_of_a_record_is_checked_as_any(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    negative, bad = FIRST.replace("1 250", "-5"), FIRST.replace("P1", "P3").replace("1 250", "x")
    outcome = load(HEADER + negative + bad)
    assert [r.place.rsplit(", ")[-1] for r in outcome.rejections] == ["line 3", "line 2"]
    assert {r.record.rpartition("--")[-1] for r in outcome.rejections} == {"732829320"}
    assert company(opened(fresh_copy), "732829320") == []


def test_what_was_known_of_a_record_is_kept_where_its_other_rows_say_nothing_else(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    one, other = FIRST.replace("chimie, agro", "chimie"), FIRST.replace("chimie, agro", "agro")
    load(HEADER + one + other + SECOND)
    outcome = load(HEADER + one.replace("Séchoir", "Étuve") + other.replace("agro", "agr"))
    assert [rejection.value for rejection in outcome.rejections] == ["agr"]
    graph = opened(fresh_copy)
    facts = facts_of(graph.snapshot(), Level.PARTNERS, f"{graph.base}/project/partners-table--p1")
    assert [literal.value for literal in facts.literals(DCT + "title")] == ["Étuve solaire"]
    assert len(facts.iris(eco("inPole"))) == 2
    assert project(graph, "p2") == []  # what no row names any more is gone, as ever


def test_a_row_that_is_gone_takes_its_records_with_it(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST + SECOND)
    assert load(HEADER + SECOND).removed > 0
    assert project(opened(fresh_copy), "p1") == []


def test_a_row_without_identifier_takes_nothing_away(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST + SECOND)
    outcome = load(HEADER + SECOND + FIRST.removeprefix("P1"))
    assert [r.path for r in outcome.rejections] == ["Référence"]
    assert project(opened(fresh_copy), "p1") == ["Séchoir solaire"]


def test_a_row_with_too_many_cells_takes_nothing_away(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST + SECOND)
    outcome = load(
        HEADER + SECOND.replace("Poutres", "Grandes poutres") + FIRST.replace("solaire", "so;laire")
    )
    (rejection,) = outcome.rejections
    assert rejection.place.endswith("partners.csv, line 3")
    assert rejection.reason["en"] == "8 cells under 7 columns; is a separator inside a cell?"
    graph = opened(fresh_copy)
    assert project(graph, "p1") == ["Séchoir solaire"]
    assert project(graph, "p2") == ["Grandes poutres collées"]


def test_a_row_in_another_encoding_keeps_what_was_known_of_it(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    third = SECOND.replace("P2", "P3").replace("552100554", "775670417")
    load(HEADER + FIRST + SECOND + third, encoding="utf-8")
    said = HEADER.encode() + FIRST.replace("Séchoir", "Étuve").encode() + SECOND.encode("cp1252")
    outcome = load(said.decode("utf-8", "surrogateescape"), encoding="surrogates")
    assert {r.path for r in outcome.rejections} == {"Commune", "Projet", "Pôles"}
    graph = opened(fresh_copy)
    assert project(graph, "p1") == ["Étuve solaire"]
    assert project(graph, "p2") == ["Poutres collées"]  # it is told which record cannot be read
    assert project(graph, "p3") == []  # so others may go


def test_a_quote_that_is_not_closed_takes_nothing_away(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST + SECOND)
    with pytest.raises(MalformedFile, match="line 2, column 4: a quote opens a cell here"):
        load(HEADER + FIRST.replace("Distillerie", '"Distillerie') + SECOND)
    assert project(opened(fresh_copy), "p2") == ["Poutres collées"]


def test_too_many_bad_rows_keep_the_old_graph(
    load: Load, fresh_copy: Path, opened: Callable[..., EcoGraph]
) -> None:
    load(HEADER + FIRST)
    with pytest.raises(TooManyRejected, match="chemie"):
        load(HEADER + FIRST.replace("chimie, agro", "chemie"), share=0.1)
    assert project(opened(fresh_copy), "p1") == ["Séchoir solaire"]


def test_what_describes_a_table_is_none_of_its_records(load: Load) -> None:
    bad = SECOND.replace("Éco-matériaux", "chemie")
    with pytest.raises(TooManyRejected, match="1 of 4 records rejected"):
        load(HEADER + FIRST + bad, share=0.2)
    assert len(load(HEADER + FIRST + bad, share=0.25).rejections) == 1


def test_a_missing_column_is_named_with_those_that_are_there(load: Load) -> None:
    with pytest.raises(
        MalformedFile, match=r"no column 'Pôles' \(cp1252, separator ;\); there are 'Référence'"
    ):
        load(HEADER.replace("Pôles", "Poles") + FIRST)


def test_a_load_stopped_between_two_portions_is_finished_by_the_next(
    tmp_path: Path, fresh_copy: Path, opened: Callable[..., EcoGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "_BYTES", 1)  # so that each is made by itself
    graph = opened(fresh_copy)
    before = graph.snapshot_id()
    table, declaration = tmp_path / "partners.csv", tmp_path / "partners-table.toml"
    rows = [SECOND.replace("P2", f"P{n}") for n in range(PORTION // 4)]
    table.write_bytes((HEADER + "".join(rows)).encode())
    declaration.write_text(DECLARATION.format(table=table, share=0.1), encoding="utf-8")

    def stop(step: str, done: int, total: int) -> None:
        if step == "partners-table: writing" and done > 0:
            assert total > 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graph.writing.load_declared(extra=[declaration], progress=stop)
    assert opened(fresh_copy).snapshot_id() == before  # nobody saw a part of it
    outcomes, failures = opened(fresh_copy).writing.load_declared(extra=[declaration])
    assert not failures
    assert all(outcome.unchanged for outcome in outcomes)
    assert project(opened(fresh_copy), f"p{len(rows) - 1}")
