"""XML that every parser reads, of what the engine writes."""

from __future__ import annotations

import re
from html import unescape

from ecograph.errors import NotExpressible

# Characters that no XML 1.0 document may hold, not even as references: controls, U+FFFE and U+FFFF.
_NEVER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
# What the engine writes for a predicate whose IRI does not end with the name of an element. In texts and
# in attributes `<` is escaped.
_UNNAMED = re.compile(rb'<oxprefix: xmlns:oxprefix="([^"]*)"')


def is_xml(media_type: str) -> bool:
    """Tell whether a media type is that of an XML format."""
    return media_type.endswith(("/xml", "+xml"))


def well_formed(content: bytes | bytearray) -> bytes:
    """Return a document of the engine with U+FFFD for what XML cannot hold, and line ends as they are.

    Raises `NotExpressible` for RDF/XML with a predicate that can be no element.
    """
    if found := _UNNAMED.search(content):
        predicate = unescape(found[1].decode())
        raise NotExpressible("RDF/XML", f"the predicate <{predicate}>, which ends with no XML name")
    # A parser takes a bare CR for a line feed.
    return _NEVER.sub(_REPLACED, content).replace(b"\r", b"&#xD;")
