"""SPARQL updates, read so far that they can be carried out on a journal instead of the graph.

The engine carries an update out on its store, and does not tell what it changed. So each operation
is turned into one that only inserts, into graphs of a journal: what

    DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH <h> { ?s ?p 1 } } WHERE { … }

would take out of a graph goes to the journal's `DELETED + graph`, and what it would add to
`INSERTED + graph`. The patterns are evaluated once, by the engine, as they are. What is read here
is only where templates and graph names begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ecograph.errors import BadParameter, BadQuery
from ecograph.graph.admission import Token, admit_update, refused

DELETED, INSERTED = "urn:ecograph:deleted:", "urn:ecograph:inserted:"
# Stands for the graph that an update does not name.
UNNAMED = "urn:ecograph:unnamed"

_MANAGING = frozenset({"CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
_TRANSFERS = frozenset({"ADD", "MOVE", "COPY"})
_LOAD = "LOAD is not available here: files enter by `ecograph load`, or by PUT on /graphs"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_CONFLICT = "the update says USING or WITH, and the request gives a dataset as well: give one of them"


# Where an operation stands in the text, and each declaration of its prologue.
Spans = tuple[tuple[int, int], ...]


def checked_iri(parameter: str, value: str) -> str:
    """Return a value that is an absolute IRI; raises `BadParameter`."""
    if not _IRI.fullmatch(value):
        raise BadParameter(parameter, value, "an absolute IRI")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The graphs that the request says to read: `using-graph-uri` and `using-named-graph-uri`.

    Raises `BadParameter` for what is no IRI.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for iri in (*self.default, *self.named):
            checked_iri("using-graph-uri or using-named-graph-uri", iri)

    def __bool__(self) -> bool:
        return bool(self.default or self.named)

    def clauses(self) -> str:
        """Return the same as clauses of SPARQL."""
        default = [f"USING <{iri}>" for iri in self.default]
        return " ".join([*default, *(f"USING NAMED <{iri}>" for iri in self.named)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Journaled:
    """An operation that inserts into the journal what the one that was sent inserts and deletes."""

    text: str
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """CLEAR, DROP, CREATE, ADD, MOVE or COPY.

    A graph is an IRI as it was written, to be read after the prologue; or DEFAULT, NAMED, ALL.
    """

    verb: str
    silent: bool
    prologue: str
    graphs: tuple[str, ...]
    spans: Spans


Operation = Journaled | Managed


def read_update(text: str, *, dataset: Dataset, limit: int) -> list[Operation]:
    """Return the operations of an update; raises `TooLarge`, and `BadQuery` with the place.

    What names no graph is about `UNNAMED`. Whether the text is right within its brackets is left
    to the engine.
    """
    tokens = admit_update(text, limit=limit)
    for token in tokens:
        if token.lastgroup == "word" and token[0].upper().startswith("LOAD"):
            raise refused(text, token.start(), _LOAD)
    return list(_Reader(text, tokens, dataset).operations())


def alone(text: str, operation: Operation) -> str:
    """Return an update without its other operations, and what is left at its place."""
    kept = [" " if char != "\n" else char for char in text]
    for start, end in operation.spans:
        kept[start:end] = text[start:end]
    return "".join(kept)


class _Reader:
    """Walks over the tokens of one update."""

    def __init__(self, text: str, tokens: Sequence[Token], dataset: Dataset) -> None:
        self._text, self._tokens, self._dataset = text, tokens, dataset
        self._next = 0
        self._start = 0
        self._prologue = ""
        self._declared: list[tuple[int, int]] = []
        # A name for our variables that none of the update's begins with.
        self._stem = "graph"
        while f"?{self._stem}" in text or f"${self._stem}" in text:
            self._stem += "x"

    def operations(self) -> Iterator[Operation]:
        self._read_prologue()
        while self._peek() is not None:
            yield self._operation()
            if self._peek() is not None:
                self._expect(";")
            self._read_prologue()

    def _read_prologue(self) -> None:
        while self._word in {"BASE", "PREFIX"}:
            start = self._take()
            if start[0].upper() == "PREFIX":
                self._take("name")
            self._declared.append((start.start(), self._take("iri").end()))
            self._prologue += self._text[slice(*self._declared[-1])] + "\n"

    @property
    def _spans(self) -> Spans:
        return (*self._declared, (self._start, self._tokens[self._next - 1].end()))

    def _operation(self) -> Operation:
        self._start = self._tokens[self._next].start()
        if self._word in _MANAGING:
            return self._managed()
        first = self._peek()
        into = self._target() if self._accept("WITH") else None
        verb = self._word
        if verb not in {"INSERT", "DELETE"}:
            raise self._refusal("expected an update: INSERT, DELETE, CLEAR, DROP, CREATE, ADD, MOVE or COPY")
        self._take()
        if into is None and self._accept("DATA"):
            return self._of_data(verb)
        if into is None and verb == "DELETE" and self._word == "WHERE":
            return self._delete_where()
        return self._modify(verb, into, first)

    def _of_data(self, verb: str) -> Journaled:
        template = _Template(self._stem)
        body = template.rewritten(self._text, self._block(), _prefix(verb))
        text = f"{self._prologue}INSERT {{ {body} }} WHERE {{ {template.bindings} }}"
        return Journaled(text=text, spans=self._spans)

    def _delete_where(self) -> Journaled:
        self._take()
        block = self._block()
        template = _Template(self._stem)
        body = template.rewritten(self._text, block, DELETED)
        return self._journaled(body, template, "", self._inner(block))

    def _modify(self, verb: str, into: str | None, first: Token | None) -> Journaled:
        template = _Template(self._stem, into)
        body = template.rewritten(self._text, self._block(), _prefix(verb))
        if verb == "DELETE" and self._accept("INSERT"):
            body += template.rewritten(self._text, self._block(), INSERTED)
        using = self._using()
        if (using or into) and self._dataset:
            raise refused(self._text, first.start() if first else 0, _CONFLICT)
        self._expect("WHERE")
        if into and not using:
            using = f"WITH {into}"
        return self._journaled(body, template, using, self._inner(self._block()))

    def _journaled(self, body: str, template: _Template, dataset: str, pattern: str) -> Journaled:
        with_graph, using = (dataset, "") if dataset.startswith("WITH") else ("", dataset)
        using = using or self._dataset.clauses()
        where = f"{{ {{ {pattern}\n}} {template.bindings} }}"
        text = f"{self._prologue}{with_graph} INSERT {{ {body} }} {using} WHERE {where}"
        return Journaled(text=text, spans=self._spans)

    def _using(self) -> str:
        clauses = []
        while self._accept("USING"):
            named = "NAMED " if self._accept("NAMED") else ""
            clauses.append(f"USING {named}{self._target()}")
        return " ".join(clauses)

    def _managed(self) -> Managed:
        verb = self._take()[0].upper()
        silent = self._accept("SILENT")
        graphs = [self._graph(verb)]
        if verb in _TRANSFERS:
            self._expect("TO")
            graphs.append(self._graph(verb))
        return Managed(
            verb=verb, silent=silent, prologue=self._prologue, graphs=tuple(graphs), spans=self._spans
        )

    def _graph(self, verb: str) -> str:
        if verb != "CREATE" and self._accept("DEFAULT"):
            return "DEFAULT"
        if verb in {"CLEAR", "DROP"} and self._word in {"NAMED", "ALL"}:
            return self._take()[0].upper()
        if not self._accept("GRAPH") and verb not in _TRANSFERS:
            raise self._refusal("expected GRAPH and its IRI")
        return self._target()

    def _target(self) -> str:
        token = self._peek()
        if token is None or token.lastgroup not in {"iri", "name"}:
            raise self._refusal("expected the IRI of a graph")
        return self._take()[0]

    def _block(self) -> Sequence[Token]:
        """Take a group with its brackets."""
        start = self._next
        self._expect("{")
        depth = 1
        while depth:
            token = self._take()
            depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        return self._tokens[start : self._next]

    def _inner(self, block: Sequence[Token]) -> str:
        return self._text[block[0].end() : block[-1].start()]

    @property
    def _word(self) -> str:
        token = self._peek()
        return token[0].upper() if token is not None and token.lastgroup == "word" else ""

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, kind: str | None = None) -> Token:
        token = self._peek()
        if token is None or (kind is not None and token.lastgroup != kind):
            raise self._refusal(f"expected {'more' if kind is None else f'a {kind}'}")
        self._next += 1
        return token

    def _accept(self, word: str) -> bool:
        found = self._word == word
        self._next += found
        return found

    def _expect(self, mark: str) -> None:
        token = self._peek()
        if token is None or token[0].upper() != mark:
            raise self._refusal(f"expected {mark}")
        self._next += 1

    def _refusal(self, reason: str) -> BadQuery:
        token = self._peek()
        return refused(self._text, len(self._text) if token is None else token.start(), reason)


class _Template:
    """The templates of one operation, rewritten so that they fill the journal."""

    def __init__(self, stem: str, default: str | None = None) -> None:
        self._stem = stem
        self._default = default or f"<{UNNAMED}>"
        self._bound: list[str] = []

    @property
    def bindings(self) -> str:
        """What binds the graphs of the journal, at the end of the operation's pattern."""
        return " ".join(self._bound)

    def rewritten(self, text: str, block: Sequence[Token], prefix: str) -> str:
        """Return a group of quads, given with its brackets, with the journal's graphs."""
        parts: list[str] = []
        position, rest, depth = block[0].end(), iter(range(1, len(block) - 1)), 0
        for index in rest:
            token = block[index]
            depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
            if depth == 0 and token.lastgroup == "word" and token[0].upper() == "GRAPH":
                end = _closing(text, block, index + 2)
                parts.append(self._graph(self._default, text[position : token.start()], prefix))
                inner = text[block[index + 2].end() : block[end].start()]
                parts.append(self._graph(block[index + 1][0], inner, prefix))
                end += block[end + 1][0] == "."
                position = block[end].end()
                for _ in range(end - index):
                    next(rest)
        parts.append(self._graph(self._default, text[position : block[-1].start()], prefix))
        return "".join(parts)

    def _graph(self, graph: str, triples: str, prefix: str) -> str:
        if not triples.strip():
            return ""
        variable = f"?{self._stem}{len(self._bound)}"
        iri = f'IRI(CONCAT("{prefix}", STR({graph})))'
        # A variable that is no IRI names no graph: what is unbound leaves its triples out.
        name = f"IF(isIRI({graph}), {iri}, ?{self._stem})"
        self._bound.append(f"BIND({name} AS {variable})")
        return f"GRAPH {variable} {{ {triples}\n}}\n"


def _closing(text: str, block: Sequence[Token], opening: int) -> int:
    if opening >= len(block) or block[opening][0] != "{" or not _names_graph(block[opening - 1]):
        raise refused(text, block[opening - 2].start(), "expected GRAPH, its name, and a group")
    depth = 0
    for index in range(opening, len(block)):
        depth += {"open": 1, "close": -1}.get(block[index].lastgroup or "", 0)
        if not depth:
            return index
    raise refused(text, block[opening].start(), "this group is not closed")


def _names_graph(token: Token) -> bool:
    return token.lastgroup in {"iri", "name", "variable"}


def _prefix(verb: str) -> str:
    return INSERTED if verb == "INSERT" else DELETED
