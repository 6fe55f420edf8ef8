"""Linking: where a French text names something that the graph knows.

Names are compared by their letters alone: case, accents, ligatures, apostrophes, hyphens, spaces and
plurals do not count, nor do the little words between (CCI de la Lozère, CCI Lozère). What spelling
cannot settle, context does, by rules that prefer silence to a wrong link:

- a proper name keeps its capitals, an acronym its case;
- followed by another capital or by another territory, it is someone else (UIMM Lorraine, BPI Group);
- an acronym that the text itself spells out otherwise is another one, there and in the rest of the text
  (EMC, electromagnetic compatibility), and so is one among words of another of its senses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ecograph.understanding.contexts import (
    Reading,
    is_branch,
    is_introduced,
    reading_of,
    spelt_out,
)
from ecograph.understanding.coordination import Coordination, Shared
from ecograph.understanding.entries import GENERIC, Entity, Name, name_of
from ecograph.understanding.forms import Token, is_acronym, joined, normal, tokens_of
from ecograph.understanding.namesakes import is_common, is_in_street, is_land, is_someone_else
from ecograph.understanding.senses import AROUND, has_other_sense
from ecograph.understanding.spelling import MOST_MORE, Speller

__all__ = ["METHOD", "Entity", "Link", "Linker"]

METHOD = "linking/4"
LONGEST = 14  # words in one name
_START = 5  # letters by which names that may begin at a word are looked up
_SHORT_ACRONYM = 2  # letters; what stands before it has to introduce it
_UNMISTAKABLE = 8  # letters of a proper name that may lack its capital
_SPECIFIC = 3  # words from which a proper name may lack its capitals
_LONGEST_SAID = 120  # characters before brackets
_SURE_SLIP, _SURE_SHARED, _SURE_SHORT = 0.8, 0.8, 0.7
_TITLE_CASE_ACRONYM = 4  # letters from which "Ademe" is read as ADEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stretch of text, in code points, and what it names; confidence is between 0 and 1."""

    start: int
    end: int
    id: str
    confidence: float


class Linker:
    """Finds the names of known entities; ready for as many texts as come.

    Other bodies and people may have the name of a body (`namesakes`); of a place, one says it all the same:
    "CCI Lozère" speaks of Lozère.
    """

    def __init__(
        self, entities: Iterable[Entity], *, places: Iterable[str] = (), namesakes: bool = True
    ) -> None:
        self._has_namesakes = namesakes
        self._names: dict[str, list[Name]] = {}
        self._own_words: dict[str, frozenset[str]] = {}
        self._common: set[str] = set()  # words that some name writes without capital
        self._places = frozenset(joined(tokens_of(place)) for place in places)
        for entity in sorted(entities, key=lambda e: e.id):
            self._add(entity)
        self._starts = _starts(self._names)
        self._speller = Speller(
            {token.key for names in self._names.values() for n in names for token in n.tokens}
        )
        self._coordination = Coordination(self._names)

    def _add(self, entity: Entity) -> None:
        words: set[str] = set()
        for text in entity.names:
            name = name_of(entity, text)
            if key := joined(name.tokens):
                self._names.setdefault(key, []).append(name)
                words.update(token.key for token in name.tokens)
                self._common.update(token.key for token in name.tokens if token.text.islower())
        self._own_words[entity.id] = frozenset(words)

    def find(self, text: str) -> list[Link]:
        """The links of a text from left to right, none over another; the longest name wins."""
        reading = reading_of(text)
        found: dict[tuple[int, int], Link] = {}
        at = 0
        while at < len(reading.tokens):
            longest = self._longest(reading, at)
            if longest is not None:
                found[at, longest[1]] = longest[0]
            at = longest[1] if longest is not None else at + 1
        self._share(reading, found)
        return [
            replace(link, start=start, end=end)
            for _, link in sorted(found.items())
            for start, end in [reading.plain.stored(link.start, link.end)]
        ]

    def _share(self, reading: Reading, found: dict[tuple[int, int], Link]) -> None:
        """Add the links of names that share words with what stands beside them."""
        for shared in list(self._coordination.with_head(reading, found)):
            self._add_shared(reading, found, shared)
        for place in sorted(found):
            free = max((stop for _, stop in found if stop < place[0]), default=0)
            tailed = self._coordination.with_tail(reading, place, free)
            if tailed is not None and all(name.entity.id != found[place].id for name in tailed.names):
                self._add_shared(reading, found, tailed)

    def _add_shared(self, reading: Reading, found: dict[tuple[int, int], Link], shared: Shared) -> None:
        if any(start < shared.stop and shared.start < stop for start, stop in found):
            return
        part = reading.tokens[shared.start : shared.stop]
        meant = [name for name in shared.names if self._is_shared(reading, part, shared.whole, name)]
        if (link := _link(reading, part, meant, _SURE_SHARED)) is not None:
            found[shared.start, shared.stop] = link

    def _is_shared(self, reading: Reading, part: Sequence[Token], whole: Sequence[Token], name: Name) -> bool:
        if not name.entity.proper:
            return not name.acronym
        return self._is_written_proper(reading, whole, name) and not self._is_branch(reading, part, name)

    def _longest(self, reading: Reading, at: int) -> tuple[Link, int] | None:
        """The longest name that begins at a token, and the token after it."""
        tokens = reading.tokens
        for stop in range(self._furthest(reading, at), at, -1):
            span = tokens[at:stop]
            if span[-1].little or span[0].little:
                continue
            if (link := self._named(reading, span)) is not None:
                return link, stop
        return None

    def _furthest(self, reading: Reading, at: int) -> int:
        """The token up to which a name that begins at one may reach; that one when no name begins so."""
        tokens, first = reading.tokens, reading.tokens[at].key
        longest = self._starts.get(first[:_START], 0)
        if (meant := self._speller.may_mean(first)) is not None:
            longest = max(longest, self._starts.get(meant[:_START], 0))
        stop, letters = at, 0
        while stop < _stop(reading, at) and longest:
            letters += 0 if tokens[stop].little else len(tokens[stop].key)
            if letters > longest + MOST_MORE:
                break
            stop += 1
        return stop

    def _named(self, reading: Reading, span: Sequence[Token]) -> Link | None:
        exact = self._names.get(joined(span))
        if exact is not None:
            return self._judged(reading, span, exact, 1.0)
        mended = self._speller.mended(span)
        if mended is None or (near := self._names.get(mended)) is None:
            return None
        return self._judged(reading, span, [name for name in near if not name.acronym], _SURE_SLIP)

    def _judged(
        self, reading: Reading, span: Sequence[Token], names: Sequence[Name], confidence: float
    ) -> Link | None:
        return _link(reading, span, [n for n in names if self._is_meant(reading, span, n)], confidence)

    def _is_meant(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        if not reading.is_whole(span, comma=name.comma) or reading.is_address(span[-1]):
            return False
        if name.acronym:
            if not self._is_acronym_meant(reading, span, name):
                return False
        elif name.entity.proper and not self._is_written_proper(reading, span, name):
            return False
        return not name.entity.proper or not self._is_namesake(reading, span, name)

    def _is_namesake(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        """Whether a proper name is somebody else's here."""
        if self._is_branch(reading, span, name) or is_land(reading, span) or is_in_street(reading, span):
            return True
        if len(span) > 1 or len(name.tokens) > 1 or not self._has_namesakes:
            return False
        return is_common(reading, span[0], name.tokens[0]) or (
            not name.acronym and is_someone_else(reading, span[0])
        )

    def _is_acronym_meant(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        """Whether it is written as an acronym, and the text says nowhere that it means something else."""
        if not self._is_cased(reading, span, name):
            return False
        acronym = normal(name.text)
        around = reading.text[max(0, span[0].start - AROUND) : span[-1].end + AROUND]
        if has_other_sense(acronym, name.entity.names, around):
            return False
        same = [span]
        if len(span) == 1:
            same = [[token] for token in reading.tokens if token.key == span[0].key]
        return not any(self._is_another(reading, one, name) for one in same)

    def _is_cased(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        """Whether an acronym is written as one: as it is, in capitals, or long and with one capital."""
        letters = "".join(token.text for token in span)
        if len(letters) <= _SHORT_ACRONYM:
            says = self._says(reading.before(span)[-_LONGEST_SAID:], name.entity)
            return letters.isupper() and not reading.shouted and is_introduced(reading, span, says=says)
        if reading.whispered and any(map(_is_acronym_within, name.tokens)):
            return len(span) > 1  # "partenaire : cci lozère"
        if letters.isupper() or letters == re.sub(r"[\W_]", "", name.text):
            return True
        return len(letters) >= _TITLE_CASE_ACRONYM and letters[0].isupper()

    def _is_written_proper(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        if _has_capitals(reading, span, name, self._places):
            return True
        content = [token for token in span if not token.little]
        if len(content) == 1:
            # A long word that no name uses as a common one: "xylofutur".
            is_known = len(content[0].key) >= _UNMISTAKABLE and content[0].key not in self._common
            return is_known or reading.before(span).endswith("@")
        if reading.whispered and any(map(_is_acronym_within, name.tokens)):
            return True
        return len(content) >= _SPECIFIC and _is_generic(content[0])

    def _is_branch(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        own = self._own_words[name.entity.id]
        return is_branch(reading, span, own=own, places=self._places, names=self._names)

    def _is_another(self, reading: Reading, span: Sequence[Token], name: Name) -> bool:
        """Whether the text spells an acronym out as something that is not its entity."""
        said = spelt_out(reading, span, normal(name.text))
        return any(not self._says(words, name.entity) for words in said)

    def _says(self, words: str, entity: Entity) -> bool:
        """Whether some words hold a full name of an entity."""
        keys = joined(tokens_of(words))
        return any(joined(tokens_of(other)) in keys for other in entity.names if not is_acronym(other))


def _link(reading: Reading, span: Sequence[Token], meant: Sequence[Name], confidence: float) -> Link | None:
    """The link to the one thing that is meant; none for nobody, nor for several."""
    if len({name.entity.id for name in meant}) != 1:
        return None
    name = meant[0]
    if name.acronym and len(normal(name.text)) <= _SHORT_ACRONYM:
        confidence *= _SURE_SHORT
    start, end = _extent(reading, span, meant)
    return Link(start=start, end=end, id=name.entity.id, confidence=confidence)


def _extent(reading: Reading, span: Sequence[Token], meant: Sequence[Name]) -> tuple[int, int]:
    """Where a name begins and ends in a text: with the article and the signs that belong to it.

    "L'Esprit du Causse" has an article of its own, Grand E-Nov+ a sign.
    """
    start, end = span[0].start, reading.end(span)
    before, after = (min((around(name) for name in meant), key=len) for around in (_opening, _closing))
    if before and reading.text.endswith(before, 0, start):
        start -= len(before)
    if after and reading.text.startswith(after, end):
        end += len(after)
    return start, end


def _opening(name: Name) -> str:
    """What stands in a name before its first word that carries it, if that begins with a capital."""
    first = next((token for token in name.tokens if not token.little), None)
    before = name.text[: first.start] if first else ""
    return before if before[:1].isupper() else ""


def _closing(name: Name) -> str:
    """The signs that end a name, but for those that may end a sentence or a bracket."""
    after = name.text[name.tokens[-1].end :]
    return after if after and not any(sign.isspace() or sign in ".,;:()\"'»" for sign in after) else ""


def _is_acronym_within(token: Token) -> bool:
    return len(token.text) > _SHORT_ACRONYM and token.text.isupper() and token.text.isalpha()


def _starts(names: Iterable[str]) -> dict[str, int]:
    """For each beginning of a name's letters, how many letters the longest of these names has."""
    longest: dict[str, int] = {}
    for name in names:
        for size in range(1, _START + 1):
            start = name[:size]
            longest[start] = max(longest.get(start, 0), len(name))
    return longest


def _stop(reading: Reading, at: int) -> int:
    return min(len(reading.tokens), at + LONGEST)


def _has_capitals(reading: Reading, span: Sequence[Token], name: Name, places: Collection[str]) -> bool:
    """Whether a proper name has its capitals, but for generic words ("la chambre d'agriculture ...")."""
    if reading.shouted:
        return True
    content = [token for token in span if not token.little]
    wanted = [token for token in name.tokens if not token.little]
    if len(content) != len(wanted):  # joined or cut otherwise: one capital will do
        return any(_is_capital(token) for token in content)
    generic = _is_generic(content[0]) or content[0].text.isupper()
    if not generic and len(span) - len(content) > len(name.tokens) - len(wanted):
        return False  # "environnement du Massif Central" is not Environnement Massif Central
    pairs = list(zip(wanted, content, strict=True))
    lacking = [token for want, token in pairs if _is_capital(want) and not _is_capital(token)]
    if all(map(_is_generic, lacking)) and (len(lacking) < len(wanted) or len(wanted) > 2):
        return True
    if _is_capital(content[0]) and joined(lacking) in places:
        return True  # "la CCI lozère", "Fibois grand est"
    # "Lozère développement": its first capital is no sentence's.
    return (
        _is_capital(content[0]) and len(content) > 1 and not generic and not reading.opens(content[0].start)
    )


def _is_capital(token: Token) -> bool:
    return token.text[0].isupper() or token.text[0].isdigit()


def _is_generic(token: Token) -> bool:
    return token.key in GENERIC
