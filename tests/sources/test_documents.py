"""Documents: the text of a text file, a page, a PDF; and what is said of those that hold none."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ecograph.errors import BadDeclaration, MalformedFile
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration, occasional
from ecograph.sources.documents import EXTRACT, extract_of, read_document, read_texts, title_of
from ecograph.sources.extraction import extract

BASE = "https://territory.example"
SAID = "L’agence finance un séchoir à Mende. Il sèche des plantes."


def pdf(*pages: str, title: str = "", password: str = "") -> bytes:
    """A PDF with lines of text, one font, no compression."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(width=600, height=800)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        lines = text.replace("(", r"\(").replace(")", r"\)").split("\n")
        drawn = "BT /F1 12 Tf 50 700 Td 14 TL " + " T* ".join(f"({line}) Tj" for line in lines) + " ET"
        stream = DecodedStreamObject()
        stream.set_data(drawn.encode("cp1252") if text else b"")
        page[NameObject("/Contents")] = stream
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def declaration(**changes: object) -> Declaration:
    return occasional("uploads", "public", kind="document").model_copy(update=changes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_is_read_in_its_encoding(encoding: str) -> None:
    text = (
        "Été à Mende : l’agence a financé un séchoir, œuvre d’un réseau d’éleveurs cévenols.\r\n\r\n\r\nFin."
    )
    read = extract(File("note.txt", text.encode(encoding)))
    assert read.text == text.replace("\r\n\r\n\r\n", "\n\n")
    assert read.media_type == "text/plain"


def test_a_page_is_read_without_what_stands_beside_its_text() -> None:
    page = """<!doctype html><html><head><title>Le séchoir &amp; l'agence</title><style>p {}</style>
    <script>alert("volé")</script></head><body><nav>Accueil</nav><p>Un séchoir
    à <b>Mende</b>.</p><script>if (a < b) {}</script><p>Un autre.</p>
    <footer>Mentions</footer></body></html>"""
    read = extract(File("page.html", page.encode()))
    assert read.title == "Le séchoir & l'agence"
    assert read.text == "Un séchoir à Mende.\n\nUn autre."


@pytest.mark.parametrize("said", ["utf-8", "iso-8859-1", "us-ascii", "klingon", "utf-16"])
def test_a_page_may_be_wrong_about_its_encoding(said: str) -> None:
    page = f"<html><meta charset={said}><p>L’agence d’Aquitaine, à Mende : coût 3 €</p></html>".encode(
        "cp1252"
    )
    assert extract(File("page.html", page)).text == "L’agence d’Aquitaine, à Mende : coût 3 €"
    assert "L’agence" in extract(File("page.html", page, charset=said)).text


def test_a_page_says_its_encoding() -> None:
    page = '<html><head><meta charset="iso-8859-15"></head><p>coût : 3 €</p></html>'
    assert "3 €" in extract(File("page.html", page.encode("iso-8859-15"))).text


def test_a_pdf_is_read_page_by_page_and_its_lines_are_joined() -> None:
    content = pdf(
        "Un séchoir pour les plan-\ntes de Lozère,\nporté par une coopérative.", "Page deux.", title="Séchoir"
    )
    read = extract(File("note.pdf", content))
    assert read.title == "Séchoir"
    assert read.text == "Un séchoir pour les plantes de Lozère, porté par une coopérative.\n\nPage deux."
    assert read.written == "PDF, 2 pages"


@pytest.mark.parametrize(
    "title", ["untitled", "(anonymous)", "Sans titre 1", "Microsoft Word - note v2.docx", "note_finale.pdf"]
)
def test_what_programs_write_in_place_of_a_title_is_none(title: str) -> None:
    assert extract(File("note.pdf", pdf("Un séchoir", title=title))).title == ""


def test_letters_are_those_that_people_type() -> None:
    text = "Le pro\ufb01l de \ufb02otte, Loze\u0300re".encode()
    assert extract(File("note.txt", text)).text == "Le profil de flotte, Lozère"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scan.pdf", pdf("", ""), "2 pages hold no text"),
        ("closed.pdf", pdf("Secret", password="mot"), "encrypted"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", "cannot be read: it is broken or cut short"),
        ("binary.txt", bytes(range(1, 256)) * 20, r"line \d+, column \d+: not [\w-]+: byte 0x\w\w;"),
        ("cut.pdf", pdf("Un texte")[:-300], "cannot be read|no text"),
        ("empty.txt", b"", "no text"),
        ("blank.txt", b" \n\n\t", "no text"),
        ("only-script.html", b"<html><script>x</script></html>", "no text"),
        ("letter.pdf", b"Bonjour", "called .pdf, but it is text/plain"),
        ("letter.txt", pdf("Bonjour"), "called .txt, but it is application/pdf"),
        ("letter.txt", b"PK\x03\x04rest", "Word"),
        ("old.doc", b"\xd0\xcf\x11\xe0rest", "old Word"),
        ("photo.jpg", b"\xff\xd8\xffrest", "image"),
        ("thing.xyz", b"text", "not a document"),
        ("bytes.txt", b"a\0b", "null characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_cannot_be_read_is_told(name: str, content: bytes, said: str) -> None:
    with pytest.raises(MalformedFile, match=said) as caught:
        extract(File(name, content))
    assert caught.value.name == name


def test_a_broken_pdf_prints_nothing_of_its_own() -> None:
    script = "from ecograph.sources.content import File; from ecograph.sources.extraction import extract; "
    script += "extract(File('broken.pdf', b'%PDF-1.7\\nnothing more'))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr.startswith("Traceback"), done.stderr
    assert "MalformedFile" in done.stderr


def test_a_document_is_a_resource_with_an_extract(tmp_path: Path) -> None:
    text = "Source : Un séchoir à Mende\n\n" + SAID * 20
    file = File(str(tmp_path / "Ma note.txt"), text.encode())
    context = Context(BASE, lambda scheme, name: None)
    said = {
        t.predicate.value.rpartition("/")[2]: t.object.value
        for stated in read_document(declaration(), file, context).stated
        for t in stated.triples
    }
    assert said["title"] == "Un séchoir à Mende"
    assert said["language"] == "fr"
    assert said["identifier"] == "Ma note.txt"
    assert EXTRACT / 2 < len(said["description"]) <= EXTRACT
    assert "text" not in said
    kept = read_document(declaration(keep_text=True), file, context).stated
    assert any(t.object.value == extract(file).text for stated in kept for t in stated.triples)
    assert read_texts(declaration(), [file], BASE) == {
        f"{BASE}/document/uploads--ma-note": extract(file).text
    }


def test_documents_of_one_name_are_not_made_one() -> None:
    files = [File("a/Rapport.txt", b"Un texte."), File("b/rapport.md", b"Un autre.")]
    context = Context(BASE, lambda scheme, name: None)
    stated = [each for file in files for each in read_document(declaration(), file, context).stated]
    assert [bool(list(each.triples)) for each in stated] == [True, False]
    assert "a/Rapport.txt has this name already" in stated[1].rejections[0].reason["en"]
    assert list(read_texts(declaration(), files, BASE).values()) == ["Un texte."]


def test_long_titles_and_extracts_end_with_a_word() -> None:
    assert title_of("mot " * 60).endswith("mot…")
    assert len(title_of("mot " * 60)) <= 150
    assert extract_of("Une phrase. " * 40).endswith("phrase.")
    assert extract_of("mot " * 200).endswith("mot…")


def test_a_text_is_kept_only_of_documents() -> None:
    given = occasional("uploads", "public").model_dump() | {"keep_text": True}
    with pytest.raises(ValueError, match="keep_text"):
        Declaration.model_validate(given)
    with pytest.raises(BadDeclaration):
        occasional("Not A Slug", "public", kind="document")


def test_the_pdf_of_these_tests_is_one() -> None:
    assert len(PdfReader(io.BytesIO(pdf("a", "b"))).pages) == 2
