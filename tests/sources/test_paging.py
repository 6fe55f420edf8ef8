"""Walking the pages of an API: four ways from one to the next, and what is no way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ecograph.errors import BadListing, MalformedFile
from ecograph.sources.content import File
from ecograph.sources.paging import JsonRoute, Paging, walk, with_parameter

START = "https://api.exemple.fr/liste?taille=2"
RECORDS = ["a", "b", "c", "d", "e"]

Answer = Callable[[dict[str, str]], Any]


def walked(answer: Answer, paging: Paging, *, start: str = START) -> list[str]:
    """The records of all pages of a pretended API."""
    asked: list[str] = []

    def get(url: str) -> File:
        asked.append(url)
        document = answer({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
        return File(url, json.dumps(document).encode())

    pages = list(walk(start, get, JsonRoute(start, "$.results", paging), max_pages=paging.max_pages))
    assert len(asked) == len(pages)
    return [record for page in pages for record in json.loads(page.content)["results"]]


def by_page(query: dict[str, str]) -> Any:
    number, size = int(query.get("page", "1")), int(query["taille"])
    return {"results": RECORDS[(number - 1) * size : number * size], "count": len(RECORDS), "page": number}


def by_offset(query: dict[str, str]) -> Any:
    start = int(query.get("offset", "0"))
    return {"results": RECORDS[start : start + int(query["taille"])], "total": len(RECORDS)}


def by_cursor(query: dict[str, str]) -> Any:
    start = int(query.get("cursor", "0"))
    following = start + 2 if start + 2 < len(RECORDS) else None
    return {"results": RECORDS[start : start + 2], "suite": following}


def by_link(query: dict[str, str]) -> Any:
    number = int(query.get("page", "1"))
    link = f"/liste?taille=2&page={number + 1}" if number < 3 else None
    return {**by_page(query), "next": link}


@pytest.mark.parametrize(
    ("answer", "paging"),
    [
        (by_page, Paging(by="page")),
        (by_page, Paging(by="page", total="$.count")),
        (by_offset, Paging(by="offset", total="$.total")),
        (by_offset, Paging(by="offset")),
        (by_cursor, Paging(by="cursor", next="$.suite")),
        (by_link, Paging(by="next", next="$.next", total="$.count")),
    ],
)
def test_all_pages_come(answer: Answer, paging: Paging) -> None:
    assert walked(answer, paging) == RECORDS


@given(st.integers(0, 30), st.integers(1, 7))
def test_whatever_the_sizes_every_record_comes_once(count: int, size: int) -> None:
    records = [str(number) for number in range(count)]

    def answer(query: dict[str, str]) -> Any:
        start = int(query.get("offset", "0"))
        return {"results": records[start : start + size], "total": count}

    assert walked(answer, Paging(by="offset", total="$.total")) == records


def test_a_ring_of_links_is_seen() -> None:
    links = {"1": "?page=2", "2": "?page=1"}
    with pytest.raises(BadListing, match="the same page came twice"):
        walked(
            lambda q: {"results": [q["page"]], "next": links[q["page"]]},
            Paging(by="next", next="next"),
            start=f"{START}&page=1",
        )


def test_a_server_that_always_answers_the_first_page_is_seen() -> None:
    with pytest.raises(BadListing, match="the same page came twice"):
        walked(lambda _: {"results": ["a"], "total": 10}, Paging(by="page", total="total"))


@pytest.mark.parametrize(
    "link",
    [
        "https://autre.exemple.fr/liste",
        "http://api.exemple.fr/liste",
        "//169.254.169.254/",
        "file:///etc/passwd",
    ],
)
def test_a_link_elsewhere_is_not_followed(link: str) -> None:
    with pytest.raises(BadListing, match="its next page is elsewhere"):
        walked(lambda _: {"results": ["a"], "next": link}, Paging(by="next", next="next"))


def test_pages_without_end_are_cut_off() -> None:
    with pytest.raises(BadListing, match="more than 5 pages"):
        walked(lambda q: {"results": [q.get("page", "1")]}, Paging(by="page", max_pages=5))


def test_less_than_was_announced_is_not_all() -> None:
    with pytest.raises(BadListing, match="announces 5 records and gives 2"):
        walked(lambda q: {**by_page(q), "next": None}, Paging(by="next", next="next", total="count"))
    with pytest.raises(BadListing, match=r"no number of records at \$.total"):
        walked(by_page, Paging(by="page", total="$.total"))


def test_a_page_without_its_list_is_an_error() -> None:
    with pytest.raises(MalformedFile, match=r"no list at \$.results"):
        walked(lambda _: {"error": "trop de requêtes"}, Paging(by="page"))


def test_a_parameter_takes_the_place_of_the_one_that_was_there() -> None:
    assert with_parameter("https://a.fr/x?q=&page=1", "page", "é 2") == "https://a.fr/x?q=&page=%C3%A9+2"


@pytest.mark.parametrize("said", [{"by": "next"}, {"by": "page", "next": "x"}, {"by": "next", "next": "a["}])
def test_a_way_is_declared_in_full(said: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Paging.model_validate(said)
