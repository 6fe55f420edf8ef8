"""Where an IRI is shown: here when it is ours, elsewhere when it is on the web, else nowhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from ecograph.vocab import NS, VOC

_OURS = {VOC: "/voc/", NS: "/ns/"}


def href(iri: str, base: str) -> str | None:
    """Return the address of an IRI, None when it is not one to follow (`javascript:`, `mailto:`)."""
    for namespace, path in {base + "/": "/", **_OURS}.items():
        if iri.startswith(namespace):
            return _path(path, iri.removeprefix(namespace))
    return iri if urlsplit(iri).scheme in {"http", "https"} else None


def is_external(address: str) -> bool:
    """Say whether an address leads out of this service."""
    return not address.startswith("/")


def _path(start: str, rest: str) -> str | None:
    # `//host` and `/\host` would lead elsewhere.
    return None if rest.startswith(("/", "\\")) else start + rest
