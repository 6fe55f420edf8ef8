"""What a backup says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFile:
    """One source's graph in a backup; `digest` is that of its triples, `sha256` that of its file."""

    graph: str
    level: str
    triples: int
    digest: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """How much a level sees: its graphs, the triples they state, and all quads with what follows."""

    graphs: int
    stated: int
    quads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds, and of which state of which home."""

    format: int
    ecograph: str
    made_at: str
    base: str
    snapshot: str
    sequence: int
    ledger: str
    ledger_sha256: str
    graphs: tuple[GraphFile, ...]
    levels: Mapping[str, LevelCount]

    def to_json(self) -> bytes:
        """Return the text of `manifest.json`."""
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Read it back; raises `ValueError`, `TypeError` or `KeyError` for what is none."""
        given = json.loads(content)
        if given["format"] != FORMAT:
            raise ValueError(f"its format is {given['format']}; this version reads format {FORMAT}")
        graphs = tuple(GraphFile(**graph) for graph in given.pop("graphs"))
        levels = {level: LevelCount(**count) for level, count in given.pop("levels").items()}
        return cls(graphs=graphs, levels=levels, **given)
