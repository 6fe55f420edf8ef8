"""Feeds as they are: every awkward kind, what is read of it, and what is said."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from ecograph.errors import BadDeclaration, MalformedFile
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.declaration import Declaration
from ecograph.sources.feed_formats import parse_feed
from ecograph.sources.plain import excerpt, plain_text
from ecograph.sources.read import read_file
from ecograph.sources.values import day_in
from ecograph.vocab import shortened

URL = "https://presse.example/rubrique/flux.xml"
CONTEXT = Context("https://base.example", lambda scheme, name: None)


def declared(**changes: object) -> Declaration:
    return Declaration.model_validate(
        {
            "id": "presse",
            "kind": "feed",
            "location": [URL],
            "visibility": "public",
            "licence": "https://example.org/licence",
            "title": {"fr": "La presse", "en": "The press"},
            "description": {"fr": "Un journal.", "en": "A paper."},
            "publisher": {"name": "Un journal", "homepage": "https://presse.example/"},
            **changes,
        }
    )


def read(content: bytes | str, *, charset: str | None = None, **changes: object) -> Content:
    body = content.encode() if isinstance(content, str) else content
    return read_file(declared(**changes), File(URL, body, url=URL, charset=charset), CONTEXT)


def items(content: Content) -> list[Stated]:
    return list(content.stated)[1:]


def facts(stated: Stated) -> dict[str, Any]:
    """The facts of one item; a text with another language than French keeps its mark."""
    said = {}
    for triple in stated.triples:
        value = triple.object
        marked = isinstance(value, Literal) and value.language not in (None, "fr")
        said[shortened(triple.predicate.value)] = str(value) if marked else value.value  # type: ignore[union-attr]
    return said


def rss(*entries: str, head: str = "<title>Flux</title>", declaration: str = "") -> str:
    body = "".join(f"<item>{entry}</item>" for entry in entries)
    return f"{declaration}<rss version='2.0'><channel>{head}{body}</channel></rss>"


def only(content: bytes | str, **others: Any) -> dict[str, Any]:
    [item] = items(read(content, **others))
    assert not item.rejections
    return facts(item)


ONE = "<guid>1</guid><link>https://presse.example/1</link><title>Un titre</title>"


def test_an_item_is_title_excerpt_link_and_day() -> None:
    content = read(
        rss(f"{ONE}<description>Un texte.</description><pubDate>Tue, 03 Mar 2026 08:00:00 +0100</pubDate>")
    )
    assert content.written == "RSS 2.0, utf-8"
    [item] = items(content)
    assert item.place == f"{URL}, item 1"
    assert facts(item) == {
        "rdf:type": "https://w3id.org/ecograph/ns#WatchItem",
        "dct:title": "Un titre",
        "dct:description": "Un texte.",
        "dct:issued": "2026-03-03",
        "schema:url": "https://presse.example/1",
        "eco:fromSource": "https://base.example/watch-source/presse--feed",
    }


def test_the_watch_source_is_what_the_declaration_says() -> None:
    options = {
        "watches": ["watch-domain/x--a", "https://other.example/d"],
        "homepage": "https://presse.example/veille",
    }
    about = facts(next(read(rss(ONE), feed=options).stated))
    assert about["rdf:type"] == "https://w3id.org/ecograph/ns#WatchSource"
    assert about["eco:feed"] == URL
    assert about["foaf:homepage"] == "https://presse.example/veille"
    said = {t.object for t in next(read(rss(ONE), feed=options).stated).triples}
    assert {NamedNode("https://base.example/watch-domain/x--a"), NamedNode("https://other.example/d")} <= said
    with pytest.raises(BadDeclaration, match=r"feed\.poles: “espace” is not in the list"):
        read(rss(ONE), feed={"poles": ["espace"]})


@pytest.mark.parametrize(
    ("name", "content", "written"),
    [
        ("atom", "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>Un titre</title><link href='https://presse.example/1'/></entry></feed>", "Atom 1.0, utf-8"),
        ("rss10", "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><item rdf:about='1'><title>Un titre</title><link>https://presse.example/1</link></item></rdf:RDF>", "RSS 1.0, utf-8"),
        ("json", '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "url": "/1", "title": "Un titre"}]}', "JSON Feed 1.1"),
        ("mark", "\ufeff" + rss(ONE), "RSS 2.0, utf-8"),
        ("blank lines first", "\n\n " + rss(ONE, declaration="<?xml version='1.0'?>"), "RSS 2.0, utf-8"),
    ],
)  # fmt: skip
def test_formats(name: str, content: str, written: str) -> None:
    found = read(content)
    assert found.written.startswith(written), found.written
    [item] = items(found)
    assert (facts(item)["dct:title"], facts(item)["schema:url"]) == ("Un titre", "https://presse.example/1")


@pytest.mark.parametrize(
    "broken",
    [
        rss("<guid>1</guid><link>https://presse.example/1?a=1&b=2</link><title>R&D & co</title>"),
        rss("<guid>1</guid><link><![CDATA[https://presse.example/1?a=1&b=2]]></link><title>R&D & co</title>"),
        rss("<guid>1</guid><link>https://presse.example/1?a=1&amp;b=2</link><title>R&amp;D &nbsp;&amp; co</title>"),
        rss("<guid>1</guid><link>https://presse.example/1?a=1&amp;b=2</link><title>R&amp;D\x0b &amp; co</title>"),
        rss("<guid>1</guid><link>https://presse.example/1?a=1&amp;b=2</link><title>R&amp;D &amp; co</title><media:thumbnail url='x'/>"),
    ],
)  # fmt: skip
def test_broken_xml_is_read_as_far_as_it_goes_and_said(broken: str) -> None:
    found = read(broken)
    assert "broken (" in found.written or found.written == "RSS 2.0, utf-8"
    [item] = items(found)
    assert facts(item)["schema:url"] == "https://presse.example/1?a=1&b=2"
    assert facts(item)["dct:title"] == "R&D & co"


def test_what_is_broken_is_said_with_its_line() -> None:
    assert "broken (line 1:" in read(rss("<guid>1</guid><title>R&D</title>")).written


@pytest.mark.parametrize("reference", ["&#xD800;", "&#XdfFF;", "&#55296;", "&#9999999;", "&#x00FFFFFFFFFF;"])
def test_a_reference_to_no_character_loses_nothing(reference: str) -> None:
    found = read(rss(ONE + "\n", ONE.replace("1", "2").replace("titre", f"été {reference} &amp; &#x1F680;")))
    assert f"broken (line 2: {reference} is no character)" in found.written
    first, second = items(found)
    assert facts(first)["dct:title"] == "Un titre"
    assert facts(second)["dct:title"] == "Un été \ufffd & 🚀"


def test_sections_that_never_end_are_read_once() -> None:
    content = b"<rss version='2.0'><channel>" + b"<![CDATA[" * 40_000  # each to the end: half an hour
    assert "line 1" in parse_feed(File(URL, content, url=URL)).written


def test_in_a_section_of_text_there_are_no_references() -> None:
    found = read(rss(ONE.replace("Un titre", "<![CDATA[Un &#xD800; titre]]>")))
    assert found.written == "RSS 2.0, utf-8"
    assert facts(items(found)[0])["dct:title"] == "Un \ufffd titre"


@pytest.mark.parametrize(
    ("encoding", "declaration", "charset"),
    [
        ("utf-8", "", None),
        ("utf-8", "<?xml version='1.0' encoding='ISO-8859-1'?>", "iso-8859-1"),  # both wrong
        ("latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?>", None),
        ("latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?>", "utf-8"),  # the header is wrong
        ("cp1252", "<?xml version='1.0' encoding='utf-8'?>", "utf-8"),  # both wrong
        ("cp1252", "", None),
        ("utf-16", "<?xml version='1.0' encoding='utf-16'?>", None),
    ],
)
def test_wrong_encodings(encoding: str, declaration: str, charset: str | None) -> None:
    text = rss(
        "<guid>1</guid><link>https://presse.example/1</link><title>Été à l'œuvre</title>".replace("œ", "oe")
    )
    assert only((declaration + text).encode(encoding), charset=charset)["dct:title"] == "Été à l'oeuvre"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("lun. 3 mars 2026", "2026-03-03"),
        ("3 mars 2026", "2026-03-03"),
        ("mardi 1er août 2026 à 14h05", "2026-08-01"),
        ("3 févr. 2026", "2026-02-03"),
        ("3 DÉCEMBRE 2026", "2026-12-03"),
        ("03/04/2026 08:00", "2026-04-03"),
        ("2026-03-03T00:30:00+01:00", "2026-03-03"),
        ("Tue, 03 Mar 2026 00:30:00 +0100", "2026-03-03"),
        ("Tue, 3 Mar 26 10:30:00 GMT", "2026-03-03"),
        ("March 3, 2026", "2026-03-03"),
        ("Tue Mar  3 10:30:00 2026", "2026-03-03"),
        ("20260303", "2026-03-03"),
        ("20260303T003000+0100", "2026-03-03"),
        ("2026-W10-2", "2026-03-03"),
    ],
)
def test_dates_are_days_where_they_were_written(said: str, day: str) -> None:
    assert only(rss(f"{ONE}<pubDate>{said}</pubDate>"))["dct:issued"] == day


@pytest.mark.parametrize(
    "said",
    [
        *("demain", "31/02/2026", "0000-00-00", "99999999999", "2026-02-30", "2026-13-45", "20260230"),
        *("Tue, 31 Feb 2026 10:00:00 GMT", "31 Feb 26 10:00:00 GMT", "2026-W54-2", "2026-03"),
    ],
)
def test_a_date_that_is_none_is_told_and_loses_nothing(said: str) -> None:
    [item] = items(read(rss(f"{ONE}<pubDate>{said}</pubDate>")))
    assert "dct:issued" not in facts(item)
    [remark] = item.warnings
    assert (remark.path, remark.value) == ("date", said)
    assert remark.reason["fr"].startswith("cette date n'a pas été comprise")


def test_days_in_other_texts() -> None:
    assert day_in("publié le 12 mai 2026 par la CCI") == day_in("2026-05-12")
    assert day_in("12345/10/2026") is None
    assert day_in("30 février 2026") is None


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a", "https://presse.example/a"),
        ("a b", "https://presse.example/rubrique/a%20b"),
        ("//autre.example/a", "https://autre.example/a"),
        ("https://é-santé.example/a b|c", "https://é-santé.example/a%20b%7Cc"),
        ("https://presse.example/été", "https://presse.example/%C3%A9t%C3%A9"),
        ("https://presse.example/%C3%A9t%C3%A9", "https://presse.example/%C3%A9t%C3%A9"),
    ],
)
def test_links_are_made_whole(link: str, url: str) -> None:
    assert (
        only(rss(f"<guid isPermaLink='false'>1</guid><title>T</title><link>{link}</link>"))["schema:url"]
        == url
    )


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "mailto:a@b.fr", ""]
)
def test_a_link_that_is_none_leaves_the_item_out(link: str) -> None:
    good, bad = items(
        read(rss(ONE, f"<guid isPermaLink='false'>2</guid><title>T</title><link>{link}</link>"))
    )
    assert not good.rejections
    [rejection] = bad.rejections
    assert (rejection.place, rejection.path) == (f"{URL}, item 2", "link")
    assert rejection.record.startswith("https://base.example/watch-item/presse--")
    assert rejection.reason["fr"].startswith("l'article n'a pas de lien utilisable (http ou https) : ")
    assert rejection.reason["en"].startswith("the item has no usable link (http or https): ")
    assert not list(bad.triples)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https:///x", "cannot exist"),
        ("https://presse.example:99999/4", "cannot exist"),
        ("http://exa mple.fr/x", "cannot exist"),
        ("https://u:p@presse.example/6", "would be published"),
    ],
)
def test_a_link_that_leads_nowhere_or_says_too_much_is_told(link: str, reason: str) -> None:
    [item] = items(read(rss(f"<guid isPermaLink='false'>2</guid><title>T</title><link>{link}</link>")))
    assert item.rejections[0].reason["en"].endswith(reason)
    assert not list(item.triples)


def test_no_password_of_an_address_is_published() -> None:
    text = rss(ONE, head="<link>https://u:p@presse.example/</link>")
    found = read(text, location=["https://u:p@presse.example/flux"], publisher={"name": "Un journal"})
    about = facts(next(found.stated))
    assert not {"eco:feed", "foaf:homepage"} & about.keys()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<script>alert(1)</script>Un <b>titre</b>", "Un titre"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Un &lt;b&gt;titre&lt;/b&gt;", "Un titre"),
        ("R&amp;amp;D à l&amp;#8217;&amp;eacute;tude", "R&D à l’étude"),
        ("<img src=x onerror=alert(1)>Un titre", "Un titre"),
        ("<p>Un</p><p>titre</p>", "Un\n\ntitre"),
        ("<ul>\n<li>Un</li>\n<li>titre\n\n<b>long</b></li></ul>", "Un\n\ntitre long"),
        ("<td>Un</td><td>titre</td>", "Un\n\ntitre"),
        ("Un<br/>titre", "Un\n\ntitre"),
        ("Un\ntitre\n\nUn texte", "Un titre\n\nUn texte"),
        ("Un&nbsp;titre\u200b\u202e", "Un titre"),
        ("<style>p{}</style><svg onload=x><script>y</script></svg>Un titre<iframe src=z>", "Un titre"),
        ("3 < 5 et 7 > 2", "3 < 5 et 7 > 2"),
        ("<p>Un <![if !mso]><b>titre</b><![endif]>", "Un titre"),
        ("<p>Un <![titre[ b]]> mot", "Un mot"),
        ("<p><![CDATA[Un titre]]></p>", "Un titre"),
        ("<p>Un titre<![", "Un titre<!["),
        ("<<b>script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    found = plain_text(html)
    assert found == text or ("script" in text and "<script" not in found)
    assert "alert" not in plain_text(rss(html)) or "<<" in html


def test_a_title_is_on_one_line() -> None:
    said = only(rss("<title>&lt;p&gt;Un&lt;/p&gt; titre</title><link>https://presse.example/1</link>"))
    assert said["dct:title"] == "Un titre"


def test_excerpts_are_short() -> None:
    said = only(rss(f"{ONE}<description>{'Une phrase de plus. ' * 100}</description>"))["dct:description"]
    assert 290 < len(said) <= 300
    assert said.endswith("phrase de…")
    assert excerpt("a" * 400, 300) == "a" * 299 + "…"
    assert excerpt("court", 300) == "court"


def test_a_text_without_title_has_its_beginning_for_one() -> None:
    said = only(
        rss("<link>https://presse.example/1</link><description>Une nouvelle sans titre.</description>")
    )
    assert said["dct:title"] == "Une nouvelle sans titre."
    [item] = items(read(rss("<link>https://presse.example/1</link>")))
    assert item.rejections[0].reason["en"] == "the item has neither title nor text"


@pytest.mark.parametrize(
    ("head", "options", "title"),
    [
        ("<language>en-GB</language>", {}, '"Un titre"@en'),
        ("<language>fr_FR</language>", {}, "Un titre"),
        ("<language>en-us</language>", {"language": "fr"}, "Un titre"),
        ("<language>???</language>", {}, "Un titre"),
    ],
)
def test_languages(head: str, options: dict[str, str], title: str) -> None:
    assert only(rss(ONE, head=head), feed=options)["dct:title"] == title


def names(content: Content) -> list[str]:
    return [
        triple.subject.value
        for item in items(content)
        for triple in item.triples
        if "type" in str(triple.predicate)
    ]  # type: ignore[union-attr]


def test_an_item_keeps_its_name() -> None:
    [first] = names(read(rss(ONE)))
    [edited] = names(read(rss(ONE.replace("Un titre", "Autre titre").replace("example/1", "example/2"))))
    assert edited == first
    without = "<link>https://presse.example/1</link><title>{}</title>"
    [a], [b] = names(read(rss(without.format("A")))), names(read(rss(without.format("B"))))
    assert a == b
    assert names(read(rss(without.format("C").replace("/1", "/3")))) != [a]


def test_an_item_that_comes_twice_counts_once() -> None:
    first, second = items(read(rss(ONE, ONE.replace("Un titre", "Le même"))))
    assert facts(first)["dct:title"] == "Un titre"
    assert not list(second.triples)
    assert second.warnings[0].reason["en"].startswith("an item above has the same")


def test_an_id_that_is_an_address_is_a_link() -> None:
    assert only(rss("<guid>https://presse.example/9</guid><title>T</title>"))["schema:url"][-1] == "9"
    [item] = items(read(rss("<guid>9</guid><title>T</title>")))
    assert item.rejections[0].path == "link"


def test_an_item_keeps_its_name_where_its_feed_moves() -> None:
    body = rss("<guid>a1</guid><link>/1</link><title>T</title>").encode()
    found = [File(url, body, url=url) for url in (URL, "https://autre.example/flux")]
    first, second = (names(read_file(declared(), file, CONTEXT)) for file in found)
    assert first == second


def test_links_are_joined_to_the_base_that_a_feed_names() -> None:
    entry = "<entry><id>1</id><title>T</title><link href='a'/></entry>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://base.example/x/'>{entry}</feed>"
    assert only(atom)["schema:url"] == "https://base.example/x/a"


def test_an_id_for_several_links_names_nothing() -> None:
    found = names(read(rss(ONE, ONE.replace("example/1", "example/2"))))
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (
            b"<!DOCTYPE html><html><head><title>x</title></head><body><p>Bonjour</body></html>",
            "it is an HTML page",
        ),
        (b"Bonjour", "it is no feed"),
        (b"/etc/passwd", "it is no feed"),
        (b"https://presse.example/autre", "it is no feed"),
        (b'{"items": 3}', "no JSON Feed"),
        (b'{"items": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "it is no feed"),
    ],
)
def test_what_is_no_feed_is_said(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason) as caught:
        parse_feed(File(URL, content, url=URL))
    assert URL in str(caught.value)


@pytest.mark.parametrize(
    "content", [rss(), "<feed xmlns='http://www.w3.org/2005/Atom'></feed>", '{"version": "x/1", "items": []}']
)
def test_a_feed_without_items_is_a_feed(content: str) -> None:
    found = read(content)
    assert found.written.endswith("without any item")
    assert items(found) == []


def test_a_file_that_is_cut_loses_its_last_item_alone() -> None:
    whole = rss(ONE, ONE.replace("1", "2"), ONE.replace("1", "3"))
    found = read(whole[: whole.rindex("titre")])
    assert "broken (line 1: no element found)" in found.written
    *good, last = items(found)
    assert [facts(item)["schema:url"][-1] for item in good] == ["1", "2"]
    assert last.rejections[0].reason["fr"] == "le fichier s'arrête dans cet article"
    found = read(whole[: whole.rindex("</channel>")])
    assert not any(item.rejections for item in items(found))


def test_entities_do_not_grow_without_end_nor_open_files() -> None:
    lines = [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    bomb = (
        f'<!DOCTYPE l [<!ENTITY a0 "aaaaaaaaaa">{"".join(lines)}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    )
    found = items(read(rss(ONE.replace("Un titre", "&a9; &f; x"), declaration=bomb)))
    assert sum(len(str(triple)) for item in found for triple in item.triples) < 2_000


def test_json_items_of_odd_kinds() -> None:
    text = """{"version": "https://jsonfeed.org/version/1", "language": "en", "items": [
        {"id": "a", "url": "https://x.example/a", "content_html": "<p>Only text</p>", "date_published": "2026-03-03T00:10:00+01:00"},
        null, {"id": {}, "url": ["b"], "title": 3}, {"url": "javascript:x", "title": "t"}]}"""
    first, *bad = items(read(text))
    assert facts(first)["dct:title"] == '"Only text"@en'
    assert facts(first)["dct:issued"] == "2026-03-03"
    assert [len(item.rejections) for item in bad] == [1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"location": [URL, URL + "2"]}, "a feed has one address"),
        ({"feed": {"colour": "red"}}, "Extra inputs"),
        ({"schedule": "often"}, "Input should be"),
        (
            {"records": [{"kind": "x", "class": "eco:Project", "id": ["a"], "properties": {}}]},
            "maps itself",
        ),
    ],
)
def test_declarations_that_make_no_feed(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        declared(**changes)


def test_absence_from_a_feed_means_nothing() -> None:
    assert not declared().complete
    assert declared().max_error_share == 0.5
    assert declared(complete=True).complete
