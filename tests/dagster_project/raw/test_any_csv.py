"""Whatever a CSV file holds: no record is lost, none is changed, and damage stays where it is."""

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.defs.raw.intake import REQUESTS, take_in
from dagster_project.home import Home
from dagster_project.sources import read_sources

SUBSCRIBERS = "newsletter/subscribers"
SOURCES = read_sources(Home(Path("no home of its own")))
COLUMNS = ["subscriber_id", "email", "name"]
# Any character but NUL, which no CSV text has, and lone surrogates, which no UTF-8 text has.
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
PLAIN_TEXT = st.text("abcåäö @.-", max_size=8)


def intake(content: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], tuple[int, ...]]:
    """Stored rows, quarantine, and (records, accepted, quarantined, duplicates) of one file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as warehouse:
        home = Home(Path(folder))
        home.create()
        (home.landing / "newsletter").mkdir()
        (home.landing / "newsletter" / "subscribers.csv").write_bytes(content.encode())
        for name in (REQUESTS, SUBSCRIBERS):
            take_in(warehouse, home, SOURCES[name], "run")
        rows = warehouse.execute(
            "select subscriber_id, email, name from raw.newsletter__subscribers order by _record_no"
        ).fetchall()
        quarantine = warehouse.execute(
            "select record_no, reason_code from raw.quarantine order by all"
        ).fetchall()
        counts = warehouse.execute(
            "select records_in, accepted, quarantined, duplicates from raw.deliveries"
        ).fetchall()
        return rows, quarantine, counts[0]


def written(records: list[list[str]]) -> list[str]:
    """Each record as a CSV writer writes it."""
    lines = []
    for record in [COLUMNS, *records]:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(record)
        lines.append(text.getvalue())
    return lines


def lines_ended_alike(record: Iterable[str | None]) -> list[str | None]:
    """A line within a text may end in either way; an empty field is nothing."""
    return [field.replace("\r\n", "\n") if field else None for field in record]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_back_as_it_was(fields: list[tuple[str, str]]) -> None:
    records = [[f"S{number}", *pair] for number, pair in enumerate(fields)]
    rows, quarantine, counts = intake("".join(written(records)))
    assert [lines_ended_alike(row) for row in rows] == [
        lines_ended_alike(record) for record in records
    ]
    assert not quarantine
    assert counts == (len(records), len(records), 0, 0)


DAMAGE = {
    "R_QUOTE": lambda line: ",".join(line.rsplit('",', 1)),
    "R_COLS": lambda line: line.removesuffix("\n") + ",x,y\n",
    "R_KEY_NULL": lambda line: '"",' + line.split(",", 1)[1],
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(PLAIN_TEXT, PLAIN_TEXT), min_size=8, max_size=20),
    st.dictionaries(st.integers(0, 19), st.sampled_from(sorted(DAMAGE)), max_size=3),
)
def test_a_damaged_record_costs_itself_alone(
    fields: list[tuple[str, str]], damage: dict[int, str]
) -> None:
    records = [[f"S{number}", *pair] for number, pair in enumerate(fields)]
    lines = written(records)
    damage = {number: code for number, code in damage.items() if number < len(records)}
    for number, code in damage.items():
        lines[number + 1] = DAMAGE[code](lines[number + 1])
    rows, quarantine, counts = intake("".join(lines))
    good = [record for number, record in enumerate(records) if number not in damage]
    assert [row[0] for row in rows] == [record[0] for record in good]
    assert quarantine == sorted((number + 1, code) for number, code in damage.items())
    assert counts == (len(records), len(good), len(damage), 0)
