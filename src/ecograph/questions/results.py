"""Documents as results: what every answer shows of a resource."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ecograph.index import Document
from ecograph.index.opening import state_of
from ecograph.model import Reason, Result
from ecograph.questions.view import View, kind_label
from ecograph.vocab import TYPES


def result_of(
    view: View, document: Document, reasons: Iterable[Reason], language: str, today: date | None = None
) -> Result:
    """Return a document as a result whose score is the sum of its reasons, open or not on a day."""
    kept = tuple(sorted(reasons, key=lambda reason: -reason.contribution))
    return Result(
        iri=document.iri,
        label=document.label(language),
        type=type_of(document),
        kind=kind_label(view, document, language),
        score=sum(reason.contribution for reason in kept),
        reasons=kept,
        fictitious=document.fictitious,
        opens=document.opens or None,
        closes=document.closes or None,
        open=state_of(document, today) if today else None,
    )


def type_of(document: Document) -> str:
    """Return the most telling class of a document."""
    return next((name for name in TYPES if name in document.types), document.types[0])
