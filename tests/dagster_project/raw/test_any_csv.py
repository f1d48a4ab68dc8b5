"""Whatever a CSV file holds: no record is lost, none is changed, and damage stays where it is."""

import atexit
import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
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
    with accounted(content.encode()) as (delivery, quarantined, rows):
        counts = ("records_in", "accepted", "quarantined", "duplicates")
        return (
            [row[1:] for row in rows],
            [(record_no, reason_code) for record_no, reason_code, *_ in quarantined],
            tuple(delivery[name] for name in counts),
        )


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


@settings(max_examples=80, deadline=None)
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


@settings(max_examples=80, deadline=None)
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


# Lines as damage leaves them: quotes, delimiters, line ends and bytes of all kinds, in any place.
DIRTY = st.lists(
    st.sampled_from(
        [*(b"S1", b"a@b.se", b",", b",", b'"', b'""', b"\n", b"\n", b"\r\n", b"\r", b"\xe5", b"\0", b" ", b"\xc3\xa5")]
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(DIRTY, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_every_byte_and_record_of_any_file_is_accounted_for(
    pieces: list[bytes], line_end: bytes, has_mark: bool
) -> None:
    header = (b"\xef\xbb\xbf" if has_mark else b"") + b"subscriber_id,email,name" + line_end
    good = b"".join(b"G%d,g@b.se,x" % n + line_end for n in range(5))
    content = header + good + b"".join(pieces)
    with accounted(content) as (delivery, quarantined, _):
        if delivery["status"] == "held":
            return
        assert_accounted(content, delivery, quarantined)


def assert_accounted(
    content: bytes, delivery: dict[str, Any], quarantined: list[tuple[Any, ...]]
) -> None:
    """I1 and I2, and that quarantined records lie in the file one behind the other."""
    assert delivery["content_bytes"] == len(content)
    assert delivery["content_bytes"] == (
        delivery["header_bytes"]
        + delivery["accepted_bytes"]
        + delivery["quarantined_bytes"]
        + delivery["line_end_bytes"]
    )
    assert delivery["records_in"] == (
        delivery["accepted"] + delivery["quarantined"] + delivery["duplicates"]
    )
    assert delivery["quarantined"] == len(quarantined)
    ends = [0]
    for record_no, _, start, end in quarantined:
        assert ends[-1] <= start <= end <= len(content), record_no
        assert end - start == 0 or content[start:end].strip(b"\r\n")
        ends.append(end)


# What happens to a record on its way: its key stands in its name too, so that damage leaves one of both.
HARM = {
    "none": lambda line: line,
    "a quote opened": lambda line: line.replace(b",", b',"', 1),
    "a quote closed": lambda line: line.replace(b",", b'",', 1),
    "a quote within": lambda line: line.replace(b"@", b'"@', 1),
    "a field too many": lambda line: line.replace(b",", b",x,", 1),
    "a field too few": lambda line: line.replace(b",", b" ", 1),
    "no key": lambda line: b"," + line.partition(b",")[2],
    "a byte of no letter": lambda line: line.replace(b"@", b"\xff@", 1),
    "a NUL": lambda line: line.replace(b"@", b"\0@", 1),
    "a line break within": lambda line: line.replace(b"@", b"\n@", 1),
    "a quoted line break": lambda line: line.replace(b",n ", b',"n\n ', 1) + b'"',
    "a blank line before": lambda line: b"\r\n" + line,
    "twice": lambda line: line + b"\n" + line,
}  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(["none"] * 12 + sorted(HARM)), min_size=1, max_size=30),
    st.sampled_from([b"\n", b"\r\n"]),
    st.integers(0, 12),
)
def test_no_record_of_a_damaged_file_is_dropped(harm: list[str], line_end: bytes, cut: int) -> None:
    """I13: what was delivered is accepted, a duplicate of that, or lies where quarantine says."""
    keys = [f"S{number:02}" for number in range(len(harm))]
    lines = [
        HARM[kind](f"{key},a@b.se,n {key}".encode()) for key, kind in zip(keys, harm, strict=True)
    ]
    content = line_end.join([b"subscriber_id,email,name", *lines, b""])
    content = content[: len(content) - cut]
    with accounted(content) as (delivery, quarantined, rows):
        if delivery["status"] == "held":
            assert not rows
            return
        assert_accounted(content, delivery, quarantined)
        accepted = " ".join(str(field) for row in rows for field in row).encode()
        in_quarantine = b"\n".join(content[start:end] for *_, start, end in quarantined)
        found = accepted + b"\n" + in_quarantine
        assert [key for key in keys if key.encode() in content and key.encode() not in found] == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=8))
def test_the_splitter_reads_what_the_fast_reader_reads(fields: list[tuple[str, str]]) -> None:
    records = [[f"S{number}", *pair] for number, pair in enumerate(fields)]
    clean = "".join(written(records))
    with (
        accounted(clean.encode()) as (_, _, fast),
        accounted((clean + 'S99,"broken,x\n').encode()) as (delivery, quarantined, split),
    ):
        assert fast == split
        assert delivery["accepted_bytes"] + delivery["quarantined_bytes"] > 0
        assert [record_no for record_no, *_ in quarantined] == [len(records) + 1]


@contextmanager
def accounted(
    content: bytes,
) -> Iterator[tuple[dict[str, Any], list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    """The row in the ledger, the places in quarantine, and the stored rows of one file."""
    home, warehouse = opened()
    shutil.rmtree(home.deliveries)
    home.deliveries.mkdir()
    for table in ("deliveries", "quarantine", "newsletter__subscribers"):
        warehouse.execute(f"delete from raw.{table}")
    (home.landing / "newsletter" / "subscribers.csv").write_bytes(content)
    take_in(warehouse, home, SOURCES[SUBSCRIBERS], "run")
    yield (
        warehouse.sql("from raw.deliveries").to_arrow_table().to_pylist()[0],
        warehouse.execute(
            "select record_no, reason_code, byte_start, byte_end from raw.quarantine order by all"
        ).fetchall(),
        warehouse.execute(
            "select _record_no, subscriber_id, email, name from raw.newsletter__subscribers order by 1"
        ).fetchall(),
    )


@cache
def opened() -> tuple[Home, duckdb.DuckDBPyConnection]:
    """One home and warehouse for all examples: making them costs more than taking a file in."""
    home = Home(Path(tempfile.mkdtemp()))
    atexit.register(shutil.rmtree, home.root)
    home.create()
    (home.landing / "newsletter").mkdir()
    warehouse = duckdb.connect()
    for name in (REQUESTS, SUBSCRIBERS):
        take_in(warehouse, home, SOURCES[name], "run")
    return home, warehouse
