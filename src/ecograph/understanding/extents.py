"""Where a name begins and ends, which a model often misses by a word."""

from __future__ import annotations

import re

from ecograph.understanding.kinds import is_kind_word, words_of_name

_TRAILING = re.compile(
    r"(?:[\s\u00a0'’,.;:–-]+(?:d|de|des|du|l|la|le|les|et|en|à|au|aux|pour)?)+$", re.IGNORECASE
)
# What a body's name goes on with, where the model stops: "Chambre d'agriculture | de la Lozère",
# "Association lozérienne | pour l'Étude et la Protection de l'Environnement".
_GOES_ON = re.compile(
    r"(?:[ \u00a0](?:(?:et[ \u00a0])?(?:(?:de[ \u00a0]la|du|des|de)[ \u00a0]|de[ \u00a0]l['’]|d['’])|"
    r"pour[ \u00a0](?:(?:la|le|les)[ \u00a0]|l['’])?)"
    r"[A-ZÀ-Ý][\w’'-]*(?:[ \u00a0-][A-ZÀ-Ý][\w’-]*)*)+"
)
_AIM = re.compile(r"[ \u00a0]et[ \u00a0](?:(?:la|le|les)[ \u00a0]|l['’])[A-ZÀ-Ý][\w’'-]*")
_NO_VERB = ("al", "ale", "el", "elle", "tion", "sion", "ment", "té", "eur", "que", "ce")
# "Caisse d'Épargne | parraine le trail": a word in small letters before an article is a verb.
_VERB = re.compile(
    r"(?<=\w)[ \u00a0](?!(?:et|de|des|du|d|pour|en|sur|à|au|aux|dans|par|avec)\b)[a-zà-ÿ]+[ \u00a0]"
    r"(?:(?:la|le|les|un|une|ses|son|sa|leurs?)[ \u00a0]|l['’]|"
    # "protection des", "départemental du": no verbs.
    + "".join(rf"(?<!{end}[ \u00a0])" for end in _NO_VERB)
    + r"(?:des|du)[ \u00a0])"
)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place without what does not belong to a name: articles, signs, half a bracket."""
    name = text[start:end]
    for opening, closing in ("()", "«»"):
        if (opening in name) != (closing in name):
            name = name.split(opening)[0].split(closing)[0]
    name = _TRAILING.sub("", _VERB.split(name)[0].rstrip('»”" \u00a0\n\t'))
    lead = re.match(r"(?:[\s«“\"(]|[ldLD]['’]|(?:[Ll]a|[Ll]e|[Ll]es|[Dd]e|[Dd]u|[Dd]es|[Aa]u)\s)*", name)
    first = start + (len(lead[0]) if lead else 0)
    last = start + len(name)
    return first, going_on(text, last) if _begins_with_kind(text[first:last]) else last


def going_on(text: str, end: int) -> int:
    """Return where a body's name ends, of which a beginning is known."""
    goes_on = _GOES_ON.match(text, end)
    if goes_on is None:
        return end
    aim = _AIM.match(text, goes_on.end()) if " pour " in goes_on[0] else None
    more = _GOES_ON.match(text, aim.end()) if aim else None
    return (more or aim or goes_on).end()


def _begins_with_kind(name: str) -> bool:
    """Whether a name begins with the word for a kind of body."""
    return any(is_kind_word(word) for word in words_of_name(name)[:1])
