"""Names that share words with what stands beside them.

"La CCI du Cantal et de l'Aveyron" says the head of the second name once for both, "les CCI et CMA du Cantal"
the tail of the first. A name is only put together from its own first and last words, as they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecograph.understanding.contexts import Reading
from ecograph.understanding.entries import Name
from ecograph.understanding.forms import Token, joined

_AND = frozenset({"et", "ou", "&"})  # as they are written: "où" is another word
_OF = frozenset({"d", "de", "des", "du"})
_FAR = 8  # tokens before the conjunction in which the head is looked for
_WIDE = 7  # tokens of what a head or a tail is shared with


@dataclass(frozen=True, slots=True)
class Shared:
    """Tokens, by their numbers, that name something together with others; and what they name as a whole."""

    start: int
    stop: int
    whole: tuple[Token, ...]
    names: tuple[Name, ...]


class Coordination:
    """Finds names in which a head or a tail is shared."""

    def __init__(self, names: Mapping[str, Sequence[Name]]) -> None:
        self._names = names
        heads: dict[str, set[str]] = defaultdict(set)
        for said in names.values():
            for name in said:
                words = [token.key for token in name.tokens if not token.little]
                for size in range(1, len(words)):
                    heads["".join(words[size:])].add("".join(words[:size]))
        self._heads = {tail: tuple(sorted(found)) for tail, found in heads.items()}

    def with_head(self, reading: Reading, links: Iterable[tuple[int, int]]) -> Iterator[Shared]:
        """The names whose head stands before a conjunction, where no link is yet."""
        if not _coordinates(reading):
            return
        taken = {at for start, stop in links for at in range(start, stop)}
        for conjunction, after in _conjunctions(reading):
            first = after
            while first < len(reading.tokens) and reading.tokens[first].little:
                first += 1
            if first < len(reading.tokens) and first not in taken:
                is_of = any(token.key in _OF for token in reading.tokens[after:first])
                if is_of == (first > after):  # an article alone begins something else
                    yield from self._headed(reading, conjunction, first, is_of=is_of)

    def _headed(self, reading: Reading, conjunction: int, first: int, *, is_of: bool) -> Iterator[Shared]:
        tokens = reading.tokens
        for stop in range(min(len(tokens), first + _WIDE), first, -1):
            part = tokens[first:stop]
            heads = () if part[-1].little else self._heads.get(joined(part), ())
            if not heads or part[0].text.isdigit() or not reading.is_whole(part):
                continue
            for start, end in _heads_before(reading, conjunction, heads, is_of=is_of):
                whole = (*tokens[start:end], *part)
                names = self._bearing(whole)
                if names and self._is_parallel(tokens[start:end], tokens[end:conjunction], part):
                    yield Shared(first, stop, whole, names)
                    return

    def _is_parallel(self, head: Sequence[Token], middle: Sequence[Token], part: Sequence[Token]) -> bool:
        """Whether what stands before the conjunction is a proper name, or makes a name with the head."""
        content = [token for token in middle if not token.little]
        if all(token.text[0].isupper() for token in content):
            return True
        return any(self._bearing((*head, *middle, *part[at:])) for at in range(1, len(part) + 1))

    def with_tail(self, reading: Reading, found: tuple[int, int], free: int) -> Shared | None:
        """The name before a conjunction that ends as one after it does; its tokens come after a number."""
        tokens = reading.tokens
        start, stop = found
        at = start - 1
        while at > 0 and tokens[at].little:
            at -= 1
        end = at if at >= 0 and _is_and(tokens[at]) else -1
        for first in range(max(free, end - _WIDE), end):
            part = tokens[first:end]
            if part[0].little or part[-1].little or not reading.is_whole(part):
                continue
            if end + 1 < start and len(part) == 1 and not part[0].text.isupper():
                continue  # "l'université et la ville de Limoges": perhaps any university
            for cut in range(start + 1, stop):
                whole = (*part, *tokens[cut:stop])
                is_tail = end + 1 == start or tokens[cut - 1].key in _OF
                if is_tail and (names := self._bearing(whole)):
                    return Shared(first, end, whole, names)
        return None

    def _bearing(self, whole: Sequence[Token]) -> tuple[Name, ...]:
        """The names that are made of some words, with the same first and the same last one."""
        ends = (whole[0].key, whole[-1].key)
        return tuple(name for name in self._names.get(joined(whole), ()) if ends_of(name.tokens) == ends)


def ends_of(tokens: Sequence[Token]) -> tuple[str, str]:
    """The first and the last word of a name, as they are compared."""
    content = [token.key for token in tokens if not token.little]
    return content[0], content[-1]


def _is_and(token: Token) -> bool:
    return token.text.lower() in _AND


def _coordinates(reading: Reading) -> bool:
    return "," in reading.text or any(map(_is_and, reading.tokens))


def _conjunctions(reading: Reading) -> Iterator[tuple[int, int]]:
    """Each "et", "ou" or comma: the number of the token at which it stands, and of the token after it."""
    tokens = reading.tokens
    for at in range(1, len(tokens)):
        if _is_and(tokens[at]):
            yield at, at + 1
        elif reading.text[tokens[at - 1].end : tokens[at].start] == ", ":
            yield at, at


def _heads_before(
    reading: Reading, conjunction: int, heads: Sequence[str], *, is_of: bool
) -> Iterator[tuple[int, int]]:
    """Where one of some heads stands before a conjunction, with a complement of its own between them."""
    tokens = reading.tokens
    for end in range(conjunction - 1, max(0, conjunction - _FAR), -1):
        begins = tokens[end].key in _OF if is_of else not tokens[end].little
        if not begins or tokens[end - 1].little or all(t.little for t in tokens[end:conjunction]):
            continue
        for start in range(end - 1, max(-1, end - _WIDE), -1):
            span = tokens[start:conjunction]
            if joined(tokens[start:end]) in heads and not span[0].little:
                if reading.is_whole(span, comma=True):
                    yield start, end
                break
        if not is_of and end < conjunction - 1:
            break
