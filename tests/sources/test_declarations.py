"""Source declarations: what is refused, and where the fault is said to be."""

from pathlib import Path

import pytest

from ecograph.assets import LOADERS
from ecograph.errors import BadDeclaration, UnknownSource
from ecograph.model import Level
from ecograph.sources.declaration import (
    Declaration,
    in_order,
    occasional,
    read_declaration,
    read_declarations,
)

GOOD = """
id = "{id}"
kind = "rdf"
location = ["data/x.ttl"]
visibility = "partners"
licence = "https://example.org/licence"
requires = [{requires}]
[title]
fr = "Une source"
en = "A source"
[description]
fr = "Pour l'exemple."
en = "For the example."
[publisher]
name = "Quelqu'un"
"""


def written(folder: Path, name: str = "x", requires: str = "", **changes: str) -> Path:
    text = GOOD.format(id=name, requires=requires)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def declared(folder: Path, **requires: str) -> dict[str, Declaration]:
    for name, wanted in requires.items():
        written(folder, name, wanted)
    return read_declarations(folder)


def test_a_good_declaration_is_read(tmp_path: Path) -> None:
    declaration = read_declaration(written(tmp_path))
    assert (declaration.id, declaration.level) == ("x", Level.PARTNERS)
    assert declaration.complete
    assert declaration.max_error_share == 0


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("kind =", "sort =", "kind"),
        ('licence = "https', 'licence = 3 # "https', "licence"),
        ('"https://example.org/licence"', '"libre"', "licence"),
        ('name = "Quelqu\'un"', 'name = "Quelqu\'un"\nhomepage = "chez moi"', "publisher.homepage"),
        ("[publisher]", '[feed]\nhomepage = "chez moi"\n[publisher]', "feed.homepage"),
        ("[publisher]", '[feed]\nwatches = ["a b"]\n[publisher]', "feed.watches.0"),
        ("[publisher]", '[records]\nkind = "a"\n[publisher]', "records"),
        ('"data/x.ttl"', '"ftp://example.org/x.ttl"', "location"),
        ('"data/x.ttl"', '"file:///etc/passwd"', "location"),
        ('"partners"', '"secret"', "visibility"),
        ('["data/x.ttl"]', "[]", "location"),
        ("kind =", "colour = 1\nkind =", "colour"),
        ('en = "A source"', "", "title.en"),
        ("kind =", "max_error_share = 1.5\nkind =", "max_error_share"),
    ],
)
def test_a_bad_key_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = written(tmp_path, **{old: new})
    with pytest.raises(BadDeclaration, match=rf"x\.toml: line \d+: {key}: "):
        read_declaration(path)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("[table]\nseparator = ';'", "table"),
        ("[json]\nrecords = '$.x'", "json"),
        ("[sirene]\ndepartements = ['48']", "sirene"),
        ("[feed]\nlanguage = 'fr'", "feed"),
        ("look_up = ['732829320']", "look_up"),
    ],
)
def test_what_another_kind_reads_is_refused(tmp_path: Path, said: str, key: str) -> None:
    path = written(tmp_path, **{"[title]": f"{said}\n[title]"})
    with pytest.raises(BadDeclaration, match=f"`{key}` says nothing: a source of kind 'rdf'"):
        read_declaration(path)


def test_what_is_not_utf_8_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes('id = "x"\n# été\n'.encode("latin-1"))
    with pytest.raises(
        BadDeclaration, match=r"x\.toml: line 2: not UTF-8: byte 0xe9; save the file as UTF-8"
    ):
        read_declaration(path)


@pytest.mark.parametrize("bad", ["Demo", "a--b", "-a", "é", "a b", "a/b", ""])
def test_a_bad_id_is_refused(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(GOOD.format(id=bad, requires=""), "utf-8")
    with pytest.raises(BadDeclaration, match=r"id: .*lower-case letters, digits and single hyphens"):
        read_declaration(path)
    with pytest.raises(BadDeclaration, match="lower-case letters"):
        occasional(bad, "public")


def test_an_id_is_its_files_name(tmp_path: Path) -> None:
    written(tmp_path, "one").rename(tmp_path / "two.toml")
    with pytest.raises(BadDeclaration, match=r"two\.toml: id: 'one' is not the file's name"):
        read_declarations(tmp_path)


def test_a_toml_error_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('id = "x"\nkind = = "rdf"\n', "utf-8")
    with pytest.raises(BadDeclaration, match=r"x\.toml: .*line 2, column 8"):
        read_declaration(path)


@pytest.mark.parametrize("content", [b'id = "caf\xe9"\n', None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadDeclaration, match=r"x\.toml: "):
        read_declaration(path)


def test_what_is_required_comes_first(tmp_path: Path) -> None:
    sources = declared(tmp_path, a='"b", "c"', b='"c"', c="", d="")
    assert [d.id for d in in_order(["a"], sources)] == ["c", "b", "a"]
    assert [d.id for d in in_order(["d", "a", "c"], sources)] == ["d", "c", "b", "a"]


def test_a_ring_is_refused(tmp_path: Path) -> None:
    sources = declared(tmp_path, a='"b"', b='"c"', c='"a"')
    with pytest.raises(BadDeclaration, match="a ring: b -> c -> a -> b"):
        in_order(["b"], sources)


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    sources = declared(tmp_path, a='"z"', b="")
    with pytest.raises(UnknownSource, match=r"no source 'nope' is declared$"):
        in_order(["nope"], sources)
    with pytest.raises(UnknownSource, match="'z'"):
        in_order(["a"], sources)


def test_ours_are_read() -> None:
    assert {"ontology", "lozere", "pmi-en-aqt", "national", "demo"} <= read_declarations(LOADERS).keys()
