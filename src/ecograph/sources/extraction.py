"""The text of a document: of plain text, of a page, of a PDF."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.content import File
from ecograph.sources.encoding import decoded, encoding_of, holds_as
from ecograph.sources.markup import PARAGRAPH, is_block, read_markup

SUFFIXES: Mapping[str, str] = {
    ".txt": "text/plain",
    ".md": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".pdf": "application/pdf",
}
MOST_PAGES = 1_000
LONGEST = 2_000_000  # characters

_SPACES = re.compile(r"[ \t\u00a0\f\v]+")
_BLANKS = re.compile(r"\s*\n\s*\n\s*")
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
# What programs write in place of a title, and names of files.
_NO_TITLE = re.compile(
    r"\(?(?:untitled|anonymous|unspecified|sans (?:titre|nom)|document|pr[ée]sentation)\)? ?\d*"
    r"|(?:pr[ée]sentation powerpoint|powerpoint presentation|diapositive|slide) ?\d*"
    r"|microsoft (?:word|powerpoint|excel|office \w+) - .*"
    r"|\S+\.(?:docx?|odt|pptx?|odp|xlsx?|pdf|indd|rtf|txt)",
    re.IGNORECASE,
)
_LIGATURES = {0xFB00 + at: letters for at, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
_SAID_OF = {
    b"PK\x03\x04": "a Word, OpenDocument or spreadsheet file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "a rich text file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
}
# What stands on a page beside its text.
_ASIDE = frozenset(
    {"script", "style", "noscript", "template", "svg", "nav", "header", "footer", "aside", "form", "iframe"}
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """A document's text, its title where it has one of its own, and how it is written."""

    text: str
    title: str
    media_type: str
    written: str


@lru_cache(maxsize=4)
def extract(file: File) -> Extraction:
    """Return the text of a document.

    Raises `MalformedFile` for what is no text, HTML or PDF, for what is not what its name says, and for
    a document without any text; `TooLarge` for one that is too long.
    """
    media_type = _media_type(file)
    found = _EXTRACTORS[media_type](file)
    text = _tidied(found.text)
    if not text:
        raise MalformedFile(file.name, "it holds no text")
    if len(text) > LONGEST:
        raise TooLarge(file.name, LONGEST, "characters")
    return Extraction(text, " ".join(found.title.split()), media_type, found.written)


def _media_type(file: File) -> str:
    """Return what a document is; its name must not say otherwise."""
    suffix = file.suffix
    named, seen = SUFFIXES.get(suffix), _seen(file.content)
    for magic, what in _SAID_OF.items():
        if file.content.startswith(magic):
            raise MalformedFile(file.name, f"it is {what}: save it as PDF or as plain text")
    if named is None and suffix and not file.url:  # an address may end with anything
        raise MalformedFile(file.name, f"not a document: expected one of {', '.join(SUFFIXES)}")
    if named is not None and named != seen and "application/pdf" in {named, seen}:
        raise MalformedFile(file.name, f"it is called {suffix}, but it is {seen}: give it its own suffix")
    return seen if named is None else named


def is_page(content: bytes) -> bool:
    """Tell whether a file begins as an HTML page does."""
    return _HTML.match(content[:2_000]) is not None


def _seen(content: bytes) -> str:
    if content.lstrip()[:5] == b"%PDF-":
        return "application/pdf"
    return "text/html" if is_page(content) else "text/plain"


def _plain(file: File) -> Extraction:
    encoding = encoding_of(file.content)
    return Extraction(_decoded(file, encoding), "", "", encoding)


def _html(file: File) -> Extraction:
    encoding = encoding_of(file.content)
    if not encoding.startswith("utf"):  # what holds as UTF-8 is, whatever is said of it
        declared = _CHARSET.search(file.content[:4_000])
        said = (file.charset or "", declared[1].decode("ascii", "replace") if declared else "")
        encoding = next(filter(None, (holds_as(file.content, name) for name in said)), encoding)
    # The end of a line of HTML is a space; lines end with their elements.
    page = read_markup(_decoded(file, encoding).replace("\n", " "), hidden=_ASIDE, gap=_gap)
    return Extraction(page.text, page.title, "", encoding)


def _gap(tag: str) -> str:
    return "\n" if tag == "br" else PARAGRAPH if is_block(tag) else ""


def _decoded(file: File, encoding: str) -> str:
    text = decoded(file.content, encoding, name=file.name)
    if "\0" in text:
        raise MalformedFile(file.name, "it holds null characters; it is no text")
    return text


def _pdf(file: File) -> Extraction:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells a terminal what it makes of broken files
    try:
        reader = PdfReader(io.BytesIO(file.content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise MalformedFile(file.name, "it is encrypted: save it without a password")
        if len(reader.pages) > MOST_PAGES:
            raise TooLarge(file.name, MOST_PAGES, "pages")
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # pypdf lets what a broken file does to its own code through.
        raise MalformedFile(file.name, "the PDF cannot be read: it is broken or cut short") from error
    if pages and not any(page.strip() for page in pages):
        raise MalformedFile(
            file.name,
            f"its {len(pages)} pages hold no text: it was probably scanned; recognise its characters first",
        )
    own = "" if title is None or _NO_TITLE.fullmatch(title.strip()) else title
    return Extraction(_rejoined("\n\n".join(pages)), own, "", f"PDF, {len(pages)} pages")


def _rejoined(text: str) -> str:
    """Join what the end of a line cut: words at their hyphen, and the lines of a paragraph."""
    text = re.sub(r"(?<=[^\W\d_])[-\u00ad]\n(?=[a-zà-öø-ÿ])", "", text)
    return re.sub(r"(?<=[^\n.!?:…])\n(?=[^\n•–-])", " ", text)


def _tidied(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(_LIGATURES))  # as people type it when they search
    lines = (
        _SPACES.sub(" ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


_EXTRACTORS: Mapping[str, Callable[[File], Extraction]] = {
    "text/plain": _plain,
    "text/html": _html,
    "application/pdf": _pdf,
}
