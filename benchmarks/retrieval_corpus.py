"""The retrieval benchmark as files: corpus, links, queries, judgements; and the corpus as Turtle."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pyoxigraph as ox

from ecograph.assets import LOADERS
from ecograph.settings import Settings
from ecograph.sources.declaration import read_declaration
from ecograph.sources.gather import Gathering, gather
from ecograph.sources.rdf import parse

Row = Mapping[str, Any]
Judgements = Mapping[str, Mapping[str, int]]  # query -> document -> grade

_PREFIXES = """\
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_NAMES = (_SKOS + "prefLabel", _SKOS + "altLabel")
# The concepts that the shapes ask for, so that the corpus needs no other source beside it.
_VOC = "https://w3id.org/ecograph/voc"
_CONCEPTS = "\n".join(
    f"<{_VOC}/{scheme}/{name}> a skos:Concept ; skos:inScheme <{_VOC}/{scheme}> ."
    for scheme, name in (
        ("resource-types", "dispositif"),
        ("resource-types", "information"),
        ("actor-types", "association"),
        ("visibility", "public"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question of the benchmark."""

    id: str
    text: str
    style: str
    language: str


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of record is written in the graph."""

    segment: str
    type: str
    label: str = "dct:title"
    text: str = "dct:description"
    more: str = ""
    place: str = "eco:availableIn"


_SCHEME = _Form("offer", "eco:SupportOffer", more=f"eco:resourceType <{_VOC}/resource-types/dispositif>")
_FORMS = {
    "programme": _SCHEME,
    "aide-individuelle": _SCHEME,
    "fiche-projet": _Form(
        "offer", "eco:SupportOffer", more=f"eco:resourceType <{_VOC}/resource-types/information>"
    ),
    "acteur": _Form(
        "actor",
        "eco:Organization",
        "rdfs:label",
        more=f"eco:actorType <{_VOC}/actor-types/association>",
        place="dct:spatial",
    ),
    "competence": _Form(
        "competence",
        "eco:Competence",
        "skos:prefLabel",
        "skos:definition",
        more=f"skos:inScheme <{_VOC}/competences>",
    ),
}


def vocabulary() -> str:
    """What every deployment holds beside its records, as N-Triples: texts in both languages, and schemes.

    The concepts are not among the documents that were judged: their classes are left out.
    """
    return "".join(f"{line} .\n" for line in sorted({str(t) for t in _vocabulary() if _is_kept(t)}))


def _vocabulary() -> Iterator[ox.Triple]:
    declared = read_declaration(LOADERS / "ontology.toml")
    files = gather(declared, Gathering(None, limit=Settings().load_bytes))
    return (triple for file in files for triple in parse(file.content, name=file.name, base=_VOC))


def _is_kept(triple: ox.Triple) -> bool:
    said = triple.object
    is_text = isinstance(said, ox.Literal) and said.language in {"fr", "en"}
    return is_text or triple.predicate.value in {_SKOS + name for name in ("inScheme", "notation", "broader")}


@cache
def _territories() -> Mapping[str, str]:
    """The IRI of each territory by its French names; a region goes before a département."""
    named = [
        (str(t.subject).strip("<>"), t.object.value)
        for t in _vocabulary()
        if isinstance(t.object, ox.Literal) and t.object.language == "fr" and t.predicate.value in _NAMES
    ]
    return {name: iri for iri, name in sorted(named) if iri.startswith(f"{_VOC}/territories/")}


def read_rows(folder: Path) -> list[Row]:
    """The records of `corpus.jsonl`."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_links(folder: Path) -> dict[str, tuple[str, ...]]:
    """For each linked resource the guides that point to it."""
    links: dict[str, tuple[str, ...]] = {}
    with (folder / "links.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            links[row["resource"]] = (*links.get(row["resource"], ()), row["concept"])
    return links


def read_queries(path: Path) -> list[Query]:
    """The queries, in order."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Query(id=r["id"], text=r["text"], style=r["style"], language=r["lang"]) for r in rows]


def read_judgements(path: Path) -> Judgements:
    """The graded judgements of a TREC file."""
    judged: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split()
        judged.setdefault(query, {})[document] = int(grade)
    return judged


def id_of(iri: str) -> str:
    """The id of a record in the judgements, from its IRI in any deployment."""
    return unquote(iri.rsplit("/", 1)[-1]).replace("--", ":", 1)


def description(row: Row) -> str:
    """Promise and text; many texts begin with their promise already."""
    promise, text = row.get("promise", ""), row["text"]
    return text if text.startswith(promise) else f"{promise}\n{text}"


def corpus_turtle(folder: Path) -> str:
    """The corpus as records to load, with IRIs relative to a deployment's base."""
    rows, links = read_rows(folder), read_links(folder)
    paths = {row["id"]: _path(row) for row in rows}
    return _PREFIXES + _CONCEPTS + "\n".join(_record(row, paths, links.get(row["id"], ())) for row in rows)


def _record(row: Row, paths: Mapping[str, str], guides: Iterable[str]) -> str:
    lines = " ;\n  ".join(_statements(row, [paths[g] for g in guides if g in paths]))
    return f"<{paths[row['id']]}> {lines} .\n"


def _statements(row: Row, guides: Iterable[str]) -> Iterator[str]:
    form = _form(row)
    yield f"a {form.type}"
    yield f"{form.label} {_french(row['title'])}"
    if text := description(row).strip():
        yield f"{form.text} {_french(text)}"
    yield f"dct:identifier {json.dumps(row['id'], ensure_ascii=False)}"
    if form.more:
        yield form.more
    yield from (f"dct:relation <{guide}>" for guide in guides)
    yield from (f"{form.place} <{iri}>" for iri in sorted(_places(row)))


def _places(row: Row) -> set[str]:
    """The territories that a record names; overseas is France."""
    named = [name.strip() for text in row.get("territory", ()) for name in str(text).split(",")]
    whole = {"France et territoires d'outre-mer": "France"}
    return {iri for name in named if (iri := _territories().get(whole.get(name, name)))}


def _form(row: Row) -> _Form:
    return _FORMS[row["type"]]


def _path(row: Row) -> str:
    """The relative IRI: the prefix of the id stands for its source."""
    return f"{_form(row).segment}/{quote(row['id'].replace(':', '--', 1), safe='-._~')}"


def _french(text: str) -> str:
    """A French literal: every escape that JSON writes is one of Turtle too."""
    return json.dumps(text, ensure_ascii=False) + "@fr"
