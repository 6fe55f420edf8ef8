from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from ecograph.errors import BadQuery, TooLarge
from ecograph.graph.admission import MAX_DEPTH, MAX_TOKENS, _tokens, _words, admit

LIMIT = 100_000
PARTS = (
    *" \n#{}()[]<>?$@:_.-+!*/|^=&,;%\\'\"09aé·",
    *(
        "ASK",
        "SELECT",
        "?x",
        "a:b",
        "a:b.",
        "_:c",
        ":",
        "é:·",
        "<http://x/y>",
        "< 3",
        "'x'",
        '"""',
        "'''",
        "@en-x",
    ),
    *("\\u0041", "\\.", "%2F", "trueASK", "1e5", "x-y", "SERVICE", "# c\n", "\\'", "_x"),
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ASK {}", "ASK"),
        ("# SELECT { { {\nask{}", "ASK"),
        ("PREFIX select: <http://example.org/> DESCRIBE select:x", "DESCRIBE"),
        ("BASE <http://example.org/SELECT> CONSTRUCT WHERE { ?s ?p 'ASK' }", "CONSTRUCT"),
        ("SELECT ?service { ?service <http://x/SERVICE> 'SERVICE <x> {}' } # SERVICE", "SELECT"),
        ("SELECT * { ?a ?b ?c FILTER(?c < 3 && ?c > 1) }", "SELECT"),
        ("nonsense", None),
    ],
)
def test_form_is_known_without_parsing(text: str, form: str | None) -> None:
    assert admit(text, limit=LIMIT).form == form


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_a_glance_reads_the_words_that_a_close_look_does(text: str) -> None:
    glance = _words(text)
    try:
        words = [token[0].upper() for token in _tokens(text) if token.lastgroup == "word"]
    except BadQuery:
        assert glance is None
    else:
        assert glance is None or [word for word in glance if word] == words


@pytest.mark.parametrize("function", ["NOW()", "rand()", "UUID()", "STRUUID()", "BNODE()"])
def test_answers_that_change_are_not_steady(function: str) -> None:
    assert not admit(f"SELECT ({function} AS ?x) {{}}", limit=LIMIT).steady
    assert admit(f"SELECT ('{function}' AS ?x) {{}}", limit=LIMIT).steady


def test_functions_glued_to_a_keyword_are_seen() -> None:
    assert not admit("SELECT * {} ORDER BYRAND()", limit=LIMIT).steady


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE<http://127.0.0.1/>{} }",
        "PREFIX ex: <http://127.0.0.1/> SELECT * { SERVICEex:a {} }",
        "PREFIX ex: <http://127.0.0.1/> SELECT * { SERVICESILENTex:a {} }",
        "PREFIX ex: <http://127.0.0.1/> SELECT * { ?s ?p ex:a.SERVICE<http://127.0.0.1/>{} }",
        "PREFIX ex: <http://127.0.0.1/> SELECT * { ?s ?p ex:.SERVICE ex:a {} }",
        "SELECT * { ?s ?p 1SERVICE<http://127.0.0.1/>{} }",
        "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1/>{} }",
        "SELECT * { ?s ?p 'a'@enSERVICE<http://x/> . SERVICE<http://127.0.0.1/>{} }",
        'SELECT * { ?s ?p """a"""SERVICE<http://127.0.0.1/>{} }',
        'SELECT * { ?s ?p """a\\"""" . SERVICE<http://127.0.0.1/>{} }',
        "SELECT * { ?s ?p '' #'\n SERVICE<http://127.0.0.1/>{} }",
        "SELECT * { FILTER(?a<1&&EXISTS{SERVICE<http://127.0.0.1/>{}}) }",
    ],
)
def test_service_is_found_wherever_the_engine_finds_it(text: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE is not available here"):
        admit(text, limit=LIMIT)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { \\u0053ERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "ASK \\u007B \\u007D",
    ],
)
def test_engine_reads_no_escapes_outside_strings(text: str) -> None:
    # The tokenizer relies on it: an engine that did would see other words than it does.
    with pytest.raises(SyntaxError):
        Store().query(text)


@pytest.mark.parametrize(
    "word", ["LOAD <http://x>", "insert data {}", "DROP ALL", "WITH <http://x> DELETE {}"]
)
def test_updates_are_named_as_such(word: str) -> None:
    with pytest.raises(BadQuery, match="is an update") as caught:
        admit(f"PREFIX a: <b>\n {word}", limit=LIMIT)
    assert (caught.value.line, caught.value.column) == (2, 2)


@pytest.mark.parametrize("opened", ["{", "(", "[", "!", "+", "-", "! ", "(!", "{ #\n"])
def test_nesting_is_bounded(opened: str) -> None:
    with pytest.raises(BadQuery, match="nested more than"):
        admit("ASK " + opened * 20_000, limit=LIMIT)


def test_nesting_names_its_place() -> None:
    with pytest.raises(BadQuery) as caught:
        admit("ASK\n  " + "{" * (MAX_DEPTH + 1), limit=LIMIT)
    assert (caught.value.line, caught.value.column) == (2, MAX_DEPTH + 3)


def test_brackets_that_are_closed_or_quoted_do_not_count() -> None:
    admit("ASK {" + "{}" * 1_000 + "'" + "{" * 1_000 + "' <" + "(" * 1_000 + "> }", limit=LIMIT)


def test_size_is_bounded_in_bytes_and_parts() -> None:
    with pytest.raises(TooLarge):
        admit("ASK {} # " + "é" * LIMIT, limit=LIMIT)
    with pytest.raises(BadQuery, match="parts"):
        admit("ASK { VALUES ?x {" + " 1" * MAX_TOKENS + "} }", limit=LIMIT)


def test_string_without_end_is_refused() -> None:
    with pytest.raises(BadQuery, match="not closed"):
        admit('SELECT * { ?s ?p "SERVICE <http://127.0.0.1/> {} }', limit=LIMIT)


@pytest.mark.parametrize(
    "part", ["a.", "<a", '"a', "'''", '"""', "\\", "%", "?", "_:a", "a:%AA", "é.", '"\\a']
)
def test_no_text_takes_long(part: str) -> None:
    started = time.process_time()
    with contextlib.suppress(BadQuery):
        admit(part * (LIMIT // len(part.encode())), limit=LIMIT)
    assert time.process_time() - started < 1
