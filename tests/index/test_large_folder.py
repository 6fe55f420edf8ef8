"""A large index follows changes, is rebuilt under way, and survives being killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecograph.errors import StorageFailed
from ecograph.index import Document, IndexUnusable
from ecograph.index.filters import Filters
from ecograph.index.hits import Meta
from ecograph.index.large import LargeIndex, compact, folder
from ecograph.understanding.embedding import Table

BASE = "https://example.org/"
WORDS = ["scierie", "fromage", "capteur", "lavande", "chanvre", "miel", "tissage", "verre"]
TABLE = Table("test", {w: n for n, w in enumerate(WORDS)}, np.eye(len(WORDS), 8).astype(np.float16))


def document(number: int, text: str = "") -> Document:
    word = WORDS[number % len(WORDS)]
    return Document(
        iri=f"{BASE}{number:05}",
        title=f"{word.capitalize()} {number}",
        text=text or f"Une aide pour le {word}.",
        types=("SupportOffer",),
        poles=(f"{BASE}pole/{number % 3}",),
    )


def make(path: Path, count: int = 300) -> Path:
    documents = map(document, range(count))
    folder.create(path, documents, table=TABLE, lexicon=None, meta=Meta(sequence=1), progress=_silent)
    return path


def _silent(_: str) -> None:
    """Nobody reads the progress of a test."""


def texts(index: LargeIndex) -> Mapping[str, str]:
    listed = [hit.iri for hit in index.search("", limit=10_000).hits]
    return {iri: document.text for iri, document in index.engine.documents(listed).items()}


CHANGES: folder.Changes = {
    f"{BASE}00007": document(7, "Tout autre chose, en velours."),
    f"{BASE}00008": None,
    f"{BASE}00900": document(900, "Du velours aussi."),
}


def _check(index: LargeIndex) -> None:
    said = texts(index)
    assert len(said) == 300
    assert said[f"{BASE}00007"] == "Tout autre chose, en velours."
    assert f"{BASE}00008" not in said
    found = index.search("velours")
    assert {hit.iri for hit in found.hits} >= {f"{BASE}00007", f"{BASE}00900"}
    assert index.search("", limit=0).facets["pole"] == {
        f"{BASE}pole/{n}": sum(int(iri[-5:]) % 3 == n for iri in said) for n in range(3)
    }


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    before, after = make(tmp_path / "1"), tmp_path / "2"
    folder.update(before, after, CHANGES)
    _check(folder.open_large(after))
    assert len(texts(folder.open_large(before))) == 300
    assert f"{BASE}00008" in folder.open_large(before)
    for file in (before / "base-1").rglob("*"):
        # Qdrant writes its own small files anew, in one move, whenever it opens a shard.
        if file.is_file() and file.suffix != ".json":
            assert file.stat().st_ino == (after / file.relative_to(before)).stat().st_ino


def test_a_document_that_changes_back_leaves_nothing_above(tmp_path: Path) -> None:
    before, middle, after = make(tmp_path / "1"), tmp_path / "2", tmp_path / "3"
    folder.update(before, middle, CHANGES)
    folder.update(
        middle, after, {f"{BASE}00007": document(7), f"{BASE}00008": document(8), f"{BASE}00900": None}
    )
    assert texts(folder.open_large(after)) == texts(folder.open_large(before))
    above = folder.read_above(after, folder.read_state(after))
    assert not above.changed


def test_a_base_made_anew_answers_alike(tmp_path: Path) -> None:
    before, after = make(tmp_path / "1"), tmp_path / "2"
    folder.update(before, after, CHANGES)
    expected = texts(folder.open_large(after))
    compact.swap(after, compact.compacted(after, compact.start(after)), after)
    assert folder.read_state(after).base == "base-2"
    assert not folder.read_above(after, folder.read_state(after)).hidden
    assert texts(folder.open_large(after)) == expected
    _check(folder.open_large(after))


def test_what_changes_while_a_base_is_made_is_kept(tmp_path: Path) -> None:
    one, two, three = make(tmp_path / "1"), tmp_path / "2", tmp_path / "3"
    folder.update(one, two, CHANGES)
    old = folder.open_large(two)
    child = compact.start(two)
    folder.update(
        two,
        three,
        {
            f"{BASE}00007": document(7),  # changed back
            f"{BASE}00009": document(9, "Du feutre."),  # changed meanwhile
            f"{BASE}00010": None,  # gone meanwhile
            f"{BASE}00008": document(8, "De retour."),  # back again
            f"{BASE}00901": document(901, "Nouveau."),  # new meanwhile
        },
    )
    expected = texts(folder.open_large(three))
    compact.swap(three, compact.compacted(two, child), two)
    assert folder.read_state(three).base == "base-2"
    assert texts(folder.open_large(three)) == expected
    assert expected[f"{BASE}00009"] == "Du feutre."
    _check(old)  # who reads the old one reads on


@pytest.mark.parametrize("after", [0.0, 0.6, 1.2])
def test_a_rebuild_that_is_killed_loses_nothing(tmp_path: Path, after: float) -> None:
    made = make(tmp_path / "1", count=3_000)
    before = texts(folder.open_large(made))
    child = compact.start(made)
    time.sleep(after)  # to be killed at different moments; whichever, the outcome is the same
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert texts(folder.open_large(made)) == before
    if child.returncode:
        with pytest.raises(StorageFailed):
            compact.compacted(made, child)
    compact.swap(made, compact.compacted(made, compact.start(made)), made)
    assert texts(folder.open_large(made)) == before


WRITER = """
import sys
from pathlib import Path
from tests.index.test_large_folder import document, make, BASE
from ecograph.graph.home import making
from ecograph.index.large import folder
root, before = Path(sys.argv[1]), Path(sys.argv[1]) / "0"
for number in range(1, 1000):
    with making(root / str(number)) as scratch:
        folder.update(before, scratch / "index", {f"{BASE}{number:05}": document(number, f"Fois {number}.")})
    before = root / str(number) / "index"
    print(number, flush=True)
"""


def test_an_update_that_is_killed_loses_nothing_that_was_told(tmp_path: Path) -> None:
    make(tmp_path / "0")
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert child.stdout is not None
    with child.stdout as lines:
        told = [lines.readline() for _ in range(8)]
        child.send_signal(signal.SIGKILL)
        told += lines.readlines()
    child.wait()
    last = int(told[-1])
    index = folder.open_large(tmp_path / str(last) / "index")
    said = texts(index)
    assert all(said[f"{BASE}{number:05}"] == f"Fois {number}." for number in range(1, last + 1))


def test_counts_and_lists_have_no_end(tmp_path: Path) -> None:
    """More documents than a page of answers may reach are filtered, counted and given back."""
    count = 10_300
    made, after = tmp_path / "1", tmp_path / "2"
    everything = (replace(document(n), competences=(f"{BASE}competence",)) for n in range(count))
    folder.create(made, everything, table=None, lexicon=None, meta=Meta(sequence=1), progress=_silent)
    folder.update(made, after, {f"{BASE}00007": None, f"{BASE}00008": document(8)})
    index = folder.open_large(after)
    offers = Filters(types=("SupportOffer",))
    iris = [f"{BASE}{n:05}" for n in range(count) if n != 7]
    assert [d.iri for d in index.passing(offers)] == iris
    assert index.having(f"{BASE}competence", offers) == [iri for iri in iris if iri != f"{BASE}00008"]
    for query in ("", "aide"):
        found = index.search(query, filters=offers, limit=1)
        assert found.total == sum(found.facets["pole"].values()) == count - 1
    rest = index.search("", filters=offers, limit=count, offset=10_100)
    assert len(rest.hits) == count - 1 - 10_100


def test_an_index_of_another_version_is_made_again(tmp_path: Path) -> None:
    made = make(tmp_path / "1", count=20)
    folder.write_state(made, replace(folder.read_state(made), analyzer="older"))
    with pytest.raises(IndexUnusable):
        folder.open_large(made)


@pytest.mark.parametrize("name", ["large.json", "base-1/told.json", "base-1/words/keys.npy"])
def test_an_index_that_is_damaged_is_made_again(tmp_path: Path, name: str) -> None:
    made = make(tmp_path / "1", count=20)
    (made / name).unlink()
    with pytest.raises(IndexUnusable):
        folder.open_large(made)
