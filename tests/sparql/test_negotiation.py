from __future__ import annotations

import pytest

from ecograph.exchange.formats import GRAPHS, RESULTS, choose_format, graph_syntax
from ecograph.exchange.negotiation import choose

OFFERED = ("application/json", "application/xml", "text/csv")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("nonsense", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; Q=0.5", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/xml;q=0.6", "application/xml"),
        ("text/csv;q=0.5, */*;q=0.6", "application/json"),
        ("application/json;q=0, */*", "application/xml"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
        ("text/csv;header=present;q=0.4, application/xml;q=0.3", "text/csv"),
        ("application/xml, text/csv", "application/xml"),
        ("text/csv;q=0, text/*;q=1, application/xml;q=0.1", "application/xml"),
        ("text/html", None),
        ("text/csv;q=0", None),
        ("text/csv;q=0.0, image/*", None),
        ("text/csv;q=7", "application/json"),
    ],
)
def test_best_acceptable_type(accept: str | None, chosen: str | None) -> None:
    assert choose(accept, OFFERED, "application/json") == chosen


def test_the_name_asked_for_is_the_name_answered() -> None:
    choice = choose_format("application/json", RESULTS)
    assert choice is not None
    assert (choice.format.suffix, choice.media_type) == ("srj", "application/json")


def test_every_graph_format_has_a_syntax() -> None:
    assert all(graph_syntax(form.media_type) for form in GRAPHS)
