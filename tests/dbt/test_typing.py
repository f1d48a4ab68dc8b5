"""Text becomes a type in two places, raw's acceptance and dbt's staging: they must read alike."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from dagster_project.home import Home
from dagster_project.sources import Column, Source, read_sources, typed

MACROS = Path(__file__).parents[2] / "dbt" / "macros" / "typing.sql"
CRM, TICKETS = "crm/contacts", "tickets/bookings"

# How staging calls the macros: a day and a moment must also lie in a sane range.
CALLS = {
    "text": "{{ text('value') }}",
    "date": "{{ in_range(as_date('value', table)) }}",
    "timestamp": "{{ in_range(as_timestamp('value', table)) }}",
    "decimal": "{{ as_decimal('value', table) }}",
    "integer": "{{ as_integer('value', table) }}",
    "number": "{{ as_number('value', table) }}",
}

ODD = (
    *("", " ", "-", "null", "NULL", "NaN", "nan", "inf", "-inf", "Infinity", "infinity", "-infinity", "epoch"),
    *("now", "today", "tomorrow", "0", "-0", "00", "007", "+7", "7.", ".7", "7.0", "7.5", "7,5", "1.234,50"),
    *("1,234.50", "1 234,50", "1 234,50", "1_000", "1e3", "1E3", "1e400", "-1e400", "1e-3", "0x10", "0b1"),
    *("٣", "１２", "12abc", "abc", "12;34", "'; drop table x; --", "99999999999999999999", "123456789012345.6789"),
    *("2026-01-31", " 2026-01-31 ", "2026-1-31", "2026-02-31", "20260131", "31-01-2026", "31/01/2026", "01/31/2026"),
    *("2026-01-31 10:00:00", "2026-01-31T10:00:00", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00"),
    *("2026-01-31 10:00:00 CET", "2026-01-31 10:00:00.5Z", "2026-01-31T00:00:00-11:00", "2026-03-29T02:30:00"),
    *("2026-01-31 10:00", "2026-01-31 24:00:00", "2026-01-31 25:00:00", "2026-01-31 10:00:00.123456"),
    *("31-01-2026 10:00", "31-02-2026 10:00", "29-02-2024 23:59", "29-03-2026 02:30", "25-10-2026 02:30"),
    *("0001-01-01", "1899-12-31", "1900-01-01", "2099-12-31", "2100-01-01", "9999-12-31", "-2026-01-31"),
    *("2026-01-31 BC", "2026-W05", "2026-01-31 (BC)", "31 januari 2026", "Jan 31 2026"),
)  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def read(
    connection: duckdb.DuckDBPyConnection,
) -> Callable[..., list[Any]]:
    """Read texts as a type of a source, maybe with other formats declared: by ``raw`` or by ``dbt``."""
    sources = read_sources(Home(Path("no home of its own")))
    macros = MACROS.read_text("utf-8")
    environment = Environment(autoescape=False)

    def sql(by: str, source: Source, type_: str) -> str:
        if by == "raw":
            column = SimpleNamespace(name="value", type=type_)
            return typed(source, column)  # type: ignore[arg-type]
        formats = {
            source.table: {
                "date_format": source.date_format,
                "timestamp_format": source.timestamp_format,
                "timezone": source.timezone,
                "decimal_sign": source.decimal_sign,
            }
        }
        template = environment.from_string(macros + CALLS[type_])
        return template.render(var={"formats": formats}.get, table=source.table)

    def values(
        by: str, source: str, type_: str, texts: Iterable[str], **declared: str | list[str]
    ) -> list[Any]:
        words = sources[source].model_dump(by_alias=True) | declared
        expression = sql(by, Source.model_validate(words), type_)
        query = f"select {expression} from (select unnest(?) as value, generate_subscripts(?, 1) as n) order by n"
        listed = list(texts)
        return [row[0] for row in connection.execute(query, [listed, listed]).fetchall()]

    return values


@pytest.mark.parametrize("type_", CALLS)
@pytest.mark.parametrize("source", [CRM, TICKETS])
def test_both_read_alike(read: Callable[..., Any], source: str, type_: str) -> None:
    pairs = zip(read("raw", source, type_, ODD), read("dbt", source, type_, ODD), strict=True)
    differing = {
        text: (ours, theirs)
        for text, (ours, theirs) in zip(ODD, pairs, strict=True)
        if repr(ours) != repr(theirs)
    }
    assert differing == {}


NOTHING = (
    *(("date", text) for text in ("", "-", "NaN", "epoch", "infinity", "-infinity", "now", "today", "2026-02-31")),
    *(("date", text) for text in ("0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31", "20260131", "12")),
    *(("timestamp", text) for text in ("epoch", "infinity", "-infinity", "Infinity", "today", "2026-01-31 25:00:00")),
    *(("decimal", text) for text in ("", "NaN", "inf", "Infinity", "1e400", "1_000", "0x10", "1 234", "12abc", "٣")),
    *(("decimal", text) for text in ("99999999999999999999", "1,234.50", ".", "-", "1e", "--1")),
    *(("integer", text) for text in ("1.5", "1_000", "0x10", "1e400", "NaN", "one", "99999999999999999999")),
    *(("number", text) for text in ("NaN", "inf", "-inf", "1e400", "1_000", "0x10")),
)  # fmt: skip


@pytest.mark.parametrize("by", ["raw", "dbt"])
def test_what_is_no_value_is_null(read: Callable[..., Any], by: str) -> None:
    taken = {(type_, text): read(by, CRM, type_, [text])[0] for type_, text in NOTHING}
    assert {case: value for case, value in taken.items() if value is not None} == {}


@pytest.mark.parametrize("by", ["raw", "dbt"])
@pytest.mark.parametrize(
    ("type_", "text"), [("decimal", "1.234"), ("decimal", "99.95"), ("integer", "1.000")]
)
def test_another_sign_than_the_declared_one_parts_no_decimals(
    read: Callable[..., Any], by: str, type_: str, text: str
) -> None:
    assert read(by, TICKETS, type_, [text]) == [None]


VALUES = (
    (CRM, "text", "  Åsa ", "Åsa"),
    (CRM, "date", "1980-05-01", date(1980, 5, 1)),
    (CRM, "date", " 2000-02-29 ", date(2000, 2, 29)),
    (CRM, "timestamp", "2026-01-31 10:00:00", datetime(2026, 1, 31, 10)),
    (CRM, "timestamp", "2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10)),
    (CRM, "timestamp", "2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8)),
    (CRM, "timestamp", "2026-01-31", datetime(2026, 1, 31)),
    (CRM, "decimal", "-12.3456", Decimal("-12.3456")),
    (CRM, "decimal", "+7", Decimal(7)),
    (CRM, "decimal", "1e3", Decimal(1000)),
    (CRM, "integer", "0042", 42),
    (CRM, "integer", "7.0", 7),
    (CRM, "number", "57.7089", 57.7089),
    (TICKETS, "decimal", "1234,50", Decimal("1234.50")),
    (TICKETS, "integer", "7,0", 7),
)


@pytest.mark.parametrize("by", ["raw", "dbt"])
@pytest.mark.parametrize(("source", "type_", "text", "value"), VALUES)
def test_what_is_a_value_is_read_exactly(
    read: Callable[..., Any], by: str, source: str, type_: str, text: str, value: Any
) -> None:
    assert read(by, source, type_, [text]) == [value]


@pytest.mark.parametrize("by", ["raw", "dbt"])
@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("31-01-2026 10:00", datetime(2026, 1, 31, 9)),
        ("01-07-2026 00:30", datetime(2026, 6, 30, 22, 30)),
        ("25-10-2026 01:30", datetime(2026, 10, 24, 23, 30)),
        # Not as the source declares it, so as ISO: still Copenhagen's time.
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 9)),
        ("2026-07-01 10:00:00.25", datetime(2026, 7, 1, 8, 0, 0, 250_000)),
        ("2026-07-01", datetime(2026, 6, 30, 22)),
        # An hour that the clock skips, and one that it shows twice.
        ("29-03-2026 02:30", datetime(2026, 3, 29, 1, 30)),
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30)),
        ("25-10-2026 02:30", datetime(2026, 10, 25, 1, 30)),
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 1, 30)),
        # With a zone of its own.
        ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8)),
        ("2026-03-01T10:00:00-0500", datetime(2026, 3, 1, 15)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10)),
        ("2026-03-01 10:00:00 UTC", datetime(2026, 3, 1, 10)),
        ("2026-07-01 10:00:00 America/New_York", datetime(2026, 7, 1, 14)),
    ],
)
def test_copenhagens_time_becomes_utc(
    read: Callable[..., Any], by: str, text: str, utc: datetime
) -> None:
    assert read(by, TICKETS, "timestamp", [text]) == [utc]


@pytest.mark.parametrize("by", ["raw", "dbt"])
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01 23:30:00", date(2026, 3, 1)),
        # A moment is of the day that people in Copenhagen call it.
        ("2026-03-01T23:30:00+02:00", date(2026, 3, 1)),
        ("2026-03-01T23:30:00Z", date(2026, 3, 2)),
        ("2026-03-01T00:30:00+05:00", date(2026, 2, 28)),
        # Midnight is how a day is written where only moments can be.
        ("2026-03-01T00:00:00+05:00", date(2026, 3, 1)),
        ("2026-03-01 00:00:00", date(2026, 3, 1)),
        ("2026-03-01T00:00:00.000Z", date(2026, 3, 1)),
    ],
)
def test_a_moment_in_a_column_of_days_is_its_day_at_the_source(
    read: Callable[..., Any], by: str, text: str, day: date
) -> None:
    assert read(by, TICKETS, "date", [text]) == [day]


@pytest.mark.parametrize("by", ["raw", "dbt"])
@pytest.mark.parametrize(
    ("timestamp_format", "text"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "2026-07-01T10:00:00Z"),
        ("%d/%m/%Y %H:%M %z", "01/07/2026 12:00 +02"),
        ("%d/%m/%Y %H:%M %Z", "01/07/2026 06:00 America/New_York"),
    ],
)
def test_a_declared_format_may_hold_the_zone(
    read: Callable[..., Any], by: str, timestamp_format: str, text: str
) -> None:
    declared = {"timestamp_format": timestamp_format}
    assert read(by, TICKETS, "timestamp", [text], **declared) == [datetime(2026, 7, 1, 10)]


@pytest.mark.parametrize("by", ["raw", "dbt"])
def test_the_declared_order_of_day_and_month_comes_before_isos(
    read: Callable[..., Any], by: str
) -> None:
    assert read(by, CRM, "date", ["2026-05-01"], date_format="%Y-%d-%m") == [date(2026, 1, 5)]


@pytest.mark.parametrize("by", ["raw", "dbt"])
def test_of_several_declared_formats_the_first_that_reads_a_value_counts(
    read: Callable[..., Any], by: str
) -> None:
    days = read(by, CRM, "date", ["05/06/2026", "31.05.2026"], date_format=["%d/%m/%Y", "%d.%m.%Y"])
    assert days == [date(2026, 6, 5), date(2026, 5, 31)]
    moments = read(
        by,
        TICKETS,
        "timestamp",
        ["2026/07/01 12:00", "01/07/2026 12:00 +00"],
        timestamp_format=["%Y/%m/%d %H:%M", "%d/%m/%Y %H:%M %z"],
    )
    assert moments == [datetime(2026, 7, 1, 10), datetime(2026, 7, 1, 12)]


def test_every_type_of_the_sources_file_is_held_against_its_macro() -> None:
    assert set(CALLS) == set(Column.model_fields["type"].annotation.__args__)  # type: ignore[union-attr]
