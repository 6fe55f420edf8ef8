"""Organisations that a text names and the graph does not know: what a model spots, judged by rules.

The model takes any capitalised beginning of a sentence for a name, and a body for a place or a person.
So a name is proposed only where its writing and its surroundings speak for an organisation, and a
name that may be a person's is never proposed: silence is better than a card on somebody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ecograph.understanding.bodies import COMPANY_FORMS, GIVEN, KIND_OF, KINDS, LANDS, NO_NAMES
from ecograph.understanding.forms import LITTLE, is_acronym, key, normal
from ecograph.understanding.organisations import FORMS, names_of

METHOD = "spotting/1"
LONGEST = 80  # characters of a name

_SHORTEST_ACRONYM, _SHORTEST_WORD = 3, 4
_SHORTEST_TRADE = 6  # letters
_MOST_WORDS = 9
_WITH_FORM, _WITH_KIND, _ACRONYM, _PLAIN = 0.6, 0.55, 0.5, 0.4
_TITLE = re.compile(r"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Dr|Pr|Me|Monsieur|Madame|Maître|Docteur)\s*$")
# "Ada Durand, directrice de": whoever follows such a comma has a name of their own.
_OFFICE = re.compile(
    r"\s*[,(]\s*(?:(?:le|la|l['’]|son|sa|vice-|co-?|ancien(?:ne)?|jeune)\s*)*"
    r"(?:président|pdg|directeur|directrice|dirigeant|gérant|maire|préfet|député|sénat|ministre|fondat|"
    r"cofondat|responsable|chargé|chef|secrétaire|chercheu|enseignant|professeur|ingénieur|agricult|élu|"
    r"artisan|éleveu|porteu|créat|consultant|conseill|\d{2}\s+ans)",
    re.IGNORECASE,
)
_BEFORE_OFFICE = re.compile(
    r"(?:président|directeur|directrice|dirigeant|gérant|maire|préfet|préfète|député|ministre|fondat(?:eur|rice)|"
    r"responsable|chercheu(?:r|se)|professeur|ingénieur|élève|stagiaire)e?\s*,?\s*$",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"\s*,?\s*(?:explique|précise|souligne|raconte|ajoute|confie|estime|rappelle|se réjouit)"
)
_OPENING = re.compile(r"(?:^|[.!?…:\n•–-])[\s\u00a0«»“”\"'’(]*$")
_TRAILING = re.compile(
    r"(?:[\s\u00a0'’,.;:–-]+(?:d|de|des|du|l|la|le|les|et|en|à|au|aux|pour)?)+$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|&")
# What a body's name goes on with, where the model stops: "Chambre d'agriculture | de la Lozère".
_GOES_ON = re.compile(
    r"(?:[ \u00a0](?:et[ \u00a0])?(?:(?:de[ \u00a0]la|du|des|de)[ \u00a0]|de[ \u00a0]l['’]|d['’])"
    r"[A-ZÀ-Ý][\w’'-]*(?:[ \u00a0-][A-ZÀ-Ý][\w’-]*)*)+"
)
# "Caisse d'Épargne | parraine le trail": a word in small letters before an article is a verb.
_VERB = re.compile(
    r"(?<=\w)[ \u00a0](?!(?:et|de|des|du|d|pour|en|sur|à|au|aux|dans|par|avec)\b)[a-zà-ÿ]+[ \u00a0]"
    r"(?:(?:le|la|les|un|une|ses|son|sa|leurs?|des|du)[ \u00a0]|l['’])"
)
# What has a name and is no body.
_OTHER_THING = re.compile(
    r"\b(?:labels?|normes?|salons?|festivals?|foires?|programmes?|projets?|dispositifs?|logiciels?|prix|concours|"
    r"certifications?|marques?|appels?|mentions?|formats?|protocoles?|diplômes?|rue|avenue|place|route|plans?|lois?)"
    r"\s+(?:d['’]|de\s+|du\s+|l['’])?[«“\"]?\s*$",
    re.IGNORECASE,
)
_SPELT_BY = re.compile(r"[\w\u00a0 '’-]{0,120}\($")


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of text, in code points, that a model takes for a name: PER, LOC, ORG or MISC."""

    start: int
    end: int
    label: str


class Spotter(Protocol):
    """A model that finds the names of people, places and organisations in texts."""

    @property
    def version(self) -> str:
        """The model and its version."""

    def spot(self, texts: Sequence[str]) -> Iterator[tuple[Spot, ...]]:
        """Yield for each text its names, with their places in code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An organisation that nobody told the graph of: its name, how it is compared, and how sure that is."""

    start: int
    end: int
    name: str
    key: str
    confidence: float


def unknown(
    text: str,
    spots: Sequence[Spot],
    *,
    taken: Collection[tuple[int, int]] = (),
    known: Collection[str] = (),
    places: Collection[str] = (),
) -> Iterator[Unknown]:
    """Yield the organisations of a text that are none of the names known, each name once.

    `taken` are the stretches of what was recognised in the text, `known` the keys of the graph's labels,
    `places` the joined words of the names of territories.
    """
    people = {word for spot in spots if spot.label == "PER" for word in _words(text[spot.start : spot.end])}
    seen: set[str] = set()
    for spot in sorted(spots, key=lambda one: (one.start, one.end)):
        one = _judged(text, spot, people) if spot.label in ("ORG", "MISC", "LOC") else None
        if one is None or one.key in seen or one.key in known:
            continue
        if not _is_land(one.name, places) and not any(a < one.end and one.start < b for a, b in taken):
            seen.add(one.key)
            yield one


def write_spots(spots: Sequence[Spot]) -> str:
    """Return what a model found, in one line."""
    return json.dumps([[spot.start, spot.end, spot.label] for spot in spots], separators=(",", ":"))


def read_spots(line: str) -> list[Spot]:
    """Read what `write_spots` wrote."""
    return [Spot(start, end, label) for start, end, label in json.loads(line)]


def key_of(name: str) -> str:
    """Return what a name is grouped by: without legal forms, case, accents, signs; empty for nothing."""
    return next(("-".join(found.words) for found in names_of([name])), "")


def kind_of(name: str) -> str:
    """Return the notation of the kind of actor that a name tells of; a company where it tells nothing."""
    words = [normal(word) for word in _words(name)]
    return next((KIND_OF[word] for word in words if word in KIND_OF), "entreprise")


def is_company(name: str) -> bool:
    """Whether a name says that it is a company's, by a legal form."""
    return any(normal(word) in COMPANY_FORMS for word in _words(name))


def _judged(text: str, spot: Spot, people: Collection[str]) -> Unknown | None:
    start, end = _trimmed(text, spot.start, spot.end)
    name = text[start:end]
    words = _words(name)
    grouped = key_of(name)
    if not grouped or len(name) > LONGEST or not 0 < len(words) <= _MOST_WORDS or "\n" in name:
        return None
    confidence = _confidence(name, words, spot.label, opens=_OPENING.search(text[:start]) is not None)
    if confidence is None or _is_person(text, start, end, people) or _is_other(text, start, end):
        return None
    return Unknown(start=start, end=end, name=name, key=grouped, confidence=confidence)


def _is_land(name: str, places: Collection[str]) -> bool:
    """Whether a name is a territory's: its label, or that with the word for what it is."""
    words = names_of([name])[0].words
    return "".join(words) in places or "".join(word for word in words if word not in LANDS) in places


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place without what does not belong to a name: articles, signs, half a bracket."""
    name = text[start:end]
    for opening, closing in ("()", "«»"):
        if (opening in name) != (closing in name):
            name = name.split(opening)[0].split(closing)[0]
    name = _TRAILING.sub("", _VERB.split(name)[0].rstrip('»”" \u00a0\n\t'))
    lead = re.match(r"(?:[\s«“\"(]|[ldLD]['’]|(?:[Ll]a|[Ll]e|[Ll]es|[Dd]e|[Dd]u|[Dd]es|[Aa]u)\s)*", name)
    first = start + (len(lead[0]) if lead else 0)
    last = start + len(name)
    goes_on = _GOES_ON.match(text, last) if _is_kind(text[first:last]) else None
    return first, goes_on.end() if goes_on else last


def _is_kind(name: str) -> bool:
    """Whether a name begins with the word for a kind of body."""
    return any(_is_kind_word(word) for word in _words(name)[:1])


def _words(name: str) -> list[str]:
    return [word for word in _WORD.findall(name) if normal(word) not in LITTLE]


def _is_kind_word(word: str) -> bool:
    """Whether a word tells what kind of body it is of: a chamber, and any trade (menuiserie, fromagerie)."""
    singular = key(normal(word)) if word else ""
    return singular in KINDS or (singular.endswith("erie") and len(singular) > _SHORTEST_TRADE)


def _confidence(name: str, words: Sequence[str], label: str, *, opens: bool) -> float | None:
    """Return how sure it is that a name is an organisation's by its writing; None where nothing says so."""
    folded = [normal(word) for word in words]
    capitals = [word for word in words if word[0].isupper() or word[0].isdigit()]
    # What is capital because it opens a sentence tells nothing.
    telling = capitals[1:] if opens and capitals[:1] == words[:1] else capitals
    if len(words) == 1:
        return _single(name, folded[0], label, opens=opens)
    if all(map(_is_kind_word, telling)):
        return None  # "Agence de développement", "Bureau d'études": nobody's name
    if any(word in FORMS for word in folded[-1:] + folded[:1]) and len(words) > 1:
        return _WITH_FORM
    if _is_kind_word(words[0]) or _is_kind_word(words[-1]):
        return _WITH_KIND if capitals[:1] == words[:1] or label == "ORG" else None
    return _PLAIN if label == "ORG" and len(capitals) > len(words) / 2 else None


def _single(name: str, folded: str, label: str, *, opens: bool) -> float | None:
    if label != "ORG" or folded in NO_NAMES or _is_kind_word(name):
        return None
    if is_acronym(name) and len(folded) >= _SHORTEST_ACRONYM and any(c.isalpha() for c in name):
        return _ACRONYM
    inner = any(c.isupper() for c in name[1:])  # BioTech, AxLR
    return _PLAIN if name[0].isupper() and len(folded) >= _SHORTEST_WORD and (inner or not opens) else None


def _is_person(text: str, start: int, end: int, people: Collection[str]) -> bool:
    """Whether a name is, or may be, somebody's."""
    words = _words(text[start:end])
    folded = [part for word in words for part in normal_parts(word)]
    if any(word in FORMS or _is_kind_word(word) for word in folded):
        # "Fondation Marie Durand" is an organisation; "Ada Durand, conseil" is not.
        return folded[0] in GIVEN
    if any(part in GIVEN for part in folded) or any(word in people for word in words):
        return True
    before, after = text[:start], text[end:]
    if _TITLE.search(before) or _OFFICE.match(after) or _BEFORE_OFFICE.search(before) or _SPEAKS.match(after):
        return True
    # Two or three words that are nothing but capitalised may be a name and a surname.
    return 2 <= len(words) <= 3 and all(_is_plain(word) for word in words)


def normal_parts(word: str) -> list[str]:
    """Return the parts of a word that hyphens or apostrophes join, in lower case without accents."""
    return [normal(part) for part in re.split(r"['’-]", word) if part]


def _is_plain(word: str) -> bool:
    return word[0].isupper() and word[1:].islower() and word.replace("-", "").replace("’", "").isalpha()


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether what surrounds a name says that it is no body's: a label, a part of a title, a technique."""
    before, after = text[:start], text[end:]
    if _OTHER_THING.search(before):
        return True
    opened, closed = before.rfind("«"), before.rfind("»")
    if opened > closed and (before[opened + 1 :].strip() or not after.lstrip().startswith("»")):
        return True  # within a longer title
    if not after.startswith(")") or not (said := _SPELT_BY.search(before)):
        return False
    letters = len(normal(text[start:end]))
    return not any(map(_is_kind_word, _words(said[0])[-letters:]))
