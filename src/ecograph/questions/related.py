"""Related resources: by what they say and are linked to, each with its reason."""

from __future__ import annotations

from ecograph.index import Document, Hit
from ecograph.model import Reason, Result
from ecograph.questions.linked import linked
from ecograph.questions.results import result_of
from ecograph.questions.view import View


def related(view: View, iri: str, *, limit: int, language: str = "fr") -> tuple[Result, ...]:
    """Return the resources most like one, by what they say and by what they are linked to.

    What nobody searches, such as a need, or what is like nothing, gives what the graph links to it.
    Raises `ResourceNotFound`.
    """
    view.facts(iri)
    hits = view.index.similar(iri, limit=limit) if iri in view.index else []
    if not hits:
        return linked(view, iri, limit=limit, language=language)
    own = view.index.document(iri)
    return tuple(_similar(view, own, hit, language) for hit in hits)


def _similar(view: View, own: Document, hit: Hit, language: str) -> Result:
    other = view.index.document(hit.iri)
    shared = [view.label(iri, language) for iri in own.links if iri in (*other.links, other.iri)]
    if own.iri in other.links:
        shared.append(own.label(language))
    texts = {
        "sense": {"fr": "description proche", "en": "similar description"}[language],
        "links": {"fr": "liés par : ", "en": "linked by: "}[language] + ", ".join(shared[:5]),
    }
    reasons = [Reason(text=texts[c], contribution=s, kind=c) for c, s in hit.channels.items()]
    return result_of(view, other, reasons, language)
