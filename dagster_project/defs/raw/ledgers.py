"""The two ledgers: ``raw.deliveries``, a row per file seen, and ``raw.quarantine``, a row per reason.

A file's row is committed before it is opened and settled together with its records: what a killed
run leaves behind says so (F_INTERRUPTED).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import Bytes, Reading, identifier

# Column -> its type, and what it holds.
Columns = Mapping[str, tuple[str, str]]

_DELIVERIES: Columns = {
    "run_id": ("varchar", "The run that saw the file."),
    "file_id": ("varchar", "This delivery of it; null before it was copied."),
    "source": ("varchar", "What it delivers, as crm/contacts."),
    "path": ("varchar", "Where it lay, below the landing folder."),
    "bytes": ("bigint", "Its size as delivered."),
    "sha256": ("varchar", "The digest of its content, by which its copy is named."),
    "encoding": ("varchar", "How its text was decoded."),
    "records_in": ("bigint", "Records in it: accepted + quarantined + duplicates + suppressed."),
    "accepted": ("bigint", "Records that are rows of the raw table."),
    "quarantined": ("bigint", "Records that could not be taken."),
    "duplicates": ("bigint", "Records that were stored already."),
    "suppressed": ("bigint", "Records of people who asked to be erased."),
    "content_bytes": (
        "bigint",
        "Bytes of the file, unpacked: header + accepted + quarantined + line ends.",
    ),
    "header_bytes": ("bigint", "Bytes of the header, or of what describes a Parquet file."),
    "accepted_bytes": ("bigint", "Bytes of the records that are not in quarantine."),
    "quarantined_bytes": ("bigint", "Bytes of the records in quarantine."),
    "line_end_bytes": ("bigint", "Bytes of line ends and blank lines."),
    "status": ("varchar", "loaded, partly_loaded, held or unchanged."),
    "reason_code": ("varchar", "Why it is held, as a code."),
    "reason": ("varchar", "Why it is held, in a sentence without values."),
    "extra_columns": ("varchar[]", "Columns that its contract does not know; they are kept out."),
    "absent_columns": ("varchar[]", "Columns of its contract that it lacks."),
    "loaded_at": ("timestamp", "When it was seen, in UTC; for people, no figure depends on it."),
}
_QUARANTINE: Columns = {
    "file_id": ("varchar", "The delivery that holds the record."),
    "source": ("varchar", "What it delivers, as crm/contacts."),
    "record_no": ("bigint", "Which record of the file it is, from 1, the header apart."),
    "reason_code": ("varchar", "What is wrong, as a code."),
    "column_name": ("varchar", "The column at fault; null where it is the whole record."),
    "severity": ("varchar", "record: the record is out, its neighbours are in."),
    "rule_version": ("integer", "The version of the rules by which it was judged last."),
    "status": ("varchar", "open, or replayed once it was brought in."),
    "byte_start": ("bigint", "Where it begins in the file, unpacked; null in a Parquet file."),
    "byte_end": ("bigint", "Where it ends."),
}

_INTERRUPTED = (
    "F_INTERRUPTED",
    "The run ended before the file was read to its end. It is read in the next run.",
)

UNACCOUNTED_BYTES = (
    "coalesce(sum(abs(content_bytes - header_bytes - accepted_bytes - quarantined_bytes "
    "- line_end_bytes)), 0)"
)


@dataclass(frozen=True)
class Counts:
    """Where the records of one file went; of the bytes, those of quarantined records."""

    records_in: int
    accepted: int
    quarantined: int
    duplicates: int
    quarantined_bytes: int


def create_ledgers(connection: duckdb.DuckDBPyConnection) -> None:
    """Both tables."""
    create_table(connection, "deliveries", _DELIVERIES)
    create_table(connection, "quarantine", _QUARANTINE)


def create_table(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns) -> None:
    """A raw table with these columns, described, in a warehouse of an earlier version too."""
    is_there = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = ?", [table]
    ).fetchall()
    existing: set[str] = set()
    if is_there:
        existing = {row[0] for row in connection.execute(f"describe raw.{table}").fetchall()}
    new = {name: column for name, column in columns.items() if name not in existing}
    typed = {name: f"{identifier(name)} {type_}" for name, (type_, _) in new.items()}
    made = (
        [f"alter table raw.{table} add column {column}" for column in typed.values()]
        if is_there
        else [f"create table raw.{table} ({', '.join(typed.values())})"]
    )
    for name, (_, words) in new.items():
        quoted = words.replace("'", "''")
        made.append(f"comment on column raw.{table}.{identifier(name)} is '{quoted}'")
    if new:
        # Each in a transaction of its own costs 1.5 ms.
        connection.execute("; ".join(["begin", *made, "commit"]))


def see(
    connection: duckdb.DuckDBPyConnection, run_id: str, source: str, path: str, size: int
) -> None:
    """Commit a row for a file before anything can fail."""
    connection.execute(
        "insert into raw.deliveries (run_id, source, path, bytes, records_in, accepted, quarantined, duplicates, "
        "suppressed, status, reason_code, reason, extra_columns, absent_columns, loaded_at) values "
        "(?, ?, ?, ?, 0, 0, 0, 0, 0, 'held', ?, ?, [], [], cast(now() at time zone 'UTC' as timestamp))",
        [run_id, source, path, size, *_INTERRUPTED],
    )


def settle(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    run_id: str,
    status: str,
    *,
    counts: Counts | None = None,
    reading: Reading | None = None,
    reason_code: str | None = None,
    reason: str | None = None,
) -> None:
    """Write what became of a file, in place of the row that said it was seen."""
    connection.execute(
        "delete from raw.deliveries where run_id = ? and source = ? and path = ? and reason_code = ?",
        [run_id, delivery.source.name, delivery.path, _INTERRUPTED[0]],
    )
    counts = counts or Counts(0, 0, 0, 0, 0)
    spent = reading.bytes if reading else None
    row = {
        "run_id": run_id,
        "file_id": delivery.file_id if delivery.sha256 else None,
        "source": delivery.source.name,
        "path": delivery.path,
        "bytes": delivery.bytes,
        "sha256": delivery.sha256 or None,
        "encoding": delivery.source.encoding if delivery.format != "parquet" else None,
        "records_in": counts.records_in,
        "accepted": counts.accepted,
        "quarantined": counts.quarantined,
        "duplicates": counts.duplicates,
        "suppressed": 0,
        **_bytes(spent, counts),
        "status": status,
        "reason_code": reason_code,
        "reason": reason,
        "extra_columns": reading.extra_columns if reading else [],
        "absent_columns": reading.absent_columns if reading else [],
    }
    connection.execute(
        f"insert into raw.deliveries ({', '.join(row)}, loaded_at) values "
        f"({', '.join('?' for _ in row)}, cast(now() at time zone 'UTC' as timestamp))",
        list(row.values()),
    )


def release(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    record_nos: list[int],
    duplicates: int,
    rule_version: int,
) -> None:
    """Take records that are good by now out of the quarantine's account of their file."""
    of_file = "file_id = ? and list_contains(?::bigint[], record_no)"
    freed = connection.execute(
        "select coalesce(sum(byte_end - byte_start), 0) from (select distinct record_no, byte_start, byte_end "
        f"from raw.quarantine where {of_file})",
        [delivery.file_id, record_nos],
    ).fetchall()[0][0]
    connection.execute(
        f"update raw.quarantine set status = 'replayed', rule_version = ? where {of_file}",
        [rule_version, delivery.file_id, record_nos],
    )
    connection.execute(
        "update raw.deliveries set accepted = accepted + ?, duplicates = duplicates + ?, "
        "quarantined = quarantined - ?, accepted_bytes = accepted_bytes + ?, "
        "quarantined_bytes = quarantined_bytes - ?, "
        "status = case when quarantined = ? then 'loaded' else status end "
        "where file_id = ? and status = 'partly_loaded'",
        [
            len(record_nos) - duplicates,
            duplicates,
            len(record_nos),
            freed,
            freed,
            len(record_nos),
            delivery.file_id,
        ],
    )


def _bytes(spent: Bytes | None, counts: Counts) -> dict[str, int | None]:
    return {
        "content_bytes": spent.content if spent else None,
        "header_bytes": spent.header if spent else None,
        "accepted_bytes": spent.records - counts.quarantined_bytes if spent else None,
        "quarantined_bytes": counts.quarantined_bytes if spent else None,
        "line_end_bytes": spent.line_ends if spent else None,
    }
