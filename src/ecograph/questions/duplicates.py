"""Which records of the graph may be of one organisation, and what people decided of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from pyoxigraph import NamedNode
from stdnum.fr import siren

from ecograph.graph.aliases import APART, MERGED
from ecograph.graph.terms import resource
from ecograph.model import Duplicate, Iri, RecordShown, Ruled
from ecograph.questions.view import View
from ecograph.understanding.resolution import Alike, Entry, Reason, alike, contradictions

_ORGANISATIONS = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX eco: <https://w3id.org/ecograph/ns#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?iri ?property ?value WHERE {
  # some alone
  VALUES ?property {
    rdfs:label skos:altLabel foaf:homepage dct:spatial eco:siren eco:siret
    dct:identifier rdfs:seeAlso skos:exactMatch skos:closeMatch foaf:page owl:sameAs
  }
  ?iri a eco:Organization ; ?property ?value .
  FILTER NOT EXISTS { ?iri a eco:Person }
}
"""
_SOME = "# some alone"
_NAMES = frozenset({"label", "altLabel"})
# Where the numbers of registers stand in IRIs of ours, in web addresses and in identifiers.
_WRITTEN = {
    "siren": re.compile(r"(?:/siren-|^siren[: ])(\d{9})$", re.IGNORECASE),
    "siret": re.compile(r"(?:/siret-|^siret[: ])(\d{14})$", re.IGNORECASE),
    "rna": re.compile(r"(?:/rna-|^rna[: ]|^)(W\d{9}|W[0-9][A-Z]\d{7,8})$", re.IGNORECASE),
    "ror": re.compile(r"(?:/ror-|^ror[: ]|^https?://ror\.org/)(0[a-z0-9]{6}\d\d)$", re.IGNORECASE),
    "wikidata": re.compile(
        r"(?:/wikidata-|^wikidata[: ]|^https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/)(Q[1-9]\d*)$",
        re.IGNORECASE,
    ),
}
_KINDS = {MERGED: "merge", APART: "keep-apart"}
_TEXTS: Mapping[str, tuple[str, str]] = {
    "identifier": ("même {}", "same {}"),
    "name": ("noms proches : {}", "names alike: {}"),
    "site": ("même site : {}", "same site: {}"),
    "place": ("même lieu : {}", "same place: {}"),
    "elsewhere": ("lieux différents", "different places"),
}


def duplicates(view: View) -> list[Alike]:
    """Return the pairs of organisations that may be one and are not decided on, likely ones first."""
    aliases = view.snapshot.aliases(view.level)
    found = (
        pair for pair in alike(entries(view)) if not aliases.apart(NamedNode(pair.one), NamedNode(pair.other))
    )
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def contradicting(view: View, one: Iri, other: Iri) -> list[str]:
    """Return the different identifiers of one kind that two records have, as people read them."""
    aliases = view.snapshot.aliases(view.level)
    found = list(entries(view, [aliases.kept(resource(iri)).value for iri in (one, other)]))
    pairs = contradictions(*found) if len(found) == 2 else []
    return [f"{_identifier(mine)} ≠ {theirs.partition(':')[2]}" for mine, theirs in pairs]


def entries(view: View, some: Collection[Iri] = ()) -> Iterator[Entry]:
    """Yield what is compared of each organisation that a level sees, or of some alone; people are none."""
    said: dict[Iri, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    only = f"VALUES ?iri {{ {' '.join(f'<{iri}>' for iri in some)} }}" if some else ""
    for row in view.snapshot.rows(view.level, _ORGANISATIONS.replace(_SOME, only)):
        name = re.split(r"[#/]", row["property"].value)[-1]
        said[row["iri"].value][name].append(row["value"].value)
    for iri, about in sorted(said.items()):
        places = frozenset(about["spatial"])
        yield Entry(
            iri=iri,
            names=tuple(sorted({name for role in _NAMES for name in about[role]})),
            identifiers=frozenset(_identifiers(iri, about)),
            places=places,
            within=places.union(*(view.concepts.ancestors(place) for place in places)),
            site=next((_host(address) for address in sorted(about["homepage"])), ""),
        )


def described(view: View, pair: Alike, language: str) -> Duplicate:
    """Return a pair as people read it."""
    return Duplicate(
        one=shown(view, pair.one, language),
        other=shown(view, pair.other, language),
        score=pair.score,
        unique=pair.unique,
        reasons=tuple(_text(view, reason, language) for reason in pair.reasons),
    )


def shown(view: View, iri: Iri, language: str) -> RecordShown:
    """Return a record with its name and the sources that describe it; of a merged one, the name of all."""
    aliases = view.snapshot.aliases(view.level)
    kept = aliases.kept(NamedNode(iri)).value
    sources = sorted({quad.graph_name.value for quad in view.snapshot.stated(view.level, kept)})  # type: ignore[union-attr]  # statements of sources are in named graphs
    return RecordShown(
        iri=iri,
        label=view.label(kept, language),
        sources=tuple(view.label(source, language) for source in sources),
    )


def ruled(view: View, language: str) -> list[Ruled]:
    """Return the decisions that hold, the last one first."""
    found = [
        Ruled(
            decision=ruling.decision.value,
            record=shown(view, ruling.record.value, language),
            into=shown(view, ruling.into.value, language),
            verdict=_KINDS[ruling.kind],
            by=ruling.by,
            on=ruling.on,
            reason=ruling.reason,
        )
        for ruling in view.snapshot.aliases(view.level).holding.values()
        if ruling.kind in _KINDS
    ]
    return sorted(found, key=lambda one: (one.on, one.decision), reverse=True)


def _identifiers(iri: Iri, about: Mapping[str, list[str]]) -> Iterator[str]:
    given = {"siren": list(about["siren"]), "siret": list(about["siret"])}
    for kind, pattern in _WRITTEN.items():
        written = (*given.get(kind, ()), *(text for text in (iri, *_written(about)) if pattern.search(text)))
        for text in written:
            match = pattern.search(text)
            yield from _checked(kind, (match[1] if match else text).replace(" ", ""))


def _written(about: Mapping[str, list[str]]) -> Iterator[str]:
    for role in ("identifier", "seeAlso", "exactMatch", "closeMatch", "page", "sameAs"):
        yield from about[role]


def _checked(kind: str, number: str) -> Iterator[str]:
    """Yield an identifier; an establishment's number tells the organisation's. Wrong numbers tell nothing."""
    if kind == "siret":
        yield from _checked("siren", number[:9])
    elif kind == "siren":
        if siren.is_valid(number):
            yield f"siren:{number}"
    else:
        yield f"{kind}:{number.lower() if kind == 'ror' else number.upper()}"


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _text(view: View, reason: Reason, language: str) -> str:
    french, english = _TEXTS[reason.kind]
    detail = reason.detail
    if reason.kind == "place":
        detail = view.label(detail, language)
    if reason.kind == "identifier":
        detail = _identifier(detail)
    return (french if language == "fr" else english).format(detail)


def _identifier(written: str) -> str:
    kind, _, number = written.partition(":")
    return f"{kind.upper() if kind != 'wikidata' else 'Wikidata'} {number}"
