"""The report's charts: the same picture on every machine, and labels that do not lie on each other."""

import os
import re
import subprocess
import sys

from dagster_project.defs.publication.charts import as_picture, segment_map

WORDS = {
    "customers": "Customers",
    "value": "EUR",
    "title": "Since last time",
    "grew": "grew",
    "as before": "as before",
    "shrank": "shrank",
}
SIZES = """
from datetime import date
from dagster_project.defs.publication.charts import sizes_over_time
rows = [{"as_of": date(2026, 11, 20 + n), "name": "Active", "customers": 10 + n} for n in range(4)]
print(sizes_over_time(rows, {"customers": "Customers", "segment": "Segment"}, "en"))
"""


def drawn_in(zone: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SIZES],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def segment(number: int, name: str, customers: int, value: float) -> dict[str, object]:
    return {
        "number": number,
        "name": name,
        "customers": customers,
        "value": value,
        "change": 0,
        "trend": "as before",
    }


def test_days_are_days_of_utc_on_every_machine() -> None:
    there = drawn_in("America/New_York")
    assert "2026-11-20" in there
    assert there == drawn_in("UTC")


def test_a_name_is_left_out_where_it_would_lie_on_another_mark() -> None:
    apart = [segment(1, "Champions", 12, 900.0), segment(2, "Lost", 60, 10.0)]
    close = [*apart, segment(3, "Hibernating", 66, 12.0)]
    assert ">2 Lost<" in segment_map(apart, WORDS, "en")
    crowded = segment_map(close, WORDS, "en")
    assert ">2 Lost<" not in crowded
    assert re.search(r">2<", crowded)
    assert ">1 Champions<" in crowded


def test_a_picture_has_colours_of_its_own() -> None:
    picture = as_picture(segment_map([segment(1, "Champions", 12, 900.0)], WORDS, "en"))
    assert picture.startswith("data:image/svg+xml;base64,")
