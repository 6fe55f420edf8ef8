"""Every kind of portal, read from a sample in its form: what it says, what is left out, what is remarked."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ecograph.assets import located
from ecograph.sources.content import File
from ecograph.sources.declaration import read_declaration
from ecograph.sources.mapping import RecordMapping
from tests.sources.conftest import SAMPLES, Read, declare, sample

PROJECTS = RecordMapping.model_validate(
    {
        "kind": "project",
        "class": "eco:Project",
        "id": ["ref"],
        "properties": {
            "dct:title": {"column": "nom", "lang": "fr"},
            "eco:inPole": {"column": "poles[*]", "as": "concept", "scheme": "poles"},
            "dct:identifier": {"column": "$.porteur.siren", "as": "siren"},
        },
    }
)


def ready(source: str) -> dict[str, Any]:
    """How a declaration that is ready to be used maps its table."""
    return {"records": read_declaration(located(f"loaders/ready/{source}.toml")).records}


CASES: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "ckan": ("ckan", ["ckan.json"], {}),
    "udata": ("udata", ["udata.json"], {}),
    "opendatasoft": ("opendatasoft", ["opendatasoft.json"], {}),
    "dcat": ("dcat", ["dcat.ttl"], {}),
    "json": ("json", ["listing.json"], {"records": (PROJECTS,), "json": {"records": "$.results"}}),
    "recherche-entreprises": ("recherche-entreprises", ["register.json"], {}),
    "sirene": (
        "sirene",
        ["StockEtablissement.zip", "StockUniteLegale.csv"],
        {"sirene": {"departements": ["48"]}},
    ),
    "aides-json": ("aides", ["aides.json"], {}),
    "aides-csv": ("aides", ["aides.csv"], {}),
    "communes": ("table", ["v_commune.csv"], ready("communes")),
    "postcodes": ("table", ["postcodes.csv"], ready("postcodes")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sample_says_what_is_written_beside_it(case: str, read: Read) -> None:
    kind, names, others = CASES[case]
    triples, rejections, warnings = read(declare(kind, **others), *map(sample, names))
    report = [f"# rejected: {r}" for r in rejections] + [f"# remark: {w}" for w in warnings]
    expected = (SAMPLES / f"{case}.nt").read_text("utf-8")
    assert "\n".join([*triples, *report]) + "\n" == expected


def test_a_scheme_that_a_table_writes_in_another_encoding_is_left_out(read: Read) -> None:
    content = sample("aides.csv").content
    promise = b"Faites le point sur votre atelier"
    assert promise in content
    mixed = File("aides.csv", content.replace(promise, promise + " été".encode("cp1252")))
    _, whole, _ = read(declare("aides"), sample("aides.csv"))
    triples, rejections, _ = read(declare("aides"), mixed)
    assert [r.path for r in rejections if r not in whole] == ["promesse"]
    assert triples


def test_datasets_of_portals_in_several_languages_are_read_in_french(read: Read) -> None:
    titles = [
        {"title": {"en": "Object", "fr": "Objet"}},
        {"title": "Shown", "title_translated": {"en": "Shown", "fr": "Montré"}},
        {"title": {"de": "Einzig"}},
    ]
    packages = [{"id": f"p{n}", **title} for n, title in enumerate(titles)]
    content = json.dumps({"result": {"results": packages}}).encode()
    triples, rejections, _ = read(declare("ckan"), File("x.json", content))
    assert rejections == []
    assert re.findall('/title> "([^"]*)"', "\n".join(triples)) == ["Objet", "Montré", "Einzig"]


@pytest.mark.parametrize("mark", [{"private": True}, {"state": "deleted"}])
def test_packages_that_are_not_published_are_no_resources(read: Read, mark: dict[str, Any]) -> None:
    content = json.dumps({"result": {"results": [{"id": "p", "title": "Caché", **mark}]}}).encode()
    assert read(declare("ckan"), File("x.json", content))[:2] == ([], [])


@pytest.mark.parametrize("mark", [{"private": True}, {"archived": "2024-01-01"}, {"deleted": "2024-01-01"}])
def test_datasets_that_are_withdrawn_are_no_resources(read: Read, mark: dict[str, Any]) -> None:
    datasets = [{"id": "a", "title": "Retiré", **mark}, {"id": "b", "title": "Là", "archived": None}]
    triples, _, _ = read(declare("udata"), File("x.json", json.dumps({"data": datasets}).encode()))
    assert re.findall('/title> "([^"]*)"', "\n".join(triples)) == ["Là"]
