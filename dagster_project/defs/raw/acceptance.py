"""From ``incoming`` to the raw tables: what is accepted, a duplicate, or quarantined, and the counts.

Every record of a file ends in exactly one of accepted, quarantined, duplicates and suppressed (I2).
Erasure, which suppresses, is ``erasure``; files as a whole are ``readers``.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.readers import INCOMING, HeldError, Reading
from dagster_project.sources import Column, Source, typed

RULE_VERSION = 1

# Below this many bad records no share can hold a file: 1 of 10 is no collapse.
_FEW_RECORDS = 20

DELIVERIES = """
    create table if not exists raw.deliveries (
        run_id varchar, file_id varchar, source varchar, path varchar, bytes bigint, sha256 varchar,
        encoding varchar, records_in bigint, accepted bigint, quarantined bigint, duplicates bigint,
        suppressed bigint, status varchar, reason_code varchar, reason varchar,
        extra_columns varchar[], absent_columns varchar[], loaded_at timestamp
    )
"""
QUARANTINE = """
    create table if not exists raw.quarantine (
        file_id varchar, source varchar, record_no bigint, reason_code varchar, column_name varchar,
        severity varchar, rule_version integer, status varchar
    )
"""


@dataclass(frozen=True)
class Counts:
    """Where the records of one file went."""

    records_in: int
    accepted: int
    quarantined: int
    duplicates: int


def create_raw_table(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """The source's table, empty and of text, if nothing was ever delivered."""
    columns = ", ".join(f'"{column.name}" varchar' for column in source.fields)
    connection.execute(
        f"create table if not exists raw.{source.table} ({columns}, _file_id varchar, _record_no bigint, "
        "_loaded_at timestamp, _row_hash ubigint, _delivery_no integer)"
    )


def accept(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, reading: Reading, loaded_at: str
) -> Counts:
    """Move the records of ``incoming`` to raw or to quarantine.

    Raises:
        HeldError: too many records are bad.
    """
    source = delivery.source
    _judge(connection, source, reading)
    bad = connection.execute(
        "select count(*) from judged where reason_code is not null"
    ).fetchall()[0][0]
    bad += len(reading.rejected)
    _hold_if_too_many(source, reading.records, bad)
    _mark_duplicates(connection, source)
    _match_types(connection, source)
    columns = ", ".join(f'"{column.name}"' for column in source.fields)
    connection.execute(
        f"insert into raw.{source.table} by name select {columns}, '{delivery.file_id}' as _file_id, "
        f"_record_no, timestamp '{loaded_at}' as _loaded_at, _row_hash, {delivery.number} as _delivery_no "
        "from judged where reason_code is null and not is_duplicate order by _record_no"
    )
    _quarantine(connection, delivery, reading)
    accepted, duplicates = connection.execute(
        "select count(*) filter (where not is_duplicate), count(*) filter (where is_duplicate) "
        "from judged where reason_code is null"
    ).fetchall()[0]
    return Counts(reading.records, accepted, bad, duplicates)


def _judge(connection: duckdb.DuckDBPyConnection, source: Source, reading: Reading) -> None:
    """``judged`` = incoming with a reason code per record (null: good) and a hash of its content."""
    keys = " or ".join(
        _unusable(source, column) for column in source.fields if column.name in source.key
    )
    reasons = [f"when {keys} then 'R_KEY_NULL'"]
    columns = [f"when {keys} then '{source.key[0]}'"]
    for column in source.strict_columns:
        if column.name in reading.absent_columns:
            continue
        reasons.append(f"when {_unusable(source, column)} then '{_REASONS[column.type]}'")
        columns.append(f"when {_unusable(source, column)} then '{column.name}'")
    content = ", ".join(
        f'coalesce(cast("{column.name}" as varchar), chr(30))' for column in source.fields
    )
    connection.execute(
        f"create or replace temp table judged as select *, case {' '.join(reasons)} end as reason_code, "
        f"case {' '.join(columns)} end as column_name, "
        f"md5_number_lower(concat_ws(chr(31), {content})) as _row_hash from {INCOMING}"
    )


_REASONS = {
    "text": "R_TYPE",
    "date": "R_DATE",
    "timestamp": "R_DATE",
    "decimal": "R_NUMBER",
    "integer": "R_NUMBER",
    "number": "R_NUMBER",
}


def _unusable(source: Source, column: Column) -> str:
    return f"({typed(source, column)}) is null"


def _hold_if_too_many(source: Source, records: int, bad: int) -> None:
    share = bad / records if records else 0.0
    nothing_is_usable = bad == records and records > 1
    if nothing_is_usable or (bad > _FEW_RECORDS and share > source.max_quarantined_share):
        raise HeldError(
            "F_QUARANTINE",
            f"{bad} of {records} records cannot be used, and at most {source.max_quarantined_share:.0%} may. "
            "Correct the delivery, or raise `max_quarantined_share` of the source.",
        )


def _mark_duplicates(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """``is_duplicate``: an event seen before; a keyed row that equals its key's newest version."""
    keys = ", ".join(f'cast("{name}" as varchar)' for name in source.key)
    repeated = (
        f"row_number() over (partition by {keys} order by _record_no)"
        if source.kind == "event"
        else f"row_number() over (partition by {keys}, _row_hash order by _record_no)"
    )
    known = " and ".join(
        f'cast(known."{name}" as varchar) = cast(judged."{name}" as varchar)' for name in source.key
    )
    if source.kind == "keyed":
        known += " and known._row_hash = judged._row_hash"
    connection.execute(
        f"create or replace temp table judged as select judged.*, ({repeated} > 1 or exists (select 1 from "
        f"({_newest_stored(source)}) as known where {known})) as is_duplicate from judged "
    )


def _newest_stored(source: Source) -> str:
    if source.kind == "event":
        return f"select * from raw.{source.table}"
    keys = ", ".join(f'"{name}"' for name in source.key)
    updated = (
        f'try_cast("{source.updated}" as timestamp) desc nulls last, ' if source.updated else ""
    )
    return (
        f"select * from raw.{source.table} qualify row_number() over (partition by {keys} "
        f"order by {updated}_delivery_no desc, _row_hash desc) = 1"
    )


def _match_types(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Parquet keeps its own types; a column delivered with another type than before becomes text."""
    stored = _types(connection, "raw", source.table)
    incoming = _types(connection, None, "judged")
    is_empty = not connection.execute(f"select 1 from raw.{source.table} limit 1").fetchall()
    for column in source.fields:
        if stored[column.name] != incoming[column.name]:
            wanted = incoming[column.name] if is_empty else "VARCHAR"
            connection.execute(
                f'alter table raw.{source.table} alter "{column.name}" type {wanted}'
            )


def _types(connection: duckdb.DuckDBPyConnection, schema: str | None, table: str) -> dict[str, str]:
    where = f"schema_name = '{schema}'" if schema else "temporary"
    return dict(
        connection.execute(
            f"select column_name, data_type from duckdb_columns() join duckdb_tables() using (table_oid, schema_name) "
            f"where duckdb_columns.table_name = '{table}' and {where}"
        ).fetchall()
    )


def _quarantine(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, reading: Reading
) -> None:
    connection.execute(
        "insert into raw.quarantine select ?, ?, _record_no, reason_code, column_name, 'record', ?, 'open' "
        "from judged where reason_code is not null order by _record_no",
        [delivery.file_id, delivery.source.name, RULE_VERSION],
    )
    if reading.rejected:
        rejected = pa.table(
            {
                "record_no": [record.record_no for record in reading.rejected],
                "reason_code": [record.reason_code for record in reading.rejected],
            }
        )
        connection.register("rejected", rejected)
        connection.execute(
            "insert into raw.quarantine select ?, ?, record_no, reason_code, null, 'record', ?, 'open' from rejected",
            [delivery.file_id, delivery.source.name, RULE_VERSION],
        )
        connection.unregister("rejected")
