"""Whether an offer is open on a day: each offer is in one state, and what is no offer in none."""

from __future__ import annotations

from datetime import date

import pytest

from ecograph.index.documents import Document
from ecograph.index.opening import STATES, days, state_of, states

TODAY = date(2026, 1, 15)


def offer(opens: str = "", closes: str = "", *types: str) -> Document:
    return Document(iri="a", title="a", types=types or ("Resource",), opens=opens, closes=closes)


@pytest.mark.parametrize(
    ("opens", "closes", "state"),
    [
        ("", "", "undated"),
        ("2025-01-01", "", "now"),
        ("", "2026-01-15", "now"),  # its last day
        ("2026-01-15", "", "now"),  # its first
        ("", "2026-01-14", "closed"),
        ("2026-01-16", "", "soon"),
        ("2026-01-16", "2027-01-01", "soon"),
        ("2024-01-01", "2025-01-01", "closed"),
        ("demain", "", "undated"),
        ("2025-01-01T00:00:00Z", "2026-12-31T00:00:00Z", "now"),
    ],
)
def test_an_offer_is_in_one_state(opens: str, closes: str, state: str) -> None:
    assert state_of(offer(opens, closes), TODAY) == state
    masks = states(*days([offer(opens, closes)]), TODAY)
    assert [name for name in STATES if masks[name][0]] == [state]


def test_what_is_no_offer_is_in_none() -> None:
    assert state_of(offer("2025-01-01", "", "Actor"), TODAY) is None
