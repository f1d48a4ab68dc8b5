"""Whether a file as a whole looks like what its source usually gives: if not, it is held.

Each limit is a word of the source in the sources file, and each sentence names the word that lets
the file through. Shares of values are measured on some 2,000 records spread over the file.
"""

import duckdb

from dagster_project.defs.raw.reading import INCOMING, HeldError, Reading, identifier
from dagster_project.sources import Source, typed

# Up to this many records, no share holds a file: 1 of 10 is no collapse.
FEW_RECORDS = 20
_SAMPLE = 2_000
_EARLIER_DELIVERIES = 5

# How the UTF-8 bytes of a Latin letter look when they were taken for cp1252.
_IS_GARBLED = (
    "case when contains(line, 'Ã') or contains(line, 'Â') or contains(line, 'â€') then regexp_matches(line, "
    "'[ÃÂ][\\x{80}-\\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€') end"
)


def hold_unlikely(
    connection: duckdb.DuckDBPyConnection, source: Source, reading: Reading, quarantined: int
) -> None:
    """Compare the file in ``incoming`` with the source's limits.

    Raises:
        HeldError: it breaks one of them.
    """
    every = max(1, reading.records // _SAMPLE)
    sample = f"(from {INCOMING} where rowid % {every} = 0)"
    _hold_unreadable(connection, source, sample)
    _hold_quarantined(source, reading.records, quarantined)
    _hold_garbled(connection, source, sample)
    _hold_collapsed(connection, source, reading.records)


def _hold_quarantined(source: Source, records: int, bad: int) -> None:
    share = bad / records if records else 0.0
    nothing_is_usable = bad == records and records > 1
    if nothing_is_usable or (bad > FEW_RECORDS and share > source.max_quarantined_share):
        raise HeldError(
            "F_QUARANTINE",
            f"{bad} of {records} records cannot be used, and at most {source.max_quarantined_share:.0%} may. "
            "Correct the delivery, or raise `max_quarantined_share` of the source.",
        )


def _hold_unreadable(connection: duckdb.DuckDBPyConnection, source: Source, sample: str) -> None:
    """A column most of whose values stopped reading as its type."""
    now = _unreadable(connection, source, sample)
    limit = source.max_unreadable_share
    suspects = {
        name: bad / filled
        for name, (filled, bad) in now.items()
        if bad > FEW_RECORDS and bad / filled > limit
    }
    if not suspects:
        return
    newest = f"(select max(_delivery_no) from raw.{source.table})"
    stored = f"(from raw.{source.table} where _delivery_no = {newest} limit {_SAMPLE})"
    before = _unreadable(connection, source, stored)
    types = {column.name: column.type for column in source.fields}
    names = {column.name: column.delivered_as for column in source.fields}
    stopped = []
    for name, share in suspects.items():
        filled, bad = before[name]
        # What never read has not stopped: a first delivery is nulled in staging, value by value.
        if filled and bad / filled <= limit:
            stopped.append(
                f"{names[name]} ({share:.0%} do not read as {types[name]}; "
                f"{bad / filled:.0%} in the delivery before)"
            )
    if stopped:
        raise HeldError(
            "F_TYPE",
            f"Most values of a column are not of its type: {', '.join(stopped)}. Correct the delivery, or how the "
            "source writes dates and numbers, or raise `max_unreadable_share` of the source.",
        )


def _unreadable(
    connection: duckdb.DuckDBPyConnection, source: Source, rows: str
) -> dict[str, tuple[int, int]]:
    """Column -> how many of its values are not empty, and how many of those do not read as its type."""
    columns = [column for column in source.fields if column.type != "text"]
    if not columns:
        return {}
    counts = ", ".join(
        f"count(nullif(trim(cast({identifier(c.name)} as varchar)), '')), "
        f"count(nullif(trim(cast({identifier(c.name)} as varchar)), '')) - count({typed(source, c)})"
        for c in columns
    )
    found = connection.execute(f"select {counts} from {rows}").fetchall()[0]
    return {c.name: (found[2 * n], found[2 * n + 1]) for n, c in enumerate(columns)}


def _hold_garbled(connection: duckdb.DuckDBPyConnection, source: Source, sample: str) -> None:
    """Text that was UTF-8, read as cp1252 and written as UTF-8 once more."""
    texts = ", ".join(
        f"cast({identifier(c.name)} as varchar)" for c in source.fields if c.type == "text"
    )
    other, garbled = connection.execute(
        # Materialized: DuckDB would put a line together of every record before it looks at the sample.
        f"with lines as materialized (select concat_ws(' ', {texts}) as line from {sample}) "
        f"select count(*), count(*) filter (where {_IS_GARBLED}) from lines where strlen(line) > length(line)"
    ).fetchall()[0]
    if garbled > FEW_RECORDS and garbled > source.max_garbled_share * other:
        raise HeldError(
            "F_ENCODING",
            f"{garbled / other:.0%} of the records with letters beyond ASCII are encoded twice, such as two "
            "odd letters where one should be. Write the file once in its encoding, or raise "
            "`max_garbled_share` of the source.",
        )


def _hold_collapsed(connection: duckdb.DuckDBPyConnection, source: Source, records: int) -> None:
    """Far fewer records than the source's deliveries usually have."""
    if source.row_drop_limit is None:
        return
    usual, deliveries = connection.execute(
        "select median(records_in), count(*) from (select records_in from raw.deliveries where source = ? "
        "and status in ('loaded', 'partly_loaded') order by rowid desc limit ?)",
        [source.name, _EARLIER_DELIVERIES],
    ).fetchall()[0]
    if usual and usual > FEW_RECORDS and records < (1 - source.row_drop_limit) * usual:
        raise HeldError(
            "F_VOLUME",
            f"{records} records where {usual:,.0f} are usual (the median of the last {deliveries}): "
            f"{1 - records / usual:.0%} fewer, and at most {source.row_drop_limit:.0%} may be missing. Deliver the "
            "file whole, or raise `max_row_drop` of the source.",
        )
