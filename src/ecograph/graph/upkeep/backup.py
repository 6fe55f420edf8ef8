"""A backup: the published graphs in canonical N-Quads, the ledger, and what they are.

No lock is taken. A published state never changes while it is read, and of the ledger, which goes
on, the copy keeps what led to that state: loads and queries run on meanwhile, and what they write
is in the next backup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ecograph.errors import StorageFailed
from ecograph.graph.home import sequence_of
from ecograph.graph.ports import Reader
from ecograph.graph.upkeep.archive import MANIFEST, Archive, beside, writing_archive
from ecograph.graph.upkeep.content import canonical, digest_of, lowest_levels
from ecograph.graph.upkeep.history import copy_history
from ecograph.graph.upkeep.manifest import FORMAT, GraphFile, LevelCount, Manifest
from ecograph.model import Level

Report = Callable[[str], None]

_CHUNK = 1 << 20
_LEDGER = "ledger.sqlite.gz"


def back_up(
    reader: Reader, ledger: Path, target: Path, *, base: str, version: str, report: Report
) -> Manifest:
    """Write a published state to a file, which is there only once it is whole."""
    sequence = sequence_of(reader.id)
    with writing_archive(target) as archive:
        report("copying the ledger")
        digest = archive.add(_LEDGER, _ledger(ledger, beside(target, "ledger"), sequence))
        manifest = Manifest(
            format=FORMAT,
            ecograph=version,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            base=base,
            snapshot=reader.id,
            sequence=sequence,
            ledger=_LEDGER,
            ledger_sha256=digest,
            graphs=tuple(_graphs(reader, archive, report)),
            levels={level.slug: count_of(reader, level) for level in Level},
        )
        archive.add(MANIFEST, [manifest.to_json()])
    return manifest


def count_of(reader: Reader, level: Level) -> LevelCount:
    """Return how much a level sees."""
    counts = reader.counts(level)
    return LevelCount(graphs=len(counts), stated=sum(counts.values()), quads=reader.size(level))


def _ledger(ledger: Path, copy: Path, sequence: int) -> Iterator[bytes]:
    try:
        copy.unlink(missing_ok=True)
        copy_history(ledger, copy, sequence)
        with copy.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    finally:
        copy.unlink(missing_ok=True)


def _graphs(reader: Reader, archive: Archive, report: Report) -> Iterator[GraphFile]:
    counts = reader.counts(Level.PRIVATE)
    for number, (graph, level) in enumerate(sorted(lowest_levels(reader).items()), start=1):
        report(f"copying {graph}")
        lines = canonical(reader.stated_in(level, graph), graph)
        if len(lines) != counts[graph]:
            reason = f"{len(lines)} triples were read, of {counts[graph]}"
            raise StorageFailed(f"read the graph {graph}", reason)
        name = f"graphs/{number:04d}-{graph.rstrip('/').rpartition('/')[2]}.nq.gz"
        yield GraphFile(
            graph=graph,
            level=level.slug,
            triples=len(lines),
            digest=digest_of(lines),
            file=name,
            sha256=archive.add(name, lines),
        )
