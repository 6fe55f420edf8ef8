"""The closed functions of a mapping: what a cell says, as RDF terms.

Each takes the text of a cell, tidied, and gives terms; what cannot be one is a `BadValue` that says why
in French, for the person who filled the table, and in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date as Day  # noqa: N812 - `date` is a function of mappings
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator
from pyoxigraph import Literal, NamedNode
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from ecograph.cog import COMMUNE, FIVE, department_of, lengthened
from ecograph.sources.lists import class_name, title_of
from ecograph.vocab import XSD

Term = NamedNode | Literal
Lookup = Callable[[str, str], str | None]
"""The concept of a scheme that a label or notation names, if any."""
Reader = Callable[[str], Term]
"""A closed function: what a text says, or `BadValue`."""

Reason = Mapping[str, str]
"""Why something cannot be, in French and English."""

_YES = frozenset({"oui", "o", "vrai", "x", "1", "yes", "y", "true"})
_NO = frozenset({"non", "n", "faux", "0", "no", "false"})
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            ("janvier", "janv"),
            ("février", "fevrier", "févr", "fevr"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("août", "aout"),
            ("septembre", "sept"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("décembre", "decembre", "déc", "dec"),
        ),
        start=1,
    )
    for month in names
}
_WRITTEN_DATE = re.compile(r"(?:\w+ )?(\d{1,2})(?:er)? ([^\W\d_]+)\.? (\d{4})", re.IGNORECASE)
_USUAL_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_DATE = NamedNode(XSD + "date")
# What nearly all addresses are like; the others are looked at part by part.
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w./-]*)?", re.ASCII)
# Names with a dot between them, in any script, or an address of IPv6.
_HOST = re.compile(r"(?:[^\s.#%/:<>?@\[\\\]^|]+\.)+[^\s.#%/:<>?@\[\\\]^|]+\.?|[\da-f:.]*:[\da-f:.]*")
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A year of two digits is one where the time of day follows, as in RFC 822.
_NAMED_DAY = re.compile(
    r"(?<!\d)(\d{1,2})(?:er)?[ -]([^\W\d_]{3,})\.?[ -](\d{4}|\d{2}(?= \d{1,2}:\d{2}))(?!\d)"
)
# In a date of C's `asctime`, the time of day stands before the year.
_ENGLISH_DAY = re.compile(
    r"([a-zA-Z]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: \d{1,2}:\d{2}:\d{2}(?: [A-Z]{3,4})?)? (\d{4})(?!\d)"
)
# Without hyphens, a number may be anything: one of this century or the last is taken for a day.
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)|((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?(\d)(?!\d)")
_FRENCH_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_NAF = re.compile(r"(\d{2})(?:\.?\d{1,2}[A-Z]?)?")
_SHOWN = 60


class BadValue(ValueError):
    """A cell that cannot be what its column is for."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(english)
        self.reason: Mapping[str, str] = {"fr": french, "en": english}


def tidy(text: str) -> str:
    """A cell without the spaces around it, and with one space where there are several."""
    return " ".join(text.split())


def integer(text: str) -> Literal:
    """A whole number, thousands set apart or not."""
    number = _number(text)
    if number != number.to_integral_value():
        raise BadValue("un nombre entier est attendu", "a whole number is expected")
    return Literal(str(int(number)), datatype=NamedNode(XSD + "integer"))


def decimal(text: str) -> Literal:
    """A number with a comma or a point; a sign of percent or of euro after it does not count."""
    return Literal(format(_number(text), "f"), datatype=NamedNode(XSD + "decimal"))


def share(text: str) -> Literal:
    """A part of a whole, as 0.4 or, with a sign of percent, 40 %."""
    if not text.endswith("%"):
        return decimal(text)
    part = _number(text).scaleb(-2).normalize()
    return Literal(format(part, "f"), datatype=NamedNode(XSD + "decimal"))


def boolean(text: str) -> Literal:
    """Oui or non, in the ways that people write them."""
    word = text.casefold()
    if word not in _YES | _NO:
        raise BadValue("« oui » ou « non » est attendu", "“oui” or “non” is expected")
    return Literal(str(word in _YES).lower(), datatype=NamedNode(XSD + "boolean"))


def date(text: str, form: str | None = None) -> Literal:
    """A day, as ISO 8601, as day/month/year, in words, or in a form of `strptime`.

    Of a moment, the day as it is written: whoever gives the end of a call as 23:59 UTC means that day.
    """
    day = _day(text, (form,)) if form else _usual_day(text) or _timestamp(text) or _day(text, _DATES)
    if day is None:
        raise BadValue(
            "une date est attendue, comme 31/12/2026 ou 2026-12-31",
            "a date is expected, as 31/12/2026 or 2026-12-31",
        )
    return Literal(day.date().isoformat(), datatype=_DATE)


def day_in(text: str) -> Day | None:
    """The day that a date and time of any common form says, in the author's own time zone; None for others.

    ISO 8601, RFC 822, and as people write them: `lun. 3 mars 2026 à 14h05`, `03/03/2026`, `March 3, 2026`.
    A day that no calendar has, as the 30th of February, is none.
    """
    tidied = tidy(text)
    if found := _ISO_DAY.match(tidied):
        return _calendar(found[1] or found[4], found[2] or found[5], found[3] or found[6])
    if found := _ISO_WEEK.match(tidied):
        return _of_week(found[1], found[2], found[3])
    if found := _NAMED_DAY.search(tidied):
        return _calendar(_in_full(found[3]), _month(found[2]), found[1])
    if found := _ENGLISH_DAY.search(tidied):
        return _calendar(found[3], _month(found[1]), found[2])
    if found := _FRENCH_DAY.search(tidied):
        return _calendar(found[3], found[2], found[1])
    return None


def url(text: str) -> NamedNode:
    """A web address that can be published; one that begins with www. is completed."""
    if _PLAIN_URL.fullmatch(text):
        return NamedNode(text)
    address = f"https://{text}" if text.startswith("www.") else text
    expected = BadValue(
        "une adresse web est attendue, comme https://exemple.fr",
        "a web address is expected, as https://example.org",
    )
    try:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise expected
        _check_server(parts)
        return NamedNode(address)
    except BadValue:
        raise
    except ValueError as error:
        raise expected from error


def _check_server(parts: SplitResult) -> None:
    """Raise `BadValue` for a server that cannot be, or that is told who asks."""
    if "@" in parts.netloc:
        raise BadValue(
            "cette adresse contient un nom d'utilisateur ou un mot de passe, qui seraient publiés",
            "this address holds a user name or a password, which would be published",
        )
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or not _HOST.fullmatch(parts.hostname or ""):
        raise BadValue(
            "le serveur ou le port de cette adresse ne peut pas exister",
            "the server or the port of this address cannot exist",
        )


def siren_number(text: str) -> Literal:
    """A SIREN, nine digits with the right check digit (Luhn)."""
    try:
        return Literal(siren.validate(text))
    except ValidationError as error:
        raise BadValue(
            "ce n'est pas un numéro SIREN : 9 chiffres, dont une clé de contrôle",
            "not a SIREN number: 9 digits, one of which checks the others",
        ) from error


def is_siren(text: str) -> bool:
    """Tell whether a text is a SIREN."""
    return siren.is_valid(text)


def siret_number(text: str) -> Literal:
    """A SIRET, fourteen digits with the right check digits (Luhn; La Poste has its own rule)."""
    try:
        return Literal(siret.validate(text))
    except ValidationError as error:
        raise BadValue(
            "ce n'est pas un numéro SIRET : 14 chiffres, dont une clé de contrôle",
            "not a SIRET number: 14 digits, one of which checks the others",
        ) from error


def concept(text: str, listed: str, lookup: Lookup) -> NamedNode:
    """The concept of a scheme that a label, in any of its languages and forms, or a notation names."""
    code = _NAF.fullmatch(text.upper().replace(" ", "")) if listed == "naf" else None
    found = lookup(listed, code[1] if code else text)
    if found is None:
        raise BadValue(
            f"« {text[:_SHOWN]} » n'est pas dans la liste « {title_of(listed, 'fr')} »",
            f"“{text[:_SHOWN]}” is not in the list “{title_of(listed, 'en')}”",
        )
    return NamedNode(found)


def resource(text: str, listed: str, lookup: Lookup) -> NamedNode:
    """The resource of a class, among those that are loaded, that its IRI, exact name or SIREN tells."""
    if "://" in text:
        return iri(text)
    found = lookup(listed, text)
    if found is None:
        raise BadValue(
            f"« {text[:_SHOWN]} » n'est pas connu comme « {class_name(listed, 'fr')} » :"
            " donnez le nom exact ou le SIREN d'une fiche déjà chargée",
            f"“{text[:_SHOWN]}” is not known as “{class_name(listed, 'en')}”:"
            " give the exact name or the SIREN of a record that is loaded",
        )
    return NamedNode(found)


def several(text: str, iris: Sequence[str]) -> BadValue:
    """Return why a name or number does not tell which resource is meant: several that are loaded have it."""
    some = ", ".join(iris[:2])
    return BadValue(
        f"« {text[:_SHOWN]} » désigne plusieurs fiches : donnez l'adresse de l'une d'elles ({some}),"
        " ou fusionnez-les si c'est la même organisation",
        f"“{text[:_SHOWN]}” tells several records: give the address of one of them ({some}),"
        " or merge them if they are of one organisation",
    )


def email(text: str) -> NamedNode:
    """An e-mail address."""
    address = text.removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise BadValue(
            "une adresse de courriel est attendue, comme nom@exemple.fr",
            "an e-mail address is expected, as name@example.org",
        )
    return iri(f"mailto:{address}")


def iri(text: str) -> NamedNode:
    """An IRI."""
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadValue("un IRI est attendu", "an IRI is expected") from error


def _written(read: Callable[[str], NamedNode]) -> AfterValidator:
    """A check of what a declaration says, which pydantic runs: it takes the IRI that is meant."""
    return AfterValidator(lambda text: read(text).value)


Iri = Annotated[str, _written(iri)]
"""An IRI that a declaration says."""
Address = Annotated[str, _written(url)]
"""A web address that a declaration says."""


def territory(text: str, lookup: Lookup) -> NamedNode:
    """A territory by name or code, or by postcode: its commune if that is known, else its département."""
    return concept(text, "territories", lookup)


def commune(text: str, lookup: Lookup) -> NamedNode:
    """A commune by its code; its département where communes are not loaded."""
    code = lengthened(text.upper().replace(" ", ""))
    if not FIVE.fullmatch(code):
        raise BadValue(
            "un code commune est attendu, comme 48095", "the code of a commune is expected, as 48095"
        )
    known = lookup("territories", COMMUNE + code) is not None
    return concept(COMMUNE + code if known else department_of(code), "territories", lookup)


def naf(text: str, lookup: Lookup) -> NamedNode:
    """The division of an activity code: 20.53Z is in division 20."""
    found = _NAF.fullmatch(text.upper().replace(" ", ""))
    if found is None:
        raise BadValue(
            "un code NAF est attendu, comme 20.53Z",
            "a code of the French classification of activities is expected, as 20.53Z",
        )
    return concept(text, "naf", lookup)


def _number(text: str) -> Decimal:
    plain = re.sub(r"[\s\u202f\u00a0']", "", text).rstrip("%€")
    if not _NUMBER.fullmatch(plain):
        raise BadValue(
            "un nombre est attendu, comme 1 250,50", "a number is expected, as 1 250,50 or 1250.50"
        )
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation as error:  # more digits than a number may have
        raise BadValue("ce nombre est trop long", "this number is too long") from error


def _timestamp(text: str) -> datetime | None:
    """A day with an hour and maybe a zone, as programs write it: 2025-10-15T15:00:00.000Z."""
    if "T" not in text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _usual_day(text: str) -> datetime | None:
    """A day as registers write it, which `strptime` takes ten times as long to read."""
    found = _USUAL_DAY.fullmatch(text)
    try:
        return datetime(int(found[3]), int(found[2]), int(found[1])) if found else None  # noqa: DTZ001
    except ValueError:
        return None


def _month(name: str) -> int:
    """The number of a month by its name in French or English, or 0."""
    short = name.lower()[:3]
    english = _ENGLISH_MONTHS.index(short) + 1 if short in _ENGLISH_MONTHS else 0
    return _MONTHS.get(name.lower(), english)


def _calendar(year: str, month: str | int, day: str) -> Day | None:
    try:
        return Day(int(year), int(month), int(day))
    except ValueError:
        return None


def _of_week(year: str, week: str, day: str) -> Day | None:
    try:
        return Day.fromisocalendar(int(year), int(week), int(day))
    except ValueError:
        return None


def _in_full(year: str) -> str:
    """A year of two digits in four, as RFC 2822 reads it."""
    if len(year) > 2:
        return year
    return f"20{year}" if year < "50" else f"19{year}"


def _day(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    written = _WRITTEN_DATE.fullmatch(text)
    if written is None or written[2].lower() not in _MONTHS:
        return None
    try:
        return datetime(int(written[3]), _MONTHS[written[2].lower()], int(written[1]))  # noqa: DTZ001
    except ValueError:
        return None
