"""The running UI as a person meets it: the graph, an asset's page, and a refresh started by a click."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from dagster_project.vocabulary import STAGES

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONTACTS = "kundnr;fornamn;efternamn;epost;land\nK1;Anna;Berg;anna@example.org;SE\nK2;Bo;Ek;bo@example.org;DE\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ui_home")
    (home / "landing" / "crm").mkdir(parents=True)
    (home / "landing" / "crm" / "contacts.csv").write_text(CONTACTS, encoding="cp1252")
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("skikt")), "dev", "--port", str(port)],
        env=os.environ | {"SKIKT_HOME": str(home), "SKIKT_AS_OF": "2026-11-20"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: "refresh" in json.dumps(ask(address, JOBS)), seconds=180)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


@pytest.fixture
def page(home: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser.new_page(viewport={"width": 1500, "height": 1000})
        browser.close()


JOBS = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
RUNS = "{ runsOrError { ... on Runs { results { status jobName } } } }"


def ask(address: str, query: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_for(condition: Any, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(1)
    pytest.fail(f"nothing came within {seconds:.0f} s")


def keep(page: Page, home: Path, name: str) -> None:
    folder = home / "reports" / "ui"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"))


def test_a_person_finds_the_stages_and_starts_a_refresh(url: str, home: Path, page: Page) -> None:
    page.goto(f"{url}/asset-groups")
    for stage in STAGES:
        page.get_by_text(stage, exact=True).first.wait_for(timeout=60_000)
    keep(page, home, "graph")

    page.goto(f"{url}/locations/__repository__@skikt/jobs/refresh")
    page.get_by_role("button", name="Materialize all").click(timeout=60_000)
    wait_for(lambda: ask(url, RUNS)["data"]["runsOrError"]["results"], seconds=60)

    def status() -> str:
        return str(ask(url, RUNS)["data"]["runsOrError"]["results"][0]["status"])

    wait_for(lambda: status() in {"SUCCESS", "FAILURE", "CANCELED"}, seconds=240)
    assert status() == "SUCCESS"
    assert (home / "published" / "segments.duckdb").exists()

    page.goto(f"{url}/assets/identity/customer_identities")
    page.get_by_text("each record exactly once").first.wait_for(timeout=60_000)
    page.get_by_text("records_per_customer").first.wait_for(timeout=60_000)
    keep(page, home, "asset")
    assert len(list((home / "reports" / "ui").glob("*.png"))) == 2
