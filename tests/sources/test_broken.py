"""Broken files of every kind: read as far as they go, or refused as bad input; nothing else."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from ecograph.errors import BadInput, MalformedFile
from ecograph.graph.records import skolemise
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration
from ecograph.sources.filled import origin_of
from ecograph.sources.read import read_file
from ecograph.sources.tables import TableOptions, read_table
from ecograph.sources.templates import marked_copy
from ecograph.sources.values import Lookup
from tests.sources.conftest import BASE, declare, sample
from tests.sources.test_portals import CASES

FEED = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>
<link>https://a.example/</link><item><title>Un &lt;b&gt;titre&lt;/b&gt;</title><link>/x</link>
<guid isPermaLink="false">12</guid><pubDate>Mon, 01 Jun 2026 10:00:00 +0200</pubDate>
<description><![CDATA[<p>Texte</p>]]></description></item></channel></rss>"""
PAGE = b"<html><head><title>T</title></head><body><nav>n</nav><p>Texte de la <b>page</b></p></body></html>"
BITS = (
    *(b"\0", b"<", b">", b"&", b'"', b"[", b"]", b"{", b"}", b"null", b"1e999", b"\xff\xfe", b"\xc3", b"]]>"),
    *(b"<![x[", b"\xed\xa0\x80", b"http://[", b"\\ud800", b";", b"\n", b"NaN", b"9" * 400, b"9999-99-99"),
)
EACH = 40  # ways of breaking each sample


def kinds() -> Iterator[tuple[str, Declaration, list[File]]]:
    for case, (kind, names, others) in CASES.items():
        yield case, declare(kind, **others), [sample(name) for name in names]
    yield "feed", declare("feed"), [File("feed.xml", FEED, url="https://a.example/feed")]
    yield "page", declare("document"), [File("page.html", PAGE)]


def broken(content: bytes, chance: random.Random) -> bytes:
    """Content with things put in, taken out, changed, or cut off."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        how = chance.randrange(4)
        if how == 0:
            found[at:at] = chance.choice(BITS)
        elif how == 1:
            del found[at : at + chance.randint(1, 30)]
        elif how == 2:
            found[at : at + 1] = bytes([chance.randrange(256)])
        elif chance.random() < 0.3:
            del found[at:]
    return bytes(found)


def read_all(declaration: Declaration, files: list[File], lookup: Lookup) -> None:
    context = Context(BASE, lookup)
    for file in files:
        for stated in read_file(declaration, file, context).stated:
            list(skolemise(stated.triples, BASE, declaration.id, place=stated.place))


def refusal(read: Callable[[], object]) -> str | None:
    """What was said of a file that was refused; None for one that was read."""
    try:
        read()
    except BadInput as error:
        return str(error)
    return None


@pytest.mark.parametrize(("case", "declaration", "files"), [pytest.param(*k, id=k[0]) for k in kinds()])
def test_whatever_is_broken_is_read_or_refused(
    case: str, declaration: Declaration, files: list[File], lookup: Lookup
) -> None:
    chance = random.Random(case)
    for _ in range(EACH):
        at = chance.randrange(len(files))
        hit = replace(files[at], content=broken(files[at].content, chance))
        given = [*files[:at], hit, *files[at + 1 :]]
        said = refusal(partial(read_all, declaration, given, lookup))
        assert said is None or any(file.name in said for file in files)


@pytest.mark.parametrize(
    "feed",
    [b'<?xml version="1.0" encoding="u\x81f-8"?><rss v', b'<?xml version="1.0" encoding="utf-\x008"?><rss v'],
)
def test_a_feed_that_the_parser_stumbles_over_is_refused(feed: bytes, lookup: Lookup) -> None:
    with pytest.raises(MalformedFile, match="feed"):
        list(read_file(declare("feed"), File("feed.xml", feed), Context(BASE, lookup)).stated)


@pytest.mark.parametrize("case", ["ckan", "json", "aides-json"])
def test_half_a_character_of_json_is_shown_as_one_that_is_unknown(case: str, lookup: Lookup) -> None:
    kind, (name,), others = CASES[case]
    text = sample(name).content.decode("utf-8")
    vowel = next(letter for letter in "éèêâ" if letter in text)
    file = File(name, text.replace(vowel, "\\ud800").encode())
    stated = read_file(declare(kind, **others), file, Context(BASE, lookup)).stated
    assert "\ufffd" in "".join(str(triple) for each in stated for triple in each.triples)


# Workbooks


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (["a", "b"], ["1", "2"], ["x", "y"]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


PARTS = ZipFile(io.BytesIO(workbook())).namelist()
HOW: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda content: content[: len(content) // 2],
    "other": lambda _: b"<a xmlns='x'><b r='ZZZ' t='q'/></a>",
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("how", [*HOW, "gone"])
@pytest.mark.parametrize("part", PARTS)
def test_a_workbook_with_a_broken_part_is_read_or_refused(part: str, how: str) -> None:
    out = io.BytesIO()
    with ZipFile(io.BytesIO(workbook())) as whole, ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            if name != part:
                packed.writestr(name, whole.read(name))
            elif how in HOW:
                packed.writestr(name, HOW[how](whole.read(name)))
    assert origin_of(out.getvalue()) is None
    for read in (
        lambda: list(read_table(out.getvalue(), name="x.xlsx", options=TableOptions()).rows),
        lambda: marked_copy(File("x.xlsx", out.getvalue()), [], None, "fr"),
    ):
        assert "x.xlsx" in (refusal(read) or "x.xlsx")
