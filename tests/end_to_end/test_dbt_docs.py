"""``skikt docs``: dbt's pages about every table, in a real browser, without a network."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium")


def test_without_tables_there_is_nothing_to_describe(tmp_path: Path, skikt: Any) -> None:
    ended = skikt.run(tmp_path, "docs")
    assert ended.exit_code == 2
    assert "no tables to describe yet" in ended.err


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_the_pages_show_tables_and_ask_the_network_for_nothing(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path: Path, skikt: Any
) -> None:
    home = copy_of(demo_home, tmp_path / "home")
    ended = skikt.run(home, "docs")
    assert ended.exit_code == 0, ended.err
    page = home / "reports" / "dbt_docs" / "index.html"
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{page.as_uri()}#!/model/model.skikt.fct_segment_snapshot")
        tab.get_by_text("Retention. Of the members who ordered").first.wait_for()
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    ended = skikt.run(home)
    assert ended.exit_code == 0, ended.err
    assert 'href="dbt_docs/index.html"' in (home / "reports" / "segments.html").read_text("utf-8")
