"""What /openapi.json says of all operations alike: who may ask, and how what goes wrong is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from ecograph.web.problems import MEDIA_TYPE

Operation = dict[str, Any]

_INVALID = "422"  # what FastAPI would answer; here it is 400
_UNUSED = ("HTTPValidationError", "ValidationError")
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key, `eco_…`, made with `ecograph key create`: it raises the level of answers.",
}
_PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
    },
}
# What is meant where a route names a status and says no more.
_MEANT: Mapping[str, str] = {
    "304": "What `If-None-Match` names still holds.",
    "400": "The request cannot be read, or a parameter does not hold.",
    "401": "This is no key in use, or a key is needed.",
    "404": "There is no such thing, or not for this key.",
    "406": "None of the formats accepted is offered.",
    "412": "The graph is not what `If-Match` or `If-None-Match` expects; nothing was written.",
    "413": "It is too large.",
    "415": "It comes in a format that is not read here, or compressed.",
    "429": "This client used its share of processor time; see `Retry-After`.",
    "503": "The graph cannot be asked or written now; see `Retry-After`.",
}


def complete(schema: dict[str, Any]) -> None:
    """Add to a description what holds for all of its operations."""
    parts = schema["components"]
    parts["securitySchemes"] = {"key": _KEY}
    parts["schemas"]["Problem"] = _PROBLEM
    for name in _UNUSED:
        parts["schemas"].pop(name, None)
    parts["responses"] = {f"Status{status}": _response(status, text) for status, text in _MEANT.items()}
    for path, operation in _operations(schema):
        _complete(path, operation)


def _operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            yield path, operation


def _complete(path: str, operation: Operation) -> None:
    responses = operation["responses"]
    responses.pop(_INVALID, None)
    for status in _implied(path, operation):
        responses.setdefault(status, {})
    for status, said in responses.items():
        if not said or said.get("description") == HTTPStatus(int(status)).phrase:
            if status in _MEANT and "content" not in said:
                responses[status] = {"$ref": f"#/components/responses/Status{status}"}
        elif int(status) >= 400:
            said.setdefault("content", _content())
    operation["responses"] = dict(sorted(responses.items()))
    # Only what is written is refused to a key that merely reads.
    operation["security"] = [{"key": []}] if "403" in responses else [{}, {"key": []}]


def _implied(path: str, operation: Operation) -> Iterator[str]:
    """Yield how an operation may be answered by what it takes."""
    yield "401"
    if path != "/health/live":
        yield "503"
    parameters = operation.get("parameters", [])
    if parameters or "requestBody" in operation:
        yield "400"
    if "requestBody" in operation:
        yield "413"
        yield "415"
    if any(parameter["in"] == "path" or parameter["name"] == "iri" for parameter in parameters):
        yield "404"


def _response(status: str, text: str) -> dict[str, Any]:
    return {"description": text, "content": _content()} if int(status) >= 400 else {"description": text}


def _content() -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
