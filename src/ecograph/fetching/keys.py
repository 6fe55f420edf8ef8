"""Keys of interfaces: put into a request when it leaves, taken out of whatever comes back.

Everywhere else an address or a header holds the place of a key, `${name}`: what is kept, published or
told cannot hold what it stands for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from ecograph.errors import FetchFailed
from ecograph.fetching.telling import PLACE, shown

_NONE: Mapping[str, str] = MappingProxyType({})


class Keys:
    """The keys of one deployment by their names, in lower case."""

    def __init__(self, values: Mapping[str, str] = _NONE) -> None:
        self._values = {name.lower(): value for name, value in values.items()}
        forms = {
            form: f"${{{name}}}"
            for name, value in self._values.items()
            for form in (value, quote(value, safe=""), html.escape(value))
        }
        # The longest first: a key may begin like another.
        self._forms = dict(sorted(forms.items(), key=lambda form: -len(form[0])))

    def in_path(self, path: str, url: str) -> str:
        """Return the path and the query of an address with its keys; raises as `in_header`."""
        return PLACE.sub(lambda place: quote(self._value(place, url), safe=""), path)

    def in_header(self, text: str, url: str) -> str:
        """Return a header's text with its keys; raises `FetchFailed` for one that is not set."""
        return PLACE.sub(lambda place: self._value(place, url), text)

    def hidden(self, text: str) -> str:
        """Return a text that names keys by their places."""
        for form, place in self._forms.items():
            text = text.replace(form, place)
        return text

    def hidden_in(self, content: bytes) -> bytes:
        """Return content that names keys by their places: some servers repeat the address they were asked."""
        for form, place in self._forms.items():
            content = content.replace(form.encode(), place.encode())
        return content

    def _value(self, place: re.Match[str], url: str) -> str:
        name = place[1].lower()
        if name not in self._values:
            setting = f"ECOGRAPH_FETCH_KEYS__{name.upper()}"
            raise FetchFailed(shown(url), f"no key ${{{place[1]}}} is known: set {setting}")
        return self._values[name]
