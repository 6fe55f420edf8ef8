"""Search: resources that answer some words, each with what spoke for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ecograph.errors import TooLarge
from ecograph.index import Document, Filters, Hit
from ecograph.index.opening import CLOSED, FACET, NOW, SOON, UNDATED
from ecograph.model import FacetValue, Reason, Result, SearchAnswer
from ecograph.questions.eligibility import judge
from ecograph.questions.request import PLACE, Request, request_of
from ecograph.questions.results import result_of
from ecograph.questions.stories import with_stories
from ecograph.questions.variants import with_variants
from ecograph.questions.view import View
from ecograph.vocab import eco

LONGEST = 20_000
_FACET_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Whether places, sizes, kinds and competences are read in a query, and which are set aside."""

    understand: bool = True
    without: frozenset[str] = frozenset()


UNDERSTAND = Understanding()


def search(
    view: View,
    query: str,
    filters: Filters,
    *,
    limit: int,
    offset: int = 0,
    language: str = "fr",
    reading: Understanding = UNDERSTAND,
) -> SearchAnswer:
    """Return one page of what answers a query, best first; ties go to the lower IRI.

    An empty query gives everything that passes the filters, by title.
    """
    if len(query) > LONGEST:
        raise TooLarge("the search text", LONGEST, "characters")
    # Who filters by a territory has said which.
    aside = {*reading.without, PLACE} if filters.territories else reading.without
    request = request_of(view, query, language=language, without=aside) if reading.understand else Request()
    found = view.index.search(query, filters=filters, lens=request.lens, limit=limit, offset=offset)
    return SearchAnswer(
        query=query,
        total=found.total,
        results=with_stories(
            view,
            with_variants(view, (_result(view, hit, request, filters.today, language) for hit in found.hits)),
            language,
        ),
        facets=_facets(view, found.facets, language),
        lexical_only=view.index.lexical_only,
        understood=request.understood,
    )


def _result(view: View, hit: Hit, request: Request, today: date | None, language: str) -> Result:
    document = view.index.document(hit.iri)
    linked = {"concepts": request.lens.concepts, "kind": {iri: (iri,) for iri in request.lens.preferred}}
    reasons = [
        _linked(view, document, linked[channel], Reason(text="", contribution=share, kind=channel), language)
        if channel in linked
        else _REASONS[channel](hit, share, language)
        for channel, share in hit.channels.items()
    ]
    result = result_of(view, document, reasons, language, today)
    if not request.tells_who:
        return result
    return replace(result, eligibility=judge(view, hit.iri, request.who, language=language))


def _linked(
    view: View, document: Document, asked: Mapping[str, Iterable[str]], reason: Reason, language: str
) -> Reason:
    """Say to which concepts of the query a document is linked, directly or through one below."""
    own = {document.iri, document.kind, *document.poles, *document.links, *document.competences}
    found = [view.label(iri, language) for iri, below in asked.items() if not own.isdisjoint(below)]
    said = {
        "concepts": {"fr": "répond à : ", "en": "answers: "},
        "kind": {"fr": "le genre demandé : ", "en": "the kind asked for: "},
    }
    return replace(reason, text=said[reason.kind][language] + ", ".join(found))


def _words(hit: Hit, share: float, language: str) -> Reason:
    said = {"fr": "mots trouvés : ", "en": "words found: "}[language]
    return Reason(text=said + ", ".join(hit.matched), contribution=share, kind="words")


def _said(kind: str, french: str, english: str) -> Callable[[Hit, float, str], Reason]:
    """Return a reason that needs no more than its sentence."""

    def reason(_hit: Hit, share: float, language: str) -> Reason:
        return Reason(text=english if language == "en" else french, contribution=share, kind=kind)

    return reason


_REASONS: Mapping[str, Callable[[Hit, float, str], Reason]] = {
    "words": _words,
    "letters": _said("letters", "orthographe proche", "similar spelling"),
    "sense": _said("sense", "sens proche de la demande", "close in meaning to the request"),
    "neighbours": _said(
        "neighbours", "proche d’autres ressources qui répondent", "near other resources that answer"
    ),
    "name": _said("name", "c’est le nom cherché", "it is the name searched for"),
}


_OPENING = {
    NOW: {"fr": "Ouverte", "en": "Open"},
    SOON: {"fr": "Ouvre bientôt", "en": "Opens soon"},
    CLOSED: {"fr": "Close", "en": "Closed"},
    UNDATED: {"fr": "Sans date", "en": "Without dates"},
}


def facet_label(view: View, facet: str, value: str, language: str) -> str:
    """Return the label of a value of a facet."""
    if facet == FACET:
        return _OPENING[value][language]
    return view.label(eco(value) if facet == "type" else value, language)


def _facets(
    view: View, counts: Mapping[str, Mapping[str, int]], language: str
) -> dict[str, tuple[FacetValue, ...]]:
    return {facet: tuple(_values(view, facet, values, language)) for facet, values in counts.items()}


def _values(view: View, facet: str, counts: Mapping[str, int], language: str) -> Iterable[FacetValue]:
    for value, count in list(counts.items())[:_FACET_SIZE]:
        label = facet_label(view, facet, value, language)
        yield FacetValue(value=value, label=label, count=count)
