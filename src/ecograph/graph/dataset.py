"""What a query may see on a server that holds more: its text, and its dataset, cut down to that.

A server takes `FROM` in the text besides the dataset of the request, or in its place. So the text
is sent without it, and every graph that it names is one that may be seen, or one that is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from urllib.parse import urljoin

from ecograph.errors import BadParameter
from ecograph.graph.admission import Token, refused, tokens_of
from ecograph.graph.queries import QueryRequest
from ecograph.graph.remote_http import NOTHING, Dataset
from ecograph.graph.remote_http import page_of as inner_page

# Names that a server reads as functions of its own: files, network and SQL are among them.
_OWN_FUNCTIONS = re.compile(r"\s*(bif|sql|xsl|javascript)\s*:", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# Within a string a backslash that is itself escaped begins no code: pairs are passed over.
_PAIR = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_ECHARS = {'"': '\\"', "'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LOCAL_ESCAPE = re.compile(r"\\(.)")


Change = tuple[int, str | None]
"""How many tokens were read, and what stands in their place; None: they stay."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """A query that can be sent as it is, with its dataset."""

    text: str
    dataset: Dataset


def restrict(request: QueryRequest, *, merged: str, visible: AbstractSet[str]) -> Restricted:
    """Return a query cut down to the merged graph and the source graphs that may be seen.

    Raises `BadQuery` for names without a prefix of the text's own and for the server's own functions,
    and `BadParameter` for a graph that is named by no IRI.
    """
    scan = _Scan(request.text, request.base or "", visible)
    text = scan.rewritten()
    default, named = request.default_graphs, request.named_graphs
    for iri in (*default, *named):
        if not _ABSOLUTE.fullmatch(iri):
            raise BadParameter("default-graph-uri or named-graph-uri", iri, "an absolute IRI")
    if not (default or named):
        default, named = tuple(scan.default), tuple(scan.named)
    if not (default or named):
        return Restricted(text, Dataset((merged,), sorted(visible)))
    return Restricted(text, Dataset(_seen(default, visible), _seen(named, visible)))


def _seen(graphs: Sequence[str], visible: AbstractSet[str]) -> list[str]:
    return [iri for iri in dict.fromkeys(graphs) if iri in visible]


@dataclass(slots=True)
class _Scan:
    """One pass over the tokens of a query."""

    text: str
    base: str
    visible: AbstractSet[str]
    prefixes: dict[str, str] = field(default_factory=dict)
    default: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    def rewritten(self) -> str:
        """Return the text with absolute IRIs, without FROM, and with no graph that may not be seen."""
        pieces: list[str] = []
        end = 0
        for start, stop, piece in self._changes():
            pieces += [self.text[end:start], piece]
            end = stop
        return "".join([*pieces, self.text[end:]])

    def _changes(self) -> Iterator[tuple[int, int, str]]:
        tokens = tokens_of(self.text)
        position = 0
        while position < len(tokens):
            token = tokens[position]
            word = token[0].upper() if token.lastgroup == "word" else ""
            after = tokens[position + 1 : position + 3]
            taken, change = self._change(token, word, after)
            if change is not None:
                yield token.start(), tokens[position + taken - 1].end(), change
            position += taken

    def _change(self, token: Token, word: str, after: Sequence[Token]) -> Change:
        reading = {"PREFIX": self._prefix, "BASE": self._base, "FROM": self._from, "GRAPH": self._graph}
        return reading[word](after) if word in reading else (1, self._plain(token))

    def _prefix(self, after: Sequence[Token]) -> Change:
        if len(after) < 2 or after[1].lastgroup != "iri":
            return 1, None
        self.prefixes[after[0][0].removesuffix(":")] = iri = self._absolute(after[1])
        return 3, f"PREFIX {after[0][0]} <{iri}>"

    def _base(self, after: Sequence[Token]) -> Change:
        if not after or after[0].lastgroup != "iri":
            return 1, None
        self.base = self._absolute(after[0])
        return 2, ""

    def _graph(self, after: Sequence[Token]) -> Change:
        if not after or after[0].lastgroup not in {"iri", "name"}:
            return 1, None
        iri = self._absolute(after[0])
        return 2, f"GRAPH <{iri if iri in self.visible else NOTHING}>"

    def _plain(self, token: Token) -> str | None:
        """Return what stands in place of a token with no part in the dataset; None: itself."""
        if token.lastgroup == "iri":
            return f"<{self._absolute(token)}>"
        if token.lastgroup == "string" and "\\" in token[0]:
            return _PAIR.sub(_plain, token[0])
        if token[0] == "\\":
            raise refused(self.text, token.start(), "a character is escaped outside of a string or an IRI")
        if token.lastgroup == "name" and not token[0].startswith("_:"):
            self._absolute(token)
        return None

    def _from(self, after: Sequence[Token]) -> Change:
        named = bool(after) and after[0][0].upper() == "NAMED"
        graph = after[1:2] if named else after[:1]
        if not graph or graph[0].lastgroup not in {"iri", "name"}:
            return 1, None
        (self.named if named else self.default).append(self._absolute(graph[0]))
        return (3 if named else 2), " "

    def _absolute(self, token: Token) -> str:
        iri = self._iri(token)
        if _OWN_FUNCTIONS.match(iri):
            raise refused(self.text, token.start(), f"{token[0][:40]} is not available here")
        return iri

    def _iri(self, token: Token) -> str:
        if token.lastgroup == "iri":
            written = _UNICODE.sub(_character, token[0][1:-1])
            iri = written if _ABSOLUTE.match(written) else urljoin(self.base, written)
            if not _ABSOLUTE.fullmatch(iri):
                raise refused(self.text, token.start(), f"{token[0][:80]} is not an IRI")
            return iri
        prefix, _, local = token[0].partition(":")
        if prefix not in self.prefixes:
            raise refused(self.text, token.start(), f"the prefix {prefix}: is not declared")
        return self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)


def _character(escape: re.Match[str]) -> str:
    """Return the character that a code stands for; the parser has its own word for a wrong code."""
    try:
        return chr(int(escape[1] or escape[2], 16))
    except (ValueError, OverflowError):
        return escape[0]


def _plain(escape: re.Match[str]) -> str:
    """Return a character as it may stand in any string: servers differ on when codes are read."""
    if not (escape[1] or escape[2]):
        return escape[0]
    character = _character(escape)
    return _ECHARS.get(character, character)


def page_of(text: str, variables: Sequence[str], *, limit: int, offset: int) -> str:
    """Return a SELECT for some of its rows, in the order of its own or of all its columns."""
    words = [token for token in tokens_of(text) if token.lastgroup == "word"]
    start = next(word.start() for word in words if word[0].upper() == "SELECT")
    own = any(word[0].upper() == "ORDER" for word in words)
    order = "" if own else "\nORDER BY " + " ".join(f"?{name}" for name in variables)
    return text[:start] + inner_page(f"{text[start:]}{order}\n", limit=limit, offset=offset)


def rows_of(text: str) -> str:
    """Return the SELECT whose rows a CONSTRUCT is made of."""
    tokens = tokens_of(text)
    position = next(n for n, token in enumerate(tokens) if token[0].upper() == "CONSTRUCT")
    depth = 0
    for token in tokens[position + 1 :]:
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if depth == 0:  # at the end of the template, or at once where there is none
            end = token.end() if token.lastgroup == "close" else token.start()
            return f"{text[: tokens[position].start()]}SELECT * {text[end:]}"
    return text
