"""The ledger: every change in order, written down before it is made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Triple

from ecograph.errors import StorageFailed
from ecograph.graph.ledger import Change, Ledger, Packed, TextState, united
from ecograph.graph.plan import Diff
from ecograph.model import Level

Read = Callable[[str], set[Triple]]


def begun(ledger: Ledger, source: str, added: set[Triple], level: Level = Level.PUBLIC) -> Change:
    diff = Diff(frozenset(added), frozenset())
    return ledger.begin(source=source, graph=f"https://x/{source}", level=level, digest="d1", diff=diff)


def test_a_change_that_was_begun_survives(tmp_path: Path, ledger: Ledger, triples: Read) -> None:
    added = triples(':a :p "é\\n\\"x\\""@fr , 1 , :b .')
    begun(ledger, "one", added, Level.PARTNERS)
    again = Ledger(tmp_path / "ledger.sqlite")  # as a process would after the first was killed
    (change,) = again.pending()
    assert (change.source, change.level, change.digest) == ("one", Level.PARTNERS, "d1")
    assert change.diff == Diff(frozenset(added), frozenset())
    assert (again.last(), again.loaded("one")) == (0, None)
    again.finish(change)
    assert not list(again.pending())
    assert again.last() == change.sequence
    again.close()


def test_changes_come_in_order(ledger: Ledger, triples: Read) -> None:
    changes = [begun(ledger, f"s{n}", triples(f":a :p {n} .")) for n in range(4)]
    assert [c.sequence for c in ledger.pending()] == [1, 2, 3, 4]
    for change in (changes[2], changes[0]):
        ledger.finish(change)
    assert [c.sequence for c in ledger.since(0)] == [1, 3]
    assert [c.sequence for c in ledger.since(1)] == [3]
    assert list(ledger.since(3)) == []
    assert [c.sequence for c in ledger.pending()] == [2, 4]
    assert ledger.last() == 3


def test_portions_are_written_down_together_or_not_at_all(ledger: Ledger, triples: Read) -> None:
    diffs = [Diff(frozenset(triples(f":a :p {n} .")), frozenset(triples(f":b :p {n} ."))) for n in range(3)]

    def portions(upto: int) -> Iterator[Packed]:
        yield from map(Packed.of, diffs[:upto])
        if upto < len(diffs):
            raise KeyboardInterrupt

    said = {"source": "s", "graph": "https://x/s", "level": Level.PUBLIC, "digest": "d"}
    with pytest.raises(KeyboardInterrupt):
        ledger.begin_all(portions(2), **said)
    assert not list(ledger.pending())
    assert ledger.begin_all(portions(3), **said) == 3
    found = []
    for change in ledger.pending():  # each of which may be finished while the next are still to come
        ledger.finish(change)
        found.append(change.diff)
    assert found == diffs
    assert not list(ledger.pending())
    assert united(map(Packed.of, diffs)) == Diff(
        frozenset().union(*(d.added for d in diffs)), frozenset().union(*(d.removed for d in diffs))
    )


def test_what_is_loaded_is_known(ledger: Ledger, triples: Read) -> None:
    assert ledger.loaded("one") is None
    ledger.finish(begun(ledger, "one", triples(":a :p 1 ."), Level.PRIVATE))
    loaded = ledger.loaded("one")
    assert loaded is not None
    assert (loaded.digest, loaded.level) == ("d1", Level.PRIVATE)
    assert ledger.sources() == {"one": Level.PRIVATE}


def test_facts_are_kept(tmp_path: Path, ledger: Ledger) -> None:
    assert ledger.fact("base") is None
    ledger.keep_fact("base", "https://x")
    ledger.keep_fact("base", "https://y")
    again = Ledger(tmp_path / "ledger.sqlite")
    assert again.fact("base") == "https://y"
    again.close()


def test_a_file_that_is_no_ledger_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database, and long enough to be taken for one" * 30)
    with pytest.raises(StorageFailed, match="could not open the ledger: file is not a database"):
        Ledger(path)


def test_a_failed_finish_can_be_repeated(ledger: Ledger, triples: Read) -> None:
    change = begun(ledger, "one", triples(":a :p 1 ."))
    ledger._db.execute("CREATE TRIGGER full BEFORE INSERT ON sources BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StorageFailed, match="could not write the ledger: full"):
        ledger.finish(change)
    assert list(ledger.pending()) == [change]
    ledger._db.execute("DROP TRIGGER full")
    ledger.finish(change)
    assert not list(ledger.pending())


def test_a_ledger_made_before_words_were_kept_is_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute(
            "CREATE TABLE understood (source TEXT NOT NULL, text TEXT NOT NULL, digest TEXT NOT NULL,"
            " PRIMARY KEY (source, text)) WITHOUT ROWID"
        )
        old.execute("INSERT INTO understood VALUES ('s', 't', 'd')")
        old.commit()
    with closing(Ledger(tmp_path / "old.db")) as ledger:
        assert ledger.understood("s") == {"t": TextState("d")}
        state = TextState("e", "un mot", "corps", "c")
        ledger.remember_understood("s", {"t": state})
        assert ledger.understood("s") == {"t": state}


def test_what_no_text_needs_is_forgotten(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.remember_spotted("reader-1", {"kept": "[]", "gone": "[]"})
        ledger.remember_understood("s", {"t": TextState("d", content="kept")})
        ledger.keep_names("one", b"names")
        ledger.keep_names("other", b"others")
        ledger.forget_unread({"one"})
        assert set(ledger.spotted()) == {"kept"}
        assert (ledger.names("one"), ledger.names("other")) == (b"names", None)
