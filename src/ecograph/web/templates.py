"""`/templates`: spreadsheets to fill in, and the filled ones of holders of keys."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ecograph.errors import UnknownForm
from ecograph.sources.content import File
from ecograph.sources.declaration import filled
from ecograph.sources.forms import form_of
from ecograph.sources.templates import csv_template, marked_copy, xlsx_template
from ecograph.web.access import Graph, WriterKey
from ecograph.web.writing import REFUSALS, in_thread, read_body

router = APIRouter(tags=["templates"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"
_BODY: dict[str, Any] = {XLSX: {"schema": {"type": "string", "format": "binary"}}, "text/csv": {}}
Language = Annotated[Literal["fr", "en"], Query(description="The language of headings and help.")]


class Asked(BaseModel):
    """How a filled template is to be loaded."""

    source: str = Field(description="The id of the source that the rows become.")
    visibility: Literal["public", "partners", "private"] | None = None
    max_error_share: float = Field(1.0, ge=0, le=1)
    lang: Literal["fr", "en"] = "fr"


@router.get(
    "/templates/{name}",
    response_class=Response,
    responses={200: {"content": {XLSX: {}, "text/csv": {}}}, 404: {}},
)
def read_template(name: str, lang: Language = "fr") -> Response:
    """Answer the spreadsheet to fill in for a class, as `Project.xlsx` or `Project.csv`."""
    cls, _, syntax = name.rpartition(".")
    if syntax not in {"xlsx", "csv"}:
        raise UnknownForm(name, ("CLASS.xlsx", "CLASS.csv"))
    form = form_of(cls)
    content = xlsx_template(form, lang) if syntax == "xlsx" else csv_template(form, lang)
    return _attached(content, name, XLSX if syntax == "xlsx" else _CSV)


@router.post(
    "/templates/{cls}",
    responses={**REFUSALS, 200: {"content": {"application/json": {}, XLSX: {}}}, 404: {}},
    response_class=Response,
    openapi_extra={"requestBody": {"content": _BODY}},
)
async def load_template(
    request: Request, cls: str, graph: Graph, key: WriterKey, asked: Annotated[Asked, Query()]
) -> Response:
    """Load a filled template; answer the report, or for who accepts a workbook the table with its marks."""
    form = form_of(cls)
    is_text = request.headers.get("content-type", "").startswith("text/csv")
    body = await read_body(request, graph.settings.write_bytes)
    file = File(f"{cls}.csv" if is_text else f"{cls}.xlsx", body)
    visibility, share = asked.visibility or form.visibility, asked.max_error_share
    declaration = filled(asked.source, visibility, cls, max_error_share=share)
    outcome = await in_thread(request, partial(graph.writing.load_filled, key, declaration, file))
    if XLSX not in request.headers.get("accept", ""):
        return JSONResponse(asdict(outcome))
    report = partial(marked_copy, file, outcome.rejections, form, asked.lang, source=asked.source)
    content = await in_thread(request, report)
    return _attached(content, f"{cls}.xlsx", XLSX)


def _attached(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
