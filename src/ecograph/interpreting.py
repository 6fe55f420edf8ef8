"""Interpreting: the texts of sources are read with the graph's names, then shown to a model that knows more.

Names are read under the right to write, which takes moments. A model takes seconds: it is asked while
others may write, and what it found is read in when it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import partial

from ecograph.calling import Calling
from ecograph.errors import Busy, EcographError
from ecograph.loading import Writer
from ecograph.mentioning import Understanding
from ecograph.model import Iri, Level, TextsRead
from ecograph.progress import Progress
from ecograph.sources.description import named_id, stories_id
from ecograph.storytelling import Storytelling
from ecograph.texts import NO_DOCUMENTS
from ecograph.understanding.unknown import Spotter, write_spots

Documents = Mapping[Iri, str]
Failure = tuple[str, EcographError]


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What was read in each source, what could not be, and the texts that the model has not seen."""

    found: dict[str, TextsRead] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    unspotted: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interpreting:
    """How one deployment reads texts: from which confidence on it states what they say, with which model."""

    threshold: float
    spotter: Spotter | None

    def read(self, writer: Writer, read: Mapping[str, Documents], *, others: bool = True) -> Interpreted:
        """Read the texts of some sources, and those of others again: what they name may be known by now.

        What cannot be read does not stop the others.
        """
        understanding = self._understanding(writer)
        wanted = dict.fromkeys(understanding.sources(), NO_DOCUMENTS) if others else {}
        done = Interpreted(failures=self._call(writer))
        for source, documents in {**wanted, **read}.items():
            one = writer.attempted(
                f"reading {source!r}", partial(understanding.understand, source, documents)
            )
            if isinstance(one, EcographError):
                done.failures.append((source, one))
            else:
                done.found[source] = one
        if done.found:
            done.failures.extend(self._tell(writer, understanding))
            understanding.tidy()
        done.unspotted.update(understanding.unspotted)
        return done

    def forget_gone(self, writer: Writer, since: int) -> list[Failure]:
        """Take out what was read in what changes after one took out; the rest is left to the next run."""
        understanding = self._understanding(writer)
        failures = self._call(writer)
        are_gone = False
        for source in understanding.sources():
            doing = f"forgetting what was read in {source!r}"
            done = writer.attempted(doing, partial(understanding.forget_gone, source, since))
            if isinstance(done, EcographError):
                failures.append((source, done))
            else:
                are_gone |= done
        return failures + (self._tell(writer, understanding) if are_gone else [])

    @staticmethod
    def _call(writer: Writer) -> list[Failure]:
        """Bring the names that people gave organisations to those that there are."""
        called = writer.attempted("naming organisations", Calling(writer).bring)
        return [(named_id(Level.PUBLIC), called)] if isinstance(called, EcographError) else []

    @staticmethod
    def _tell(writer: Writer, understanding: Understanding) -> list[Failure]:
        """Bring the stories to the articles that there are."""
        tell = partial(Storytelling(writer).tell, understanding.sources())
        told = writer.attempted("telling the stories", tell)
        return [(stories_id(Level.PUBLIC), told)] if told else []

    def spot(
        self,
        done: Interpreted,
        read: Mapping[str, Documents],
        writing: Callable[[], AbstractContextManager[Writer]],
        progress: Progress,
    ) -> Interpreted:
        """Show the model the texts that it has not seen, then read them again; return what both did.

        Where others write for long, the next run does it.
        """
        if self.spotter is None or not done.unspotted:
            return done
        spots: dict[str, str] = {}
        found = self.spotter.spot(list(done.unspotted.values()))
        for digest, names in zip(done.unspotted, found, strict=True):
            spots[digest] = write_spots(names)
            progress("names in texts", len(spots), len(done.unspotted))
        with suppress(Busy), writing() as writer:
            self._understanding(writer).knowledge.spotted.keep(spots)
            again = self.read(writer, {**dict.fromkeys(done.found, NO_DOCUMENTS), **read}, others=False)
            both = {source: one.after(done.found[source]) for source, one in again.found.items()}
            return Interpreted({**done.found, **both}, [*done.failures, *again.failures])
        return done

    def _understanding(self, writer: Writer) -> Understanding:
        version = self.spotter.version if self.spotter is not None else ""
        return Understanding(writer, self.threshold, version)
