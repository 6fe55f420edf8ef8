"""Every kind of portal, read from a sample in its form: what it says, what is left out, what is remarked."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from zipfile import ZipFile

import pytest

from ecograph.assets import located
from ecograph.errors import MalformedFile
from ecograph.model import Rejection
from ecograph.sources.content import File
from ecograph.sources.declaration import read_declaration
from ecograph.sources.mapping import RecordMapping
from tests.sources.conftest import BASE, SAMPLES, Read, declare, sample

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


def test_datasets_with_one_identifier_are_not_made_one(read: Read) -> None:
    catalogue = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <https://exemple.fr/1> a dcat:Dataset ; dct:identifier "x" ; dct:title "Un"@fr .
    <https://exemple.fr/2> a dcat:Dataset ; dct:identifier "x" ; dct:title "Deux"@fr ."""
    triples, rejections, warnings = read(declare("dcat"), File("c.ttl", catalogue.encode()))
    assert re.findall('/title> "([^"]*)"', "\n".join(triples)) == ["Un"]
    assert [(r.record, r.value) for r in rejections] == [("https://exemple.fr/2", "x")]
    assert warnings == []

    items = [{"dataset_id": name, "metas": {"default": {"title": name}}} for name in ("a@b", "a-b", "a@b")]
    _, rejections, warnings = read(declare("opendatasoft"), File("o.json", json.dumps(items).encode()))
    assert [(r.place, r.value) for r in rejections] == [("o.json, $[1]", "a-b")]
    assert [(r.place, r.value) for r in warnings] == [("o.json, $[2]", "a@b")]


def test_a_publisher_that_is_spelt_in_two_ways_is_one_actor(read: Read) -> None:
    names = ("Organisme Un", "ORGANISME UN", "日本")
    items = [
        {"id": str(n), "title": "Titre", "organization": {"title": name}} for n, name in enumerate(names)
    ]
    content = json.dumps({"result": {"results": items}}).encode()
    triples, rejections, _ = read(declare("ckan"), File("c.json", content))
    said = [line for line in triples if line.startswith(f"<{BASE}/actor/")]
    assert rejections == []
    assert re.findall(r"#(\w+)> \"([^\"]*)\"", "\n".join(said)) == [
        ("label", "Organisme Un"),
        ("altLabel", "ORGANISME UN"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<!DOCTYPE html><html><title>Maintenance</title></html>", "it is an HTML page"),
        ("Erreur interne", "no column 'id' (utf-8-sig, separator ;); there are 'Erreur interne'"),
        ("id;nom\n1;Aide", "no column 'titre' (utf-8-sig, separator ;); there are 'id', 'nom'"),
    ],
)
def test_what_comes_in_place_of_schemes_is_told(read: Read, content: str, reason: str) -> None:
    with pytest.raises(MalformedFile, match=re.escape(reason)):
        read(declare("aides"), File("aides", content.encode()))


def test_a_provider_that_is_called_by_two_names_is_one_actor(read: Read) -> None:
    names = ("ADEME", "Agence de la transition écologique", "ADEME")
    items = [
        {
            "id": str(n),
            "titre": f"Aide {n}",
            "porteurs": [{"nom": name, "siren": "385290309", "roles": ["financeur"]}],
            "programmes_parents": [programme],
        }
        for n, (name, programme) in enumerate(
            zip(names, ("Fonds vert", "FONDS VERT", "Fonds vert"), strict=True)
        )
    ]
    triples, _, _ = read(declare("aides"), File("a.json", json.dumps(items).encode()))
    said = "\n".join(triples)
    assert re.findall(r'siren-385290309> <[^>]*#label> "([^"]*)"', said) == ["ADEME"]
    assert re.findall(r'siren-385290309> <[^>]*#altLabel> "([^"]*)"', said) == [names[1]]
    assert re.findall(r'programme-fonds-vert> <[^>]*/title> "([^"]*)"', said) == ["Fonds vert"]


@pytest.mark.parametrize("mark", [{"private": True}, {"state": "deleted"}])
def test_packages_that_are_not_published_are_no_resources(read: Read, mark: dict[str, Any]) -> None:
    content = json.dumps({"result": {"results": [{"id": "p", "title": "Caché", **mark}]}}).encode()
    assert read(declare("ckan"), File("x.json", content))[:2] == ([], [])


@pytest.mark.parametrize("mark", [{"private": True}, {"archived": "2024-01-01"}, {"deleted": "2024-01-01"}])
def test_datasets_that_are_withdrawn_are_no_resources(read: Read, mark: dict[str, Any]) -> None:
    datasets = [{"id": "a", "title": "Retiré", **mark}, {"id": "b", "title": "Là", "archived": None}]
    triples, _, _ = read(declare("udata"), File("x.json", json.dumps({"data": datasets}).encode()))
    assert re.findall('/title> "([^"]*)"', "\n".join(triples)) == ["Là"]


UNITS = (
    "siren,statutDiffusionUniteLegale,etatAdministratifUniteLegale,denominationUniteLegale,sigleUniteLegale,"
    "denominationUsuelle1UniteLegale,identifiantAssociationUniteLegale,categorieJuridiqueUniteLegale"
)
SEATS = (
    "siret,etablissementSiege,etatAdministratifEtablissement,codeCommuneEtablissement,"
    "libelleCommuneEtablissement"
)
SEAT = "73282932000074,true,A,48095,MENDE"
UNIT = "732829320,O,A,SCIERIE HAUTE,SH,,,5710"


def stock(name: str, *rows: str, encoding: str = "utf-8", end: str = "\n") -> File:
    return File(name, ("\n".join(rows) + end).encode(encoding))


def told(rejections: list[Rejection]) -> list[tuple[str, str]]:
    return [(rejection.place, rejection.reason["en"]) for rejection in rejections]


@pytest.mark.parametrize("code", ["Lozère", "1", "20", "99", "2a"])
def test_a_departement_is_given_by_its_code(code: str) -> None:
    with pytest.raises(ValueError, match="the code of a département is expected, as 48, 2A or 974"):
        declare("sirene", sirene={"departements": ["48", "2A", "974", code]})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("123456789,O,A,FAUX,,,,5710", "not a SIREN number"),
        (",O,A,SANS NUMÉRO,,,,5710", "not a SIREN number"),
        ("ABC DEF GH,O,A,LETTRES,,,,5710", "not a SIREN number"),
        ("732829320,O,A,SCIERIE, HAUTE,SH,,,5710", "9 cells under 8 columns"),
        ("732829320,O,A,SCIERIE HAUTE", "4 cells under 8 columns"),
    ],
)
def test_a_row_of_a_stock_file_that_cannot_be_read_is_told_alone(read: Read, row: str, reason: str) -> None:
    files = stock("e.csv", SEATS, SEAT), stock("u.csv", UNITS, row, UNIT)
    triples, rejections, _ = read(declare("sirene", sirene={"departements": ["48"]}), *files)
    assert [place for place, _ in told(rejections)] == ["u.csv, line 2"]
    assert reason in rejections[0].reason["en"]
    assert '"SCIERIE HAUTE"@fr' in "\n".join(triples)


def test_a_row_of_a_stock_file_in_another_encoding_is_told_alone(read: Read) -> None:
    other = UNIT.replace("SCIERIE HAUTE", "FERME DU BÉAL")
    units = File("u.csv", "\n".join([UNITS, other, UNIT, ""]).encode("cp1252"))
    triples, rejections, _ = read(declare("sirene"), units)
    assert [place for place, _ in told(rejections)] == ["u.csv, line 2"]
    assert "not UTF-8" in rejections[0].reason["en"]
    assert '"SCIERIE HAUTE"@fr' in "\n".join(triples)


def test_a_row_of_a_stock_file_with_text_after_a_quote_is_told_alone(read: Read) -> None:
    odd = UNIT.replace("SCIERIE HAUTE", '"SCIERIE" HAUTE')
    triples, rejections, _ = read(declare("sirene"), stock("u.csv", UNITS, odd, UNIT))
    assert [place for place, _ in told(rejections)] == ["u.csv, line 2"]
    assert "text follows the quote" in rejections[0].reason["en"]
    assert '"SCIERIE HAUTE"@fr' in "\n".join(triples)


def test_an_establishment_that_cannot_be_read_is_told_alone(read: Read) -> None:
    odd = SEAT.replace("MENDE", "MENDE,CEDEX")
    files = stock("e.csv", SEATS, odd, SEAT), stock("u.csv", UNITS, UNIT)
    triples, rejections, _ = read(declare("sirene"), *files)
    assert told(rejections)[0][0] == "e.csv, line 2"
    assert "COM-48095" in "\n".join(triples)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([stock("u.csv", UNITS, UNIT, UNIT[:20], end="")], "line 3, column 1: its last row lacks cells"),
        ([stock("u.csv", UNITS, UNIT), stock("e.csv", SEATS, SEAT)], "before the file of the legal units"),
        (
            [stock("u.csv", UNITS, UNIT.replace(",SC", ',"SC'), UNIT)],
            "line 2, column 15: a quote opens a cell",
        ),
    ],
)
def test_stock_files_that_would_lose_companies_are_refused(
    read: Read, files: list[File], reason: str
) -> None:
    with pytest.raises(MalformedFile, match=re.escape(reason)):
        read(declare("sirene"), *files)


def test_a_zip_without_a_stock_file_is_refused(read: Read) -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("lisez-moi.txt", "Bonjour")
    with pytest.raises(MalformedFile, match="it holds no CSV file"):
        read(declare("sirene"), File("u.zip", packed.getvalue()))


def test_an_association_has_its_number_and_its_usual_names(read: Read) -> None:
    row = "732829320,O,A,FOYER RURAL,FR,LE FOYER,W481000001,9220"
    triples, _, _ = read(declare("sirene"), stock("u.csv", UNITS, row))
    said = "\n".join(triples)
    assert 'identifier> "rna:W481000001"' in said
    assert '/core#altLabel> "FR"@fr' in said
    assert '/core#altLabel> "LE FOYER"@fr' in said
