"""A server with the REST routes of Qdrant that the cluster engine uses, over a collection in memory."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from qdrant_client import QdrantClient
from qdrant_client import models as q


@contextmanager
def serving() -> Iterator[str]:
    """Serve an empty Qdrant on a free port of this machine; give its URL."""
    config = uvicorn.Config(_app(QdrantClient(":memory:")), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _app(held: QdrantClient) -> FastAPI:  # noqa: C901 - one small function a route
    app, lock = FastAPI(), threading.Lock()

    def answer(result: Any) -> dict[str, Any]:
        return {"result": _plain(result), "status": "ok", "time": 0.0}

    @app.get("/collections")
    def collections() -> dict[str, Any]:
        return answer(held.get_collections())

    @app.put("/collections/{name}")
    def create(name: str, body: q.CreateCollection) -> dict[str, Any]:
        return answer(
            held.create_collection(
                name, vectors_config=body.vectors, sparse_vectors_config=body.sparse_vectors
            )
        )

    @app.delete("/collections/{name}")
    def drop(name: str) -> dict[str, Any]:
        return answer(held.delete_collection(name))

    @app.get("/collections/{name}/exists")
    def exists(name: str) -> dict[str, Any]:
        return answer({"exists": held.collection_exists(name)})

    @app.put("/collections/{name}/index")
    def index(name: str, body: dict[str, Any]) -> dict[str, Any]:
        with warnings.catch_warnings(action="ignore"):  # a collection in memory needs none, and says so
            done = held.create_payload_index(name, body["field_name"], body["field_schema"])
        return answer(done)

    @app.put("/collections/{name}/points")
    def upsert(name: str, body: q.PointsList) -> dict[str, Any]:
        with lock:
            return answer(held.upsert(name, body.points))

    @app.post("/collections/{name}/points/delete")
    def delete(name: str, body: q.PointIdsList) -> dict[str, Any]:
        with lock:
            return answer(held.delete(name, body))

    @app.post("/collections/{name}/points/payload")
    def tell(name: str, body: q.SetPayload) -> dict[str, Any]:
        with lock:
            return answer(held.set_payload(name, body.payload, body.points or []))

    @app.post("/collections/{name}/points/count")
    def count(name: str, body: q.CountRequest) -> dict[str, Any]:
        return answer(held.count(name, body.filter, exact=True))

    @app.post("/collections/{name}/facet")
    def facet(name: str, body: q.FacetRequest) -> dict[str, Any]:
        return answer(held.facet(name, body.key, body.filter, limit=body.limit or 10, exact=True))

    @app.post("/collections/{name}/points/scroll")
    def scroll(name: str, body: q.ScrollRequest) -> dict[str, Any]:
        records, after = held.scroll(
            name,
            body.filter,
            limit=body.limit or 10,
            offset=body.offset,
            order_by=body.order_by,
            with_payload=True,
        )
        return answer({"points": records, "next_page_offset": after})

    @app.post("/collections/{name}/points/query")
    def query(name: str, body: q.QueryRequest) -> dict[str, Any]:
        found = held.query_points(
            name,
            query=getattr(body.query, "nearest", body.query),
            using=body.using,
            query_filter=body.filter,
            limit=body.limit or 10,
            with_payload=True,
        )
        return answer(found)

    @app.post("/collections/{name}/points")
    def retrieve(name: str, body: q.PointRequest) -> dict[str, Any]:
        return answer(
            held.retrieve(name, body.ids, with_payload=True, with_vectors=body.with_vector or False)
        )

    return app


def _plain(result: Any) -> Any:
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json")
    if isinstance(result, dict):
        return {name: _plain(value) for name, value in result.items()}
    return [_plain(one) for one in result] if isinstance(result, list) else result
