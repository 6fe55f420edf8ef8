"""How the texts of each source were read last: with which names, by which rules, and what they said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from ecograph.graph.ledger import Ledger
from ecograph.understanding.renaming import Bearer, Renamed, renamed

_FACT = "understood "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the texts of a source were read: all parts but the counts are digests.

    `names` are those of each level, `rules` what counts besides names and texts, `sequence` the number of
    the last change of the source and of what was read in it.
    """

    rules: str
    names: tuple[str, ...]
    texts: str
    count: int
    unspotted: int
    sequence: int = 0

    @property
    def digest(self) -> str:
        """What tells what was read from all others."""
        return hashlib.sha256("\n".join((self.rules, *self.names, self.texts)).encode()).hexdigest()

    def is_by(self, rules: str, names: tuple[str, ...]) -> bool:
        """Whether it was by these rules and with these names."""
        return (self.rules, self.names) == (rules, names)


@dataclass(frozen=True)
class Names:
    """The names of a level, and all else that it knows when it reads texts.

    `accepted` are the names that people said are somebody's, by what they are compared by; `rest` tells
    what is not compared name by name from others.
    """

    bearers: Mapping[str, Bearer]
    accepted: frozenset[str]
    rest: str

    @cached_property
    def digest(self) -> str:
        """What tells these names from others."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """Return them as text, the same for the same names."""
        bearers = {one: [bearer.other, *bearer.names] for one, bearer in sorted(self.bearers.items())}
        return json.dumps([bearers, sorted(self.accepted), self.rest], ensure_ascii=False)

    @classmethod
    def read(cls, text: str | bytes) -> Names:
        """Read what `as_json` wrote."""
        bearers, accepted, rest = json.loads(text)
        read = {one: Bearer(tuple(names), other) for one, (other, *names) in bearers.items()}
        return cls(read, frozenset(accepted), rest)

    def since(self, before: Names) -> Renamed | None:
        """Return the names that came and went since a state before; None where more than names changed."""
        if self.rest != before.rest:
            return None
        found = renamed(before.bearers, self.bearers)
        return replace(found, bodies=found.bodies | (self.accepted ^ before.accepted))


@dataclass(frozen=True)
class Readings:
    """What the ledger keeps of readings."""

    ledger: Ledger

    def sources(self) -> list[str]:
        """Return the sources whose texts were read before, whether anything was found in them or not."""
        return [name.removeprefix(_FACT) for name in self.ledger.facts(_FACT)]

    def of(self, source: str) -> Reading | None:
        """Return how the texts of a source were read; None where they never were, or not to the end."""
        return _read(self.ledger.fact(_FACT + source))

    def begin(self, source: str) -> None:
        """Forget how the texts of a source were read: were this killed now, all would be read again."""
        if self.ledger.fact(_FACT + source) != "":
            self.ledger.keep_fact(_FACT + source, "")

    def keep(self, source: str, reading: Reading) -> None:
        """Keep how the texts of a source were read."""
        self.ledger.keep_fact(_FACT + source, json.dumps(asdict(reading)))

    def forget(self, source: str) -> None:
        """Forget a source that is no more."""
        self.ledger.forget_fact(_FACT + source)

    def keep_names(self, names: Names) -> None:
        """Keep names with which texts are read."""
        if self.ledger.names(names.digest) is None:
            self.ledger.keep_names(names.digest, names.as_json().encode())

    def names(self, digest: str) -> Names | None:
        """Return names with which texts were read."""
        said = self.ledger.names(digest)
        return Names.read(said) if said is not None else None

    def tidy(self) -> None:
        """Forget what no text needs any more: names, and what a model found in texts that are gone."""
        kept = (_read(value) for value in self.ledger.facts(_FACT).values())
        self.ledger.forget_unread({digest for reading in kept if reading for digest in reading.names})


def _read(value: str | None) -> Reading | None:
    try:
        told = json.loads(value or "")
    except ValueError:  # not to the end, or of a version before
        return None
    return Reading(**{**told, "names": tuple(told["names"])}) if isinstance(told, dict) else None
