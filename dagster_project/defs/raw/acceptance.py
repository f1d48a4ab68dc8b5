"""From ``incoming`` to the raw tables: what is accepted, a duplicate, or quarantined, and the counts.

Every record of a file ends in exactly one of accepted, quarantined, duplicates and suppressed (I2).
Which are duplicates is ``duplicates``; erasure, which suppresses, is ``erasure``; keys that a
snapshot lacks are ``snapshots``; files as a whole are ``readers`` and ``thresholds``.
"""

import duckdb
import pyarrow as pa

from dagster_project.defs.raw.duplicates import DUPLICATES, find_duplicates
from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.ledgers import Counts, create_table
from dagster_project.defs.raw.reading import (
    INCOMING,
    Judge,
    Reading,
    as_text,
    identifier,
    quoted,
    types_of,
)
from dagster_project.defs.raw.records import MOST_BYTES
from dagster_project.defs.raw.snapshots import delete_absent
from dagster_project.defs.raw.thresholds import hold_unlikely
from dagster_project.sources import Column, Source, is_allowed, typed

RULE_VERSION = 1

_OWN_COLUMNS = {
    "_file_id": ("varchar", "The delivery that brought the row (raw.deliveries)."),
    "_record_no": ("bigint", "Which record of that file it was."),
    "_loaded_at": (
        "timestamp",
        "When it was taken in, in UTC; for people, no figure depends on it.",
    ),
    "_delivery_no": ("integer", "Which delivery of the source it was, in order."),
    "_deleted_by": (
        "integer",
        "Which delivery was the snapshot that lacked its key; null while it is there.",
    ),
}
_REASONS = {
    "text": "R_TYPE",
    "date": "R_DATE",
    "timestamp": "R_DATE",
    "decimal": "R_NUMBER",
    "integer": "R_NUMBER",
    "number": "R_NUMBER",
}
_NOT_ALLOWED = {"CATEGORY": "R_CATEGORY", "RANGE": "R_RANGE"}
_NUMBERS = (
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "U",
)


def create_raw_table(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """The source's table, empty and of text, if nothing was ever delivered.

    The comment on ``_row_hash`` says what is hashed: where another rule made the hashes, or the
    contract had other columns, they are made anew, or rows that come again would be taken for new.
    """
    delivered = {
        name: (
            "varchar",
            f"As delivered. By its contract: {words}{', key' * (name in source.key)}.",
        )
        for name, words in source.contract.items()
    }
    rule = f"A hash of these columns as they are stored, by which equal rows are known: {', '.join(delivered)}."
    create_table(
        connection, source.table, delivered | _OWN_COLUMNS | {"_row_hash": ("ubigint", rule)}
    )
    [(words,)] = connection.execute(
        "select comment from duckdb_columns() where schema_name = 'raw' and table_name = ? "
        "and column_name = '_row_hash'",
        [source.table],
    ).fetchall()
    if words != rule:
        connection.execute(
            f"begin; {_hash_anew(source)}; "
            f"comment on column raw.{source.table}._row_hash is '{quoted(rule)}'; commit"
        )


def judge_of(source: Source) -> Judge:
    """What is said of each record while it is read: a hash of its content, its fault (null: good)."""

    def judge(types: dict[str, str]) -> str:
        faults = " ".join(
            f"when {condition} then {number}"
            for number, (condition, _, _) in enumerate(_faults(source, types))
        )
        return f"{_row_hash(source)} as _row_hash, case {faults} end as _fault"

    return judge


def _row_hash(source: Source) -> str:
    """SQL: a hash of a record as the raw table keeps it, compared between rows of one key there.

    DuckDB's own: md5 made Parquet files twice as slow, and so did values written as text first.
    """
    return f"hash({', '.join(identifier(column.name) for column in source.fields)})"


def _hash_anew(source: Source) -> str:
    return f"update raw.{source.table} set _row_hash = {_row_hash(source)}"


def _faults(source: Source, types: dict[str, str]) -> list[tuple[str, str, str | None]]:
    """SQL conditions under which a record is quarantined: condition, code, column."""
    texts = [identifier(name) for name, type_ in types.items() if type_ == "VARCHAR"]
    size = " + ".join(f"coalesce(strlen({name}), 0)" for name in texts) or "0"
    keys = [column for column in source.fields if column.name in source.key]
    faults: list[tuple[str, str, str | None]] = [(f"{size} > {MOST_BYTES}", "R_SIZE", None)]
    if all(types[column.name] == "VARCHAR" for column in keys):
        repeated = " and ".join(
            f"lower(trim({identifier(c.name)})) = '{quoted(c.delivered_as.lower())}'" for c in keys
        )
        faults.append((repeated, "R_HEADER", None))
    faults += [(_unusable(source, c, types[c.name]), "R_KEY_NULL", c.name) for c in keys]
    faults += [
        (_unusable(source, column, types[column.name]), _REASONS[column.type], column.name)
        for column in source.strict_columns
    ]
    for column in (*keys, *source.strict_columns):
        for condition, word in is_allowed(source, column):
            faults.append((f"not ({condition})", _NOT_ALLOWED[word], column.name))
    return faults


def _unusable(source: Source, column: Column, type_: str) -> str:
    """SQL: whether a value does not read as its type; a file's own types need no look at their text."""
    value = identifier(column.name)
    if column.type in {"date", "timestamp"} and type_.startswith(("TIMESTAMP", "DATE")):
        return f"not coalesce({value} >= date '1900-01-01' and {value} < date '2100-01-01', false)"
    if column.type == "decimal" and type_.startswith(_NUMBERS):
        return f"try_cast({value} as decimal(18, 4)) is null"
    if column.type == "text":
        return f"{value} is null" if type_ != "VARCHAR" else f"coalesce(trim({value}), '') = ''"
    unreadable = f"({typed(source, column)}) is null"
    if column.type == "timestamp" and source.timezone == "UTC":
        # Nearly all moments look like this one, and reading them in every other way costs ten times more.
        usual = (
            f"{value} between '1901' and '2099' and {value}[5] = '-' and {value}[8] = '-' "
            f"and try_cast({value} as timestamp) >= timestamp '1900-01-01'"
        )
        return f"case when {usual} then false else {unreadable} end"
    return unreadable


def accept(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, reading: Reading, loaded_at: str
) -> Counts:
    """Move the records of ``incoming`` to raw or to quarantine.

    Raises:
        HeldError: the file as a whole does not look like what the source usually gives.
    """
    source = delivery.source
    bad = connection.execute(f"select count(_fault) from {INCOMING}").fetchall()[0][0]
    quarantined = bad + len(reading.rejected)
    if not delivery.was_loaded:
        hold_unlikely(connection, source, reading, quarantined)
    # First: DuckDB alters no table that this transaction has updated.
    match_types(connection, source)
    if source.delivery == "snapshot":
        delete_absent(connection, delivery, is_complete=quarantined == 0)
    stored, duplicates = store(connection, delivery, reading, loaded_at)
    quarantined_bytes = _quarantine(connection, delivery, reading) if quarantined else 0
    return Counts(reading.records, stored, quarantined, duplicates, quarantined_bytes)


def store(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, reading: Reading, loaded_at: str
) -> tuple[int, int]:
    """Put the good records of ``incoming`` into the raw table: how many, and how many were there.

    The table has the types of ``incoming`` (``match_types``).
    """
    source = delivery.source
    good = connection.execute(f"select count(*) from {INCOMING} where _fault is null").fetchall()[
        0
    ][0]
    duplicates = find_duplicates(connection, source, delivery.number, reading.record_no)
    columns = ", ".join(identifier(column.name) for column in source.fields)
    is_new = f"and rowid not in (select record from {DUPLICATES})" if duplicates else ""
    connection.execute(
        f"insert into raw.{source.table} by name select {columns}, '{delivery.file_id}' as _file_id, "
        f"{reading.record_no} as _record_no, timestamp '{loaded_at}' as _loaded_at, _row_hash, "
        f"{delivery.number} as _delivery_no from {INCOMING} where _fault is null {is_new}"
    )
    return good - duplicates, duplicates


def match_types(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Give the raw table the types of ``incoming``; rows that were there are hashed by them again."""
    stored = types_of(connection, f"raw.{source.table}")
    incoming = types_of(connection, INCOMING)
    changed = [column for column in source.fields if stored[column.name] != incoming[column.name]]
    for column in changed:
        name, type_ = identifier(column.name), incoming[column.name]
        text = as_text(source, column, name, stored[column.name])
        using = f" using {text}" if type_ == "VARCHAR" else ""
        connection.execute(f"alter table raw.{source.table} alter {name} type {type_}{using}")
    if changed:
        connection.execute(_hash_anew(source))


def _quarantine(connection: duckdb.DuckDBPyConnection, delivery: Delivery, reading: Reading) -> int:
    """Write the bad records down with their places; the bytes that they are."""
    faults = _faults(delivery.source, types_of(connection, INCOMING))
    judged = [
        (record_no, *faults[number][1:])
        for record_no, number in connection.execute(
            f"select {reading.record_no}, _fault from {INCOMING} where _fault is not null"
        ).fetchall()
    ]
    spans = reading.spans_of({record_no for record_no, *_ in judged}) if judged else {}
    rows = [
        (record_no, code, column, *spans.get(record_no, (None, None)))
        for record_no, code, column in judged
    ]
    rows += [(r.record_no, r.reason_code, None, r.start, r.end) for r in reading.rejected]
    names = ["record_no", "reason_code", "column_name", "byte_start", "byte_end"]
    types = [pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64()]
    columns = [pa.array(c, t) for c, t in zip(zip(*rows, strict=True), types, strict=True)]
    connection.register("quarantined_records", pa.table(columns, names))
    connection.execute(
        "insert into raw.quarantine by name select *, ? as file_id, ? as source, 'record' as severity, "
        "? as rule_version, 'open' as status from quarantined_records order by record_no",
        [delivery.file_id, delivery.source.name, RULE_VERSION],
    )
    connection.unregister("quarantined_records")
    return sum(end - start for *_, start, end in rows if start is not None)
