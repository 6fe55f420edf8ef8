"""The file of a backup: one tar, written beside its place and renamed, checked whole before it is read.

One file rather than a folder: it is renamed in one step, and copied, moved and counted as one, so
that half of a backup cannot pass for a backup. Its members are compressed one by one, not the tar,
so that a person can take one graph out of it, and a fault is told by the name of the member.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from pyoxigraph import Quad, RdfFormat, parse

from ecograph.errors import BadInput, StorageFailed
from ecograph.graph.upkeep.manifest import Manifest
from ecograph.model import Level

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_PART = ".ecograph-part"
_CHUNK = 1 << 20
# A part that nobody wrote to for so long is what a killed backup left.
_LEFT_SECONDS = 3600


class BackupUnusable(BadInput):
    """A backup that is cut short, altered, or made by another version; nothing was restored from it."""

    def __init__(self, backup: Path, member: str, reason: object) -> None:
        place = f"{backup}: {member}" if member else str(backup)
        super().__init__(f"{place}: {reason}; nothing was restored")
        self.backup, self.member, self.reason = backup, member, reason


class Archive:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._sums = tar, dict[str, str]()

    def add(self, name: str, chunks: Iterable[bytes]) -> str:
        """Add a member, compressed when its name says so; return its SHA-256."""
        with TemporaryFile() as content:
            _fill(content, name, chunks)
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = content.tell(), 0o600, int(time.time())
            content.seek(0)
            self._sums[name] = _digest(content)
            content.seek(0)
            self._tar.addfile(info, content)
        return self._sums[name]

    def close(self) -> None:
        """Add the checksums, last: a backup that was cut short has none."""
        lines = (f"{digest}  {name}\n".encode() for name, digest in self._sums.items())
        self.add(SUMS, list(lines))


class Backup:
    """A backup that was checked, and is open for reading."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar, self.manifest = tar, manifest

    @property
    def levels(self) -> Mapping[str, Level]:
        """The source graphs, each with the lowest level that sees it."""
        return {graph.graph: Level.of(graph.level) for graph in self.manifest.graphs}

    def quads(self) -> Iterator[Quad]:
        """Yield all statements, graph by graph."""
        for graph in self.manifest.graphs:
            with self.content(graph.file) as file:
                yield from parse(file, format=RdfFormat.N_QUADS)

    def content(self, member: str) -> IO[bytes]:
        """Return what a compressed member holds."""
        return cast("IO[bytes]", gzip.GzipFile(fileobj=_member(self._tar, member)))


@contextmanager
def writing_archive(target: Path) -> Iterator[Archive]:
    """Give an archive to fill, which takes its name once it is whole."""
    part = target.with_name(f".{target.name}{_PART}")
    _refuse_other(target)
    try:
        _clean(target.parent)
        with part.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                archive = Archive(tar)
                yield archive
                archive.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise StorageFailed(f"write the backup {target}", error) from error
    finally:
        part.unlink(missing_ok=True)


def _refuse_other(target: Path) -> None:
    """A backup takes the place of a file, such as the backup before, and of nothing else."""
    if os.path.lexists(target) and (target.is_symlink() or not target.is_file()):
        raise BadInput(f"{target} is there and is no regular file: name another place for the backup")


def beside(target: Path, name: str) -> Path:
    """Return where a passing file of a backup is kept, so that what a kill leaves is cleaned later."""
    return target.with_name(f".{target.name}.{name}{_PART}")


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """Open a backup once all of it agrees with its checksums; raises `BackupUnusable`."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield Backup(tar, _checked(path, tar))
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupUnusable(path, "", error) from error


def _checked(path: Path, tar: tarfile.TarFile) -> Manifest:
    sums, names = _sums(path, tar), tar.getnames()
    for name in sorted({*sums, *names} - {SUMS}):
        if name not in names:
            raise BackupUnusable(path, name, "it is missing")
        if name not in sums or names.count(name) > 1:
            raise BackupUnusable(path, name, "it was added to the backup")
        try:
            found = _digest(_member(tar, name))
        except (tarfile.TarError, OSError) as error:
            raise BackupUnusable(path, name, error) from error
        if found != sums[name]:
            raise BackupUnusable(path, name, f"it was altered: its SHA-256 is not the one in {SUMS}")
    return _manifest(path, tar, names)


def _sums(path: Path, tar: tarfile.TarFile) -> dict[str, str]:
    if SUMS not in tar.getnames():
        raise BackupUnusable(path, SUMS, "it is missing: the backup was cut short, or is none")
    try:
        lines = _member(tar, SUMS).read().decode().splitlines()
        pairs = (line.split("  ", 1) for line in lines)
        return {name: digest for digest, name in pairs}
    except (tarfile.TarError, ValueError) as error:
        raise BackupUnusable(path, SUMS, error) from error


def _manifest(path: Path, tar: tarfile.TarFile, names: Iterable[str]) -> Manifest:
    try:
        manifest = Manifest.from_json(_member(tar, MANIFEST).read())
    except (KeyError, TypeError, ValueError) as error:
        raise BackupUnusable(path, MANIFEST, error) from error
    for named in (manifest.ledger, *(graph.file for graph in manifest.graphs)):
        if named not in names:
            raise BackupUnusable(path, named, f"it is missing, though {MANIFEST} names it")
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    content = tar.extractfile(name)
    if content is None:
        raise tarfile.ReadError(f"{name} is not a file")
    return content


def _fill(file: IO[bytes], name: str, chunks: Iterable[bytes]) -> None:
    if not name.endswith(".gz"):
        file.writelines(chunks)
        return
    # Without a name and a time in it, the same graph gives the same bytes.
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
        packed.writelines(chunks)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _clean(folder: Path) -> None:
    for left in folder.glob(f".*{_PART}"):
        if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
            left.unlink(missing_ok=True)
