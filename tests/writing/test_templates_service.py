"""`/templates` over HTTP: whoever may write sends a filled template and gets it back with its faults."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient
from openpyxl import load_workbook

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import create_app
from ecograph.web.templates import XLSX

ROW = "Titre *;Stade\nSéchoir;Prototype\nPoutre;Protype\n"


def test_a_template_goes_out_and_comes_back_marked(opened: Callable[..., EcoGraph], fresh_copy: Path) -> None:
    graph = opened(fresh_copy)
    client = TestClient(create_app(graph))
    template = client.get("/templates/Project.xlsx")
    assert template.headers["content-type"] == XLSX
    assert load_workbook(io.BytesIO(template.content)).active["A1"].value == "Titre *"
    assert client.get("/templates/Project.csv?lang=en").text.lstrip("\ufeff").startswith("Title *;")
    assert client.get("/templates/Projet.xlsx").status_code == 404
    assert client.get("/templates/Project.pdf").status_code == 404

    def key(level: Level, *, may_write: bool = True) -> dict[str, str]:
        _, text = graph.keys.create(level=level, may_write=may_write, name=f"{level}{may_write}")
        return {"Authorization": f"Bearer {text}", "Content-Type": "text/csv"}

    address = "/templates/Project?source=suivi"
    adviser = key(Level.PARTNERS)
    assert client.post(address, content=ROW).status_code == 401
    assert client.post(address, content=ROW, headers=key(Level.PARTNERS, may_write=False)).status_code == 403
    assert client.post(address, content=ROW, headers=key(Level.PUBLIC)).status_code == 403
    assert client.post("/templates/Project?source=lozere", content=ROW, headers=adviser).status_code == 403
    assert client.post("/templates/Project?source=A_B", content=ROW, headers=adviser).status_code == 400
    report = client.post(address, content=ROW, headers=adviser).json()
    assert [(r["path"], r["value"]) for r in report["rejections"]] == [("Stade", "Protype")]
    assert "« Protype »" in report["rejections"][0]["reason"]["fr"]
    marked = client.post(address, content=ROW, headers=adviser | {"Accept": XLSX})
    sheet = load_workbook(io.BytesIO(marked.content)).active
    assert "« Protype »" in sheet["C3"].value
    strict = client.post(f"{address}&max_error_share=0.1", content=ROW, headers=adviser)
    assert strict.status_code == 400
    bomb = client.post(address, content=b"PK", headers=adviser | {"Content-Type": XLSX})
    assert bomb.status_code == 400
    resource = client.get("/project/suivi--sechoir.ttl", headers={"Authorization": adviser["Authorization"]})
    assert "Séchoir" in resource.text
    assert client.get("/project/suivi--sechoir.ttl").status_code == 404
