"""The Data Docs as a person opens them: a file in Chromium, wide and narrow, by day and by night."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from expectations import catalogue
from expectations.data_docs import render_data_docs
from expectations.results import PromiseResult, SuiteResult
from expectations.validation import validate

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")

MARKUP = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
LONG = "a_column_whose_name_is_longer_than_any_phone_is_wide_" * 2
WIDTHS = {"phone": 360, "desk": 1280}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, good_frame: Callable[..., pd.DataFrame]) -> Path:
    """All tables: kept, empty, blocked, and one whose every text is markup."""
    results = [
        validate(catalogue.suite(table), good_frame(table).iloc[: index % 4])
        for index, table in enumerate(catalogue.TABLES[:-1])
    ]
    hostile = PromiseResult(
        description=MARKUP,
        columns=(MARKUP, LONG),
        severity="critical",
        success=False,
        element_count=12_345_678,
        missing_count=0,
        unexpected_count=9,
        reason=f"{MARKUP} {LONG}",
        finding=f"status is {MARKUP}: 4% of the rows now, 80% in the published run of 2026-11-19.",
    )
    results.append(SuiteResult(catalogue.TABLES[-1], 12_345_678, (hostile,)))
    folder = tmp_path_factory.mktemp("data_docs")
    render_data_docs(results, folder, run_id=MARKUP, as_of=date(2026, 11, 20))
    return folder


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Opens a page of the site; with it comes the list of everything it asked for."""
    contexts = []

    def open_page(
        path: str, width: int = WIDTHS["desk"], scheme: str = "light"
    ) -> tuple[Page, list[str]]:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail(f"a page opened a dialog: {dialog.message}"))
        page.goto((site / path).as_uri())
        return page, asked

    yield open_page
    for context in contexts:
        context.close()


def test_a_person_walks_from_the_index_to_a_table_and_back(opened, site: Path) -> None:
    page, asked = opened("index.html")
    page.get_by_role("link", name="stg_crm__contacts").first.click()
    assert page.locator("h1").inner_text().replace("\u200b", "") == "stg_crm__contacts"
    assert page.get_by_text("Two contacts are compared by surname first.").is_visible()
    page.get_by_role("link", name="Data quality").click()
    assert page.locator("h1").is_visible()
    own = {file.as_uri() for file in site.rglob("*.html")}
    assert set(asked) - {"data:,"} <= own, "a page asked for something that is not of this site"


def test_markup_in_the_data_is_shown_and_not_run(opened) -> None:
    for path in ("index.html", f"tables/{catalogue.TABLES[-1]}.html"):
        page, asked = opened(path)
        assert page.locator("img, script").count() == 0
        assert page.get_by_text(MARKUP).first.is_visible()
        assert page.title() != "run"
        assert not [url for url in asked if url.endswith("/x")]


@pytest.mark.parametrize("path", ["index.html", f"tables/{catalogue.TABLES[-1]}.html"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_is_wider_than_the_screen(opened, path: str, width: int) -> None:
    page, _ = opened(path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > "
        "document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert cut == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", f"tables/{catalogue.TABLES[-1]}.html"])
def test_every_text_stands_out_from_its_ground(opened, path: str, scheme: str) -> None:
    """WCAG 2.2 AA: a contrast of 4.5 for text."""
    page, _ = opened(path, scheme=scheme)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 10
    assert [found for found in contrasts if found["contrast"] < 4.5] == []
    dark_ground = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0] < 60"
    )
    assert dark_ground == (scheme == "dark")


CONTRASTS = """() => {
  const parse = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push({contrast, tag: element.tagName, kind: element.className});
  }
  return found;
}"""
