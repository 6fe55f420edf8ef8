"""What is known when texts are read: the names of each level, what a model spotted, what people decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ecograph.graph.mentions import NAMED, State, read_names, read_states
from ecograph.graph.readings import Names
from ecograph.graph.spotted import Spotted
from ecograph.loading import Writer
from ecograph.model import Iri, Level
from ecograph.questions.gazetteer import Gazetteer, read_gazetteer
from ecograph.understanding.analysis import Analyst


@dataclass(frozen=True)
class Knowledge:
    """What a session of one writer knows; `spotter` is the version of what spots names, empty without one."""

    writer: Writer
    spotter: str = ""

    def sees_more(self, level: Level) -> bool:
        """Tell whether a level sees other names than the one below it."""
        return level > 0 and self.gazetteer(level).digest != self.gazetteer(Level(level - 1)).digest

    def gazetteer(self, level: Level) -> Gazetteer:
        """Return the names that a level sees now."""
        known = self._gazetteers.get(level)
        if known is None:
            self._gazetteers[level] = known = read_gazetteer(self.writer.store, level)
        return known

    def analyst(self, level: Level) -> Analyst:
        """Return what reads texts with those names."""
        digest = self.gazetteer(level).digest
        if digest not in self._analysts:
            self._analysts[digest] = self.gazetteer(level).analyst()
        return self._analysts[digest]

    def known_bodies(self, level: Level) -> frozenset[str]:
        """By what the names that a level sees are compared with those that a model spots.

        What was accepted goes on being proposed where the linker does not find it.
        """
        if level not in self._known_bodies:
            self._known_bodies[level] = self.gazetteer(level).keys - self.accepted(level)
        return self._known_bodies[level]

    @cached_property
    def bearing(self) -> Mapping[Level, Names]:
        """The names that each level sees, to be compared with those of another time."""
        names = {}
        for level in Level:
            known = self.gazetteer(level)
            names[level] = Names(known.bearers, self.accepted(level), known.rest)
        return names

    def all_names(self) -> tuple[str, ...]:
        """Return what tells the names of each level from others."""
        return tuple(self.bearing[level].digest for level in Level)

    @cached_property
    def spotted(self) -> Spotted:
        """What a model found in the texts."""
        return Spotted(self.writer.ledger, self.spotter)

    def accepted(self, level: Level) -> frozenset[str]:
        """Return the names met in texts that are somebody's, by what they are grouped by."""
        return frozenset(name.rpartition(NAMED)[2] for name, actor in self.names(level).items() if actor)

    def names(self, level: Level) -> Mapping[Iri, Iri | None]:
        """Return whose the names are that were met in texts, as people decided whom a level sees.

        None stands for nobody's.
        """
        return self._names[level]

    @cached_property
    def states(self) -> Mapping[Iri, State]:
        """What people decided."""
        return read_states(self.writer.store)

    @cached_property
    def _names(self) -> Mapping[Level, Mapping[Iri, Iri | None]]:
        return {level: read_names(self.writer.store, level) for level in Level}

    @cached_property
    def _known_bodies(self) -> dict[Level, frozenset[str]]:
        return {}

    @cached_property
    def _gazetteers(self) -> dict[Level, Gazetteer]:
        return {}

    @cached_property
    def _analysts(self) -> dict[str, Analyst]:
        return {}
