"""What ``skikt replay`` says: what came in, and which files it passed over, to people and to machines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.defs.raw.intake import take_in
from dagster_project.home import Home
from dagster_project.sources import read_sources
from tests.conftest import SMALL_SOURCES

CONSENTS = "consent_id,email,phone,person_source,person_key,purpose,state,recorded_at\n"
RIGHT = "c1,a@firma.example,,,,marketing_email,granted,2026-01-05 10:00:00\n"
LATE = "c2,b@firma.example,,,,marketing_email,granted,24/12/2025 18:30\n"
CORRECTION = "  privacy/consents: {timestamp_format: '%d/%m/%Y %H:%M'}\n"


@pytest.fixture(scope="module")
def home(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A home with a record in quarantine that a correction frees, and a file whose copy was lost."""
    home = copy_of(small_home, tmp_path_factory.mktemp("replay") / "home")
    (home / "landing" / "privacy").mkdir()
    for name in ("consents.csv", "consents-lost.csv"):
        (home / "landing" / "privacy" / name).write_text(CONSENTS + RIGHT + LATE + name + "\n")
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        take_in(warehouse, Home(home), read_sources(Home(home))["privacy/consents"], "run")
        (lost,) = warehouse.execute(
            "select sha256 from raw.deliveries where path = 'privacy/consents-lost.csv'"
        ).fetchall()[0]
    (home / "deliveries" / "privacy" / "consents" / lost).unlink()
    (home / "config" / "sources.yaml").write_text(SMALL_SOURCES + CORRECTION)
    return home


def test_it_says_what_came_in_and_what_was_passed_over(home: Path, skikt: Any) -> None:
    first = skikt.run(home, "replay", "--json")
    assert first.exit_code == 0, first.err
    assert first.told["records_brought_in"] == 1
    assert list(first.told["files_passed_over"]) == ["privacy/consents-lost.csv"]
    assert (
        "Deliver those records again"
        in first.told["files_passed_over"]["privacy/consents-lost.csv"]
    )
    assert {row["reason_code"] for row in first.told["quarantine"]} == {"R_COLS", "R_DATE"}

    again = skikt.run(home, "replay")
    told = " ".join(again.out.split())
    assert "Records brought in: 0" in told
    assert "privacy/consents-lost.csv is passed over. Its copy is not in deliveries" in told
