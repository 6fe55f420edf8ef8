"""The words of a French text: cut, tidied, and told apart from those that carry no meaning."""

import re
import unicodedata

_WORD = re.compile(r"[a-z]&[a-z](?![a-z0-9])|[a-zà-öø-ÿ0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})

_FRENCH = """
a à afin ai aie aient ainsi ait alors après as au aucun aucune auquel aura aurait aurons aussi autre
autres aux auxquelles auxquels avaient avais avait avant avec avez avoir avons ayant beaucoup bien c
ça car ce ceci cela celle celles celui cependant certain certaine certaines certains ces cet cette
ceux chacun chaque chez ci comme comment d dans de dedans dehors déjà depuis des dès deux dont donc
du durant elle elles en encore entre es est et étaient était étant été être eu eux eût fait faire
faut fois font furent fut il ils j jamais je jusqu jusque l la là laquelle le lequel les lesquelles
lesquels leur leurs lors lorsqu lorsque lui m ma mais malgré me même mêmes mes mien moi moins mon n
ne ni non nos notre nôtre nous on ont ou où par parce parmi pas pendant peu peut peuvent plus
plusieurs plutôt pour pourquoi pourrait pourra pouvez pouvoir pouvons puis puisqu puisque qu quand
quant que quel quelle quelles quelqu quelque quelques quels qui quoi s sa sans se selon sera serait
seront ses si sien soi soient sois soit sommes son sont sous suis sur t ta tandis tant te tel telle
telles tels tes toi ton toujours tous tout toute toutes très trop tu un une vers via voici voilà vos
votre vôtre vous y
"""
_ENGLISH = """
about all also an and any are as at be been being but by can could did do does for from had has have
how i if in into is it its me more my no nor not of on or our ours out over own she should so some
such than that the their them then there these they this those through to under until up us was we
were what when where which while who whom why will with within would you your
"""
# A request says "nous cherchons": it tells nothing of what is looked for.
_REQUESTS = """
aimerais aimerait aimerions aimer besoin besoins cherche chercher cherchent cherchons désire
désirent désirer désirons demande demander demandons devons doit doivent devoir merci peux souhaite
souhaitent souhaiter souhaiterait souhaiterions souhaitez souhaitons trouver veulent veut veux
voudrais voudrait voudrions vouloir voulons looking need needs needed want wants wish
"""


def tokens(text: str) -> list[str]:
    """The words of a text in lower case and in order, ligatures opened; `R&D` is one word."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().translate(_LIGATURES))


def fold(word: str) -> str:
    """The same word without its accents."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


ENGLISH = frozenset(_ENGLISH.split()) - frozenset(_FRENCH.split())
FRENCH = frozenset(_FRENCH.split()) - frozenset(_ENGLISH.split())


def _stop_words() -> frozenset[str]:
    words = {w for text in (_FRENCH, _ENGLISH, _REQUESTS) for w in tokens(text)}
    # People type without accents: "etre" says no more than "être". A few folded words mean
    # something of their own, and are kept.
    return frozenset(words | {fold(w) for w in words} - {"cote", "des"})


STOP = _stop_words()


def content(text: str) -> list[str]:
    """The words of a text that carry meaning, in order."""
    return [word for word in tokens(text) if word not in STOP]
