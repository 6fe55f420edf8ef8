"""JSON documents and the paths into them (JSONPath, RFC 9535)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonpath_rfc9535
from jsonpath_rfc9535 import JSONPathQuery
from jsonpath_rfc9535.exceptions import JSONPathError

from ecograph.errors import MalformedFile
from ecograph.sources.content import File
from ecograph.sources.encoding import decoded

# What may stand for half of a surrogate pair: an escape, its bytes, or any text in UTF-16 or UTF-32.
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\0")

# Outside of texts, what JSON has no words for, and numbers of more digits than Python may be set to read.
_NUMBERS = re.compile(r'"(?:[^"\\]|\\.)*+"|(NaN|-?Infinity|-?[0-9]{641,})', re.DOTALL)


@lru_cache(maxsize=1_000)
def compiled(path: str) -> JSONPathQuery:
    """Return a path ready for use; `siege.commune` stands for `$.siege.commune`.

    Raises `ValueError` for what is no path.
    """
    try:
        return jsonpath_rfc9535.compile(path if path.startswith("$") else f"$.{path}")
    except JSONPathError as error:
        raise ValueError(f"{path!r} is no JSON path: {error}") from error


def texts(document: Any, path: str) -> tuple[str, ...]:
    """Return the values at a path, as texts; a list gives its items, and null nothing."""
    return tuple(text for value in compiled(path).find(document).values() for text in _written(value))


def first(document: Any, path: str) -> str | None:
    """Return the first value at a path, as text."""
    return next(iter(texts(document, path)), None)


def read_json(file: File) -> Any:
    """Return a JSON document; raises `MalformedFile`, with the place, for what is none or is cut short."""
    # As `json` decodes bytes: half a pair of surrogates may be written in UTF-8.
    encoding = json.detect_encoding(file.content)
    text = decoded(file.content, encoding, name=file.name, errors="surrogatepass")
    if not text.strip():
        raise MalformedFile(file.name, "it is empty", line=1, column=1)
    try:
        document = json.loads(text, parse_constant=_refuse)
        return whole(document) if _HALVES.search(file.content) else document
    except RecursionError as error:
        raise MalformedFile(file.name, "not JSON: lists and objects are nested too deep") from error
    except ValueError as error:
        fault = error if isinstance(error, json.JSONDecodeError) else _odd_number(text)
        said = f" ({file.media_type})" if file.media_type else ""
        reason = f"not JSON{said}: {fault.msg}"
        raise MalformedFile(file.name, reason, line=fault.lineno, column=fault.colno) from error


def _odd_number(text: str) -> json.JSONDecodeError:
    """The fault, with its place, of a number that is none or that is too long to be read."""
    found = next(found for found in _NUMBERS.finditer(text) if found[1])
    is_word = found[1][-1].isalpha()
    reason = f"{found[1]} is not a JSON value" if is_word else "this number has too many digits"
    return json.JSONDecodeError(reason, text, found.start())


def whole(value: Any) -> Any:
    """Return a JSON value whose texts are whole: half a pair of surrogates, which JSON lets in, is U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {whole(name): whole(item) for name, item in value.items()}
    return value


def lists(document: Any, path: str, *, name: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists at a path, each with its own path; raises `MalformedFile` where there is none.

    An answer without its list is an error that somebody else reports, not an empty list.
    """
    nodes = compiled(path).find(document)
    found = [(node.path(), node.value) for node in nodes if isinstance(node.value, list)]
    if not found:
        raise MalformedFile(name, f"no list at {path}; the document begins {_beginning(document)}")
    return iter(found)


def _written(value: Any) -> Iterator[str]:
    """A value as a cell of a table would hold it; an object as its JSON text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _written(item)
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))
    elif value is not None:
        yield json.dumps(value, ensure_ascii=False)


def _beginning(document: Any) -> str:
    text = json.dumps(document, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
