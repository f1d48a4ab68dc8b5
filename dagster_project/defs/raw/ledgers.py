"""The two ledgers: ``raw.deliveries``, a row per file seen, and ``raw.quarantine``, a row per reason.

A file's row is committed before it is opened and settled together with its records: what a killed
run leaves behind says so (F_INTERRUPTED).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import Bytes, Reading

_DELIVERIES = {
    "run_id": "varchar",
    "file_id": "varchar",
    "source": "varchar",
    "path": "varchar",
    "bytes": "bigint",
    "sha256": "varchar",
    "encoding": "varchar",
    "records_in": "bigint",
    "accepted": "bigint",
    "quarantined": "bigint",
    "duplicates": "bigint",
    "suppressed": "bigint",
    # I1, in bytes of the file, unpacked: content = header + accepted + quarantined + line ends.
    "content_bytes": "bigint",
    "header_bytes": "bigint",
    "accepted_bytes": "bigint",
    "quarantined_bytes": "bigint",
    "line_end_bytes": "bigint",
    "status": "varchar",
    "reason_code": "varchar",
    "reason": "varchar",
    "extra_columns": "varchar[]",
    "absent_columns": "varchar[]",
    "loaded_at": "timestamp",
}
_QUARANTINE = {
    "file_id": "varchar",
    "source": "varchar",
    "record_no": "bigint",
    "reason_code": "varchar",
    "column_name": "varchar",
    "severity": "varchar",
    "rule_version": "integer",
    "status": "varchar",
    # Where the record lies in the delivered file, unpacked; null in a Parquet file.
    "byte_start": "bigint",
    "byte_end": "bigint",
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
    """Both tables, with the columns of today in a warehouse of an earlier version too."""
    for table, columns in (("deliveries", _DELIVERIES), ("quarantine", _QUARANTINE)):
        listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        connection.execute(f"create table if not exists raw.{table} ({listed})")
        add_columns(connection, table, columns)


def add_columns(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]
) -> None:
    """Give a raw table the columns that it lacks."""
    existing = {row[0] for row in connection.execute(f"describe raw.{table}").fetchall()}
    for name, type_ in columns.items():
        if name not in existing:
            connection.execute(f"alter table raw.{table} add column {name} {type_}")


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
