"""What surrounds a name and says that it is a body's: what it does, what it is called, who works there.

Only what no person does is taken: "Ogeu rachète", "auprès de Triodos", "Trielec, filiale de Vinci". What
persons and bodies both do tells something only of a name that has an article, or is an acronym.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ecograph.understanding.bodies import PARTIES
from ecograph.understanding.forms import is_acronym
from ecograph.understanding.introducing import NAME
from ecograph.understanding.kinds import SHORTEST_ACRONYM, words_of_name
from ecograph.understanding.people import OPENING

_FINITE = r"(?:e|es|ent|era|eront|ait|aient|é|er)\b"
_HELPED = (
    r"(?:(?:a|ont|va|vont|devrait|devraient)[ \u00a0]|(?:vient|viennent)[ \u00a0](?:de[ \u00a0]|d['’]))?"
)
# "Andros, numéro un de la compote, investit".
_ASIDE = r"(?:[ \u00a0]\([^()]{2,40}\))?(?:,[^,.;:!?()]{3,60},)?"
_BUSINESS = re.compile(
    rf"{_ASIDE}[ \u00a0]{_HELPED}(?:"
    rf"l[eè]v{_FINITE}[ \u00a0](?:des[ \u00a0]fonds|\d|(?:un|deux|trois|dix|vingt)[ \u00a0])|"
    rf"(?:fusionn|export|commercialis|rach[eè]t|embauch|licenci|délocalis|sous-trait){_FINITE}|"
    rf"s['’]implant{_FINITE}|recrut{_FINITE}(?![ \u00a0](?:son|sa)\b)|"
    rf"recherch{_FINITE}[ \u00a0](?:une?|des|\d+)[ \u00a0]|"
    rf"(?:emploi|employ){_FINITE}|met(?:tra|tront|tent)?[ \u00a0]en[ \u00a0]service|"
    rf"(?:doubl|tripl|augment){_FINITE}[ \u00a0](?:son|sa|ses)[ \u00a0]|"
    rf"supprim{_FINITE}[ \u00a0](?:\d+|des|une?|[a-z]+)[ \u00a0](?:postes?|emplois?)|"
    rf"compt{_FINITE}[ \u00a0][\w ]{{1,20}}salariés|"
    rf"(?:ouvr|inaugur){_FINITE}[ \u00a0](?:une?|son|sa|deux|trois)[ \u00a0](?:\w+[ \u00a0])?"
    r"(?:usine|magasin|agence|antenne|filiale|entrepôt|succursale)s?"
    r")"
)
# What places do as well: "Mende recrute".
_OF_PLACES = re.compile(r"recrut|embauch|emploi|employ|compt|met|recherch|augment|doubl|tripl|supprim")
_ACTS = re.compile(
    rf"{_ASIDE}[ \u00a0](?:n['’]|ne[ \u00a0]|se[ \u00a0]|s['’])?{_HELPED}(?:"
    r"organis|accueill|propos|lanc|livr|annonc|ouvr|publi|anim|pilot|coordonn|test|lorgn|gèr|répar|fédèr|"
    r"certifi|labellis|équip|fabriqu|distribu|conçoi|vend|recens|dénonc|alert|réclam|invit|rappell|"
    r"s['’]associ|associ|"
    r"investi|export|produi|étudi|form|réuni|accompagn|inaugur|ferm|mutualis|créent|fournit|fournissent"
    r")\w*\b"
)
_APPOSED = re.compile(
    r"[ \u00a0]?(?:,|\(|[–-])[ \u00a0]?(?P<article>(?:la|le|une?|cette)[ \u00a0]|l['’])?"
    r"(?:(?:petite?|jeune|nouvelle?|nouveau|première?|grande?|célèbre|principale?)[ \u00a0])?(?:"
    r"coopérative|groupement|tiers-lieu|start-?up|entreprise|société|filiale|association|pme|eti|groupe|"
    r"équipementier|fabricant|constructeur|mutuelle|syndicat|fédération|numéro un|leader|sous-traitant|"
    r"spécialiste|éditeur|bureau d['’]études|cabinet|collectif|ong|opérateur|distributeur|bailleur|organisme|"
    r"(?!mairie|galerie|gendarmerie|prairie|série)[a-zà-ÿ]{4,}erie)\b(?![ \u00a0]+[A-ZÀ-Ý])",
)
_DEALT = re.compile(
    r"(?:\b(?:auprès|filiale(?:[ \u00a0][a-z]+)?|sous-traitant|fournisseur|franchise|(?:ex-|"
    r"anciens?[ \u00a0])salariés?|"
    r"salariés|actionnaires?|l['’]usine|siège|PDG|tour|partenariat avec|un ancien|tête|direction|"
    r"présidence)[ \u00a0](?:de[ \u00a0](?:la[ \u00a0]|l['’])?|d['’]|du[ \u00a0])|"
    r"\b(?:rachet|absorb|déten|commercialis|distribu|fabriqu|certifi|édit)(?:é|u)e?s?[ \u00a0]"
    r"(?:[a-z]+[ \u00a0]\d{4}[ \u00a0])?par[ \u00a0](?:la[ \u00a0]|le[ \u00a0]|l['’])?|"
    r"\bpartenariat[ \u00a0](?:entre|avec)[ \u00a0](?:la[ \u00a0]|le[ \u00a0]|l['’])?|"
    r"\bconfiée?s?[ \u00a0]à[ \u00a0]|"
    r"\b[cC]hez[ \u00a0]|"
    # "un second magasin, Lo Mercat"
    r"\b(?:magasin|boutique|filiale|start-?up|coopérative|concurrente?|collectif|association|entreprise|"
    r"jeune pousse|tiers-lieu|usine)(?:[ \u00a0][a-zà-ÿ]+)?,[ \u00a0])$",
    re.IGNORECASE,
)
# Names of places are bought by nobody, but models take bodies for places.
_BOUGHT = re.compile(
    r"\b(?:rachet|absorb)ée?s?[ \u00a0](?:[a-z]+[ \u00a0]\d{4}[ \u00a0])?par[ \u00a0]$", re.IGNORECASE
)
# By whom something is done: a body, where it has an article.
_DOER = re.compile(
    r"(?:\b[a-zà-ÿ]+(?:é|i|u|is|it)e?s?[ \u00a0]par[ \u00a0](?:la[ \u00a0]|le[ \u00a0]|les[ \u00a0]|l['’])|"
    r"\b(?:soutien|appui|aide|concours|partenariat)[ \u00a0](?:de[ \u00a0](?:la[ \u00a0]|l['’])|"
    r"du[ \u00a0]|avec[ \u00a0](?:la[ \u00a0]|le[ \u00a0]|l['’]))|"
    r"\bque[ \u00a0][a-zà-ÿ]+[ \u00a0](?:la[ \u00a0]|le[ \u00a0]|l['’]))$"
)
_WITH_ARTICLE = re.compile(r"(?:\b(?:[Ll]e|[Ll]a|[Ll]es|[Dd]u|[Dd]es|[Aa]ux?)[ \u00a0]|\b[Ll]['’])$")
# "La Fabrique organise", not "de la Fabrique organisent".
_SUBJECT = re.compile(r"(?<!\bde[ \u00a0])(?:\b(?:[Ll]e|[Ll]a|[Ll]es)[ \u00a0]|\b[Ll]['’])$")
_BEGINS_WITH_ARTICLE = re.compile(r"L(?:e|a|es)[ \u00a0]|L['’]")
_BESIDE = re.compile(
    # "L'EPFL | de Lausanne (Suisse) et | Cairbotics".
    r"(?:[ \u00a0](?:de[ \u00a0]|du[ \u00a0]|d['’])[A-ZÀ-Ý][\w-]*)?(?:[ \u00a0]\([^()]{2,40}\))?[ \u00a0]*"
    r"(?:,|[ \u00a0](?:et|ou|puis)|,[ \u00a0]puis)[ \u00a0]+(?:(?:de|à|avec|par|chez)[ \u00a0]|d['’])?"
    r"(?:(?:la|le|les|au|aux|du)[ \u00a0]|l['’])?(?:[a-zà-ÿ]+ique[ \u00a0])?"
)
_MEMBER = re.compile(
    r"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Dr|Pr|Me)[ \u00a0](?:[A-ZÀ-Ý][\w’'-]*[ \u00a0]?){1,4}"
    r"\((?P<body>[^(),;:]{3,80})[,;)]"
)
_CAPITAL_WORD = re.compile(r"[\w’'-]+")
_RUN = re.compile(rf"(?<![\w’'@#.°-])(?:[ldLD]['’])?(?P<name>{NAME})")
_INNER = re.compile(r"(?!Mc|Mac|De[A-Z]|Di[A-Z]|L[ea][A-Z]|Du[A-Z]|Van|Fitz)[A-ZÀ-Ý][a-zà-ÿ]+[A-ZÀ-Ý]")
_TWO_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w’'-]+[ \u00a0][A-ZÀ-Ý][a-zà-ÿ’'-]+")
_WITH = re.compile(r"\b(?:avec|chez|par|selon|entre)[ \u00a0]$")
# What opens a sentence and belongs to no name.
_OPENS = re.compile(
    r"(?:Selon|Avec|Pour|Après|Avant|Par|Dans|Sur|En|Depuis|Et|Mais|Comme|De|Des|Du|Chez|À|Au|Aux|"
    r"Entre|Sans|Hier|"
    r"Née?s?|Créée?|Rachetée?|Excusée?s?|Présents?|Quand|Si|Un|Une|Vu)[ \u00a0]+(?=[A-ZÀ-Ý])"
)


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where words with capitals stand together, with the little words between them."""
    for found in _RUN.finditer(text):
        start = found.start("name")
        opening = None if is_inn(text, start) else _OPENS.match(found["name"])
        yield start + (opening.end() if opening else 0), found.end("name")


def is_inn(text: str, start: int) -> bool:
    """Whether an inn is named at a place: "Chez Germaine", with a capital that no sentence asks for."""
    return text.startswith("Chez ", start) and OPENING.search(text[:start]) is None


def members(text: str) -> Iterator[tuple[int, int]]:
    """Yield where somebody's body stands in brackets: "Mme Rouvière (PNR de l'Aubrac)"."""
    for found in _MEMBER.finditer(text):
        words = words_of_name(found["body"])
        is_one = len(words) > 1 or (
            bool(words) and is_acronym(words[0]) and len(words[0]) >= SHORTEST_ACRONYM
        )
        if is_one and found["body"][0].isupper() and found["body"] not in PARTIES:
            yield found.span("body")


def has_article(text: str, start: int, end: int) -> bool:
    """Whether a definite article stands before a name or begins it; names of people have none."""
    return bool(_WITH_ARTICLE.search(text[:start]) or _BEGINS_WITH_ARTICLE.match(text[start:end]))


def is_written_as_body(text: str, start: int, end: int, *, common: Collection[str]) -> bool:
    """Whether a name without an article is written as people's and things' hardly are.

    It has a capital within (PrintEco), or opens with a word of the language where no sentence opens: "avec
    Laines Paysannes", or where it does something: "Saveurs Paysannes ouvre".
    """
    name, before = text[start:end], text[:start]
    words = words_of_name(name)
    if has_article(text, start, end):
        return False
    if _INNER.match(words[0]):
        return True
    is_told = _WITH.search(before) or _ACTS.match(text, end)
    return bool(_TWO_CAPITALS.match(name) and words[0] in common and is_told)


def begins_with_article(name: str) -> bool:
    """Whether a name begins with an article of its own: "La Fabrique"."""
    return _BEGINS_WITH_ARTICLE.match(name) is not None


def is_told_of_business(text: str, start: int, end: int) -> bool:
    """Whether a word without an article does business, which is a name then: "Orange rachète"."""
    is_bare = not has_article(text, start, end) and not text[start:end].endswith("s")
    return is_bare and _BUSINESS.match(text, end) is not None


def is_told_to_act(text: str, start: int) -> bool:
    """Whether the word at a place is the subject of what bodies and people do: "La Poste teste"."""
    end = _CAPITAL_WORD.match(text, start)
    return bool(end and _SUBJECT.search(text[:start]) and _ACTS.match(text, end.end()))


def speaks_of_body(text: str, start: int, end: int, *, label: str | None, is_word: bool) -> bool:
    """Whether what stands around a name is said of bodies only.

    `label` is what a model takes it for; `is_word` whether it is one that the language has.
    """
    if is_inn(text, start):
        return True
    before, after = text[:start], text[end:]
    does = _BUSINESS.match(after)
    if does and (label != "LOC" or not _OF_PLACES.search(does[0])):
        return True
    apposed = _APPOSED.match(after)
    if apposed and (label != "LOC" or not apposed["article"] or has_article(text, start, end)):
        return True
    if label == "LOC":
        return _BOUGHT.search(before) is not None
    return _DEALT.search(before) is not None or _is_doer(text, start, end, is_word=is_word)


def _is_doer(text: str, start: int, end: int, *, is_word: bool) -> bool:
    """Whether something is done by what has an article and is written as a name."""
    words, before = words_of_name(text[start:end]), text[:start]
    is_acronymic = is_acronym(words[0]) and len(words[0]) >= SHORTEST_ACRONYM
    is_many = before.endswith(("es ", "es\u00a0"))  # "les Cantaliens"
    if len(words) == 1 and not is_acronymic and (is_word or is_many):
        return False
    if _DOER.search(before):
        return True
    is_subject = _SUBJECT.search(before) or _BEGINS_WITH_ARTICLE.match(text[start:end])
    return bool(is_subject and _ACTS.match(text, end))


def are_beside(text: str, end: int, start: int) -> bool:
    """Whether two names, one of which ends where nothing but "and" is before the other, are said alike."""
    return end < start and _BESIDE.fullmatch(text, end, start) is not None


def is_aside(text: str, start: int) -> bool:
    """Whether a place is within brackets: what stands there second is mostly where somebody is."""
    return text.rfind("(", 0, start) > text.rfind(")", 0, start)
