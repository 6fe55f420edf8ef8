"""The page of a match, over HTTP: facts, what to ask next, what if, groups, other poles."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.questions.brief import brief_from

PROJECT = "/match?project={base}/project/demo--p03"


def words(html: str) -> str:
    bare = unescape(re.sub(r"<[^>]+>", " ", html)).replace("’", "'")
    return re.sub(r"\s+", " ", bare)


def test_the_next_question_is_a_form_that_keeps_the_project(client: TestClient) -> None:
    html = client.get("/match", params={"text": "financer un prototype", "headcount": "6"}).text
    assert "La question à poser maintenant" in words(html)
    form = html[html.index('class="ask"') :].partition("</form>")[0]
    assert 'name="text" value="financer un prototype"' in form
    # What was answered already goes along.
    assert 'type="hidden" name="headcount" value="6"' in form


def test_facts_are_taken_into_account_and_what_changes_is_told(client: TestClient, graph: EcoGraph) -> None:
    address = PROJECT.format(base=graph.base)
    plain, changed = client.get(address).text, client.get(f"{address}&headcount=300&territory=DEP-33").text
    assert "Ce que cela change" not in words(plain)
    assert "Ce que cela change" in words(changed)
    assert "critères non remplis : PME : moins de 250 salariés" in words(changed)
    assert "là où se trouve le projet : Gironde" in words(changed)
    assert re.search(r'<input[^>]* name="territory"[^>]* value="Gironde"', changed)


def test_a_company_may_move_to_a_town(client: TestClient, graph: EcoGraph) -> None:
    html = client.get(f"{PROJECT.format(base=graph.base)}&territory=Mende").text
    assert 'value="Mende (Lozère)"' in html
    # What the page gives back is understood again.
    again = client.get(f"{PROJECT.format(base=graph.base)}&territory=Mende (Lozère)")
    assert again.status_code == 200
    assert client.get(f"{PROJECT.format(base=graph.base)}&territory=Saint-Introuvable").status_code == 400


def test_a_fact_that_cannot_be_read_is_a_page(client: TestClient) -> None:
    answer = client.get("/match", params={"text": "un séchoir", "headcount": "beaucoup"})
    assert answer.status_code == 400
    assert "headcount" in answer.text


def test_facts_go_with_a_long_text(client: TestClient) -> None:
    form = {"text": "sécher des plantes " * 300, "headcount": "300"}
    html = client.post("/match", data=form).text
    assert "Ce que cela change" in words(html)
    assert 'method="post"' in html


def test_groups_and_other_poles_have_a_place(client: TestClient, graph: EcoGraph) -> None:
    html = client.get(f"/match?project={graph.base}/project/demo--p07&lang=en").text
    assert "By kind of resource" in words(html)
    assert "Crossovers: what another pole brings" in words(html)
    assert re.search(r"“[^”]+” links ", words(html))


@pytest.mark.parametrize(("text", "said"), [("nous cherchons", "ne dit pas encore"), ("xyzzy", "ni ici ni")])
def test_a_text_without_answer_gets_a_hint(client: TestClient, text: str, said: str) -> None:
    assert said in words(client.get("/match", params={"text": text}).text)


def test_the_api_takes_facts(client: TestClient, graph: EcoGraph) -> None:
    body = {"project": f"{graph.base}/project/demo--p03", "facts": {"headcount": 300, "territory": "33"}}
    answer = client.post("/api/match", json=body).json()
    assert answer["places"] == ["Gironde"]
    assert answer["what_if"]["facts"] == {"headcount": "300", "territory": "Gironde"}
    assert answer["what_if"]["not_eligible"][0]["after"] == "not_met"
    assert [group["kind"] for group in answer["groups"]]
    for wrong in ({"size": 3}, {"headcount": "beaucoup"}, {"headcount": -1}, {"naf": "none such"}):
        assert client.post("/api/match", json={**body, "facts": wrong}).status_code == 400


def test_a_resource_shows_the_projects_that_it_fits(client: TestClient, graph: EcoGraph) -> None:
    html = client.get("/offer/national--cifre").text
    assert "Les projets auxquels elle convient" in words(html)
    assert "/project/demo--p03" in html
    answer = client.get("/api/candidates", params={"iri": f"{graph.base}/offer/national--cifre"}).json()
    assert answer["results"][0]["result"]["type"] == "Project"
    assert "auxquels elle convient" not in words(client.get("/project/demo--p03").text)


def test_gaps_have_a_page_that_home_leads_to(client: TestClient) -> None:
    assert 'href="/gaps"' in client.get("/").text
    html = client.get("/gaps?pole=agro").text
    total = client.get("/api/gaps?pole=agro").json()["total"]
    assert f"{total} besoins sans réponse, sur" in words(html)
    assert 'href="/gaps?territory=DEP-12"' in html
    assert client.get("/gaps?lang=en").status_code == 200


def test_what_was_understood_can_be_set_aside(client: TestClient, graph: EcoGraph) -> None:
    address = {"text": "notre scierie à Mende, 12 salariés, cherche une banque", "headcount": ""}
    html = client.get("/match", params=address).text
    links = [unescape(link) for link in re.findall(r'class="chip-remove" href="([^"]+)"', html)]
    town = next(link for link in links if link.endswith("without=COM-48095"))
    without = client.get(town).text
    assert "Mende (Lozère)" in html
    assert "Mende (Lozère)" not in without
    assert 'name="without" value="COM-48095"' in without
    body = {"text": address["text"], "without": ["COM-48095"]}
    assert client.post("/api/match", json=body).json()["places"] == []


def test_who_is_named_beside_the_company_is_not_its_size(graph: EcoGraph) -> None:
    view = graph.view(Level.PUBLIC)
    who = brief_from(
        view, "notre scierie de 12 salariés cherche une banque et un laboratoire", language="fr"
    ).who
    assert (who.sizes, who.headcount) == ((), 12.0)


def test_what_is_stated_of_the_company_is_not_what_it_seeks(graph: EcoGraph) -> None:
    view = graph.view(Level.PUBLIC)
    brief = brief_from(view, "sécher des plantes près de Mende, 25 salariés", language="fr")
    assert brief.who.headcount == 25.0
    assert "salariés" not in brief.needs[0].text
    assert "plantes" in brief.needs[0].text
