"""RDF files as triples: every syntax, and the place of what does not parse."""

from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from ecograph.assets import ONTOLOGY
from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.sources.gather import Gathering, gather
from ecograph.sources.rdf import FORMATS, parse, read_bytes, read_rdf
from tests.sources.conftest import BASE as OWN
from tests.sources.conftest import Read

BASE = "https://example.org/"
TITLE = NamedNode("http://purl.org/dc/terms/title")
ONE = Triple(NamedNode(BASE + "offer/x--a"), TITLE, Literal("Été", language="fr"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_syntax_is_read(suffix: str) -> None:
    content = pyoxigraph.serialize([ONE], format=FORMATS[suffix])
    assert list(parse(content, name=f"x{suffix}", base=BASE)) == [ONE]
    assert list(parse(content, name=f"X{suffix.upper()}", base=BASE)) == [ONE]


def test_relative_iris_are_resolved() -> None:
    content = '<offer/x--a> <http://purl.org/dc/terms/title> "Été"@fr .'.encode()
    assert list(parse(content, name="x.ttl", base="https://example.org/")) == [ONE]


def test_bad_syntax_has_its_line_and_column() -> None:
    content = b"@prefix eco: <https://w3id.org/ecograph/ns#> .\n<a> a eco:Company ;\n   eco:headcount .\n"
    with pytest.raises(MalformedFile) as caught:
        list(parse(content, name="bad.ttl", base=BASE))
    assert (caught.value.name, caught.value.line) == ("bad.ttl", 3)
    assert caught.value.column
    assert str(caught.value).startswith("bad.ttl, line 3, column ")
    assert "Parser error" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"), [("x.jsonld", b'{"@id": '), ("x.rdf", b"<rdf:RDF>"), ("x.nt", b"<a> <b>\n")]
)
def test_bad_files_of_other_syntaxes_are_named(name: str, content: bytes) -> None:
    with pytest.raises(MalformedFile, match=rf"^{name}"):
        list(parse(content, name=name, base=BASE))


def test_wrong_encoding_has_its_line_and_byte() -> None:
    content = '<a> <http://x/t> "ok"@fr .\n<b> <http://x/t> "Loz\u00e8re"@fr .\n'.encode("latin-1")
    with pytest.raises(MalformedFile, match=r"x\.ttl, line 2, column 22: not UTF-8: byte 0xe8") as caught:
        list(parse(content, name="x.ttl", base=BASE))
    assert (caught.value.line, caught.value.column) == (2, 22)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_xml_is_utf_8_too(encoding: str) -> None:
    xml = pyoxigraph.serialize([ONE], format=RdfFormat.RDF_XML).decode()
    content = xml.replace("UTF-8", encoding).encode("latin-1")
    with pytest.raises(MalformedFile, match=r"X\.RDF, line 4, column \d+: not UTF-8: byte 0xc9"):
        list(parse(content, name="X.RDF", base=BASE))


@pytest.mark.parametrize("name", ["x.csv", "x", "ttl"])
def test_an_unknown_suffix_is_refused(name: str) -> None:
    with pytest.raises(MalformedFile, match=r"not an RDF file: expected one of \.ttl"):
        list(parse(b"", name=name, base=BASE))


@pytest.mark.parametrize(
    ("name", "cure"),
    [("x.csv", "--template CLASS"), ("compte rendu.DOCX", r"save it as one"), ("x.odt", "pdf")],
)
def test_what_is_read_in_another_way_is_told(name: str, cure: str) -> None:
    with pytest.raises(MalformedFile, match=rf"not an RDF file: .*; .*{cure}"):
        list(parse(b"", name=name, base=BASE))


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"<x:a> <x:b> <x:c> .", "text/plain", r"expected one of .* \(it came as text/plain\)"),
        (b"<!doctype html><p>", "text/html", r"it is an HTML page \(it came as text/html\)"),
        (b"@prefix a: <x:a> .", "application/rdf+xml", r"\(it came as application/rdf\+xml\)"),
    ],
)
def test_what_came_from_an_address_in_place_of_rdf_is_told(
    content: bytes, media_type: str, reason: str
) -> None:
    url = "https://exemple.org/rdf"
    with pytest.raises(MalformedFile, match=reason):
        read_rdf(File(url, content, url=url, media_type=media_type), BASE)


def test_a_table_that_is_given_as_rdf_is_told_how_to_be_read() -> None:
    with pytest.raises(MalformedFile, match="a table is read as a form \\(--template CLASS\\)"):
        list(parse(b"", name="x.xlsx", base=BASE))


def test_named_graphs_are_refused() -> None:
    content = b"<http://x/g> { <http://x/a> <http://x/b> <http://x/c> }"
    with pytest.raises(MalformedFile, match=r"it names a graph \(<http://x/g>\); a source is one graph"):
        list(parse(content, name="x.trig", base=BASE))


def test_a_file_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"#" * 101)
    assert len(read_bytes(path, limit=101)) == 101
    with pytest.raises(TooLarge, match=r"x\.ttl is larger than 100 bytes"):
        read_bytes(path, limit=100)


def test_a_device_is_not_read() -> None:
    with pytest.raises(MalformedFile, match="/dev/zero: not a regular file"):
        read_bytes(Path("/dev/zero"), limit=100)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    gathering = Gathering(None, limit=10)
    with pytest.raises(MalformedFile, match=r"none\.ttl: No such file"):
        list(gathering.read([tmp_path / "none.ttl"]))
    with pytest.raises(MalformedFile, match="Is a directory"):
        list(gathering.read([tmp_path]))
    for place in ("data/none/*.ttl", f"{tmp_path}/*.ttl"):
        with pytest.raises(MalformedFile, match=r"\*\.ttl: no file has such a name"):
            gather(occasional("x", "public").model_copy(update={"location": (place,)}), gathering)


OWL = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [
  {}
]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">
  <rdf:Description rdf:about="&x;offer/x--a"><dct:title xml:lang="fr">Été{}</dct:title></rdf:Description>
</rdf:RDF>
"""
NAMESPACE = f'<!ENTITY x "{BASE}">'


def owl(entities: str, text: str = "") -> bytes:
    return OWL.format(NAMESPACE + entities, text).encode()


def test_entities_stand_for_namespaces() -> None:
    assert list(parse(owl('<!ENTITY owl "http://www.w3.org/2002/07/owl#">'), name="x.owl", base=BASE)) == [
        ONE
    ]


@pytest.mark.parametrize(
    "entities",
    [
        '\n<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">',
        '\n<!ENTITY a "lol"><!-- <!ENTITY b "&a;&a;&a;"> -->',  # which the parser reads as well
    ],
)
def test_entities_that_refer_to_entities_are_refused(entities: str) -> None:
    with pytest.raises(MalformedFile, match=r"x\.rdf, line 4, column \d+: its entity 'b' refers to another"):
        list(parse(owl(entities, "&b;"), name="x.rdf", base=BASE))


def test_an_entity_does_not_make_a_file_many_times_larger() -> None:
    content = owl(f'<!ENTITY a "{"lol" * 1000}">', "&a;" * 1000)
    with pytest.raises(
        MalformedFile, match=r"x\.rdf: its entities would make it more than 10 times as large"
    ):
        list(parse(content, name="x.rdf", base=BASE))


@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".jsonld", ".rdf"])
@pytest.mark.parametrize("length", [1_000_001, 17_000_000])
def test_a_value_has_a_longest_length(suffix: str, length: int) -> None:
    content = pyoxigraph.serialize(
        [Triple(ONE.subject, TITLE, Literal("a" * length))], format=FORMATS[suffix]
    )
    with pytest.raises(MalformedFile, match="it holds a value of more than 1,000,000 characters"):
        list(parse(content, name=f"x{suffix}", base=BASE))


def test_a_context_is_not_fetched() -> None:
    content = b'{"@context": "https://evil.example.org/ctx.jsonld", "@id": "actor/r--x", "label": "x"}'
    with pytest.raises(MalformedFile, match=r"x\.jsonld.*contexts are not fetched: write the context into"):
        list(parse(content, name="x.jsonld", base=BASE))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_byte_order_mark_is_skipped(suffix: str) -> None:
    content = b"\xef\xbb\xbf" + (pyoxigraph.serialize([ONE], format=FORMATS[suffix]) or b"")
    assert list(parse(content, name=f"x{suffix}", base=BASE)) == [ONE]


def test_terms_that_the_ontology_does_not_have_are_remarked(read: Read) -> None:
    text = """@prefix eco: <https://w3id.org/ecograph/ns#> .
    <a> a eco:Compagny, <http://other.example/Compagny> .
    <b> a eco:Company ; eco:effectif 3 ; eco:headcout 3 .
    <c> a eco:Compagny ; eco:headcount 3 ; <http://other.example/effectif> 3 ."""
    triples, rejections, remarks = read(occasional("x", "public"), File("x.ttl", text.encode()))
    assert (len(triples), rejections) == (8, [])
    assert [(r.record, r.path, r.place) for r in remarks] == [
        (f"{OWN}/a", "eco:Compagny", "x.ttl"),
        (f"{OWN}/b", "eco:effectif", "x.ttl"),
        (f"{OWN}/b", "eco:headcout", "x.ttl"),
    ]
    assert remarks[0].reason == {
        "fr": "l'ontologie n'a pas de classe de ce nom ; vouliez-vous dire « eco:Company » ?",
        "en": "the ontology has no class of this name; did you mean 'eco:Company'?",
    }
    assert remarks[2].reason["en"].endswith("no property of this name; did you mean 'eco:headcount'?")


def test_the_ontology_knows_its_own_terms(read: Read) -> None:
    files = sorted([ONTOLOGY / "ecograph.ttl", *(ONTOLOGY / "schemes").glob("*.ttl")])
    assert read(occasional("x", "public"), *(File(p.name, p.read_bytes()) for p in files))[2] == []
