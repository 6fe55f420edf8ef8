"""The retrieval benchmark as files: corpus, links, queries, judgements; and the corpus as Turtle."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

BASE = "https://example.org/"

Row = Mapping[str, str]
Judgements = Mapping[str, Mapping[str, int]]  # query -> document -> grade

_PREFIXES = """\
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""
_INFORMATION = "<https://w3id.org/ecograph/voc/resource-types/information>"


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


_SCHEME = _Form("offer", "eco:SupportOffer")
_FORMS = {
    "programme": _SCHEME,
    "aide-individuelle": _SCHEME,
    "fiche-projet": _Form("offer", "eco:SupportOffer", more=f"eco:resourceType {_INFORMATION}"),
    "acteur": _Form("actor", "eco:Organization", label="rdfs:label"),
    "competence": _Form("competence", "eco:Competence", "skos:prefLabel", "skos:definition"),
}


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


def iri_of(row: Row) -> str:
    """The IRI of a record, absolute."""
    return BASE + _path(row)


def description(row: Row) -> str:
    """Promise and text; many texts begin with their promise already."""
    promise, text = row.get("promise", ""), row["text"]
    return text if text.startswith(promise) else f"{promise}\n{text}"


def corpus_turtle(folder: Path) -> str:
    """The corpus as records to load, with IRIs relative to a deployment's base."""
    rows, links = read_rows(folder), read_links(folder)
    paths = {row["id"]: _path(row) for row in rows}
    return _PREFIXES + "\n".join(_record(row, paths, links.get(row["id"], ())) for row in rows)


def _record(row: Row, paths: Mapping[str, str], guides: Iterable[str]) -> str:
    lines = " ;\n  ".join(_statements(row, [paths[g] for g in guides if g in paths]))
    return f"<{paths[row['id']]}> {lines} .\n"


def _statements(row: Row, guides: Iterable[str]) -> Iterator[str]:
    form = _form(row)
    yield f"a {form.type}"
    yield f"{form.label} {_french(row['title'])}"
    yield f"{form.text} {_french(description(row))}"
    yield f"dct:identifier {json.dumps(row['id'], ensure_ascii=False)}"
    if form.more:
        yield form.more
    yield from (f"dct:relation <{guide}>" for guide in guides)


def _form(row: Row) -> _Form:
    return _FORMS[row["type"]]


def _path(row: Row) -> str:
    """The relative IRI: the prefix of the id stands for its source."""
    return f"{_form(row).segment}/{quote(row['id'].replace(':', '--'), safe='-._~')}"


def _french(text: str) -> str:
    """A French literal: every escape that JSON writes is one of Turtle too."""
    return json.dumps(text, ensure_ascii=False) + "@fr"
