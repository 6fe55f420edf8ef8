"""Every saved query against its expected answer, and what a query file and its parameters may be."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from rdflib import Dataset, URIRef
from rdflib.plugins.sparql import prepareQuery

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY, QUERIES
from ecograph.errors import BadDeclaration, BadParameter, UnknownQuery
from ecograph.graph.saved import SavedQuery, named, read_queries, read_query
from ecograph.model import Level
from ecograph.settings import DEFAULT_BASE_IRI

HERE = Path(__file__).parent
BASE = f"{DEFAULT_BASE_IRI}/"
SAVED = read_queries(QUERIES)
# Their answer without parameters is empty once the dated offers of the sample have closed.
OF_TODAY = {"schemes-closing-soon"}

Row = dict[str, str]


def expected(name: str) -> dict[str, Any]:
    return json.loads((HERE / "expected" / f"{name}.json").read_text("utf-8"))


def given(query: SavedQuery, values: Mapping[str, str]) -> dict[str, str]:
    """Parameters as in the files of expected answers, where IRIs leave out the base."""
    types = {parameter.name: parameter.type for parameter in query.parameters}
    return {name: BASE + value if types[name] == "iri" else value for name, value in values.items()}


def texts(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [{name: term.value.removeprefix(BASE) for name, term in row.items()} for row in rows]


def asked(graph: EcoGraph, name: str, /, **values: str) -> list[Row]:
    query = graph.saved(name)
    return texts(graph.snapshot().rows(Level.PUBLIC, query.bound(given(query, values))))


def asked_of(file: Path, name: str, values: Mapping[str, str]) -> list[Row]:
    """Ask a query of a file of the test, beside the concept schemes."""
    store = Store()
    for path in (*sorted((ONTOLOGY / "schemes").glob("*.ttl")), file):
        store.load(path=str(path), format=RdfFormat.TURTLE, base_iri=BASE)
    query = SAVED[name]
    solutions = store.query(query.bound(given(query, values)))
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = (dict(zip(names, solution, strict=True)) for solution in solutions)
    return texts({name: term for name, term in row.items() if term is not None} for row in rows)


def comparable() -> list[str]:
    """The queries whose answer with parameters is a part of the answer without: those that count are not."""
    cases = {name: expected(name) for name in SAVED if "COUNT" not in SAVED[name].text}
    return sorted(name for name, case in cases.items() if case["parameters"] and "data" not in case)


# Answers


def test_every_query_has_an_expected_answer() -> None:
    assert {path.stem for path in (HERE / "expected").glob("*.json")} == set(SAVED)
    assert len(SAVED) >= 15


@pytest.mark.parametrize("name", sorted(SAVED))
def test_answer_is_the_expected_one(sample_graph: EcoGraph, name: str) -> None:
    case = expected(name)
    if "data" in case:
        assert asked_of(HERE / case["data"], name, case["parameters"]) == case["rows"]
    else:
        assert asked(sample_graph, name, **case["parameters"]) == case["rows"]


@pytest.mark.parametrize("name", sorted(SAVED))
def test_answer_is_not_empty(sample_graph: EcoGraph, name: str) -> None:
    assert expected(name)["rows"]
    if name in OF_TODAY:
        assert asked(sample_graph, name, **{"from": "2026-01-01"})


@pytest.mark.parametrize("name", sorted(SAVED))
def test_file_runs_as_it_is(sample_graph: EcoGraph, name: str) -> None:
    """As in a tool that knows nothing of parameters: an open slot means "any"."""
    assert sample_graph.snapshot().rows(Level.PUBLIC, SAVED[name].text) or name in OF_TODAY


@pytest.mark.parametrize("name", comparable())
def test_parameters_narrow_the_answer(sample_graph: EcoGraph, name: str) -> None:
    everything = texts(sample_graph.snapshot().rows(Level.PUBLIC, SAVED[name].text))
    rows = expected(name)["rows"]
    assert all(row in everything for row in rows)
    assert len(rows) < len(everything) or name == "programme-parts"


@pytest.mark.parametrize("name", sorted(SAVED))
def test_query_names_no_deployment(name: str) -> None:
    assert DEFAULT_BASE_IRI not in SAVED[name].text
    assert "127.0.0.1" not in SAVED[name].text


# Other engines


@pytest.fixture(scope="module")
def rdflib_dataset(sample_graph: EcoGraph) -> Dataset:
    """What the public level sees, in another engine."""
    snapshot, dataset = sample_graph.snapshot(), Dataset()
    lines = "\n".join(f"{triple} ." for triple in snapshot.merged(Level.PUBLIC))
    dataset.default_graph.parse(data=lines, format="nt")
    for graph in snapshot.graphs(Level.PUBLIC):
        solutions = snapshot.query(
            Level.PUBLIC, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        )
        stated = "\n".join(f"{triple} ." for triple in solutions)
        dataset.graph(URIRef(graph)).parse(data=stated, format="nt")
    return dataset


@pytest.mark.parametrize("name", sorted(SAVED))
def test_query_is_standard_sparql(name: str) -> None:
    prepareQuery(SAVED[name].text)


# rdflib warns of its own use of its own method.
@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
@pytest.mark.parametrize("name", sorted(SAVED.keys() - OF_TODAY))
def test_rdflib_gives_the_same_answer(rdflib_dataset: Dataset, name: str) -> None:
    case, query = expected(name), SAVED[name]
    solutions = rdflib_dataset.query(query.bound(given(query, case["parameters"])))
    rows = [
        {str(variable): str(term).removeprefix(BASE) for variable, term in solution.asdict().items()}
        for solution in solutions
    ]
    assert rows == case["rows"]


# Meaning of single queries


def test_schemes_close_from_today_unless_told() -> None:
    file = HERE / "closing.ttl"
    assert asked_of(file, "schemes-closing-soon", {"from": "2999-01-01"}) == []
    every = asked_of(file, "schemes-closing-soon", {"from": "2026-01-01"})
    assert [row["closes"] for row in every] == [
        "2026-01-31", "2026-03-02", "2026-03-10", "2026-03-15", "2026-03-20", "2026-07-01",
    ]  # fmt: skip
    past = asked_of(file, "schemes-closing-soon", {"until": "2026-02-01"})
    assert past == [], "what closed before today is not closing soon"


def test_sources_are_all_told_with_what_they_state(sample_graph: EcoGraph) -> None:
    rows = asked(sample_graph, "sources-and-licences")
    assert {row["source"] for row in rows} == {
        f"source/{name}" for name in sample_graph.writing.declarations()
    }
    assert {row["source"] for row in rows if row["fictitious"] == "true"} == {"source/demo"}
    for row in rows:
        graph = BASE + row["source"]
        count = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        [counted] = sample_graph.snapshot().rows(Level.PUBLIC, count)
        assert row["triples"] == counted["n"].value


def test_a_territory_includes_its_parts(sample_graph: EcoGraph) -> None:
    region = asked(sample_graph, "territory-projects", territory="REG-75")
    parts = [asked(sample_graph, "territory-projects", territory=f"DEP-{n}") for n in (24, 33, 40, 64, 87)]
    assert {row["project"] for row in region} == {row["project"] for part in parts for row in part}


def test_a_competence_includes_more_specific_ones(sample_graph: EcoGraph) -> None:
    holders = {row["actor"] for row in asked(sample_graph, "competence-holders", competence="lean")}
    assert "actor/demo--aeroplis" in holders, "it claims six-sigma, which lean includes"
    specific = {row["actor"] for row in asked(sample_graph, "competence-holders", competence="six-sigma")}
    assert specific == {"actor/demo--aeroplis"}


def test_a_year_leaves_out_other_years(sample_graph: EcoGraph) -> None:
    [row] = asked(sample_graph, "yearly-targets", year="2016")
    assert (row["targetYear"], row["count"]) == ("2016", "20")


def test_partners_are_found_by_any_name_of_a_body(sample_graph: EcoGraph) -> None:
    by_default = asked(sample_graph, "watch-cell-partners")
    assert asked(sample_graph, "watch-cell-partners", name="CELLULE DE VEILLE DE LA LOZÈRE") == by_default
    assert asked(sample_graph, "watch-cell-partners", name="no such body") == []


# Parameters

BAD = [
    ("actors-by-pole", {"pole": "not a concept!"}, "a concept of https://w3id.org/ecograph/voc/poles"),
    ("actors-by-pole", {"pole": "chimie> . ?s ?p ?o"}, "a concept of"),
    ("schemes-closing-soon", {"until": "31/12/2026"}, "a date as 2026-01-31"),
    ("schemes-closing-soon", {"from": "2026-02-30"}, "a date as 2026-01-31"),
    ("most-demanded-competences", {"minimum": "two"}, "a whole number"),
    ("most-demanded-competences", {"minimum": "2.5"}, "a whole number"),
    ("most-demanded-competences", {"minimum": "9" * 5000}, "a whole number"),
    ("facts-and-sources", {"resource": "lozere--polen"}, "an absolute IRI"),
    ("facts-and-sources", {"resource": "http://x/> ?p ?o } #"}, "an absolute IRI"),
    ("facts-and-sources", {"resource": "http://x/\ud800"}, "an absolute IRI"),
    ("facts-and-sources", {}, "an absolute IRI"),
    ("facts-and-sources", {"resource": ""}, "an absolute IRI"),
    ("poles-overview", {"colour": "blue"}, "one of: pole"),
    ("poles-overview", {"pole": "num", "pole }": "x"}, "one of: pole"),
]


@pytest.mark.parametrize(("name", "values", "form"), BAD)
def test_a_bad_value_is_refused_with_the_form_expected(name: str, values: dict[str, str], form: str) -> None:
    with pytest.raises(BadParameter) as refused:
        SAVED[name].bound(values)
    assert form in refused.value.expected
    assert form in str(refused.value)


@pytest.mark.parametrize(
    "attack",
    [
        '" } } DROP ALL #',
        "x\n} UNION { ?body ?p ?o } #",
        "\\u0022 } ?s ?p ?o #",
        '\\" } ?s ?p ?o #',
        "''' }",
        "\\1 \\g<0>",
        "} VALUES ?name { UNDEF }",
        "\x00\r\t",
    ],
)
def test_a_text_stays_a_text(sample_graph: EcoGraph, attack: str) -> None:
    query = SAVED["watch-cell-partners"]
    assert sample_graph.snapshot().rows(Level.PUBLIC, query.bound({"name": attack})) == []


def test_a_value_is_never_read_as_the_slot_of_another(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + "# param: a string\n# param: b string\n" + TWO_TEXTS)
    values = {"a": "x\nVALUES ?b { UNDEF }", "b": '" } ?s ?p ?o { "'}
    for order in (values, dict(reversed(values.items()))):
        solutions = Store().query(read_query(file).bound(order))
        assert isinstance(solutions, QuerySolutions)
        [solution] = solutions
        assert (solution["a"].value, solution["b"].value) == (values["a"], values["b"])


def test_a_concept_is_given_by_notation_or_iri() -> None:
    query = SAVED["poles-overview"]
    iri = "https://w3id.org/ecograph/voc/poles/num"
    assert query.bound({"pole": "num"}) == query.bound({"pole": iri})
    assert f"VALUES ?pole {{ <{iri}> }}" in query.bound({"pole": "num"})


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UnknownQuery, match="no-such-query"):
        named(SAVED, "no-such-query")


# Files

HEADER = "# title@fr: T\n# title@en: T\n# description@fr: D\n# description@en: D\n"
TWO_TEXTS = "SELECT ?a ?b WHERE {\n  VALUES ?a { UNDEF }\n  VALUES ?b { UNDEF }\n}\n"
BODY = "SELECT ?x WHERE {\n  VALUES ?x { UNDEF }\n  ?x ?p ?o\n}\n"

BAD_FILES = [
    (HEADER.replace("# title@en: T\n", "") + "# param: x iri\n" + BODY, "line 1: no title@en"),
    (HEADER.replace("description@fr: D", "description@fr:") + "# param: x iri\n" + BODY, "no description@fr"),
    (HEADER + BODY, "line 6: ?x has no `# param:`"),
    (HEADER + "# param: x iri\n# param: y iri\n" + BODY, "line 6: no line `VALUES ?y { UNDEF }`"),
    (HEADER + "# param: x iri\n# VALUES ?y { UNDEF }\n# param: y iri\n" + BODY, "line 7: no line `VALUES ?y"),
    (HEADER + "# param: x number\n" + BODY, "line 5: not `# param: name type`"),
    (HEADER + "#param x\n" + BODY, "line 5: not `# param: name type`"),
    (HEADER + "# param: x concept\n" + BODY, "line 5: `concept(scheme)` needs its scheme"),
    (HEADER + "# param: x iri(poles)\n" + BODY, "line 5: `concept(scheme)` needs its scheme"),
    (HEADER + "# param: x iri\n# param: x string\n" + BODY, "line 6: x is declared twice"),
]


def written(folder: Path, text: str) -> Path:
    file = folder / "asked.rq"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(("text", "reason"), BAD_FILES)
def test_a_bad_file_is_told_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadDeclaration) as refused:
        read_query(file)
    assert refused.value.path == str(file)
    assert reason in refused.value.reason


def test_a_file_that_is_not_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "asked.rq"
    file.write_bytes(b"# title@fr: T\n# title@en: \xe9\n")
    with pytest.raises(BadDeclaration, match="line 2: not UTF-8"):
        read_query(file)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    query = read_query(written(tmp_path, HEADER + "# param: x concept(poles)!\n" + BODY))
    [parameter] = query.parameters
    assert (query.name, parameter.name, parameter.scheme, parameter.required) == ("asked", "x", "poles", True)
    assert query.title == {"fr": "T", "en": "T"}
