"""/openapi.json says what is done: valid, and true where it can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from ecograph.app import EcoGraph
from ecograph.model import Level


@pytest.fixture(scope="module")
def described(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in described["paths"].items():
        for method, operation in found.items():
            yield method, path, operation


def test_the_description_is_valid(described: dict[str, Any], app: FastAPI) -> None:
    validate(described)
    assert app.openapi() == described


def test_who_may_ask_is_said_of_each_operation(described: dict[str, Any]) -> None:
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for method, path, operation in operations(described):
        writes = method != "get" and path not in {"/sparql", "/api/match", "/api/read"}
        assert operation["security"] == ([{"key": []}] if writes else [{}, {"key": []}]), path
        assert "401" in operation["responses"]


def test_what_goes_wrong_is_a_problem(described: dict[str, Any]) -> None:
    shared = described["components"]["responses"]
    for _, path, operation in operations(described):
        assert "422" not in operation["responses"]
        for status, said in operation["responses"].items():
            if int(status) >= 400 and (path, status) != ("/health/ready", "503"):
                response = shared[said["$ref"].rpartition("/")[2]] if "$ref" in said else said
                assert list(response["content"]) == ["application/problem+json"], (path, status)
                assert response["description"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "statuses"),
    [
        ("get", "/api/search", {"params": {"limit": "x"}}, {400}),
        ("get", "/api/search", {"headers": {"Authorization": "Bearer eco_no"}}, {401}),
        ("get", "/api/related", {"params": {"iri": "http://e/none"}}, {404}),
        ("post", "/api/match", {"json": {"project": "http://e/none"}}, {404}),
        ("post", "/api/match", {"json": {}}, {400}),
        ("post", "/api/match", {"content": b"x", "headers": {"Content-Encoding": "gzip"}}, {415}),
        ("get", "/graphs", {"params": {"default": ""}, "headers": {"If-None-Match": "*"}}, {304}),
        ("get", "/graphs", {"params": {"default": ""}, "headers": {"Accept": "image/png"}}, {406}),
        ("put", "/graphs", {"params": {"graph": "http://e/"}}, {401}),
        ("delete", "/graphs", {"params": {"graph": "http://e/"}}, {401}),
        ("get", "/health/ready", {}, {200, 503}),
        ("get", "/queries/poles-overview", {"headers": {"Accept": "image/png"}}, {406}),
        ("get", "/queries/poles-overview", {"params": {"no": "1"}}, {400}),
    ],
)
def test_what_is_answered_is_described(
    address: str, described: dict[str, Any], method: str, path: str, sent: dict[str, Any], statuses: set[int]
) -> None:
    answer = httpx.request(method, f"{address}{path}", **sent)
    assert answer.status_code in statuses
    assert {str(status) for status in statuses} <= described["paths"][path][method]["responses"].keys()


def test_what_a_write_answers_is_described(address: str, graph: EcoGraph, described: dict[str, Any]) -> None:
    key, text = graph.keys.create(level=Level.PUBLIC, may_write=True)
    headers = {"Authorization": f"Bearer {text}", "Content-Type": "text/turtle"}
    where = {"params": {"graph": "http://e/described"}, "headers": headers, "timeout": 60}
    for method, status, sent in (
        ("put", 201, {"content": "<a> <b> 1 ."}),
        ("put", 204, {"content": "<a> <b> 2 ."}),
        ("post", 204, {"content": "<a> <b> 3 ."}),
        ("delete", 204, {}),
        ("delete", 404, {}),
    ):
        assert httpx.request(method, f"{address}/graphs", **where, **sent).status_code == status
        assert str(status) in described["paths"]["/graphs"][method]["responses"]
    for method in ("put", "post", "delete"):
        assert "412" in described["paths"]["/graphs"][method]["responses"]
        assert "200" not in described["paths"]["/graphs"][method]["responses"]
    graph.keys.revoke(key.id)
