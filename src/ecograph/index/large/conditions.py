"""What an engine is asked for, as the conditions of Qdrant say it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from qdrant_client import models as q

from ecograph.index import opening
from ecograph.index.filters import Filters, marks
from ecograph.index.large.encoding import ANYWHERE
from ecograph.index.large.ports import Asked


def conditions_of(filters: Filters, *, but: str = "") -> list[q.Condition]:
    """What passes the filters, leaving one facet out."""
    wanted = {facet: values for facet, values in filters.wanted().items() if values and facet != but}
    return [
        open_on(values, filters.today)
        if facet == opening.FACET and filters.today is not None
        else passing(facet, values)
        for facet, values in wanted.items()
    ]


def open_on(states: Iterable[str], today: date) -> q.Filter:
    """What is in one of some states on a day: see `opening.states`."""
    day, ever, for_ever = today.toordinal(), opening.EVER, opening.FOR_EVER
    opens, closes = partial(_days, "opens"), partial(_days, "closes")
    undated = [opens(gte=ever, lte=ever), closes(gte=for_ever, lte=for_ever)]
    conditions = {
        opening.UNDATED: q.Filter(must=undated),
        opening.CLOSED: q.Filter(must=[opens(gte=ever), closes(lt=day)]),
        opening.SOON: q.Filter(must=[opens(gt=day), closes(gte=day)]),
        opening.NOW: q.Filter(
            must=[opens(gte=ever, lte=day), closes(gte=day)], must_not=[q.Filter(must=undated)]
        ),
    }
    return q.Filter(should=[conditions[state] for state in states])


def _days(key: str, **bounds: float) -> q.FieldCondition:
    return q.FieldCondition(key=key, range=q.Range(**bounds))


def passing(facet: str, values: Iterable[str]) -> q.FieldCondition:
    """What has one of some values."""
    found = [mark for value in values for mark in marks(facet, value)]
    return q.FieldCondition(key=facet, match=q.MatchAny(any=found))


def serving(asked: Asked) -> list[q.Condition]:
    """What serves one of the places asked for, or none in particular, or is named."""
    if not asked.places:
        return []
    places = q.FieldCondition(key="territory", match=q.MatchAny(any=list(asked.places)))
    return [q.Filter(should=[places, holding(asked.names | {ANYWHERE})])]


def holding(numbers: frozenset[int]) -> q.FieldCondition:
    """What holds one of some terms."""
    return q.FieldCondition(key="held", match=q.MatchAny(any=sorted(numbers)))
