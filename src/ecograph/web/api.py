"""The JSON API: parse, call one method, shape the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ecograph.model import Fit, GapAnswer, MatchAnswer, Reading, Result, SearchAnswer
from ecograph.questions.filtering import Asked
from ecograph.questions.search import Understanding
from ecograph.web.access import Graph, LevelOf
from ecograph.web.bodies import Body

router = APIRouter(prefix="/api", tags=["api"])

Language = Annotated[Literal["fr", "en"], Query(description="Language of labels and reasons.")]
Limit = Annotated[int, Query(ge=0, le=100, description="Most results to return.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Results to skip.")]

_RESULT: dict[str, Any] = {
    "iri": "http://127.0.0.1:8000/offer/national--cir",
    "label": "Crédit d'impôt recherche (CIR)",
    "type": "FundingOffer",
    "kind": "Financement",
    "score": 1.0,
    "reasons": [
        {"text": "mots trouvés : crédit, impôt, recherche", "contribution": 0.5, "kind": "words"},
        {"text": "sens proche de la demande", "contribution": 0.5, "kind": "sense"},
    ],
    "eligibility": None,
    "fictitious": False,
}


def _example(content: object, description: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": {"application/json": {"example": content}}}}


class FiltersIn(BaseModel):
    """Which resources a match may return; concepts by IRI, notation or label."""

    model_config = ConfigDict(extra="forbid")

    type: list[str] = Field(default=[], examples=[["FundingOffer"]])
    pole: list[str] = Field(default=[], examples=[["agro"]])
    territory: list[str] = Field(default=[], examples=[["DEP-48"]])
    kind: list[str] = []
    axis: list[str] = []
    stage: list[str] = []
    open: list[str] = Field(default=[], examples=[["now"]])

    def asked(self) -> Asked:
        return Asked(**{name: tuple(values) for name, values in self.model_dump().items()})


class FactsIn(BaseModel):
    """What is told of the company, or supposed: it takes the place of what the graph says, for once."""

    model_config = ConfigDict(extra="forbid")

    headcount: float | None = Field(None, ge=0, description="Employees.", examples=[12])
    naf: str | None = Field(
        None, description="Main activity: a NAF code, an IRI or a label.", examples=["20"]
    )
    territory: str | None = Field(None, description="Where the project is.", examples=["DEP-48"])
    legal_form: str | None = Field(None, examples=["sarl"])
    founded_on: str | None = Field(None, description="A date or a year.", examples=["2019-05-31"])
    stage: str | None = Field(None, examples=["prototype"])

    def given(self) -> dict[str, str]:
        told = {name: value for name, value in self.model_dump().items() if value is not None}
        return {name: f"{value:.15g}" if isinstance(value, float) else value for name, value in told.items()}


class MatchIn(Body):
    """A project of the graph, or a project told in a few words."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Nous voulons sécher nos plantes au soleil en Lozère"}]},
    )

    project: str | None = None
    text: str | None = None
    limit: int = Field(10, ge=1, le=100)
    filters: FiltersIn = FiltersIn()
    facts: FactsIn = FactsIn()
    without: list[str] = Field([], description="What is set aside of `understood` in a text.", max_length=50)

    @model_validator(mode="after")
    def _one_of_two(self) -> MatchIn:
        if (self.project is None) == (self.text is None):
            raise ValueError("give either `project`, an IRI, or `text`, the project in a few words")
        return self


class CandidatesOut(BaseModel):
    """The projects that a resource fits."""

    iri: str
    results: list[Fit]


class RelatedOut(BaseModel):
    """Resources like one."""

    results: list[Result]


def asked_of(
    type: Annotated[list[str], Query(description="Class, as `FundingOffer`.")] = [],  # noqa: A002, B006 - the contract's name; FastAPI copies defaults
    pole: Annotated[list[str], Query(description="Pole, as `agro`.")] = [],  # noqa: B006
    territory: Annotated[list[str], Query(description="Territory, as `DEP-48`.")] = [],  # noqa: B006
    kind: Annotated[list[str], Query(description="Kind, as `financement`.")] = [],  # noqa: B006
    axis: Annotated[list[str], Query(description="Axis, as `marketing`.")] = [],  # noqa: B006
    stage: Annotated[list[str], Query(description="Stage, as `prototype`.")] = [],  # noqa: B006
    open: Annotated[list[str], Query(description="`now`, `soon`, `closed` or `undated`.")] = [],  # noqa: A002, B006
) -> Asked:
    """Return the filters of a query string; an empty value asks for nothing."""
    given = {"type": type, "pole": pole, "territory": territory, "kind": kind, "axis": axis, "stage": stage}
    given["open"] = open
    return Asked(**{name: tuple(value for value in values if value) for name, values in given.items()})


AskedOf = Annotated[Asked, Depends(asked_of)]


def reading_of(
    *,
    understand: Annotated[
        bool, Query(description="Read places, sizes, kinds and competences in the words.")
    ] = True,
    without: Annotated[
        list[str],
        Query(
            description="What is set aside of `understood`: a facet, as `territory`; a concept, as `DEP-48`."
        ),
    ] = [],  # noqa: B006
) -> Understanding:
    """Return how the words of a query string are read."""
    return Understanding(understand=understand, without=frozenset(filter(None, without)))


def wanted_of(
    asked: AskedOf, reading: Annotated[Understanding, Depends(reading_of)]
) -> tuple[Asked, Understanding]:
    """Return the filters of a query string, and how its words are read."""
    return asked, reading


WantedOf = Annotated[tuple[Asked, Understanding], Depends(wanted_of)]


@router.get(
    "/search",
    responses=_example(
        {
            "query": "crédit d'impôt recherche",
            "total": 1,
            "results": [_RESULT],
            "facets": {"type": [{"value": "FundingOffer", "label": "offre de financement", "count": 1}]},
            "lexical_only": False,
            "understood": [],
        },
        "One page of results, and the facets of the whole answer.",
    ),
)
def read_search(
    graph: Graph,
    level: LevelOf,
    wanted: WantedOf,
    q: Annotated[str, Query(description="Words; empty: everything, by title.")] = "",
    limit: Limit = 10,
    offset: Offset = 0,
    lang: Language = "fr",
) -> SearchAnswer:
    """Search resources of every kind by words and by meaning."""
    asked, reading = wanted
    return graph.search(level, q, asked, limit=limit, offset=offset, language=lang, reading=reading)


@router.post(
    "/match",
    responses=_example(
        {
            "project": None,
            "label": "Financer une thèse",
            "needs": [
                {
                    "iri": None,
                    "label": "Financer une thèse",
                    "results": [_RESULT],
                    "outside": [],
                    "notice": None,
                }
            ],
            "results": [_RESULT],
            "outside": [],
            "understood": [],
            "places": [],
            "groups": [{"kind": "FundingOffer", "label": "Financements", "results": [_RESULT]}],
            "bridges": [],
            "next_question": {
                "datum": "headcount",
                "text": "Combien de salariés l’entreprise a-t-elle ?",
                "settles": 3,
                "concerns": 4,
            },
            "what_if": None,
            "notice": None,
        },
        "Resources for the project and for each of its needs, with reasons that add up to the score.",
    )
    | {404: {}},
)
def post_match(graph: Graph, level: LevelOf, wanted: MatchIn, lang: Language = "fr") -> MatchAnswer:
    """Match a project with the resources that can make it happen."""
    asked, facts = wanted.filters.asked(), wanted.facts.given()
    if wanted.project is not None:
        return graph.match_project(
            level, wanted.project, asked, limit=wanted.limit, facts=facts, language=lang
        )
    return graph.match_text(
        level,
        wanted.text or "",
        asked,
        limit=wanted.limit,
        facts=facts,
        language=lang,
        without=wanted.without,
    )


@router.get("/candidates")
def read_candidates(
    graph: Graph, level: LevelOf, iri: str, limit: Limit = 10, lang: Language = "fr"
) -> CandidatesOut:
    """Return the projects that a resource or an actor fits, each with the need it answers best and why."""
    found = graph.candidates(level, iri, limit=limit, language=lang)
    return CandidatesOut(iri=iri, results=list(found))


@router.get("/gaps")
def read_gaps(
    graph: Graph, level: LevelOf, asked: AskedOf, limit: Limit = 20, lang: Language = "fr"
) -> GapAnswer:
    """Return the needs of projects that nothing within reach covers; filters are on the projects."""
    return graph.gaps(level, asked, limit=limit, language=lang)


@router.get("/related")
def read_related(
    graph: Graph, level: LevelOf, iri: str, limit: Limit = 10, lang: Language = "fr"
) -> RelatedOut:
    """Return the resources most like one, each with its reasons."""
    return RelatedOut(results=list(graph.related(level, iri, limit=limit, language=lang)))


class TextIn(Body):
    """A text to read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "L’ADEME finance un séchoir de plantes aromatiques à Mende."}]
        },
    )

    text: str = Field(min_length=1)


@router.post("/read")
def post_read(graph: Graph, level: LevelOf, given: TextIn, lang: Language = "fr") -> Reading:
    """Return what a text names that the graph knows, with places in code points, and its poles."""
    return graph.read(level, given.text, language=lang)


@router.get(
    "/resources",
    response_class=Response,
    responses={200: {"description": "The resource.", "content": {"application/ld+json": {}}}},
)
def read_resource(graph: Graph, level: LevelOf, iri: str) -> Response:
    """Return one resource as JSON-LD."""
    media_type = "application/ld+json"
    return Response(graph.resource(level, iri, media_type), media_type=media_type)
