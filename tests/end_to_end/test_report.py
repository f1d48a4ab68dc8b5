"""The report as people open it: in a real browser, without network, on a desk and on a phone."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from dagster_project.defs.publication.report import render_report
from dagster_project.defs.publication.report_figures import deliveries
from dagster_project.defs.publication.texts import Texts
from dagster_project.home import Home
from dagster_project.rules import read_rules

CHROMIUM = shutil.which("chromium")
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")


@pytest.fixture(scope="module")
def report(demo_home: Path) -> str:
    return (demo_home / "reports" / "segments.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[1440, 390], ids=["desk", "phone"])
def page(
    request: pytest.FixtureRequest, browser: Browser, demo_home: Path
) -> Iterator[tuple[Page, list[str]]]:
    said: list[str] = []
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if "file:" not in asked.url else None)
    page.goto((demo_home / "reports" / "segments.html").resolve().as_uri())
    yield page, said
    page.close()


@in_browser
def test_it_opens_quietly_and_fits_the_screen(
    page: tuple[Page, list[str]], demo_home: Path
) -> None:
    opened, said = page
    assert said == []
    width = opened.viewport_size
    assert width is not None
    folder = demo_home.parent / "screenshots"
    folder.mkdir(exist_ok=True)
    opened.screenshot(path=str(folder / f"segments_{width['width']}.png"), full_page=True)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width["width"]
    for link in opened.locator("nav a").all():
        target = (link.get_attribute("href") or "#")[1:]
        assert opened.locator(f"[id='{target}']").count() == 1


@in_browser
def test_it_shuts_nobody_out(page: tuple[Page, list[str]]) -> None:
    opened, _ = page
    found = Axe().run(opened).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@in_browser
def test_a_plan_opens_by_keyboard(page: tuple[Page, list[str]]) -> None:
    opened, _ = page
    summary = opened.locator("summary").first
    assert not opened.locator("details").first.evaluate("node => node.open")
    summary.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("details").first.evaluate("node => node.open")


def test_it_is_one_small_file_that_asks_for_nothing_else(report: str) -> None:
    assert len(report.encode()) < 3_000_000
    assert "default-src 'none'" in report
    assert not re.findall(r"(?:src=|url\(|https?://)", report)


def test_every_figure_is_that_of_the_marts(
    report: str, published: duckdb.DuckDBPyConnection
) -> None:
    cards = re.findall(
        r'<section class="card".*?<h3[^>]*>(.*?)(?: <span.*?)?</h3>.*?<strong>([\d\xa0]+)</strong> customers',
        report,
        re.S,
    )
    shown = sorted((html.unescape(name), int(count.replace("\xa0", ""))) for name, count in cards)
    wanted = published.execute(
        "select segments.name, snapshots.customers from marts.fct_segment_snapshot as snapshots "
        "inner join marts.dim_segment as segments using (segment_id) "
        "where segments.scheme in ('audience', 'behaviour', 'needs') and customers > 0 "
        "and segment_id not like '%.unassigned' order by all"
    ).fetchall()
    assert shown == sorted(wanted)
    assert len(shown) > 8


def test_each_source_accounts_for_every_record(demo_home: Path) -> None:
    with duckdb.connect(str(demo_home / "warehouse.duckdb"), read_only=True) as connection:
        rows = deliveries(connection)
    assert len(rows) > 15
    for row in rows:
        parts = (row["accepted"], row["quarantined"], row["duplicates"], row["suppressed"])
        assert row["records"] == sum(parts), row["source"]


def test_the_first_report_says_that_there_is_nothing_to_compare_with(report: str) -> None:
    assert "This is the first publication" in report


def test_the_next_day_tells_what_changed_and_why(next_day_of_the_demo: str) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", next_day_of_the_demo).split())
    assert "This is the first publication" not in text
    assert re.search(r"[+-]\d+ ?:.*? by time", text)


@pytest.fixture(scope="module")
def home_of_the_next_day(
    demo_home: Path, copy_of: Any, tmp_path_factory: pytest.TempPathFactory, skikt: Any
) -> Path:
    home = copy_of(demo_home, tmp_path_factory.mktemp("report") / "home")
    ended = skikt.run(home, "run", SKIKT_AS_OF="2026-11-24")
    assert ended.exit_code == 0, ended.err
    return Path(home)


@pytest.fixture(scope="module")
def next_day_of_the_demo(home_of_the_next_day: Path) -> str:
    return (home_of_the_next_day / "reports" / "segments.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["sv", "da"])
def test_all_but_names_and_rules_is_said_in_the_language(
    home_of_the_next_day: Path, language: str
) -> None:
    texts = Texts(language)
    rules = read_rules(Home(home_of_the_next_day))
    with duckdb.connect(
        str(home_of_the_next_day / "warehouse.duckdb"), read_only=True
    ) as connection:
        page = render_report(connection, rules, language=language).html
        said = connection.execute(
            "select description from marts.dim_segment where scheme <> 'audience' and status <> 'retired' "
            "union select reason from marts.segment_priority"
        ).fetchall()
    assert [sentence for (sentence,) in said if not texts.knows(sentence)] == []
    assert f'<html lang="{language}">' in page
    assert page.count("<svg") > 2
    english = re.findall(r"Since last time|members, |Who they are|by time|EUR in", page)
    assert english == []


def test_markup_in_a_rule_is_text(demo_home: Path) -> None:
    rules = [
        rule.model_copy(update={"goal": "<script>alert(1)</script>"})
        for rule in read_rules(Home(demo_home))
    ]
    with duckdb.connect(str(demo_home / "warehouse.duckdb"), read_only=True) as connection:
        page = render_report(connection, rules).html
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
