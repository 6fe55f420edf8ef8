"""The reference names everything that there is, as it is, and nothing that there is not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic_core import PydanticUndefined
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from starlette import testclient
from starlette.routing import BaseRoute, Mount, Route

from ecograph.app import EcoGraph
from ecograph.assets import LOADERS, ONTOLOGY, QUERIES
from ecograph.cli import main
from ecograph.graph.saved import SavedQuery, read_queries
from ecograph.settings import Settings
from ecograph.sources.declaration import Declaration, Kind, read_declarations
from ecograph.sources.declared import READY
from ecograph.vocab import DCT, NS, RDF, RDFS, SKOS
from ecograph.web.service import create_app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES += sorted((ROOT / "benchmarks").rglob("*.md"))
# FastAPI's own; the reference names it in words.
_OWN = {"/openapi.json"}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, down to the next one of its kind."""
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^{heading.split(maxsplit=1)[0]} |\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"no heading {heading!r}"
    return found[1]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_is_there_with_its_default_and_its_use(name: str) -> None:
    setting = Settings.model_fields[name]
    assert setting.default is not PydanticUndefined
    default = "unset" if setting.default in (None, (), {}) else f"`{setting.default}`"
    row = f"| `ECOGRAPH_{name.upper()}` | {default} | {setting.description} |"
    assert row in page("reference/settings.md")


def test_no_page_names_a_setting_that_is_not() -> None:
    for path in PAGES:
        named = set(re.findall(r"ECOGRAPH_([A-Z]+(?:_[A-Z]+)*)", path.read_text("utf-8")))
        assert {name.lower() for name in named} <= set(Settings.model_fields), path


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for below, other in command.commands.items():
        yield from _commands(other, f"{name} {below}")


COMMANDS = dict(_commands(main, "ecograph"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_with_its_options(name: str) -> None:
    text = page("reference/commands.md")
    heading = next(
        (h for h in re.findall(r"^## .*$", text, re.MULTILINE) if f"`{name} " in h or f"`{name}`" in h), None
    )
    assert heading, f"no section for {name}"
    told = section(text, heading)
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[0]}" in told, f"{name} {parameter.opts[0]}"
        else:
            assert parameter.make_metavar(click.Context(COMMANDS[name])).strip("[].…") in heading


def test_no_command_or_option_is_there_that_is_not() -> None:
    text = page("reference/commands.md")
    known = {option for c in (main, *COMMANDS.values()) for p in c.params for option in p.opts}
    assert set(re.findall(r"`(--[a-z-]+)", text)) - known <= {"--help", "--version"}
    named = {
        heading.removeprefix("ecograph ")
        for heading in re.findall(r"^## `(ecograph [a-z -]+)", text, re.MULTILINE)
    }
    assert {name.strip() for name in named} == {name.removeprefix("ecograph ") for name in COMMANDS}


@pytest.fixture(scope="module")
def routes(sample: EcoGraph) -> set[str]:
    return {route for found in create_app(sample).routes for route in _routes(found)}


def _routes(route: BaseRoute) -> Iterable[str]:
    if isinstance(route, Mount):
        return [f"GET {route.path}/…"]
    if isinstance(route, Route):
        if route.path in _OWN:
            return []
        # That HEAD is answered wherever GET is said once.
        methods = (route.methods or set()) - {"HEAD"}
        return [f"{method} {re.sub(r':path}', '}', route.path)}" for method in methods]
    # FastAPI keeps an included router as one route.
    inner: Iterable[BaseRoute] = vars(route)["original_router"].routes
    return [path for other in inner for path in _routes(other)]


def test_the_routes_are_those_of_the_service(routes: set[str]) -> None:
    told = set(
        re.findall(r"`((?:GET|POST|PUT|DELETE|OPTIONS|HEAD|PATCH) /[^` ]*)`", page("reference/http.md"))
    )
    assert {route.split("?")[0] for route in told} == routes


# A resource's GET and HEAD are one function, and so one name.
@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_the_parameters_of_the_api_are_named(sample: EcoGraph) -> None:
    described = create_app(sample).openapi()
    text = page("reference/http.md")
    for path, methods in described["paths"].items():
        if path.startswith("/queries/"):
            continue  # the page of the saved queries names these
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                name = parameter["name"]
                assert f"`{name}`" in text or f"{{{name}}}" in text, f"{path}: {name}"


QUERY = read_queries(QUERIES)


@pytest.mark.parametrize("query", QUERY.values(), ids=lambda query: query.name)
def test_each_saved_query_is_there_with_its_parameters(query: SavedQuery) -> None:
    told = section(page("reference/queries.md"), f"## `{query.name}`")
    assert f"{query.title['en']} · *{query.title['fr']}*" in told
    assert query.description["en"] in told
    expected = [
        (p.name, f"concept({p.scheme})" if p.scheme else p.type, p.required) for p in query.parameters
    ]
    listed = re.findall(r"^- `(\w+)`: ([\w()-]+)(, \*\*required\*\*)?$", told, re.MULTILINE)
    assert [(name, kind, bool(required)) for name, kind, required in listed] == expected


def test_no_saved_query_is_there_that_is_not() -> None:
    assert set(re.findall(r"^## `(.+)`$", page("reference/queries.md"), re.MULTILINE)) == set(QUERY)


def test_each_source_and_each_key_of_a_declaration_are_there() -> None:
    text = page("reference/sources.md")
    told = section(text, "## The sources of the sample territory")
    for source, declaration in read_declarations(LOADERS).items():
        mark = r"\*\*yes\*\*" if declaration.fictitious else "no"
        assert re.search(rf"^\| `{source}` \| .+ \| {mark} \|$", told, re.MULTILINE), source
    named = re.findall(
        r"^\| `([a-z-]+)` \| `([a-z-]+)` \|", section(text, "## The sources that are ready"), re.MULTILINE
    )
    assert dict(named) == {source: one.kind for source, one in read_declarations(READY).items()}
    kinds = re.findall(r"^\| `([a-z-]+)` \|", section(text, "## The kinds of sources"), re.MULTILINE)
    assert {*get_args(Kind)} <= set(kinds)
    keys = section(text, "## The keys of a declaration")
    assert set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.*?) \|", keys, re.MULTILINE)))) == {
        field.alias or name for name, field in Declaration.model_fields.items()
    }


def _labels(path: Path) -> dict[str, dict[str, str]]:
    said: dict[str, dict[str, str]] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/"):
        subject, label = quad.subject, quad.object
        if quad.predicate.value in (RDFS + "label", DCT + "title", SKOS + "prefLabel") and isinstance(
            label, Literal
        ):
            assert isinstance(subject, NamedNode)
            said.setdefault(subject.value, {})[label.language or ""] = label.value
    return said


def _terms() -> dict[str, dict[str, str]]:
    kinds = {"Class", "ObjectProperty", "DatatypeProperty", "Property"}
    path = ONTOLOGY / "ecograph.ttl"
    typed = {
        quad.subject.value
        for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/")
        if quad.predicate.value == RDF + "type"
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
        and re.split("[#/]", quad.object.value)[-1] in kinds
    }
    labels = _labels(path)
    return {iri.removeprefix(NS): labels[iri] for iri in sorted(typed) if iri.startswith(NS)}


TERMS = _terms()


@pytest.mark.parametrize("term", TERMS)
def test_each_term_of_the_ontology_is_there_with_its_labels(term: str) -> None:
    assert f"| `eco:{term}` | {TERMS[term]['fr']} | {TERMS[term]['en']} |" in page("reference/ontology.md")


def test_no_page_names_a_term_that_is_not() -> None:
    for path in PAGES:
        named = set(re.findall(r"`eco:(\w+)`", path.read_text("utf-8")))
        assert named <= set(TERMS), path


@pytest.mark.parametrize("path", sorted((ONTOLOGY / "schemes").glob("*.ttl")), ids=lambda path: path.stem)
def test_each_concept_scheme_is_there_with_its_labels(path: Path) -> None:
    label = next(said for iri, said in _labels(path).items() if iri.endswith(f"/voc/{path.stem}"))
    assert f"| `{path.stem}` | {label['fr']} | {label['en']} |" in page("reference/ontology.md")


def test_each_direct_dependency_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for ds in project["optional-dependencies"].values() for d in ds)]
    told = re.findall(r"^\| `([\w-]+)` \|", page("dependencies.md"), re.MULTILINE)
    assert sorted(told) == sorted(re.split(r"[<>=!]", name)[0] for name in wanted)


def test_what_the_test_client_needs_comes_with_the_tests() -> None:
    """It takes what it finds: here another extra may have brought it, elsewhere nothing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[<>=!]", name)[0] for name in project["optional-dependencies"]["test"]}
    assert testclient.httpx.__name__ in declared


def test_the_weights_of_matching_are_those_of_the_code() -> None:
    from ecograph.questions import signs

    text = page("explanation/ranking.md")
    told = dict(re.findall(r"^\| ([a-z ]+) \| (−?[\d.]+) \|", text, re.MULTILINE))
    assert {name: float(worth.replace("−", "-")) for name, worth in told.items()} == {
        "text": signs.TEXT,
        "competence": signs.COMPETENCE,
        "kind": signs.KIND,
        "pole": signs.POLE,
        "axis": signs.AXIS,
        "stage": signs.STAGE,
        "territory": signs.TERRITORY,
        "feedback": signs.FEEDBACK,
        "feedback elsewhere": signs.FEEDBACK_ELSEWHERE,
        "eligible": signs.ELIGIBLE,
        "not eligible": signs.NOT_ELIGIBLE,
    }
    assert f"must reach {signs.LEAST_SUBSTANCE}" in text


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = link.partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        target = path if not place else (path.parent / place).resolve()
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target.read_text("utf-8")), link


def test_each_page_can_be_reached_from_the_readme() -> None:
    seen, pending = set(), [ROOT / "README.md"]
    while pending:
        path = pending.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        links = re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
        pending += [(path.parent / link).resolve() for link in links]
    assert {p for p in PAGES if p.is_relative_to(ROOT / "docs")} <= seen
