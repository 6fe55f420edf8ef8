"""What a model found in texts, kept so that it sees no text twice, however often names change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ecograph.graph.ledger import Ledger


@dataclass(frozen=True)
class Spotted:
    """What was found in texts, each told by its digest; `version` is the model's, empty without one."""

    ledger: Ledger
    version: str

    def line(self, digest: str) -> str:
        """Return what was found in a text; empty before that."""
        return self._known.get(digest, ("", ""))[1]

    def by(self, digest: str) -> str:
        """Return the version of the model that saw a text."""
        return self._known.get(digest, ("", ""))[0]

    def is_new(self, digest: str) -> bool:
        """Tell whether this version has not seen a text; without a model, what another saw is enough."""
        known = self.by(digest)
        return known != self.version if self.version else not known

    def keep(self, found: Mapping[str, str]) -> None:
        """Keep what the model found, from now on."""
        self.ledger.remember_spotted(self.version, found)
        self._known.update({digest: (self.version, line) for digest, line in found.items()})

    @cached_property
    def _known(self) -> dict[str, tuple[str, str]]:
        return self.ledger.spotted()
