"""Intake beside the bare DuckDB read of the same file: rows and MB per second of each format.

All write a table into a database file of their own and run in turn; medians count. The bare read is
made twice: by DuckDB as it comes, and into a file of the warehouse's own, newer storage version.
The files are clean: what a damaged one costs is the splitter's business.
"""

import gzip
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.defs.raw.intake import REQUESTS, take_in
from dagster_project.home import Home
from dagster_project.sources import read_sources
from dagster_project.warehouse import duckdb_options

ROWS = {"S": 100_000, "M": 500_000, "L": 2_000_000}
TIMES = 5
OWN_SOURCES = "sources: {crm/companies: {encoding: utf-8, delimiter: ','}}"

CSV = "read_csv('{file}', all_varchar = true)"
CSV_OTHER_SIGN = "read_csv('{file}', all_varchar = true, delim = ';')"


@dataclass(frozen=True)
class Measured:
    """One format: what it holds, and median seconds; ``bare_newer`` is into the warehouse's storage."""

    name: str
    rows: int
    bytes: int
    intake: float
    bare: float
    bare_newer: float


def measure_intake(size: str) -> list[Measured]:
    """Write a clean file of each format and time both ways to take it in."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        (home.config / "sources.yaml").write_text(OWN_SOURCES)
        files = _write_files(home, ROWS[size])
        return [_measure(home, size, *file) for file in files]


def _write_files(home: Home, rows: int) -> list[tuple[str, str, Path, str]]:
    """Name, source, file and the bare read of each format."""
    for system in ("crm", "shop", "newsletter"):
        (home.landing / system).mkdir()
    contacts = home.landing / "crm" / "contacts.csv"
    companies = home.landing / "crm" / "companies.csv"
    packed = companies.with_suffix(".csv.gz")
    orders = home.landing / "shop" / "orders.parquet"
    events = home.landing / "newsletter" / "events.jsonl"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({_COMPANIES.format(rows=rows)}) to '{companies}' (header)")
        connection.execute(f"copy ({_ORDERS.format(rows=rows)}) to '{orders}'")
        connection.execute(f"copy ({_EVENTS.format(rows=rows)}) to '{events}' (format json)")
        utf8 = contacts.with_suffix(".utf8")
        connection.execute(
            f"copy ({_CONTACTS.format(rows=rows)}) to '{utf8}' (format csv, header, delimiter ';')"
        )
    contacts.write_bytes(utf8.read_bytes().decode("utf-8").encode("cp1252"))
    utf8.unlink()
    packed.write_bytes(gzip.compress(companies.read_bytes(), compresslevel=1))
    return [
        ("CSV, UTF-8", "crm/companies", companies, CSV),
        ("CSV, gzip", "crm/companies", packed, CSV),
        # DuckDB reads no cp1252 by itself; latin-1 gives it the same work.
        (
            "CSV, cp1252",
            "crm/contacts",
            contacts,
            CSV_OTHER_SIGN.replace(")", ", encoding = 'latin-1')"),
        ),
        (
            "JSON lines",
            "newsletter/events",
            events,
            "read_json('{file}', format = 'newline_delimited')",
        ),
        ("Parquet", "shop/orders", orders, "read_parquet('{file}')"),
    ]


def _measure(home: Home, size: str, name: str, source: str, file: Path, bare: str) -> Measured:
    aside = file.parent / "aside"
    others = [other for other in file.parent.glob("*.*") if other != file]
    aside.mkdir()
    for other in others:
        shutil.move(other, aside)
    seconds: dict[str, list[float]] = {"intake": [], "bare": [], "bare_newer": []}
    options = duckdb_options(home)
    for _ in range(TIMES):
        shutil.rmtree(home.deliveries)
        home.deliveries.mkdir()
        seconds["intake"].append(
            _seconds(home, options, lambda connection: _take_in(connection, home, source))
        )
        for kind, own in (("bare", {}), ("bare_newer", options)):
            seconds[kind].append(
                _seconds(home, own, lambda connection: _read_bare(connection, bare, file))
            )
    for other in others:
        shutil.move(aside / other.name, file.parent)
    aside.rmdir()
    medians = {kind: statistics.median(found) for kind, found in seconds.items()}
    return Measured(name, ROWS[size], file.stat().st_size, **medians)


def _read_bare(connection: duckdb.DuckDBPyConnection, bare: str, file: Path) -> None:
    connection.execute(f"create table bare as select * from {bare.format(file=file)}")


def _take_in(connection: duckdb.DuckDBPyConnection, home: Home, source: str) -> None:
    intake = take_in(connection, home, read_sources(home)[source], "bench")
    if (intake.loaded, intake.quarantined) != (1, 0):
        raise RuntimeError(f"{source} was not taken in whole: {json.dumps(intake.held)}")


def _seconds(
    home: Home, options: Mapping[str, str], work: Callable[[duckdb.DuckDBPyConnection], object]
) -> float:
    """Wall seconds of some work on a warehouse with nothing in it, until it lies on disk."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse), config=dict(options)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        take_in(connection, home, read_sources(home)[REQUESTS], "bench")
        began = time.monotonic()
        work(connection)
        connection.execute("checkpoint")
        return time.monotonic() - began


_CONTACTS = """
    select 'K' || n as kundnr, ['Anna', 'Åsa', 'Bo', 'Zoë'][1 + n % 4] as fornamn, 'Öberg' as efternamn, 'K' as kon,
        date '1950-01-01' + (n % 20000)::int as fodelsedatum, 'a' || n || '@firma.se' as epost,
        '070-' || (1000000 + n % 999983) as telefon, 'Storgatan ' || n % 99 as gatuadress,
        10000 + n % 80000 as postnr, 'Göteborg' as ort, 'SE' as land, null as foretag_nr, null as titel,
        'sv' as sprak, timestamp '2024-01-01' + interval (n % 999983) second as skapad,
        timestamp '2026-01-01' + interval (n % 999983) second as andrad
    from range({rows}) as r(n)
"""
_COMPANIES = """
    select 'F' || n as foretag_nr, '556' || (100000 + n % 899999) || '-1234' as orgnr,
        ['Åkeri', 'Bygg, mark', 'Café'][1 + n % 3] || ' AB ' || n as namn, '62010' as bransch_sni,
        n % 500 as anstallda, n % 99991 as omsattning_tkr, 'Storgatan ' || n % 99 as gatuadress,
        10000 + n % 80000 as postnr, 'Malmö' as ort, 'SE' as land, 'www.firma' || n || '.se' as webb,
        timestamp '2026-01-01' + interval (n % 999983) second as andrad
    from range({rows}) as r(n)
"""
_ORDERS = """
    select n as order_id, n % 99991 as customer_id,
        timestamp '2025-01-01' + interval (hash(n) % 30000000) second as ordered_at,
        ['paid', 'shipped', 'refunded'][1 + n % 3] as status, 'SEK' as currency,
        (hash(n) % 99991 / 100.0)::decimal(18, 2) as total_amount, null::decimal(18, 2) as discount_amount,
        'web' as sales_channel, 'C' || n % 20 as campaign_id
    from range({rows}) as r(n)
"""
_EVENTS = """
    select 'E' || n as event_id, 'S' || n % 9999 as subscriber_id, 'C' || n % 20 as campaign_id,
        ['open', 'click', 'sent'][1 + n % 3] as event,
        strftime(timestamp '2026-01-01' + interval (n % 999983) second, '%Y-%m-%dT%H:%M:%SZ') as at
    from range({rows}) as r(n)
"""
