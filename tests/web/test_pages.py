"""The pages as they come over HTTP."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.exchange.resource import Value
from ecograph.model import Level
from ecograph.questions import request
from ecograph.questions.filtering import Asked
from ecograph.vocab import eco
from ecograph.web import pages, rendering, terms, texts
from ecograph.web.facets import FACETS
from ecograph.web.links import href
from ecograph.web.sheet import value_text
from ecograph.web.typography import percent, shortened_text, signed, typeset

WEB = Path(rendering.__file__).parent
BASE = "https://data.example.org"
PROJECT = "project/demo--p03"


def words(html: str) -> str:
    """Return the text of a page, with plain spaces and apostrophes."""
    bare = unescape(re.sub(r"<[^>]+>", " ", html)).replace("’", "'")
    return re.sub(r"\s+", " ", bare)


# Home


def test_home_says_what_it_is_and_where_to_start(client: TestClient) -> None:
    html = client.get("/").text
    assert 'lang="fr"' in html
    assert "EcoGraph relie le projet concret d'une entreprise" in words(html)
    assert '<textarea id="text" name="text"' in html
    assert "Territoire de démonstration (fictif)" in words(html)
    assert html.count("Licence Ouverte 2.0") >= 5


def test_home_counts_what_the_graph_holds(client: TestClient, graph: EcoGraph) -> None:
    answer = graph.search(Level.PUBLIC, "", Asked(type=("Project",)), limit=1)
    assert re.search(rf"<strong>{answer.total}</strong> projets", client.get("/").text)


# Language


def test_language_is_asked_for_then_remembered(client: TestClient) -> None:
    english = client.get("/?lang=en")
    assert english.headers["Content-Language"] == "en"
    assert client.get("/search").headers["Content-Language"] == "en"
    assert client.get("/search?lang=fr").headers["Content-Language"] == "fr"


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB,en;q=0.9", "en"), ("de, fr;q=0.5, en;q=0.4", "fr"), ("de", "fr"), ("en;q=x", "fr"), ("", "fr")],
)
def test_language_follows_the_browser(app: FastAPI, header: str, language: str) -> None:
    answer = TestClient(app).get("/about", headers={"Accept-Language": header})
    assert answer.headers["Content-Language"] == language


def test_link_to_the_other_language_keeps_the_question(client: TestClient) -> None:
    html = client.get("/search?q=bois&pole=ecomat").text
    assert 'href="/search?q=bois&amp;pole=ecomat&amp;lang=en"' in html


def test_labels_come_in_the_chosen_language(client: TestClient) -> None:
    html = client.get(f"/{PROJECT}?lang=en").text
    assert "Bilberry blue in day creams" in html
    assert "Health and well-being" in html
    # What exists in French only is shown as it is, and says so.
    assert re.search(r'<p class="lead" lang="fr">', html)


def test_every_text_has_both_languages() -> None:
    for table in (texts._SAID, terms._TERMS, terms._BACKWARD, terms._NAMES):
        assert all(french.strip() and english.strip() for french, english in table.values())
    french, english = texts.texts("fr"), texts.texts("en")
    assert french.keys() == english.keys()
    for key in french:
        assert re.findall(r"{\w+}", french[key]) == re.findall(r"{\w+}", english[key]), key


def test_every_text_is_used() -> None:
    sources = [path.read_text("utf-8") for path in (WEB / "templates").glob("*.html")]
    sources.append((WEB / "sheet.py").read_text("utf-8"))
    used = "\n".join(sources)
    computed = tuple(re.findall(r"t\['(\w+_)' ~", used))
    names = set(texts.texts("fr")) - {*FACETS, *request.FACETS, "yes", "no"}
    unused = [n for n in names if not n.startswith(computed) and not re.search(rf"\bt\.{n}\b", used)]
    assert not unused


# Search


def test_search_shows_results_with_their_reasons(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/search?q=méthanisation").text
    answer = graph.search(Level.PUBLIC, "méthanisation", Asked(), limit=1)
    assert f"{answer.total} résultats" in words(html)
    assert "Mots trouvés : méthanisation" in words(html)
    assert "<meter" in html


def test_search_says_when_it_works_by_words_alone(client: TestClient) -> None:
    assert "par les mots seuls" in client.get("/search?q=bois").text


def test_filters_are_shown_and_can_be_removed(client: TestClient) -> None:
    html = client.get("/search?q=bois&pole=ecomat&territory=48").text
    assert re.search(r'name="pole" value="ecomat" checked', html)
    assert 'href="/search?q=bois&amp;territory=48"' in html
    assert "Retirer le filtre Territoire" in words(html)


def test_filters_of_one_facet_add_up(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/search?pole=agro&pole=num").text
    both = graph.search(Level.PUBLIC, "", Asked(pole=("agro", "num")), limit=1).total
    assert f"{both} résultats" in words(html)


def test_a_filter_without_result_stays_visible(client: TestClient) -> None:
    html = client.get("/search?q=alambic&type=Facility&pole=num").text
    assert re.search(r'name="pole" value="num" checked', html)


def test_pages_of_results_follow_each_other(client: TestClient) -> None:
    first, second = client.get("/search?type=Actor").text, client.get("/search?type=Actor&page=2").text
    assert 'rel="next" href="/search?type=Actor&amp;page=2"' in first
    titles = [set(re.findall(r'<h3><a href="([^"]+)"', page)) for page in (first, second)]
    assert all(len(found) == 20 for found in titles)
    assert not titles[0] & titles[1]


@pytest.mark.parametrize("page", ["-1", "0", "x", "²", "999999999", ""])
def test_a_page_that_is_none_is_the_first(client: TestClient, page: str) -> None:
    html = client.get("/search", params={"type": "Actor", "page": page}).text
    assert "Page 1 sur" in words(html)


def test_nothing_found_says_what_to_try(client: TestClient) -> None:
    html = client.get("/search?q=zzzqqq").text
    assert "Rien ne répond à cette recherche" in html
    assert 'href="/match?text=zzzqqq"' in html


def test_invented_results_are_marked(client: TestClient) -> None:
    assert "Données de démonstration, fictives" in client.get("/search?type=Project").text
    assert (
        "Données de démonstration, fictives"
        not in client.get("/search?q=crédit d'impôt recherche&type=FundingOffer&kind=financement").text
    )


def test_text_of_a_reader_is_never_markup(client: TestClient) -> None:
    attack = '"><script>alert(1)</script>'
    for html in (
        client.get("/search", params={"q": attack}).text,
        client.get("/match", params={"text": attack}).text,
    ):
        assert "<script" not in html


# Matching


def test_match_without_text_offers_the_form(client: TestClient) -> None:
    assert '<textarea id="text"' in client.get("/match").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_match_says_what_it_understood(client: TestClient, method: str) -> None:
    told = {"text": "Sécher des plantes aromatiques en Lozère avec moins d'énergie"}
    html = (client.get("/match", params=told) if method == "get" else client.post("/match", data=told)).text
    assert 'href="/voc/territories/DEP-48"' in html
    assert "Plantes à parfum, aromatiques et médicinales" in html


def test_contributions_shown_add_up_to_the_score(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/match", params={"project": f"{graph.base}/{PROJECT}"}).text
    tables = re.findall(r'<table class="score-table">.*?</table>', html, flags=re.DOTALL)
    assert len(tables) > 8
    for table in tables:
        *parts, total = [_figure(f) for f in re.findall(r'<td class="figure">([^<]+)</td>', table)]
        assert sum(parts) == pytest.approx(total, abs=0.001 * len(parts))


def test_match_answers_need_by_need(client: TestClient, graph: EcoGraph) -> None:
    iri = f"{graph.base}/{PROJECT}"
    page = words(client.get("/match", params={"project": iri}).text)
    for need in graph.match_project(Level.PUBLIC, iri, Asked(), limit=3).needs:
        assert need.label.replace("’", "'") in page


def test_unknown_criteria_name_what_is_missing(client: TestClient) -> None:
    html = words(client.get("/match?text=prototype innovant, crédit d'impôt innovation").text)
    assert "Éligibilité à vérifier" in html
    assert "donnée manquante : effectif" in html


def _figure(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "."))


# Resources


def test_resource_shows_each_fact_with_its_source(client: TestClient) -> None:
    html = client.get("/offer/national--cii").text
    assert '<a href="/voc/funding-types/credit-impot">Crédit d’impôt</a>' in html
    assert 'rel="nofollow noopener external"' in html
    assert 'href="#source-1"' in html
    assert '<li id="source-1">' in html
    assert "dct:" not in words(html)
    assert "skos:" not in words(html)


def test_resource_shows_what_refers_to_it(client: TestClient) -> None:
    html = client.get("/actor/demo--myrtifine").text
    assert "Projets portés" in html
    assert f'href="/{PROJECT}"' in html


def test_nameless_parts_are_described_in_place(client: TestClient) -> None:
    html = client.get("/actor/national--catar").text
    assert "genid" not in html
    assert "Compétence affirmée : Chimie verte" in words(html)


def test_resource_is_offered_as_data(client: TestClient) -> None:
    html = client.get("/offer/national--cii").text
    for suffix in ("ttl", "jsonld", "nt", "rdf"):
        assert f'href="/offer/national--cii.{suffix}"' in html
        assert client.get(f"/offer/national--cii.{suffix}").status_code == 200


def test_project_page_shows_needs_and_matches(client: TestClient, graph: EcoGraph) -> None:
    html = client.get(f"/{PROJECT}").text
    answer = graph.match_project(Level.PUBLIC, f"{graph.base}/{PROJECT}", Asked(), limit=3)
    for need in answer.needs:
        assert need.results[0].label.replace("’", "'") in words(html)
    assert "Cette fiche est inventée" in html


def test_concept_leads_to_what_is_said_of_it(client: TestClient) -> None:
    html = client.get("/voc/poles/chimie").text
    assert 'href="/search?pole=chimie"' in html
    assert "Chimie durable et chimie du végétal" in html


@pytest.mark.parametrize("path", ["/source/demo", "/need/demo--p03-1", "/voc/poles", "/ns/Project"])
def test_what_is_not_searched_has_a_page_too(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("iri", "address"),
    [
        (f"{BASE}/actor/x--y", "/actor/x--y"),
        ("https://w3id.org/ecograph/voc/poles/agro", "/voc/poles/agro"),
        ("https://w3id.org/ecograph/ns#Project", "/ns/Project"),
        ("https://example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", None),
        ("mailto:x@example.org", None),
        (f"{BASE}//evil.example", None),
        (f"{BASE}/\\evil.example", None),
    ],
)
def test_links_lead_here_or_to_the_web(iri: str, address: str | None) -> None:
    assert href(iri, BASE) == address


@pytest.mark.parametrize(
    ("text", "predicate", "french", "english"),
    [
        ("0.3", eco("maxRate"), "30\u202f%", "30%"),
        ("50000", eco("maxAmount"), "50\u202f000\u202f€", "€50,000"),
        ("2022-02-01", eco("foundedOn"), "01/02/2022", "2022-02-01"),
        ("true", eco("fictitious"), "oui", "yes"),
        ("cii", eco("maxRate"), "cii", "cii"),
    ],
)
def test_values_read_as_people_write_them(text: str, predicate: str, french: str, english: str) -> None:
    value = Value(text=text, iri=None, language=None, sources=())
    assert value_text(value, predicate, "fr") == french
    assert value_text(value, predicate, "en") == english


# Saved queries


def test_every_saved_query_has_its_form(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/queries").text
    for query in graph.queries.values():
        assert f'action="/queries/{query.name}"' in html
        assert typeset(query.title["fr"], "fr") in unescape(html)


def test_answers_of_a_query_are_a_table(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/queries/actors-by-pole").text
    assert re.search(r"<caption>[\d\u202f]+ réponses</caption>", html)
    assert 'scope="col"' in html
    assert 'href="/queries/actors-by-pole.csv"' in html


def test_parameters_and_columns_are_named_in_words(client: TestClient, graph: EcoGraph) -> None:
    heads = re.findall(r'<th scope="col">([^<]+)</th>', client.get("/queries/actors-by-pole").text)
    assert {"Pôle", "Acteur", "Genre"} <= set(heads)
    assert not any("label" in head.lower() for head in heads)
    for query in graph.queries.values():
        for parameter in query.parameters:
            assert parameter.name in terms._NAMES, f"{query.name}: {parameter.name}"


# Errors


@pytest.mark.parametrize("status", [400, 404, 413, 500, 503])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_errors_are_told_in_the_language_of_the_page(status: int, language: str) -> None:
    app = FastAPI()

    @app.get("/")
    def fail(request: Request) -> object:
        return pages.error_page(request, {"status": status, "detail": "parameter <b>"})

    answer = TestClient(app).get(f"/?lang={language}")
    assert answer.status_code == status
    assert answer.headers["Content-Language"] == language
    assert "parameter &lt;b&gt;" in answer.text


# Frame


@pytest.mark.parametrize("path", ["/", "/search", "/match", "/about", "/queries", f"/{PROJECT}"])
def test_pages_forbid_all_but_their_own(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "style=" not in answer.text
    assert "<script" not in answer.text
    assert "Cookie" in answer.headers["Vary"]


def test_data_answers_keep_their_own_headers(client: TestClient) -> None:
    assert "Content-Security-Policy" not in client.get("/offer/national--cii.ttl").headers


@pytest.mark.parametrize("folder", [WEB / "static" / "vendor", Path(__file__).parent / "vendor"])
def test_vendored_files_are_those_of_the_manifest(folder: Path) -> None:
    for entry in json.loads((folder / "MANIFEST.json").read_text("utf-8"))["files"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).read_text("utf-8")


def test_lock_names_no_registry() -> None:
    lock = (WEB / "static" / "vendor" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert "http" not in lock


def test_french_is_set_with_its_spaces() -> None:
    assert typeset("l'aide : « oui » ; 30 %", "fr") == "l’aide\u00a0: «\u00a0oui\u00a0»\u202f; 30\u202f%"
    assert typeset("the firm's: “yes”", "en") == "the firm’s: “yes”"
    assert signed(-0.3, "fr") == "−0,300"
    assert percent(0.436, "fr") == "44\u202f%"
    assert shortened_text("un deux trois", 9) == "un deux…"


# What is understood in a search


def test_what_was_understood_is_shown_and_can_be_set_aside(client: TestClient) -> None:
    html = client.get("/search?q=formation bois Lozère&lang=fr").text
    assert "Compris dans votre demande" in words(html)
    aside = unescape(re.findall(r'href="(/search\?[^"]*without=DEP-48)"', html)[0])
    again = client.get(aside).text
    assert "Territoire : Lozère" not in words(again)
    assert "Genre : Formation" in words(again)
    assert '<input type="hidden" name="without" value="DEP-48">' in again


def test_nothing_understood_shows_nothing(client: TestClient) -> None:
    assert "Compris dans votre demande" not in words(client.get("/search?q=&lang=fr").text)
