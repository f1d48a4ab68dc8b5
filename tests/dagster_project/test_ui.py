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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
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
SUBSCRIBERS = "subscriber_id,email\nS1,anna@example.org\nS2,bo@example.org\nS3,\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter list is all there is."""
    home = tmp_path_factory.mktemp("ui_home")
    (home / "landing" / "newsletter").mkdir(parents=True)
    (home / "landing" / "newsletter" / "subscribers.csv").write_text(SUBSCRIBERS, "utf-8")
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
        preexec_fn=hear_signals,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: "refresh" in json.dumps(ask(address, JOBS)), seconds=180)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


def hear_signals() -> None:
    """Dagster gives SIGTERM what SIGINT has; tests in the background ignore that, and children inherit it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def page(home: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser.new_page(viewport={"width": 1500, "height": 1000})
        browser.close()


JOBS = "{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }"
RUNS = "{ runsOrError { ... on Runs { results { status jobName assets { key { path } } } } } }"


EVERY_ASSET = """
{ assetNodes {
    assetKey { path } description kinds hasAssetChecks isMaterializable
    owners { ... on TeamAssetOwner { team } }
    internalFreshnessPolicy { __typename }
    assetMaterializations(limit: 1) { metadataEntries { label } }
} }
"""


def ask(address: str, query: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))


def runs(address: str) -> list[dict[str, Any]]:
    """Runs, the newest first."""
    return list(ask(address, RUNS)["data"]["runsOrError"]["results"])


def wait_for(condition: Callable[[], object], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(1)
    pytest.fail(f"nothing came within {seconds:.0f} s")


def wait_for_run(address: str, number: int) -> dict[str, Any]:
    """The run that was started as this one, once it ended."""
    wait_for(lambda: len(runs(address)) == number, seconds=60)
    wait_for(lambda: runs(address)[0]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}, seconds=240)
    return runs(address)[0]


def keep(page: Page, home: Path, name: str) -> None:
    folder = home / "reports" / "ui"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"))


def test_a_person_finds_the_stages_and_starts_a_refresh(url: str, home: Path, page: Page) -> None:
    page.goto(f"{url}/asset-groups")
    for stage in STAGES:
        page.get_by_text(stage, exact=True).first.wait_for(timeout=60_000)
    assert page.get_by_text("Join the Dagster community").count() == 0, (
        "nothing asks for an address"
    )
    keep(page, home, "graph")

    page.goto(f"{url}/locations/__repository__@skikt/jobs/refresh")
    page.get_by_role("button", name="Materialize all").click(timeout=60_000)
    assert wait_for_run(url, 1)["status"] == "SUCCESS"

    page.goto(f"{url}/assets/identity/customer_identities")
    page.get_by_text("each record exactly once").first.wait_for(timeout=60_000)
    page.get_by_text("records_per_customer").first.wait_for(timeout=60_000)
    keep(page, home, "asset")


def test_every_asset_tells_what_it_is_whose_and_how_much(url: str) -> None:
    """As the UI is told it, after the refresh of the test before."""
    nodes = ask(url, EVERY_ASSET)["data"]["assetNodes"]
    assert len(nodes) > 100
    missing = []
    for node in nodes:
        made = node["assetMaterializations"]
        told = {entry["label"] for entry in made[0]["metadataEntries"]} if made else set()
        parts = {
            "description": node["description"],
            "owner": node["owners"],
            "kind": node["kinds"],
            "freshness policy": node["internalFreshnessPolicy"],
            "check": node["hasAssetChecks"],
            "column schema": "dagster/column_schema" in told,
            "row count": "dagster/row_count" in told,
        }
        lacks = [name for name, part in parts.items() if not part]
        if node["isMaterializable"] and lacks:
            missing.append(("/".join(node["assetKey"]["path"]), lacks))
    assert missing == []


def test_what_the_refresh_published_is_complete(url: str, home: Path) -> None:
    """A newsletter list alone is enough, and a run that Dagster starts is as whole as one of ``skikt``."""
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as published:
        people = published.execute(
            "select count(*), bool_or(may_email), any_value(lifecycle_stage) from marts.dim_customer"
        ).fetchall()
    assert people == [(3, False, "prospect")]
    assert (home / "reports" / "segments.html").exists()
    assert (home / "reports" / "data_docs" / "index.html").exists()


@pytest.mark.long
def test_one_asset_is_made_anew_by_its_own_button(url: str, home: Path, page: Page) -> None:
    before = len(runs(url))
    page.goto(f"{url}/assets/raw/as_of")
    page.get_by_role("button", name="Materialize").first.click(timeout=60_000)
    run = wait_for_run(url, before + 1)
    assert run["status"] == "SUCCESS"
    assert [asset["key"]["path"] for asset in run["assets"]] == [["raw", "as_of"]]
    keep(page, home, "one_asset")
