"""A draft that is not good enough cannot be approved, and goes out once it is."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

RULE = (
    Path(__file__).parents[2]
    / "models"
    / "segmentation"
    / "rules"
    / "prospects_not_yet_contacted.yaml"
)
SEGMENT = "audience.prospects_not_yet_contacted"


@pytest.fixture
def home(small_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    """Thirty people, fifteen of them German; the rule was a draft when it was published."""
    home = copy_of(small_home, tmp_path / "home")
    rules = home / "config" / "rules"
    rules.mkdir(parents=True)
    text = RULE.read_text(encoding="utf-8").replace("status: draft", "status: approved")
    (rules / RULE.name).write_text(
        text[: text.index("include:")] + "include: country_code = 'DE'\n", encoding="utf-8"
    )
    return home


def standing(home: Path) -> tuple[str, float]:
    """Status and how far it serves a goal."""
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        [found] = connection.execute(
            "select status, goal_fit from marts.dim_segment join marts.segment_priority using (segment_id) "
            "where segment_id = ?",
            [SEGMENT],
        ).fetchall()
    return found


def failing(home: Path) -> set[str]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select measure from segments.segment_quality where segment_id = ? and not has_passed",
            [SEGMENT],
        ).fetchall()
    return {measure for (measure,) in rows}


def handed_over(home: Path) -> set[str]:
    manifest = json.loads((home / "exports" / "newsletter" / "manifest.json").read_text())
    return {file["segment_id"] for file in manifest["files"]}


def test_too_small_it_stays_a_draft_until_it_passes(home: Path, skikt: Any) -> None:
    assert skikt.run(home, "run", SKIKT_AS_OF="2026-11-21").exit_code == 0
    assert failing(home) == {"size"}
    assert standing(home) == ("draft", 0.5)
    assert SEGMENT not in handed_over(home)
    (home / "state" / "feedback.csv").write_text(
        f"segment_id;verdict;note\n{SEGMENT};Agree;good leads\n{SEGMENT};agree;\n{SEGMENT};disagree;\n"
    )
    ended = skikt.run(home, "run", SKIKT_AS_OF="2026-11-22", SKIKT_SMALLEST_SEGMENT="10")
    assert ended.exit_code == 0, ended.err
    assert failing(home) == set()
    assert standing(home) == ("approved", 1.0)
    assert SEGMENT in handed_over(home)


@pytest.mark.long
def test_what_was_approved_once_is_warned_of_and_goes_on(home: Path, skikt: Any) -> None:
    for day, smallest in (("2026-11-21", "10"), ("2026-11-22", "50")):
        ended = skikt.run(home, "run", SKIKT_AS_OF=day, SKIKT_SMALLEST_SEGMENT=smallest)
        assert ended.exit_code == 0, ended.err
        assert standing(home) == ("approved", 1.0)
        assert SEGMENT in handed_over(home)
    assert failing(home) == {"size"}


def test_one_customer_gets_one_message(demo_home: Path) -> None:
    folder = demo_home / "exports" / "newsletter"
    rows = [
        row
        for file in folder.glob("*.csv")
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    ]
    assert rows
    first = [row["email"] for row in rows if row["message_rank"] == "1"]
    assert len(first) == len(set(first)) == len({row["email"] for row in rows})
