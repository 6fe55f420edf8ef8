"""JSON documents, paths into them, and what is no list."""

from __future__ import annotations

import pytest

from ecograph.errors import MalformedFile
from ecograph.sources.content import File
from ecograph.sources.paths import compiled, first, lists, read_json, texts

RECORD = {
    "nom": "Atelier",
    "siège": {"commune": "48095", "géo": {"lat": 44.5}},
    "porteurs": [{"nom": "A"}, {"nom": None}, {"nom": "B"}],
    "tags": ["x", 2, True, 3.0, None],
    "a-b": {"c": 1},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nom", ("Atelier",)),
        ("$.siège.commune", ("48095",)),
        ("siège.géo.lat", ("44.5",)),
        ("porteurs[*].nom", ("A", "B")),
        ("porteurs[0].nom", ("A",)),
        ("tags", ("x", "2", "true", "3")),
        ("$['a-b'].c", ("1",)),
        ("siège", ('{"commune": "48095", "géo": {"lat": 44.5}}',)),
        ("rien.du.tout", ()),
    ],
)
def test_a_path_finds_texts(path: str, expected: tuple[str, ...]) -> None:
    assert texts(RECORD, path) == expected
    assert first(RECORD, path) == (expected[0] if expected else None)


@pytest.mark.parametrize("path", ["a[", "a-b", "", "$.a["])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no JSON path"):
        compiled(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": [1, 2', "x.json, line 1, column 12"),
        (b"", "line 1, column 1: it is empty"),
        (b"<html>", "line 1, column 1"),
        (b'{"a NaN \\"":\n  NaN}', "line 2, column 3: not JSON: NaN is not a JSON value"),
        (b"[1, -Infinity]", "line 1, column 5: not JSON: -Infinity is not a JSON value"),
        (b"[1,\n" + b"7" * 5_000 + b"]", "line 2, column 1: not JSON: this number has too many digits"),
        (b'[\n"\xc3\xa9t\xe9"]', "line 2, column 5: not UTF-8: byte 0xe9"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_json_says_why_and_where(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason):
        read_json(File("x.json", content))


def test_what_a_server_calls_it_is_told() -> None:
    with pytest.raises(MalformedFile, match=r"not JSON \(text/html\)"):
        read_json(File("x", b"<!doctype html>", media_type="text/html"))


def test_an_answer_without_its_list_is_no_empty_list() -> None:
    with pytest.raises(MalformedFile, match=r"no list at \$.results; the document begins \{\"error\""):
        lists({"error": "indisponible"}, "$.results", name="x.json")
    assert list(lists({"results": []}, "$.results", name="x.json")) == [("$['results']", [])]
