"""What can go wrong, as one tree; every error reads as a sentence and holds its facts.

EcographError
├── BadInput                what came in cannot be used
│   ├── MalformedFile       a file that does not parse, with line and column
│   ├── BadDeclaration      a source declaration that does not say what it must
│   ├── BadQuery            SPARQL that does not parse or may not run here
│   ├── BadParameter        a value that a parameter does not take
│   ├── TooLarge            more than a limit allows
│   └── TooManyRejected     a load with more bad records than its source tolerates
├── NotFound
│   ├── ResourceNotFound
│   ├── UnknownQuery
│   └── UnknownSource
├── Unavailable             nothing is wrong with the request; try again, or mend the home
│   ├── Busy                another process is writing
│   ├── NothingLoaded       the home holds no published graph yet
│   └── StorageFailed       the disk or the database refused
├── QueryLimit              a query that hit a limit of time, memory or size
├── HomeMismatch            the home was made with another base IRI
└── EmbeddingUnavailable    no embedding can be taught here; search goes on lexically
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class EcographError(Exception):
    """The parent of every error that a caller may want to catch."""


class BadInput(EcographError):
    """What came in cannot be used."""


class MalformedFile(BadInput):
    """A file that does not parse."""

    def __init__(self, name: str, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        place = name if line is None else f"{name}, line {line}, column {column}"
        super().__init__(f"{place}: {reason}")
        self.name, self.reason, self.line, self.column = name, reason, line, column


class BadDeclaration(BadInput):
    """A source declaration that does not say what it must."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class BadQuery(BadInput):
    """SPARQL that does not parse, or that may not run here."""

    def __init__(self, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f"line {line}, column {column}: "
        super().__init__(f"{place}{reason}")
        self.reason, self.line, self.column = reason, line, column


class BadParameter(BadInput):
    """A value that a parameter does not take."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        super().__init__(f"parameter {name!r} is {str(value)[:80]!r}: expected {expected}")
        self.name, self.value, self.expected = name, value, expected


class TooLarge(BadInput):
    """More than a limit allows."""

    def __init__(self, what: str, limit: int, unit: str) -> None:
        super().__init__(f"{what} is larger than {limit:,} {unit}")
        self.what, self.limit, self.unit = what, limit, unit


class TooManyRejected(BadInput):
    """A load with more bad records than its source tolerates; the old graph is kept."""

    def __init__(
        self, source: str, rejected: int, total: int, share: float, rejections: Sequence[object]
    ) -> None:
        super().__init__(
            f"source {source!r}: {rejected} of {total} records rejected, more than the {share:.0%} "
            f"that it tolerates; the graph is as it was. First: {rejections[0]}"
        )
        self.source, self.rejected, self.total, self.share = source, rejected, total, share
        self.rejections = tuple(rejections)


class NotFound(EcographError, LookupError):
    """What was asked for does not exist, or not at this level."""


class ResourceNotFound(NotFound):
    """No resource has this IRI."""

    def __init__(self, iri: str) -> None:
        super().__init__(f"no resource {iri}")
        self.iri = iri


class UnknownQuery(NotFound):
    """No saved query has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no saved query {name!r}")
        self.name = name


class UnknownSource(NotFound):
    """No source is declared under this id."""

    def __init__(self, source: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no source {source!r} is declared; declared: {', '.join(known)}")
        self.source, self.known = source, known


class Unavailable(EcographError):
    """Nothing is wrong with the request: try again, or mend the home."""


class Busy(Unavailable):
    """Another process is writing."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the graph is being written by {holder}")
        self.holder = holder


class NothingLoaded(Unavailable):
    """The home holds no published graph yet."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"{home} holds no graph yet: run `ecograph load` first")
        self.home = home


class StorageFailed(Unavailable):
    """The disk or the database refused; readers still see what was published before."""

    def __init__(self, doing: str, reason: object) -> None:
        super().__init__(f"could not {doing}: {reason}; what was published before is unchanged")
        self.doing, self.reason = doing, reason


class QueryLimit(EcographError):
    """A query that hit a limit of time, memory or size."""

    def __init__(self, limit: str, *, retry_after: int = 5) -> None:
        super().__init__(f"the query was stopped: {limit}")
        self.limit, self.retry_after = limit, retry_after


class HomeMismatch(EcographError):
    """The home was made with another base IRI."""

    def __init__(self, home: Path, kept: str, asked: str) -> None:
        super().__init__(
            f"{home} was made for the base IRI {kept}, not {asked}: "
            "unset ECOGRAPH_BASE_IRI or use another home"
        )
        self.home, self.kept, self.asked = home, kept, asked


class EmbeddingUnavailable(EcographError):
    """No embedding can be taught here; search goes on with words alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no embedding: {reason}")
        self.reason = reason
