"""One contract for all that is searched: the exact index, layers on disk and in memory, a cluster."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import QdrantClient

from ecograph.index import Document, Filters, Found, Index, Lens
from ecograph.index.analysis import terms
from ecograph.index.filters import FACETS, LISTED
from ecograph.index.fusion import Scores
from ecograph.index.hits import Meta
from ecograph.index.large import LargeIndex
from ecograph.index.large.build import write_base
from ecograph.index.large.cluster import Cluster
from ecograph.index.large.encoding import asked_of, point_of
from ecograph.index.large.layer import Layer
from ecograph.index.large.layers import Layers
from ecograph.index.large.neighbours import neighbours_of
from ecograph.index.large.vocabulary import read_vocabulary
from ecograph.index.opening import state_of
from ecograph.index.wording import worded
from ecograph.understanding.embedding import Table
from tests.index.qdrant_server import serving

Searched = Index | LargeIndex
Make = Callable[[Sequence[Document], Path], Searched]
BASE = "https://example.org/"
TODAY = date(2026, 1, 15)
FLOOR = 0.5


def _silent(_: str) -> None:
    """Nobody reads the progress of a test."""


def _table() -> Table:
    """Words of one theme point the same way, each a little to its own side."""
    chance = np.random.default_rng(5)
    words = [word for theme in _WORDS for word in theme]
    themes = chance.normal(size=(len(_WORDS), 16))
    rows = np.repeat(themes, [len(theme) for theme in _WORDS], axis=0) + 0.5 * chance.normal(
        size=(len(words), 16)
    )
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Table("test", {word: n for n, word in enumerate(words)}, unit.astype(np.float16))


_WORDS = (
    ["scierie", "charpente", "sciage", "menuiserie", "forêt", "parquet"],
    ["fromage", "laiterie", "conserverie", "châtaigne", "miel", "confiture"],
    ["logiciel", "capteur", "serveur", "application", "algorithme", "réseau"],
    ["cosmétique", "phytothérapie", "infusion", "thermalisme", "pharmacie", "lavande"],
)
TABLE = _table()


def documents() -> list[Document]:
    """Sixty documents of four themes; one in three serves the whole country."""
    chance = random.Random(3)
    return [_document(number, chance) for number in range(60)]


def _document(number: int, chance: random.Random) -> Document:
    theme = number % len(_WORDS)
    place = f"DEP-{chance.choice((12, 48, 81))}"
    located = (place, "FR")
    said = " ".join(chance.choices(_WORDS[theme], k=6))
    return Document(
        iri=f"{BASE}{number:02}",
        title=f"{chance.choice(_WORDS[theme]).capitalize()} numéro {number}",
        labels=("soutien",) if number % 7 == 0 else (),
        text=f"{said} : {'un appui' if number % 2 else 'un conseil'} pour des ateliers de montagne.",
        passages=(said,),
        links=(f"{BASE}concept/{theme}",),
        types=("SupportOffer", "Resource") if number % 2 else ("Actor",),
        kind=f"{BASE}kind/{number % 3}",
        poles=(f"{BASE}pole/{theme}",),
        axes=(f"{BASE}axis/{number % 5}",) if number % 5 else (),
        stages=tuple(f"{BASE}stage/{n}" for n in range(number % 3)),
        located=located,
        territories=(*located, "DEP-12", "DEP-48", "DEP-81") if number % 3 == 0 else located,
        competences=(f"{BASE}competence/{number % 4}",),
        opens=("", "2025-01-01", "2026-02-01")[number % 3],
        closes=("", "2025-12-31", "2026-12-31", "")[number % 4],
    )


def exact(found: Sequence[Document], _: Path) -> Index:
    return Index.build(found, teacher=lambda *_args, **_named: TABLE, progress=_silent)


def on_disk(found: Sequence[Document], folder: Path) -> LargeIndex:
    write_base(folder, sorted(found, key=lambda d: d.iri), TABLE, _silent)
    return LargeIndex(Layer.open(folder), read_vocabulary(folder), TABLE, Meta(sequence=1), floor=FLOOR)


def in_memory(found: Sequence[Document], folder: Path) -> LargeIndex:
    on_disk(found, folder)
    vocabulary = read_vocabulary(folder)
    return LargeIndex(Layer.of(found, vocabulary, TABLE), vocabulary, TABLE, Meta(sequence=1), floor=FLOOR)


def layered(found: Sequence[Document], folder: Path) -> LargeIndex:
    """A third of the documents has changed since the folder was written; two are new, one is gone."""
    before = [replace(d, text=f"{d.text} Avant.") if n % 3 == 0 else d for n, d in enumerate(found)]
    gone = replace(before[0], iri=f"{BASE}gone", title="Disparu")
    write_base(folder, sorted([*before[:-2], gone], key=lambda d: d.iri), TABLE, _silent)
    vocabulary = read_vocabulary(folder)
    changed = [d for n, d in enumerate(found) if n % 3 == 0 or n >= len(found) - 2]
    below = Layer.open(folder, hidden=[gone.iri, *(d.iri for d in changed)])
    above = Layer.of(changed, vocabulary, TABLE)
    both = Layers(below, above, {})
    ties = {d.iri: neighbours_of(d, TABLE.encode(d.sense), both) for d in changed}
    return LargeIndex(Layers(below, above, ties), vocabulary, TABLE, Meta(sequence=1), floor=FLOOR)


def clustered(found: Sequence[Document], folder: Path, url: str) -> LargeIndex:
    on_disk(found, folder)
    vocabulary = read_vocabulary(folder)
    engine = Cluster(QdrantClient(url=url, check_compatibility=False), folder.parent.name, width=TABLE.width)
    engine.create()
    engine.upsert(point_of(document, vocabulary, TABLE) for document in found)
    engine.tie(found)
    return LargeIndex(engine, vocabulary, TABLE, Meta(sequence=1), floor=FLOOR)


MAKES: Mapping[str, Make] = {make.__name__: make for make in (exact, on_disk, in_memory, layered)}
SERVED = ("loopback", "cluster")


@pytest.fixture(scope="module", params=[*MAKES, *SERVED])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    folder = tmp_path_factory.mktemp(request.param) / "index"
    if request.param in MAKES:
        yield MAKES[request.param](documents(), folder)
        return
    with _server(request.param) as url:
        yield clustered(documents(), folder, url)


def _server(name: str) -> AbstractContextManager[str]:
    if name == "loopback":
        return serving()
    if not (url := os.environ.get("QDRANT_TEST_URL")):  # noqa: TID251 - a test's own setting
        pytest.skip("QDRANT_TEST_URL names no cluster")
    return nullcontext(url)


FILTERS = (
    Filters(),
    Filters(poles=(f"{BASE}pole/1",)),
    Filters(territories=("DEP-48",)),
    Filters(poles=(f"{BASE}pole/0", f"{BASE}pole/2"), territories=("DEP-12",), types=("Actor",)),
    Filters(stages=(f"{BASE}stage/1",), kinds=(f"{BASE}kind/2",)),
    Filters(axes=(f"{BASE}axis/1",)),
    Filters(axes=("unheard of",)),
    Filters(today=TODAY),
    Filters(open=("now", "undated"), today=TODAY, poles=(f"{BASE}pole/1",)),
    Filters(open=("closed",), today=TODAY),
    Filters(open=("soon",), today=TODAY),
)
QUERIES = ("une scierie et sa charpente", "fromage de montagne", "capteur", "appui")


@pytest.mark.parametrize("filters", FILTERS, ids=range(len(FILTERS)))
@pytest.mark.parametrize("query", ["", *QUERIES])
def test_totals_and_facets_count_what_can_be_found(index: Searched, query: str, filters: Filters) -> None:
    everything = {document.iri: document for document in documents()}
    anyone = index.search(query, limit=100)
    answers = [everything[hit.iri] for hit in anyone.hits]
    found = index.search(query, filters=filters, limit=100)
    passing = [d for d in answers if _passes(d, filters)]
    assert found.total == len(passing)
    assert sorted(hit.iri for hit in found.hits) == sorted(d.iri for d in passing)
    assert found.facets == _facets(answers, filters)


def _passes(document: Document, filters: Filters, but: str = "") -> bool:
    wanted = {facet: values for facet, values in filters.wanted().items() if values and facet != but}
    return all(set(values) & set(_values(document, facet)) for facet, values in wanted.items())


def _values(document: Document, facet: str) -> Sequence[str]:
    if facet in FACETS:
        return FACETS[facet](document)
    state = state_of(document, TODAY)
    return [state] if state else []


def _facets(answers: Sequence[Document], filters: Filters) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facet in FACETS:
        kept = [d for d in answers if _passes(d, filters, facet)]
        shown = {value for d in kept for value in LISTED[facet](d)}
        found[facet] = {v: sum(v in FACETS[facet](d) for d in kept) for v in shown}
    if filters.today is not None:
        found["open"] = dict(
            Counter(s for d in answers if _passes(d, filters, "open") for s in _values(d, "open"))
        )
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_a_document_that_holds_a_word_is_found(index: Searched, query: str) -> None:
    asked = set(terms(query))
    holding = {d.iri for d in documents() if asked & set(terms(f"{d.title} {d.names} {d.text}"))}
    assert holding <= {hit.iri for hit in index.search(query, limit=100).hits}


@pytest.mark.parametrize("query", QUERIES)
def test_hits_come_best_first_and_ties_go_to_the_lower_iri(index: Searched, query: str) -> None:
    hits = index.search(query, limit=100).hits
    assert [(-hit.score, hit.iri) for hit in hits] == sorted((-hit.score, hit.iri) for hit in hits)


@pytest.mark.parametrize("query", QUERIES)
def test_the_channels_add_up_to_the_score(index: Searched, query: str) -> None:
    for hit in index.search(query, limit=100).hits:
        assert hit.score == pytest.approx(sum(hit.channels.values()))
        assert 0 < hit.score <= 1 + 1e-9


def test_pages_follow_each_other(index: Searched) -> None:
    whole = index.search("scierie", limit=12).hits
    parts = [index.search("scierie", limit=4, offset=at).hits for at in (0, 4, 8)]
    assert [h.iri for part in parts for h in part] == [h.iri for h in whole]
    listed = index.search("", limit=60).hits
    assert [h.iri for h in index.search("", limit=7, offset=50).hits] == [h.iri for h in listed[50:57]]


def test_an_empty_query_lists_by_title(index: Searched) -> None:
    titles = {
        d.iri: d.title.lower().replace("â", "a").replace("é", "e").replace("ê", "e") for d in documents()
    }
    listed = [titles[hit.iri] for hit in index.search("", limit=100).hits]
    assert len(listed) == 60
    assert listed == sorted(listed)


def test_a_document_asked_for_by_its_name_comes_first(index: Searched) -> None:
    for document in documents()[::7]:
        first = index.search(document.title, limit=1).hits[0]
        assert (first.iri, "name" in first.channels) == (document.iri, True)


def test_words_found_are_told(index: Searched) -> None:
    hit = index.search("charpentes, serveur", limit=1).hits[0]
    assert hit.matched
    assert set(hit.matched) <= {"charpentes", "serveur"}


def test_a_mistyped_word_still_finds(index: Searched) -> None:
    found = index.search("menuisserie", limit=100)
    held = {d.iri for d in documents() if "menuiserie" in f"{d.title} {d.text}".lower()}
    assert {hit.iri for hit in found.hits} & held


@pytest.mark.parametrize("query", ["xqzt zorglub", "!!! ???", "le la les"])
def test_nonsense_finds_nothing(index: Searched, query: str) -> None:
    found = index.search(query)
    assert (found.hits, found.total) == ((), 0)


def test_relevance_is_a_share_between_nothing_and_all(index: Searched) -> None:
    iris = [d.iri for d in documents()]
    scores = index.relevance("un capteur en réseau", [*iris, f"{BASE}unknown"])
    assert set(scores) == set(iris)
    assert all(0 <= score <= 1 for score in scores.values())
    best = max(scores, key=lambda iri: scores[iri])
    assert index.document(best).poles == (f"{BASE}pole/2",)


def test_what_resembles_is_of_the_same_theme(index: Searched) -> None:
    for number in (0, 1, 2, 3, 58):
        own = index.document(f"{BASE}{number:02}")
        for hit in index.similar(own.iri, limit=5):
            assert hit.iri != own.iri
            assert index.document(hit.iri).poles == own.poles
    assert index.similar(f"{BASE}unknown") == []


def test_documents_are_given_back_whole(index: Searched) -> None:
    for document in documents()[::9]:
        assert index.document(document.iri) == document
        assert document.iri in index
    assert f"{BASE}unknown" not in index
    with pytest.raises(KeyError):
        index.document(f"{BASE}unknown")


@pytest.mark.parametrize("filters", FILTERS, ids=range(len(FILTERS)))
def test_all_that_pass_are_given_in_order(index: Searched, filters: Filters) -> None:
    passing = [document for document in documents() if _passes(document, filters)]
    assert list(index.passing(filters)) == sorted(passing, key=lambda document: document.iri)
    for competence in (f"{BASE}competence/1", f"{BASE}competence/unheard-of", f"{BASE}concept/1"):
        having = [d.iri for d in passing if competence in d.competences]
        assert index.having(competence, filters) == sorted(having)


def test_a_lens_leaves_other_places_out_and_brings_what_is_linked(index: Searched) -> None:
    everything = {document.iri: document for document in documents()}
    for place in ("DEP-12", "DEP-48"):
        lens = Lens(within=(place,), concepts={"c": (f"{BASE}concept/1",)}, words="zorbel")
        found = index.search("zorbel en Lozère", lens=lens, limit=100)
        expected = {
            d.iri for d in everything.values() if f"{BASE}concept/1" in d.links and place in d.territories
        }
        assert {hit.iri for hit in found.hits} == expected
        assert found.total == len(expected)
        assert all("concepts" in hit.channels for hit in found.hits)


def test_a_lens_prefers_kinds(index: Searched) -> None:
    kind = f"{BASE}kind/2"
    lens = Lens(preferred={kind: 0.5})
    hits = index.search("fromage", lens=lens, limit=50).hits
    assert index.document(hits[0].iri).kind == kind
    for hit in hits:
        assert ("kind" in hit.channels) == (index.document(hit.iri).kind == kind)


@pytest.mark.parametrize("query", QUERIES)
def test_engines_weigh_words_and_sense_alike(query: str, tmp_path: Path) -> None:
    reference, held = on_disk(documents(), tmp_path / "disk"), in_memory(documents(), tmp_path / "memory")
    with serving() as url:
        served = clustered(documents(), tmp_path / "served", url)
        expected, *others = (_signals(index, query) for index in (reference, held, served))
    for signals in others:
        assert set(signals) == set(expected) == {"words", "letters", "sense"}
        for channel in expected:
            assert signals[channel] == pytest.approx(expected[channel], abs=2e-3)


def _signals(index: LargeIndex, query: str) -> Mapping[str, Scores]:
    asked = asked_of(worded(query), index.vocabulary, TABLE, FLOOR)
    return index.engine.signals(asked, [document.iri for document in documents()])


def test_nothing_is_left_of_a_document_that_is_hidden(tmp_path: Path) -> None:
    """Neither counts nor lists nor scores tell that it was there."""
    index = layered(documents(), tmp_path / "index")
    for query in ("", "Disparu", "Avant"):
        found: Found = index.search(query, limit=100)
        assert f"{BASE}gone" not in {hit.iri for hit in found.hits}
        assert found.total == (0 if query else 60)
    assert f"{BASE}gone" not in index
