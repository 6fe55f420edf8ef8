"""Linking: where a French text names something that the graph knows.

Names are compared by their letters alone: case, accents, ligatures, apostrophes, hyphens, spaces and
plurals do not count, nor do the little words between (CCI de la Lozère, CCI Lozère). What spelling
cannot settle, context does, by rules that prefer silence to a wrong link:

- a proper name keeps its capitals, an acronym its case;
- followed by another capital or by another territory, it is someone else (UIMM Lorraine, BPI Group);
- an acronym that the text itself spells out otherwise is another one (EMC, electromagnetic compatibility).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ecograph.understanding.forms import (
    LITTLE,
    Token,
    is_acronym,
    joined,
    normal,
    tokens_of,
)
from ecograph.understanding.spelling import MOST_MORE, Speller

METHOD = "linking/1"
LONGEST = 14  # words in one name
# Words that begin the names of bodies; texts write them without capital as well.
GENERIC = frozenset(
    {
        *("agence", "association", "banque", "caisse", "centre", "chambre", "cluster", "club", "college"),
        *("comite", "commune", "communaute", "confederation", "conseil", "cooperative", "departement"),
        *("direction", "ecole", "etablissement", "faculte", "federation", "filiere", "fondation", "fonds"),
        *("groupe", "groupement", "hopital", "institut", "interprofession", "laboratoire", "ligue", "lycee"),
        *("mairie", "maison", "ministere", "mission", "office", "parc", "plateforme", "plate", "pole"),
        *("prefecture", "region", "reseau", "satt", "societe", "syndicat", "technopole", "union"),
        *("universite", "ville"),
    }
)
# What may stand between two words of one name.
_WITHIN = re.compile(r"[\s\u00a0'’\-‐‑–«»“”\".]*|\s*&\s*")
_COMMA = re.compile(r"[\s\u00a0'’\-‐‑–«»“”\".,]*")
_INTRODUCED = re.compile(
    r"(?:\b[ld]['’]|\b(?:la|le|les|de|du|des|en|par|via|une|cette|notre|votre|sa|leur|et|ou|au|aux)\s)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\.[a-z]{2,}|@")  # what follows a word that is part of an address
_OPENED = re.compile(r"\s*\(([^()]{3,120})\)")
_NEXT_WORD = re.compile(r"[ \u00a0-]([^\W\d_][\w’'-]*)")
_NEXT_PLACE = re.compile(
    r"[ \u00a0](?:(?:d[eu]s?|en|de la)[ \u00a0]|d['’]|de l['’])([^\W\d_][\w’'-]*(?: [A-Z][\w-]*)*)"
)
_INITIALS_NEEDED = 2
_START = 5  # letters by which names that may begin at a word are looked up
_SHORT_ACRONYM = 2  # letters; it needs an article before it
_UNMISTAKABLE = 8  # letters of a proper name that may lack its capital
_SPECIFIC = 3  # words from which a proper name may lack its capitals
_TITLE_CASE_ACRONYM = 4  # letters from which "Ademe" is read as ADEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something that texts may name. A proper one is one thing (an actor), others are notions."""

    id: str
    names: tuple[str, ...]
    proper: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stretch of text, in code points, and what it names; confidence is between 0 and 1."""

    start: int
    end: int
    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to write an entity's name."""

    entity: Entity
    tokens: tuple[Token, ...]
    text: str
    acronym: bool

    @property
    def comma(self) -> bool:
        return "," in self.text


class Linker:
    """Finds the names of known entities; ready for as many texts as come."""

    def __init__(self, entities: Iterable[Entity], *, places: Iterable[str] = ()) -> None:
        self._names: dict[str, list[_Name]] = {}
        self._own_words: dict[str, frozenset[str]] = {}
        self._common: set[str] = set()  # words that some name writes without capital
        self._places = frozenset(joined(tokens_of(place)) for place in places)
        for entity in sorted(entities, key=lambda e: e.id):
            self._add(entity)
        self._starts = _starts(self._names)
        self._speller = Speller(
            {token.key for names in self._names.values() for n in names for token in n.tokens}
        )

    def _add(self, entity: Entity) -> None:
        words: set[str] = set()
        for text in entity.names:
            tokens = tuple(tokens_of(text))
            if key := joined(tokens):
                name = _Name(entity, tokens, text, is_acronym(text))
                self._names.setdefault(key, []).append(name)
                words.update(token.key for token in tokens)
                self._common.update(token.key for token in tokens if token.text.islower())
        self._own_words[entity.id] = frozenset(words)

    def find(self, text: str) -> list[Link]:
        """The links of a text from left to right, none over another; the longest name wins."""
        tokens = tokens_of(text)
        reading = _Reading(text, tokens, shouted=_is_shouted(tokens))
        links: list[Link] = []
        at = 0
        while at < len(tokens):
            found = self._longest(reading, at)
            if found is not None:
                links.append(found[0])
            at = found[1] if found is not None else at + 1
        return links

    def _longest(self, reading: _Reading, at: int) -> tuple[Link, int] | None:
        """The longest name that begins at a token, and the token after it."""
        tokens = reading.tokens
        for stop in range(self._furthest(reading, at), at, -1):
            span = tokens[at:stop]
            if span[-1].little or span[0].little:
                continue
            if (link := self._named(reading, span)) is not None:
                return link, stop
        return None

    def _furthest(self, reading: _Reading, at: int) -> int:
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

    def _named(self, reading: _Reading, span: Sequence[Token]) -> Link | None:
        exact = self._names.get(joined(span))
        if exact is not None:
            return self._judged(reading, span, exact, 1.0)
        mended = self._speller.mended(span)
        if mended is None or (near := self._names.get(mended)) is None:
            return None
        return self._judged(reading, span, [name for name in near if _may_be_misspelt(name)], 0.8)

    def _judged(
        self, reading: _Reading, span: Sequence[Token], names: Sequence[_Name], confidence: float
    ) -> Link | None:
        meant = [name for name in names if self._is_meant(reading, span, name)]
        if len({name.entity.id for name in meant}) != 1:
            return None  # nobody, or several: silence
        name = meant[0]
        if name.acronym and len(normal(name.text)) <= _SHORT_ACRONYM:
            confidence *= 0.7
        return Link(start=span[0].start, end=span[-1].end, id=name.entity.id, confidence=confidence)

    def _is_meant(self, reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
        if not reading.is_whole(span, comma=name.comma) or reading.is_address(span[-1]):
            return False
        if name.acronym:
            if not _is_cased(reading, span, name) or self._is_another(reading, span, name):
                return False
        elif name.entity.proper and not self._is_written_proper(reading, span, name):
            return False
        return not (name.entity.proper and self._is_branch(reading, span, name))

    def _is_written_proper(self, reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
        if _has_capitals(reading, span, name):
            return True
        content = [token for token in span if not token.little]
        if len(content) == 1:
            # A long word that no name uses as a common one: "xylofutur".
            return len(content[0].key) >= _UNMISTAKABLE and content[0].key not in self._common
        return len(content) >= _SPECIFIC and _is_generic(content[0])

    def _is_branch(self, reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
        """Whether what follows makes it another body: a capital, or a territory that is not its own."""
        after = reading.text[span[-1].end :]
        own = self._own_words[name.entity.id]
        follows = _NEXT_WORD.match(after)
        if follows and follows[1][0].isupper() and not reading.shouted:
            return normal(follows[1]) not in own
        place = _NEXT_PLACE.match(after)
        if place is None or not place[1][0].isupper():
            return False
        words = tokens_of(place[1])
        return joined(words) in self._places and not all(word.key in own for word in words)

    def _is_another(self, reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
        """Whether the text spells an acronym out as something that is not its entity."""
        before, after = reading.text[: span[0].start], reading.text[span[-1].end :]
        said = []
        if opened := _OPENED.match(after):
            said.append(opened[1])
        if before.endswith("(") and after.startswith(")"):
            said.append(" ".join(before[:-1].split()[-len(normal(name.text)) * 2 :]))
        return any(_spells(normal(name.text), words) and not self._says(words, name.entity) for words in said)

    def _says(self, words: str, entity: Entity) -> bool:
        """Whether some words hold a full name of an entity."""
        keys = joined(tokens_of(words))
        return any(joined(tokens_of(other)) in keys for other in entity.names if not is_acronym(other))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text being read."""

    text: str
    tokens: Sequence[Token]
    shouted: bool  # all in capitals: case tells nothing

    def is_whole(self, span: Sequence[Token], *, comma: bool) -> bool:
        """Whether nothing but what may stand within a name stands between the tokens."""
        allowed = _COMMA if comma else _WITHIN
        gaps = (self.text[a.end : b.start] for a, b in pairwise(span))
        return all(allowed.fullmatch(gap) for gap in gaps)

    def is_address(self, token: Token) -> bool:
        """Whether a token is part of a web or mail address."""
        return _ADDRESS.match(self.text, token.end) is not None

    def opens(self, token: Token) -> bool:
        """Whether a token opens a sentence, where any word has a capital."""
        before = self.text[: token.start].rstrip(" \u00a0«»“”\"'’(-–•\n\t")
        return not before or before[-1] in ".!?:…"


def _starts(names: Iterable[str]) -> dict[str, int]:
    """For each beginning of a name's letters, how many letters the longest of these names has."""
    longest: dict[str, int] = {}
    for name in names:
        for size in range(1, _START + 1):
            start = name[:size]
            longest[start] = max(longest.get(start, 0), len(name))
    return longest


def _stop(reading: _Reading, at: int) -> int:
    return min(len(reading.tokens), at + LONGEST)


def _is_shouted(tokens: Sequence[Token]) -> bool:
    letters = [token.text for token in tokens if len(token.text) > 3]
    return len(letters) > 1 and sum(text.isupper() for text in letters) > 0.7 * len(letters)


def _is_cased(reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
    """Whether an acronym is written as one: as it is, in capitals, or long and with one capital."""
    written = reading.text[span[0].start : span[-1].end]
    letters = re.sub(r"[\W_]", "", written)
    size = len(letters)
    if size <= _SHORT_ACRONYM:
        before = reading.text[: span[0].start]
        return (
            letters.isupper()
            and not reading.shouted
            and (not before or _INTRODUCED.search(before) is not None)
        )
    if letters.isupper() or letters == re.sub(r"[\W_]", "", name.text):
        return True
    return size >= _TITLE_CASE_ACRONYM and letters[0].isupper()


def _has_capitals(reading: _Reading, span: Sequence[Token], name: _Name) -> bool:
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
    # "Lozère développement": its first capital is no sentence's.
    return _is_capital(content[0]) and len(content) > 1 and not generic and not reading.opens(content[0])


def _is_capital(token: Token) -> bool:
    return token.text[0].isupper() or token.text[0].isdigit()


def _is_generic(token: Token) -> bool:
    return token.key in GENERIC


def _may_be_misspelt(name: _Name) -> bool:
    return not name.acronym


def _spells(acronym: str, words: str) -> bool:
    """Whether some words are what an acronym may stand for: two of its letters begin words."""
    initials = [
        word[0] for word in map(normal, re.findall(r"[^\W\d_]+", words)) if word and word not in LITTLE
    ]
    left = list(initials)
    found = 0
    for letter in acronym:
        if letter in left:
            left.remove(letter)
            found += 1
    return found >= min(_INITIALS_NEEDED, len(acronym)) and len(initials) >= _INITIALS_NEEDED
