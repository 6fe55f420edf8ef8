"""The home: one writer at a time, and files that are whole or not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecograph.errors import Busy, StorageFailed
from ecograph.graph.home import Home, making, replace_file

HOLD = """
import sys
from pathlib import Path
from ecograph.graph.home import Home
with Home(Path(sys.argv[1])).writing("ecograph load national"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        named = rf"by `ecograph load national` \(process {holder.pid} on .*, since 2"
        with pytest.raises(Busy, match=named), Home(tmp_path).writing("another"):
            pass
        holder.kill()  # a kill lets go of the lock
        holder.wait()
    with Home(tmp_path).writing("another"):
        pass


def test_the_lock_is_let_go_after_an_error(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(ZeroDivisionError), home.writing("one"):
        raise ZeroDivisionError
    with home.writing("two"), pytest.raises(Busy, match="`two`"), home.writing("three"):
        pass


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    home = Home(tmp_path / "file" / "home")
    with pytest.raises(StorageFailed, match="could not open the home"), home.writing("one"):
        pass


def test_making_names_a_folder_once_it_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "one"
    with making(folder) as scratch:
        (scratch / "a").write_text("1", "utf-8")
        assert not folder.exists()
    assert (folder / "a").read_text("utf-8") == "1"
    with making(folder) as scratch:
        (scratch / "b").write_text("2", "utf-8")
    assert [path.name for path in folder.iterdir()] == ["b"]


def test_making_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "one"
    with pytest.raises(ZeroDivisionError), making(folder) as scratch:
        1 // len(list(scratch.iterdir()))  # fails: there is nothing in it yet
    assert list(folder.parent.iterdir()) == []
    (folder.parent / ".killed").mkdir()
    with making(folder):
        pass
    assert list(folder.parent.iterdir()) == [folder]


def test_making_says_what_the_disk_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(StorageFailed, match=r"could not make .*file/one"), making(tmp_path / "file" / "one"):
        pass


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageFailed, match="could not write folder"):
        replace_file(tmp_path / "folder", b"three")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "x.json"]


def test_what_is_published_is_pointed_to(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.current() is None
    home.point(snapshot="1", base="https://x")
    home.point(index="1")
    current = home.current()
    assert current is not None
    assert (current.snapshot, current.index, current.base) == ("1", "1", "https://x")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"other": 1}'])
def test_a_damaged_pointer_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "current.json").write_text(content, "utf-8")
    with pytest.raises(StorageFailed, match="could not read what is published"):
        Home(tmp_path).current()


def test_sweeping_keeps_what_is_used_and_the_last(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in "12345":
        (home.snapshots / name).mkdir(parents=True)
        (home.indexes / name).mkdir(parents=True)
    home.point(snapshot="1", base="https://x")
    home.point(index="2")
    home.sweep(2)
    assert sorted(path.name for path in home.snapshots.iterdir()) == ["1", "4", "5"]
    assert sorted(path.name for path in home.indexes.iterdir()) == ["2", "4", "5"]
