"""A publication read by the tools that people use: each finds the same five figures, in the file and in PostgreSQL."""

import http.cookiejar
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.defs.publication.to_postgres import copy_to_postgres

CHECKOUT = Path(__file__).parents[2]
BI = CHECKOUT / "docs" / "bi"
FIGURES = (BI / "five_figures.sql").read_text("utf-8")
SUPERSET_PYTHON = CHECKOUT / ".venv" / "superset" / "bin" / "python"
CHROMIUM = shutil.which("chromium")
READER_PASSWORD = "reads-only"
FILE_URI = "duckdb:///{home}/published/segments.duckdb?access_mode=read_only"

pytestmark = [
    pytest.mark.bi,
    pytest.mark.skipif(not SUPERSET_PYTHON.exists(), reason="`make test-bi` installs Superset"),
]


@pytest.fixture(scope="module")
def home(demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path_factory: Any) -> Path:
    return copy_of(demo_home, tmp_path_factory.mktemp("bi") / "home")


@pytest.fixture(scope="module")
def source(home: Path) -> list[str]:
    """The five figures as DuckDB itself reads them, without writing."""
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        return as_text(connection.execute(FIGURES).fetchall()[0])


@pytest.fixture
def reader(home: Path, database: Any) -> str:
    """The same publication in PostgreSQL, and the address at which the role ``bi`` reads it."""
    copy_to_postgres(database.dsn, home / "published")
    database.sql(f"alter role bi login password '{READER_PASSWORD}'")
    return str(database.dsn).replace(f"skikt:{database.server.password}", f"bi:{READER_PASSWORD}")


def as_text(row: Any) -> list[str]:
    """Figures as every reader can write them: numbers to the cent."""
    customers, memberships, revenue, conversions, run = row
    return [
        *(str(int(n)) for n in (customers, memberships, conversions)),
        f"{float(revenue):.2f}",
        run,
    ]


def test_psql_reads_them_as_bi(source: list[str], reader: str, database: Any) -> None:
    done = subprocess.run(
        [database.server.binaries / "psql", "-X", "-A", "-t", "-F", "|", reader, "-c", FIGURES],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert as_text(done.stdout.strip().split("|")) == source
    refused = subprocess.run(
        [database.server.binaries / "psql", "-X", reader, "-c", "delete from marts.dim_customer"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "permission denied" in refused.stderr


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_pandas_reads_them_over_sqlalchemy(
    home: Path, source: list[str], reader: str, kind: str
) -> None:
    uri = FILE_URI.format(home=home) if kind == "file" else reader
    script = (
        "import json, sys, pandas, sqlalchemy\n"
        "row = pandas.read_sql(sys.argv[2], sqlalchemy.create_engine(sys.argv[1])).iloc[0]\n"
        "print(json.dumps([str(value) for value in row]))"
    )
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", script, uri, FIGURES], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert as_text(json.loads(done.stdout)) == source


def test_superset_reads_them_and_shows_the_dashboard(
    home: Path, source: list[str], reader: str
) -> None:
    with superset(home) as server:
        assert as_text(server.query(FIGURES)) == source
        people = int(server.query("select count(*) from marts.dim_customer "
            "where customer_type = 'person' and lifecycle_stage <> 'retired'")[0])  # fmt: skip
        server.photograph(home / "superset" / "dashboard.png", shows=f"{people:,}")
    with superset(home, BI_DATABASE=reader) as server:
        assert as_text(server.query(FIGURES)) == source
        server.photograph(home / "superset" / "dashboard_postgres.png", shows=f"{people:,}")
    if os.environ.get("UPDATE_SCREENSHOT"):
        shutil.copy(home / "superset" / "dashboard.png", BI / "superset" / "dashboard.png")


def start_that_ends(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BI / "superset" / "start"],
        env={**os.environ, "SKIKT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_setup_that_fails_is_no_setup(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "superset"
    folder.mkdir()
    (tmp_path / "published").symlink_to((home / "published").resolve())
    (folder / "superset.db").write_text("this is no database", "utf-8")
    done = start_that_ends(tmp_path)
    assert done.returncode == 1
    assert "setup.log says why" in done.stderr
    assert not (folder / "ready").exists()


def test_superset_says_what_is_missing(tmp_path: Path) -> None:
    done = start_that_ends(tmp_path)
    assert done.returncode == 2
    assert "Nothing is published" in done.stderr


class Superset:
    """A running Superset, and what its API answers to the admin."""

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self.password = password
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self._headers = {"Content-Type": "application/json", "Referer": address}
        answer = self._post("security/login", username="admin", password=password, provider="db")
        self._headers["Authorization"] = f"Bearer {answer['access_token']}"
        self._headers["X-CSRFToken"] = self._ask("security/csrf_token/")["result"]

    def query(self, sql: str) -> list[Any]:
        """First row of what SQL Lab answers."""
        [database] = self._ask("database/")["result"]
        answer = self._post(
            "sqllab/execute/", database_id=database["id"], sql=sql, schema="marts", runAsync=False
        )
        return list(answer["data"][0].values())

    def photograph(self, file: Path, *, shows: str) -> None:
        """Open the dashboard as a person does; each chart stands and one of them shows a figure."""
        from playwright.sync_api import expect, sync_playwright

        assert CHROMIUM, "Debian's chromium is not installed"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            page = browser.new_page(viewport={"width": 1500, "height": 2400})
            page.goto(f"{self.address}/login/")
            page.fill("#username", "admin")
            page.fill("#password", self.password)
            page.keyboard.press("Enter")
            page.wait_for_url("**/welcome/")
            page.goto(f"{self.address}/superset/dashboard/customer-segments/?standalone=1")
            expect(page.locator(".slice_container")).to_have_count(11, timeout=60_000)
            expect(page.get_by_text(shows, exact=True).first).to_be_visible(timeout=60_000)
            page.wait_for_load_state("networkidle")
            expect(page.locator(".loading")).to_have_count(0, timeout=60_000)
            expect(page.locator("[role=alert]")).to_have_count(0)
            page.screenshot(path=str(file))
            browser.close()

    def _ask(self, path: str, data: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, self._headers)
        with self._opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def _post(self, path: str, **content: Any) -> Any:
        return self._ask(path, json.dumps(content).encode())


@contextmanager
def superset(home: Path, **settings: str) -> Iterator[Superset]:
    """As `make superset` starts it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (home.parent / "superset.log").open("ab") as log:
        process = subprocess.Popen(
            [BI / "superset" / "start"],
            env={
                **os.environ,
                "SKIKT_HOME": str(home),
                "SUPERSET_PORT": str(port),
                **settings,
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _await(address, process, home)
        yield Superset(address, (home / "superset" / "admin_password").read_text("utf-8").strip())
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _await(address: str, process: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            alive = process.poll() is None and time.monotonic() < until
            assert alive, (home.parent / "superset.log").read_text("utf-8")
            time.sleep(0.3)
