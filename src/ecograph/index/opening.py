"""Which offers are open on a day: dates as numbers, compared at once for all documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ecograph.index.documents import Document

FACET = "open"
NOW, SOON, CLOSED, UNDATED = "now", "soon", "closed", "undated"
STATES = (NOW, SOON, CLOSED, UNDATED)
Days = NDArray[np.int32]
Mask = NDArray[np.bool_]

# An offer that says no day of opening is open since ever, one that says no closing for ever; what is no
# offer is neither.
EVER, FOR_EVER, _NO_OFFER = 0, 2**31 - 1, -1


def days_of(document: Document) -> tuple[int, int]:
    """The days on which an offer opens and closes, as numbers."""
    if "Resource" not in document.types:
        return _NO_OFFER, _NO_OFFER
    return _number(document.opens, EVER), _number(document.closes, FOR_EVER)


def state_of(document: Document, today: date) -> str | None:
    """Whether an offer is open on a day; None for what is no offer."""
    opens, closes = (np.array([day], dtype=np.int32) for day in days_of(document))
    return next((state for state, mask in states(opens, closes, today).items() if mask[0]), None)


def states(opens: Days, closes: Days, today: date) -> Mapping[str, Mask]:
    """Which documents are in each state on a day; an offer is in one."""
    day = today.toordinal()
    offers = opens != _NO_OFFER
    undated = offers & (opens == EVER) & (closes == FOR_EVER)
    closed = offers & (closes < day)
    soon = offers & ~closed & (opens > day)
    return {NOW: offers & ~(undated | closed | soon), SOON: soon, CLOSED: closed, UNDATED: undated}


def days(documents: Iterable[Document]) -> tuple[Days, Days]:
    """The days of opening and of closing of documents."""
    found = np.array([days_of(document) for document in documents], dtype=np.int32).reshape(-1, 2)
    return found[:, 0].copy(), found[:, 1].copy()


def _number(written: str, missing: int) -> int:
    try:
        return date.fromisoformat(written[:10]).toordinal()
    except ValueError:
        return missing
