"""A text in which names are looked for, and what around a name tells that it means something else."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ecograph.understanding.forms import LITTLE, Token, is_abbreviation, joined, normal, tokens_of
from ecograph.understanding.plain import Plain, plain_of
from ecograph.understanding.words import FRENCH

# What may stand between two words of one name: a line may end there; a cell, a list item, a paragraph not.
_WITHIN = re.compile(r"(?:[ '\-–«»“”\"]|\r?\n(?![ ]*(?:[\n\r\-–•*])))*|/|\.")
_COMMA = re.compile(r"(?:[ '\-–«»“”\",]|\r?\n(?![ ]*(?:[\n\r\-–•*])))*|/|\.")
_BLANK = re.compile(r"\n[ \t\r]*\n")
_DOT = re.compile(r"\. *")
_ADDRESS = re.compile(r"\.[a-z]{2,}|@")  # what follows a word that is part of an address
_OPENED = re.compile(r"\s*\(([^()]{3,120})\)")
_NEXT_WORD = re.compile(r"[ -]([^\W\d_][\w'-]*)")
_NEXT_PLACE = re.compile(r" (?:(?:d[eu]s?|de la) |d'|de l')([^\W\d_][\w'-]*(?: [A-Z][\w-]*)*)")
# Capitals that follow a name without being a part of it: legal forms, ways to reach someone, titles.
NO_PART = frozenset(
    """sa sas sasu sarl eurl sci scop scic snc gie gip gaec scea selarl spl sem
    tel telephone fax mail email courriel bp cs cedex site m mm mme mr dr""".split()  # noqa: SIM905 - a list
)
_INTRODUCED = re.compile(
    r"(?:\b[ld]'|\b(?:la|le|les|de|du|des|en|par|via|une|cette|notre|votre|sa|leur|et|ou|au|aux)\s|#)$",
    re.IGNORECASE,
)
# "Une toiture PV", "Toitures PV", "robotique, IA et photonique".
_QUALIFIED = re.compile(r"(?:(?:^|[\n•:.-] ?)(?=[A-ZÀ-Þ])|(?:^|[\s'(])(?![A-ZÀ-Þ]))([^\W\d_][a-zß-ÿœ]{3,}) $")
_LISTED = re.compile(r"[^\W\d_], $")
_LIST_GOES_ON = re.compile(r"[,;.)]|$| (?:et|ou) ")
_CELL = re.compile(r"[;\t|\n] ?$")
_CELL_END = re.compile(r" ?(?:[;\t|\n]|$)")
_INITIALS_NEEDED = 2
_NEAR = 400  # characters around a name in which something tells what it means
_SPELT_ASIDE = re.compile(r"\s*[:=–,]\s*((?:[^\W\d_]+[ '-]+)+[^\W\d_]+)")
_STRICT = 3  # letters of an acronym that is spelt out without brackets


@dataclass(frozen=True, slots=True)
class Reading:
    """A text being read."""

    plain: Plain
    tokens: Sequence[Token]
    shouted: bool  # all in capitals: case tells nothing
    whispered: bool  # without any capital: nor here

    @property
    def text(self) -> str:
        return self.plain.text

    def before(self, span: Sequence[Token]) -> str:
        """What stands before a stretch, as far as it may tell something: a text may be long."""
        return self.text[max(0, span[0].start - _NEAR) : span[0].start]

    def after(self, span: Sequence[Token]) -> str:
        """What stands after it, as far."""
        return self.text[span[-1].end : span[-1].end + _NEAR]

    def is_whole(self, span: Sequence[Token], *, comma: bool = False) -> bool:
        """Whether nothing but what may stand within a name stands between the tokens."""
        allowed = _COMMA if comma else _WITHIN
        for a, b in pairwise(span):
            gap = self.text[a.end : b.start]
            if gap != " " and not allowed.fullmatch(gap) and not _follows_short(a, gap):
                return False
        return True

    def is_address(self, token: Token) -> bool:
        """Whether a token is part of a web or mail address."""
        return _ADDRESS.match(self.text, token.end) is not None

    def opens(self, at: int) -> bool:
        """Whether a sentence opens at a place, as after a blank line; any word has a capital there."""
        before = self.text[:at].rstrip(" «»“”\"'(-–•\n\t\r")
        return not before or before[-1] in ".!?:…" or _BLANK.search(self.text, len(before), at) is not None

    def begins_line(self, at: int) -> bool:
        """Whether a line begins at a place."""
        return self.text[:at].rstrip(" «»“”\"'(-–•\t")[-1:] == "\n"

    def end(self, span: Sequence[Token]) -> int:
        """Where a name ends: the last dot of a dotted acronym belongs to it."""
        end = span[-1].end
        if len(span) > 1 and self.text[end : end + 1] == "." and _is_initial(span[-1]):
            return end + (_is_initial(span[-2]) and self.text[span[-2].end : span[-1].start] == ".")
        return end


def reading_of(text: str) -> Reading:
    """Return a text ready to be read: its words, those within a hashtag as well."""
    plain = plain_of(text)
    tokens = tokens_of(plain.text)
    if "#" in text or "@" in text:
        tokens = [part for token in tokens for part in _parts(plain.text, token)]
    return Reading(plain, tokens, _is_shouted(tokens), plain.text.islower())


def _parts(text: str, token: Token) -> Iterator[Token]:
    """The words of a hashtag: #BanqueDesTerritoires."""
    if text[max(0, token.start - 1) : token.start] not in {"#", "@"}:
        yield token
        return
    at = token.start
    for part in re.split(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", token.text):
        yield from (Token(one.text, at, at + len(part), one.key) for one in tokens_of(part))
        at += len(part)


def _is_initial(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isupper()


def _follows_short(token: Token, gap: str) -> bool:
    """Whether a gap is the dot of a word that is written short: C. C. I., St. Chély."""
    return bool(_DOT.fullmatch(gap)) and (len(token.text) == 1 or is_abbreviation(token.text))


def _is_shouted(tokens: Sequence[Token]) -> bool:
    letters = [token.text for token in tokens if len(token.text) > 3]
    return len(letters) > 1 and sum(text.isupper() for text in letters) > 0.7 * len(letters)


def is_branch(
    reading: Reading,
    span: Sequence[Token],
    *,
    own: Container[str],
    places: Container[str],
    names: Container[str],
) -> bool:
    """Whether what follows makes it another body: a capital, or a territory that is not its own.

    A known acronym after a hyphen, and a legal form, do not.
    """
    after = reading.after(span)
    follows = _NEXT_WORD.match(after)
    if follows and follows[1][0].isupper():
        word = normal(follows[1])
        if reading.shouted:
            return joined(tokens_of(follows[1])) in places and word not in own
        is_partner = after[0] == "-" and joined(tokens_of(follows[1])) in names
        return word not in own and word not in NO_PART and not is_partner
    place = _NEXT_PLACE.match(after)
    if place is None or not place[1][0].isupper():
        return False
    words = tokens_of(place[1])
    return joined(words) in places and not all(word.key in own for word in words)


def is_introduced(reading: Reading, span: Sequence[Token], *, says: bool) -> bool:
    """Whether what stands before two letters lets them be an acronym: an article, a noun, the edge of a cell.

    In brackets, what they stand for has to be said.
    """
    before, after = reading.before(span), reading.after(span)
    if not before or _INTRODUCED.search(before):
        return True
    if qualified := _QUALIFIED.search(before):
        return qualified[1] not in FRENCH
    if before.endswith("("):
        return says
    edges = ((_CELL, _CELL_END), (_LISTED, _LIST_GOES_ON))
    return any(begin.search(before) and end.match(after) for begin, end in edges)


def spelt_out(reading: Reading, span: Sequence[Token], acronym: str) -> list[str]:
    """What a text spells an acronym out as: in brackets after it, before brackets, after a comma or colon."""
    before, after = reading.before(span), reading.after(span)
    said = []
    if opened := _OPENED.match(after):
        said.append(opened[1])
    if before.endswith("(") and after.startswith(")"):
        said.append(" ".join(before[:-1].split()[-len(acronym) * 2 :]))
    said = [words for words in said if _spells(acronym, words)]
    aside = _SPELT_ASIDE.match(after)
    if aside and len(acronym) >= _STRICT and "".join(_initials(aside[1])[: len(acronym)]) == acronym:
        said.append(aside[1])
    return said


def _spells(acronym: str, words: str) -> bool:
    """Whether some words are what an acronym may stand for: two of its letters begin words."""
    initials = _initials(words)
    left = list(initials)
    found = 0
    for letter in acronym:
        if letter in left:
            left.remove(letter)
            found += 1
    return found >= min(_INITIALS_NEEDED, len(acronym)) and len(initials) >= _INITIALS_NEEDED


def _initials(words: str) -> list[str]:
    return [word[0] for word in map(normal, re.findall(r"[^\W\d_]+", words)) if word and word not in LITTLE]
