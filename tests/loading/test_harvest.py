"""Portals of each kind on the loopback interface: loaded by declaration, again, broken, and loaded again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from ecograph.app import EcoGraph
from ecograph.errors import BadInput, BadListing, FetchFailed, MalformedFile, TooEarly, TooManyRejected
from ecograph.fetching import Client, Clock, Guard
from ecograph.graph.facts import facts_of
from ecograph.model import Level, Outcome
from ecograph.sources.declared import READY
from ecograph.vocab import DCT
from tests.remote import Page, Remote, Request

SAMPLES = Path(__file__).parents[1] / "sources" / "samples"
# What each declaration that is ready is answered, in place of what it would fetch.
ANSWERS = {
    "aides": "aides.json",
    "catalogue-occitanie": "dcat.ttl",
    "datasets-lozere": "udata.json",
    "datasets-recherche": "opendatasoft.json",
    "datasud-innovation": "ckan.json",
    "entreprises": "register.json",
    "laboratoires": "laboratories.json",
    "ror-france": "ror.json",
    "sirene-lozere": "StockUniteLegale.csv",
}
HEAD = """
id = "portal"
visibility = "public"
requires = ["ontology"]
licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
title = { fr = "Un portail", en = "A portal" }
description = { fr = "Pour l'exemple.", en = "For the example." }
publisher = { name = "Quelqu'un" }
"""
ROWS = """
[[records]]
kind = "actor"
class = "eco:Organization"
id = ["ref"]
[records.properties]
"dct:identifier" = { column = "ref" }
"rdfs:label" = { column = "nom.fr", lang = "fr", required = true }
"eco:siren" = { column = "siren", as = "siren" }
"eco:actorType" = { constant = "https://w3id.org/ecograph/voc/actor-types/cluster", as = "iri" }
"""

Opened = Callable[..., EcoGraph]
Load = Callable[..., Outcome]


@pytest.fixture
def graph(fresh_copy: Path, opened: Opened) -> EcoGraph:
    """A deployment that may ask this machine, and does not wait between two requests."""
    graph = opened(fresh_copy, fetch_local="127.0.0.0/8")
    clock = Clock(sleep=lambda _seconds: None)
    graph.outgoing.client = Client(Guard(["127.0.0.0/8"]), agent="EcoGraph", clock=clock)
    return graph


@pytest.fixture
def load(graph: EcoGraph, tmp_path: Path) -> Load:
    """Load a source as it is declared; raises what kept it out."""

    def run(text: str) -> Outcome:
        path = tmp_path / "portal.toml"
        path.write_text(text, "utf-8")
        outcomes, failures = graph.writing.load_declared(extra=[path])
        for _, error in failures:
            raise error
        return outcomes[-1]

    return run


def declared(kind: str, location: str, more: str = "") -> str:
    return f'kind = "{kind}"\nlocation = ["{location}"]\n{HEAD}{more}'


def identifiers(graph: EcoGraph) -> list[str]:
    """What the portal's graph names."""
    query = (
        "PREFIX dct: <http://purl.org/dc/terms/> "
        "SELECT ?name WHERE { GRAPH ?graph { ?x dct:identifier ?name } "
        "FILTER(STRENDS(STR(?graph), '/source/portal') && ?name != 'portal') } ORDER BY ?name"
    )
    return [row["name"].value for row in graph.rows(Level.PUBLIC, query)]


# The declarations that are ready


@pytest.mark.parametrize("path", sorted(READY.glob("*.toml")), ids=lambda path: path.stem)
def test_what_is_ready_loads_what_such_a_portal_answers(
    path: Path, graph: EcoGraph, remote: Remote, tmp_path: Path
) -> None:
    if path.stem not in ANSWERS:
        pytest.skip("tested where its kind is")
    content = (SAMPLES / ANSWERS[path.stem]).read_bytes()
    media_type = "text/turtle" if ANSWERS[path.stem].endswith(".ttl") else "application/json"
    address = remote.put("/portal", content, content_type=media_type)
    text = path.read_text("utf-8")
    said = tomllib.loads(text)
    for location in said["location"]:
        text = text.replace(f'"{location}"', f'"{address}"', 1)
    text = text.replace("look_up = []", 'look_up = ["400000006"]')
    if said["kind"] == "sirene":
        seats = remote.put("/seats", (SAMPLES / "StockEtablissement.zip").read_bytes())
        text = text.replace(f'"{address}"', f'"{seats}"', 1)
    if said["kind"] == "dcat":
        remote.pages["/portal"] = _without_next(content)
    copy = tmp_path / path.name
    copy.write_text(
        f"{text}".replace("max_error_share", "# ", 1).replace(
            "requires", "max_error_share = 1.0\nrequires", 1
        ),
        "utf-8",
    )
    outcomes, failures = graph.writing.load_declared(extra=[copy])
    assert not failures
    assert outcomes[-1].records > 2  # the source, its publisher, and what it says
    again, failures = graph.writing.load_declared(extra=[copy])
    assert (again[-1].added, again[-1].removed, failures) == (0, 0, [])


def _without_next(content: bytes) -> Page:
    return Page(
        content.split(b"<https://data.exemple.fr/catalogue?page=1>")[0] + content.split(b"?page=2> .")[1],
        200,
        {"content-type": "text/turtle"},
    )


def test_every_kind_of_portal_has_a_declaration_that_is_ready() -> None:
    ready = {tomllib.loads(path.read_text("utf-8"))["kind"] for path in READY.glob("*.toml")}
    portals = {"json", "opendatasoft", "ckan", "udata", "dcat", "sirene", "recherche-entreprises", "aides"}
    assert portals <= ready


# Pages


class Portal:
    """A pretended API of five records, in pages of two; tests break it."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.records: list[Any] = [
            {"ref": f"r{number}", "nom": {"fr": f"Organisme {number}"}, "siren": None}
            for number in range(1, 6)
        ]
        self.page: Callable[[int, list[Any]], Page] = self.whole
        remote.pages["/api"] = self.answer

    def answer(self, request: Request) -> Page:
        query = parse_qs(urlsplit(request.path).query)
        number = int(query.get("page", ["1"])[0])
        return self.page(number, self.records[(number - 1) * 2 : number * 2])

    def whole(self, number: int, records: list[Any]) -> Page:
        more = number * 2 < len(self.records)
        document = {
            "data": {"items": records},
            "total": len(self.records),
            "next": f"/api?page={number + 1}" if more else None,
        }
        return Page(json.dumps(document).encode(), 200, {"content-type": "application/json"})

    def broken_at(self, broken: int, page: Page) -> None:
        """Answer one page otherwise."""
        self.page = lambda number, records: page if number == broken else self.whole(number, records)


@pytest.fixture
def portal(remote: Remote) -> Portal:
    return Portal(remote)


PAGING = '[json]\nrecords = "$.data.items"\npaging = { by = "next", next = "$.next", total = "$.total" }\n'


def test_pages_are_loaded_and_loaded_again(portal: Portal, load: Load, graph: EcoGraph) -> None:
    source = declared("json", f"{portal.remote.url}/api", PAGING + ROWS)
    assert load(source).by_class["eco:Organization"] == 5
    assert identifiers(graph) == ["r1", "r2", "r3", "r4", "r5"]
    assert load(source).unchanged
    del portal.records[2]
    outcome = load(source)
    assert (outcome.added, identifiers(graph)) == (0, ["r1", "r2", "r4", "r5"])


def test_a_bad_record_is_named_by_page_path_and_identifier(
    portal: Portal, load: Load, graph: EcoGraph
) -> None:
    source = declared("json", f"{portal.remote.url}/api", "max_error_share = 1.0\n" + PAGING + ROWS)
    load(source)
    portal.records[3]["siren"] = "123"
    (rejection,) = load(source).rejections
    assert rejection.place == f"{portal.remote.url}/api?page=2, $['data']['items'][1]"
    assert rejection.record == f"{graph.base}/actor/portal--r4"
    assert (rejection.path, rejection.value) == ("siren", "123")
    assert identifiers(graph) == ["r1", "r2", "r3", "r4", "r5"]


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data": {"items": [')
    handler.close_connection = True


BREAKS: dict[str, tuple[Page, type[BadInput], str]] = {
    "not there": (Page(b"", 404), FetchFailed, "answered 404"),
    "an error": (Page(b"", 500), FetchFailed, "answered 500"),
    "cut on the way": (Page(write=_cut), FetchFailed, "closed|incomplete|peer"),
    "cut at the server": (
        Page(b'{"data": {"items": [{"ref": "r3"'),
        MalformedFile,
        "not JSON.*: .*line 1|line 1, column",
    ),
    "a web page": (
        Page(b"<html>", 200, {"content-type": "text/html"}),
        MalformedFile,
        r"not JSON \(text/html\)",
    ),
    "an error that looks well": (Page(b'{"error": "quota"}'), MalformedFile, r"no list at \$.data.items"),
    "an early end": (
        Page(b'{"data": {"items": []}, "total": 5, "next": null}'),
        BadListing,
        "announces 5 records and gives 2",
    ),
    "no total": (Page(b'{"data": {"items": []}, "next": null}'), BadListing, "no number of records"),
    "a ring": (Page(b'{"data": {"items": []}, "total": 5, "next": "/api"}'), BadListing, "came twice"),
    "another host": (
        Page(b'{"data": {"items": []}, "total": 5, "next": "http://169.254.169.254/"}'),
        BadListing,
        "is elsewhere",
    ),
    "another protocol": (
        Page(b'{"data": {"items": []}, "total": 5, "next": "file:///etc/passwd"}'),
        BadListing,
        "is elsewhere",
    ),
    "a redirect away": (
        Page(b"", 302, {"location": "http://10.0.0.1/api"}),
        FetchFailed,
        "not a public address",
    ),
    "a bomb": (Page(b"[" * 200_000, 200, {"content-type": "application/json"}), MalformedFile, "not JSON"),
    "not now": (Page(b"", 503, {"retry-after": "3600"}), TooEarly, "asks to wait until"),
}


def test_a_broken_page_keeps_the_graph_as_it_was(portal: Portal, load: Load, graph: EcoGraph) -> None:
    source = declared("json", f"{portal.remote.url}/api", PAGING + ROWS)
    load(source)
    before = graph.snapshot_id()
    for name, (page, error, reason) in BREAKS.items():
        portal.broken_at(2, page)
        with pytest.raises(error, match=reason):
            load(source)
        assert graph.snapshot_id() == before, name
    portal.page = portal.whole
    with pytest.raises(TooEarly):  # the server asked for an hour, and is given it
        load(source)
    assert identifiers(graph) == ["r1", "r2", "r3", "r4", "r5"]


def test_a_list_that_gets_shorter_while_it_is_read_is_read_again(
    portal: Portal, load: Load, graph: EcoGraph
) -> None:
    source = declared("json", f"{portal.remote.url}/api", PAGING + ROWS)
    times = iter([True])

    def shrinking(number: int, _: list[Any]) -> Page:
        if number == 2 and next(times, False):
            del portal.records[0]
        return portal.whole(number, portal.records[(number - 1) * 2 : number * 2])

    portal.page = shrinking
    load(source)
    assert identifiers(graph) == ["r2", "r3", "r4", "r5"]  # r3 had moved to the page that was read before
    portal.records += [{"ref": f"r{number}", "nom": {"fr": "N"}} for number in range(6, 10)]
    times = iter([True] * 5)
    with pytest.raises(BadListing, match="announced 6 records, then 5: it changed meanwhile"):
        load(source)
    assert identifiers(graph) == ["r2", "r3", "r4", "r5"]


def test_one_page_has_the_limit_of_an_answer(
    portal: Portal, opened: Opened, graph: EcoGraph, tmp_path: Path
) -> None:
    small = opened(graph.home.root, fetch_local="127.0.0.0/8", fetch_bytes=600)
    path = tmp_path / "portal.toml"
    text = declared("json", f"{portal.remote.url}/api", PAGING + ROWS)
    path.write_text(text.replace('requires = ["ontology"]', ""))
    portal.records = [{"ref": f"r{number}", "nom": {"fr": "x" * 500}} for number in range(2)]
    _, failures = small.writing.load_declared(extra=[path])
    assert "is larger than 600 bytes" in str(failures[0][1])


def test_pages_that_never_end_are_cut_off(portal: Portal, load: Load) -> None:
    portal.page = lambda number, _: Page(
        json.dumps({"data": {"items": [{"ref": str(number)}]}, "next": f"/api?page={number + 1}"}).encode()
    )
    paging = '[json]\nrecords = "$.data.items"\npaging = { by = "next", next = "next", max_pages = 20 }\n'
    with pytest.raises(BadListing, match="more than 20 pages"):
        load(declared("json", f"{portal.remote.url}/api", paging + ROWS))
    assert len(portal.remote.asked) == 20


def test_all_pages_together_have_a_limit(
    portal: Portal, opened: Opened, graph: EcoGraph, tmp_path: Path
) -> None:
    small = opened(graph.home.root, fetch_local="127.0.0.0/8", load_bytes=600)
    small.outgoing.client = graph.outgoing.client
    path = tmp_path / "portal.toml"
    path.write_text(
        declared("json", f"{portal.remote.url}/api", PAGING + ROWS).replace('requires = ["ontology"]', "")
    )
    portal.records = [{"ref": f"r{number}", "nom": {"fr": "x" * 50}} for number in range(20)]
    _, failures = small.writing.load_declared(extra=[path])
    assert "600 bytes with the pages before it" in str(failures[0][1])


def test_a_busy_server_is_waited_for(portal: Portal, load: Load) -> None:
    waits = iter([Page(b"", 429, {"retry-after": "2"})])
    portal.page = lambda number, records: (number == 2 and next(waits, None)) or portal.whole(number, records)
    assert load(declared("json", f"{portal.remote.url}/api", PAGING + ROWS)).by_class["eco:Organization"] == 5


def test_robots_are_for_those_who_follow_links_not_for_an_api(portal: Portal, load: Load) -> None:
    portal.remote.put("/robots.txt", "User-agent: *\nDisallow: /")
    assert load(declared("json", f"{portal.remote.url}/api", PAGING + ROWS)).records == 7


# What portals are asked


def asked(remote: Remote) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(request.path).query) for request in remote.asked]


def ckan_answers(remote: Remote, records: list[Any], *, rows: str) -> None:
    def answer(request: Request) -> Page:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        start, size = int(query.get("start") or query.get("offset") or 0), 2
        result = {rows: records[start : start + size], "count": len(records), "total": len(records)}
        return Page(json.dumps({"success": True, "result": result}).encode())

    remote.pages["/ckan"] = answer


def test_ckan_is_asked_for_large_pages_in_a_steady_order(remote: Remote, load: Load, graph: EcoGraph) -> None:
    packages = [{"id": f"p{number}", "title": f"Jeu {number}"} for number in range(5)]
    ckan_answers(remote, packages, rows="results")
    outcome = load(declared("ckan", f"{remote.url}/ckan?q=eau"))
    assert outcome.by_class["dcat:Dataset"] == 5
    assert identifiers(graph) == ["p0", "p1", "p2", "p3", "p4"]
    assert [query.get("start") for query in asked(remote)] == [None, ["2"], ["4"]]
    assert all((q["q"], q["rows"], q["sort"]) == (["eau"], ["500"], ["id asc"]) for q in asked(remote))


def test_rows_of_ckan_go_through_a_mapping(remote: Remote, load: Load, graph: EcoGraph) -> None:
    rows = [{"_id": number, "ref": f"r{number}", "nom": {"fr": f"N{number}"}} for number in range(3)]
    ckan_answers(remote, rows, rows="records")
    assert (
        load(declared("ckan", f"{remote.url}/ckan?resource_id=x&limit=2", ROWS)).by_class["eco:Organization"]
        == 3
    )
    assert [(query.get("offset"), query["limit"]) for query in asked(remote)] == [
        (None, ["2"]),
        (["2"], ["2"]),
    ]


def test_udata_is_followed_from_page_to_page(remote: Remote, load: Load, graph: EcoGraph) -> None:
    def answer(request: Request) -> Page:
        number = int(parse_qs(urlsplit(request.path).query).get("page", ["1"])[0])
        following = f"{remote.url}/udata?page=2&page_size=100" if number == 1 else None
        data = [{"id": f"d{number}", "title": f"Jeu {number}"}]
        return Page(json.dumps({"data": data, "next_page": following, "total": 2}).encode())

    remote.pages["/udata"] = answer
    assert load(declared("udata", f"{remote.url}/udata")).by_class["dcat:Dataset"] == 2
    assert [query["page_size"] for query in asked(remote)] == [["100"], ["100"]]


CATALOGUE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<http://x/{number}> a dcat:Dataset ; dct:identifier "d{number}" ; dct:title "Jeu {number}"@fr .
"""
VIEW = "<http://x/c> a hydra:PartialCollectionView ; hydra:next <{address}> ."


def test_pages_of_a_catalogue_in_rdf_are_followed(remote: Remote, load: Load, graph: EcoGraph) -> None:
    following = VIEW.format(address=f"{remote.url}/dcat?page=2")
    pages = {"1": CATALOGUE.format(number=1) + following, "2": CATALOGUE.format(number=2)}

    def answer(request: Request) -> Page:
        number = parse_qs(urlsplit(request.path).query).get("page", ["1"])[0]
        return Page(pages[number].encode(), 200, {"content-type": "text/turtle"})

    remote.pages["/dcat"] = answer
    source = declared("dcat", f"{remote.url}/dcat")
    assert load(source).by_class["dcat:Dataset"] == 2
    pages["2"] = CATALOGUE.format(number=2)[:-20]
    with pytest.raises(MalformedFile):
        load(source)
    total = "<http://x/c> a hydra:PartialCollectionView ; hydra:totalItems {} ."
    pages["2"] = CATALOGUE.format(number=2) + total.format(3)
    with pytest.raises(BadListing, match="announces 3 records and gives 2"):
        load(source)
    pages["2"] = CATALOGUE.format(number=2) + total.format(2)
    assert load(source).by_class["dcat:Dataset"] == 2
    pages["1"] = CATALOGUE.format(number=1) + following + total.format(3)
    with pytest.raises(BadListing, match="announced 3 records, then 2"):
        load(source)
    pages["1"] = CATALOGUE.format(number=1) + VIEW.format(address="http://169.254.169.254/")
    with pytest.raises(BadListing, match="is elsewhere"):
        load(source)
    assert identifiers(graph) == ["d1", "d2"]


SYNTAXES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/json; charset=utf-8": RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("kind", ["rdf", "dcat"])
def test_rdf_comes_in_any_syntax(kind: str, remote: Remote, load: Load) -> None:
    quads = list(parse(SAMPLES.joinpath("dcat.ttl").read_bytes(), format=RdfFormat.TURTLE))
    triples = [quad.triple for quad in quads if "hydra" not in str(quad)]
    before = None
    for media_type, syntax in SYNTAXES.items():
        content = serialize(triples, format=syntax)
        assert content is not None
        outcome = load(declared(kind, remote.put("/export", content, content_type=media_type)))
        assert before is None or (outcome.added, outcome.removed) == (0, 0), media_type
        before = outcome
    assert before is not None
    assert "text/turtle" in remote.asked[0].headers["accept"]
    with pytest.raises(MalformedFile, match="not an RDF file"):
        load(declared(kind, remote.put("/export", b"<html>", content_type="text/html")))


def test_an_export_that_is_cut_deletes_nothing(remote: Remote, load: Load, graph: EcoGraph) -> None:
    content = (SAMPLES / "opendatasoft.json").read_bytes()
    source = declared("opendatasoft", remote.put("/exports/json", content))
    load(source)
    remote.put("/exports/json", content[: len(content) // 2])
    with pytest.raises(MalformedFile):
        load(source)
    assert identifiers(graph) == ["marches", "tiers-lieux"]


@pytest.mark.parametrize(
    "path", ["/catalog/datasets/x/records", "/catalog/datasets?limit=10", "/catalog/datasets"]
)
def test_pages_of_opendatasoft_are_refused_since_they_stop_early(path: str, load: Load) -> None:
    with pytest.raises(BadInput, match="name an export"):
        load(declared("opendatasoft", f"https://x.fr/api/explore/v2.1{path}"))


def test_companies_are_looked_up_one_by_one(remote: Remote, load: Load, graph: EcoGraph) -> None:
    remote.put("/search", (SAMPLES / "register.json").read_bytes())
    load(declared("recherche-entreprises", f"{remote.url}/search", 'look_up = ["400 000 006"]\n'))
    assert asked(remote) == [{"q": ["400000006"]}]
    company = facts_of(graph.snapshot(), Level.PUBLIC, f"{graph.base}/actor/siren-400000006")
    assert company.label("fr") == "ATELIERS D'EXEMPLE"
    with pytest.raises(BadInput, match="not a SIREN number"):
        load(declared("recherche-entreprises", f"{remote.url}/search", 'look_up = ["400000007"]\n'))


def test_a_number_gives_its_company_or_a_remark(remote: Remote, load: Load, graph: EcoGraph) -> None:
    remote.put("/search", (SAMPLES / "register.json").read_bytes())
    outcome = load(
        declared(
            "recherche-entreprises",
            f"{remote.url}/search",
            'look_up = ["400000006", "500000005", "732829320"]\n',
        )
    )
    told = {
        remark.value: (remark.place, remark.reason["en"])
        for remark in outcome.warnings
        if remark.path == "siren"
    }
    assert told == {
        "500000005": (
            f"{remote.url}/search?q=500000005",
            "this company is no longer in business, or its name is not made public",
        ),
        "732829320": (f"{remote.url}/search?q=732829320", "the register knows no company by this number"),
    }
    assert outcome.by_class["eco:Company"] == 1


def test_the_register_is_asked_seven_times_a_second_at_most(
    remote: Remote, load: Load, graph: EcoGraph
) -> None:
    slept: list[float] = []
    clock = Clock(elapsed=lambda: sum(slept), sleep=slept.append)
    graph.outgoing.client = Client(Guard(["127.0.0.0/8"]), agent="EcoGraph", clock=clock)
    remote.put("/search", (SAMPLES / "register.json").read_bytes())
    numbers = '"100000009", "200000008", "300000007", "400000006"'
    load(declared("recherche-entreprises", f"{remote.url}/search", f"look_up = [{numbers}]\n"))
    assert len(remote.asked) == 4
    assert sum(slept) == pytest.approx(3 / 7)


def test_stock_files_come_in_their_order(load: Load, tmp_path: Path) -> None:
    text = declared("sirene", "X", '[sirene]\ndepartements = ["48"]\n')
    units, seats = f'"{SAMPLES}/StockUniteLegale.csv"', f'"{SAMPLES}/StockEtablissement.zip"'
    with pytest.raises(MalformedFile, match="the file of the establishments must come before"):
        load(text.replace('"X"', f"{units}, {seats}"))
    with pytest.raises(MalformedFile, match=r"the file of the legal units .* must follow"):
        load(text.replace('"X"', seats))
    with pytest.raises(TooManyRejected, match="not a SIREN number"):
        load(text.replace('"X"', f"{seats}, {units}"))
    cut = tmp_path / "cut.zip"
    cut.write_bytes((SAMPLES / "StockEtablissement.zip").read_bytes()[:200])
    with pytest.raises(MalformedFile, match="not a whole ZIP file"):
        load(text.replace('"X"', f'"{cut}", {units}'))
    with pytest.raises(MalformedFile, match="there is no such file"):
        load(text.replace('"X"', '"nothing.zip"'))


def test_schemes_come_from_an_address_too(remote: Remote, load: Load, graph: EcoGraph) -> None:
    address = remote.put(
        "/aides", (SAMPLES / "aides.csv").read_bytes(), content_type="text/csv; charset=utf-8"
    )
    outcome = load(declared("aides", address, "max_error_share = 1.0\n"))
    assert outcome.by_class["eco:PublicSupportScheme"] == 1
    assert [warning.value for warning in outcome.warnings if "pattern" in warning.reason["en"]] == ["DEP-2A"]
    offer = facts_of(graph.snapshot(), Level.PUBLIC, f"{graph.base}/offer/portal--ex-0001")
    assert [text.value for text in offer.literals(DCT + "identifier")] == ["EX-0001"]
