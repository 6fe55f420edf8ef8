"""The pages in a real browser: used without JavaScript, and examined for accessibility."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ecograph.app import EcoGraph

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no `chromium` on this machine"),
]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
TEXT = "Nous séchons des plantes aromatiques en Lozère et cherchons un financement."
PATHS = {
    "home": "/",
    "search": "/search?q=énergie&pole=ecomat",
    "nothing": "/search?q=zzzqqq",
    "actor": "/actor/national--catar",
    "offer": "/offer/national--cii",
    "project": "/project/demo--p03",
    "pole": "/voc/poles/chimie",
    "describe": "/match",
    "text": f"/match?text={quote(TEXT)}",
    "queries": "/queries",
    "query": "/queries/actors-by-pole",
    "about": "/about",
}
CONTROLS = "a[href], button, input, select, textarea, summary, meter, [role=region]"
UNNAMED = """controls => [...document.querySelectorAll(controls)]
  .filter(control => {
    const said = [control.getAttribute('aria-label'), control.textContent,
      ...[...(control.labels || [])].map(label => label.textContent),
      ...[...control.querySelectorAll('img')].map(image => image.alt)];
    return control.type !== 'hidden' && !said.some(text => text && text.trim());
  }).map(control => control.outerHTML.slice(0, 200))"""
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => Number(h.tagName[1]))"
EXAMINE = """async () => {
  document.querySelectorAll('details').forEach(folded => { folded.open = true; });
  const found = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']});
  return found.violations.map(v => [v.id, v.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A page of a browser without JavaScript; what the console says fails the test."""
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="fr-FR")
    yield _listened(context, complaints)
    context.close()
    assert not complaints


@pytest.fixture
def examined(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A page of a browser with JavaScript, which ours do not use, to look at the document."""
    context = browser.new_context(base_url=address, locale="fr-FR")
    yield _listened(context, complaints)
    context.close()
    assert not complaints


def _listened(context: BrowserContext, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("requestfailed", lambda request: complaints.append(f"{request.url}: {request.failure}"))
    return page


def test_search_by_typing_then_narrow_and_open(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Ou cherchez directement").fill("énergie")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2).filter(has_text="résultats")).to_be_visible()
    page.get_by_role("group", name="Pôle").get_by_label("Éco-matériaux").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page.get_by_role("link", name="Retirer le filtre Pôle")).to_be_visible()
    first = page.locator(".results article h3 a").first
    title = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()


def test_filters_fold_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/search?q=bois")
    poles = page.get_by_role("group", name="Pôle")
    expect(poles).to_be_hidden()
    page.locator("summary", has_text="Filtres").click()
    poles.get_by_label("Éco-matériaux").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page).to_have_url(re.compile("pole=ecomat"))


def test_describe_a_project_and_read_why(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Décrivez votre projet").fill(TEXT)
    page.get_by_role("button", name="Trouver des ressources").click()
    expect(page.get_by_role("link", name="Lozère", exact=True)).to_be_visible()
    card = page.locator(".cards article").first
    card.get_by_text("Détail du score").click()
    expect(card.get_by_role("table")).to_be_visible()


def test_switch_language_and_keep_it(page: Page) -> None:
    page.goto("/search?q=bois")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("searchbox")).to_have_value("bois")
    page.get_by_role("link", name="About", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About EcoGraph")


def test_ask_a_saved_question(page: Page) -> None:
    page.goto("/queries")
    page.get_by_role("button", name="Poser la question").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="CSV")).to_be_visible()


def test_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/about")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_page_fits_a_narrow_screen(examined: Page, path: str) -> None:
    examined.set_viewport_size({"width": 360, "height": 740})
    examined.goto(path)
    assert examined.evaluate("() => document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_page_is_accessible(examined: Page, path: str, language: str) -> None:
    examined.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert examined.evaluate(UNNAMED, CONTROLS) == []
    levels = examined.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert _violations(examined) == []


def test_match_of_a_project_is_accessible(examined: Page, graph: EcoGraph) -> None:
    examined.goto(f"/match?project={quote(graph.base + '/project/demo--p03')}")
    assert _violations(examined) == []


def _violations(page: Page) -> Any:
    page.evaluate(AXE)
    return page.evaluate(EXAMINE)
