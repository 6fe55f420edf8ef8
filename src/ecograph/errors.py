"""What can go wrong, as one tree; every error reads as a sentence and holds its facts.

EcographError
├── BadInput                what came in cannot be used
│   ├── MalformedFile       a file that does not parse, with line and column
│   ├── BadDeclaration      a source declaration that does not say what it must
│   ├── BadListing          an API whose pages do not lead to an end
│   │   └── ListingChanged  records were taken out of it while it was read
│   ├── BadQuery            SPARQL that does not parse or may not run here
│   ├── BadParameter        a value that a parameter does not take
│   ├── TooLarge            more than a limit allows
│   ├── FetchFailed         an address that gave nothing usable
│   │   ├── AddressRefused  one that is never asked: not public, or not of the web
│   │   ├── OptedOut        one whose server does not want it read by programs
│   │   ├── TooEarly        one whose server asked not to be asked again yet
│   │   └── Gone            one that its server says is gone for good
│   ├── TooManyRejected     a load with more bad records than its source tolerates
│   ├── TooManyLost         a load after which too few of a source's records would be left
│   └── Refused             a write with records that break a shape
├── NotFound
│   ├── ResourceNotFound
│   ├── UnknownCompany
│   ├── UnknownGraph
│   ├── UnknownKey
│   ├── UnknownQuery
│   └── UnknownSource
├── Unavailable             nothing is wrong with the request; try again, or mend the home
│   ├── Busy                another process is writing
│   ├── NothingLoaded       the home holds no published graph yet
│   ├── StorageFailed       the disk or the database refused
│   │   ├── ReadOnlyHome    a home that this user cannot write
│   │   └── ServerFailed    the SPARQL server that holds the graph refused, or did not answer
│   ├── IndexDown           the server that holds the index does not answer
│   └── HalfRestored        a restore into the home is not finished
├── Forbidden               what this key may not do
├── PreconditionFailed      a graph that is not, or no more, what a writer expects
├── StoreMismatch           the home's graph is kept in another store
├── StoreTaken              another home keeps its graph in the same place
├── CopyDiffers             a store that does not hold what it was copied from
├── QueryLimit              a query that hit a limit of time, memory or size
├── BudgetSpent             a client that used its share of processor time
├── TooManyQueries          a client with more queries at a time than it may have
├── HomeMismatch            the home was made with another base IRI
├── HomeNotEmpty            a restore would overwrite what a home holds
├── EmbeddingUnavailable    no embedding can be taught here; search goes on lexically
└── Unexpected              what failed in a way that nobody foresaw, beside others that go on
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
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


class BadListing(BadInput):
    """An API whose pages do not lead to an end; what was loaded of it before is kept."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address, self.reason = address, reason


class ListingChanged(BadListing):
    """An API that says fewer records on a page than on one before; others may stand on none of them."""

    def __init__(self, address: str, before: int, now: int) -> None:
        super().__init__(
            address,
            f"it announced {before:,} records, then {now:,}: it changed meanwhile: load again",
        )
        self.before, self.now = before, now


class BadQuery(BadInput):
    """SPARQL that does not parse, or that may not run here."""

    def __init__(self, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f"line {line}, column {column}: "
        super().__init__(f"{place}{reason}")
        self.reason, self.line, self.column = reason, line, column


class NotExpressible(BadInput):
    """An answer that its format cannot hold; another format can."""

    def __init__(self, form: str, what: str) -> None:
        super().__init__(f"{form} cannot express {what}; ask for another format")
        self.form, self.what = form, what


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


class FetchFailed(BadInput):
    """An address that gave nothing usable; `status` is what the server answered, if it did."""

    def __init__(self, url: str, reason: str, *, status: int | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason, self.status = url, reason, status


class AddressRefused(FetchFailed):
    """An address that is never asked: not public, or not of the web."""


class OptedOut(FetchFailed):
    """An address whose server does not want it read by programs, or its content mined."""


class TooEarly(FetchFailed):
    """An address whose server asked not to be asked again before `until`."""

    def __init__(self, url: str, until: datetime, *, status: int | None = None) -> None:
        super().__init__(url, f"its server asks to wait until {until:%Y-%m-%d %H:%M} UTC", status=status)
        self.until = until


class Gone(FetchFailed):
    """An address that its server says is gone for good."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "the server says that it is gone for good", status=410)


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


class TooManyLost(BadInput):
    """A load after which too few of a source's records would be left; the old graph is kept."""

    def __init__(self, source: str, lost: int, held: int, found: int, share: float) -> None:
        most = (
            f"more than the {share:.0%} that it may lose at once ({found} found)"
            if found
            else "none is found"
        )
        super().__init__(
            f"source {source!r}: {lost} of its {held} records are gone, {most}; the graph is as it was. "
            "Where that is right, insist with --accept-losses"
        )
        self.source, self.lost, self.held, self.found, self.share = source, lost, held, found, share


class Refused(BadInput):
    """A write with records that break a shape; nothing of it was done."""

    def __init__(self, rejections: Sequence[object]) -> None:
        super().__init__(
            f"{len(rejections)} statements break the shape of their record; the graph is as it was"
        )
        self.rejections = tuple(rejections)


class NotFound(EcographError, LookupError):
    """What was asked for does not exist, or not at this level."""


class ResourceNotFound(NotFound):
    """No resource has this IRI."""

    def __init__(self, iri: str) -> None:
        super().__init__(f"no resource {iri}")
        self.iri = iri


class UnknownCompany(NotFound):
    """The register knows no company in business by this number or name."""

    def __init__(self, query: str) -> None:
        super().__init__(f"the register knows no company in business by {query!r}")
        self.query = query


class UnknownGraph(NotFound):
    """No graph has this IRI."""

    def __init__(self, iri: str) -> None:
        super().__init__(f"no graph {iri}")
        self.iri = iri


class UnknownKey(NotFound):
    """No key in use has this name or id."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no key in use is called {name!r}")
        self.name = name


class UnknownQuery(NotFound):
    """No saved query has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no saved query {name!r}")
        self.name = name


class UnknownSource(NotFound):
    """No source is declared under this id."""

    def __init__(self, source: str, known: tuple[str, ...]) -> None:
        near = get_close_matches(source, known, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"no source {source!r} is declared{meant}")
        self.source, self.known = source, known


class UnknownForm(NotFound):
    """No class with a form has this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no class {name!r} has a form; there are {', '.join(known)}")
        self.name, self.known = name, known


class Unavailable(EcographError):
    """Nothing is wrong with the request: try again, or mend the home."""


class IndexDown(Unavailable):
    """The server that holds the index does not answer, or refuses."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"the index at {url} does not answer: {reason}")
        self.url, self.reason = url, reason


class Busy(Unavailable):
    """Somebody else is writing: try again in a moment."""

    def __init__(self, holder: str, *, waited: float = 0.0) -> None:
        still = f", still after {waited:g} seconds" if waited else ""
        super().__init__(f"the graph is being written by {holder}{still}")
        self.holder, self.waited = holder, waited


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


class ReadOnlyHome(StorageFailed):
    """A home that is somebody else's, or on a disk that is mounted to be read."""

    def __init__(self, place: Path) -> None:
        reason = f"{place} cannot be written: do it as the user whose it is, where its disk can be written"
        super().__init__("write to the home", reason)
        self.place = place


class ServerFailed(StorageFailed):
    """The SPARQL server that holds the graph does not answer, or refuses: try again later."""


class HalfRestored(Unavailable):
    """A restore into the home is under way, or was interrupted."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"a restore into {home} was not finished: unless one is still running, run `ecograph restore` "
            "with the same backup again, which begins anew"
        )
        self.home = home


class Forbidden(EcographError):
    """What this key may not do."""


class ReservedGraph(Forbidden):
    """A name that stores give their own graphs."""

    def __init__(self, graph: str) -> None:
        super().__init__(f"the graph {graph} has a name that stores keep for themselves: choose another one")
        self.graph = graph


class PreconditionFailed(EcographError):
    """A graph that is not, or no more, what a writer expects."""

    def __init__(self, iri: str, reason: str) -> None:
        super().__init__(f"the graph {iri} {reason}; nothing was written")
        self.iri, self.reason = iri, reason


class StoreMismatch(EcographError):
    """The home's graph is kept in another store."""

    def __init__(self, home: Path, kept: str, asked: str) -> None:
        super().__init__(
            f"the graph of {home} is kept in {kept}, not in {asked}: set ECOGRAPH_STORE={kept}, "
            f"and move it with `ecograph store copy --to {asked}`"
        )
        self.home, self.kept, self.asked = home, kept, asked


class StoreTaken(EcographError):
    """Another home writes the graphs of the same base on a server."""

    def __init__(self, server: str, base: str, mark: str) -> None:
        super().__init__(
            f"another home writes the graphs of {base} at {server}: give this one a server or a base IRI of "
            f"its own; if the other one is gone, delete the graphs of that base there, and <{mark}> last"
        )
        self.server, self.base, self.mark = server, base, mark


class CopyDiffers(EcographError):
    """A store that does not hold what it was copied from."""

    def __init__(self, level: str, wanted: int, found: int) -> None:
        super().__init__(
            f"the copy differs at level {level}: {found:,} quads in place of {wanted:,}, or others; "
            "copy again, with nobody else writing"
        )
        self.level, self.wanted, self.found = level, wanted, found


class QueryLimit(EcographError):
    """A query that hit a limit of time, memory or size."""

    def __init__(self, limit: str, *, retry_after: int = 5) -> None:
        super().__init__(f"the query was stopped: {limit}")
        self.limit, self.retry_after = limit, retry_after


class BudgetSpent(EcographError):
    """A client that used its share of processor time."""

    def __init__(self, per_minute: float, *, retry_after: int) -> None:
        super().__init__(
            f"your queries used more than {per_minute:g} seconds of processor time a minute: "
            f"try again in {retry_after} seconds"
        )
        self.per_minute, self.retry_after = per_minute, retry_after


class TooManyQueries(EcographError):
    """A client with more queries at a time than it may have."""

    def __init__(self, *, retry_after: int = 5) -> None:
        super().__init__(
            f"too many queries, some of them yours, are under way: try again in {retry_after} seconds"
        )
        self.retry_after = retry_after


class HomeMismatch(EcographError):
    """The home was made with another base IRI."""

    def __init__(self, home: Path, kept: str, asked: str) -> None:
        super().__init__(
            f"{home} was made for the base IRI {kept}, not {asked}: "
            "unset ECOGRAPH_BASE_IRI or use another home"
        )
        self.home, self.kept, self.asked = home, kept, asked


class HomeNotEmpty(EcographError):
    """A restore would overwrite what a home holds."""

    def __init__(self, home: Path, held: str) -> None:
        super().__init__(f"{home} is not empty: {held}; restore into a new folder with `--home`")
        self.home, self.held = home, held


class EmbeddingUnavailable(EcographError):
    """No embedding can be taught here; search goes on with words alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no embedding: {reason}")
        self.reason = reason


class Unexpected(EcographError):
    """What failed in a way that nobody foresaw, beside others that go on; the log tells where."""

    def __init__(self, what: str, error: Exception) -> None:
        super().__init__(f"{what} failed unexpectedly, the log tells where: {type(error).__name__}: {error}")
        self.what, self.error = what, error
