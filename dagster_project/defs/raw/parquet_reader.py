"""Parquet files, matched by meaning: own types are kept, names are read from the file's own schema.

A column whose type is not the one that the raw table holds is read as text, and the raw table's
becomes text too (``acceptance``): no other change of a type ever comes there.
A columnar file has no bytes of one record: its column chunks and what describes them add up instead.
"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import (
    INCOMING,
    Bytes,
    Header,
    HeldError,
    Judge,
    Reading,
    as_text,
    identifier,
    match_header,
    quoted,
    types_of,
)
from dagster_project.sources import Column, Source


def read_parquet(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, path: Path, judge: Judge
) -> Reading:
    """Fill ``incoming`` from a Parquet file.

    Raises:
        HeldError: it is no Parquet, is damaged, or lacks a required column.
    """
    try:
        schema = pq.read_schema(path)
        relation = connection.read_parquet(str(path))
    except (pa.ArrowException, OSError, duckdb.Error):
        raise HeldError(
            "F_FORMAT", "The file cannot be read as Parquet. Write it anew as a Parquet file."
        ) from None
    header = match_header(delivery.source, list(schema.names))
    delivered = dict(zip(schema.names, map(str, relation.types), strict=True))
    # A column without a value and a type: what it would have been is not known.
    types = {
        column: delivered[name]
        for column, name in header.found.items()
        if not pa.types.is_null(schema.field(name).type)
    }
    _hold_no_text(types)
    stored = _stored_types(connection, delivery.source)
    wanted = {
        c.name: _type_of(c, types.get(c.name), stored.get(c.name)) for c in delivery.source.fields
    }
    columns = ", ".join(
        f"{_as_delivered(delivery.source, column, header, types, wanted)} as {identifier(column.name)}"
        for column in delivery.source.fields
    )
    try:
        rows = connection.execute(
            f"create temp table {INCOMING} as select *, {judge(wanted)} from "
            f"(select {columns} from read_parquet('{quoted(str(path))}'))"
        ).fetchall()[0][0]
        accounted = _bytes(connection, path)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        raise HeldError(
            "F_TRUNCATED", "The Parquet file is damaged inside. Deliver it again."
        ) from None
    return Reading(
        records=rows,
        bytes=accounted,
        record_no="rowid + 1",
        extra_columns=header.extra,
        absent_columns=header.absent,
    )


def _hold_no_text(types: dict[str, str]) -> None:
    nested = [
        f"{column} ({type_.partition('(')[0]})"
        for column, type_ in types.items()
        if type_.endswith("]")
        or type_.startswith(("STRUCT", "MAP", "UNION", "VARIANT", "BLOB", "BIT"))
    ]
    if nested:
        raise HeldError(
            "F_SCHEMA",
            f"Columns that hold more than one value, or bytes, where the contract has one: {', '.join(nested)}. "
            "Deliver them as text, numbers or times.",
        )


def _stored_types(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, str]:
    """The types of the raw table's columns; none if it has no rows, and so may take any."""
    has_rows = connection.execute(f"select 1 from raw.{source.table} limit 1").fetchall()
    return types_of(connection, f"raw.{source.table}") if has_rows else {}


def _type_of(column: Column, delivered: str | None, stored: str | None) -> str:
    """The type a column is read as: its own, or text where that differs from what is stored."""
    if delivered is None:
        return stored or "VARCHAR"
    own = "VARCHAR" if _is_whole_number(column, delivered) else delivered
    return own if stored in {None, own} else "VARCHAR"


def _is_whole_number(column: Column, parquet_type: str) -> bool:
    return column.type in {"text", "integer"} and parquet_type in {"FLOAT", "DOUBLE"}


def _as_delivered(
    source: Source,
    column: Column,
    header: Header,
    types: dict[str, str],
    wanted: dict[str, str],
) -> str:
    """SQL: the column as delivered; a whole number that a nullable column turned into 1001.0 is 1001 again."""
    if column.name not in types:
        return f"cast(null as {wanted[column.name]})"
    value, type_ = identifier(header.found[column.name]), types[column.name]
    if _is_whole_number(column, type_):
        whole = f"try_cast({value} as hugeint)"
        return f"coalesce(cast(case when {value} = {whole} then {whole} end as varchar), cast({value} as varchar))"
    is_kept = type_ == wanted[column.name]
    return value if is_kept else as_text(source, column, value, type_)


def _bytes(connection: duckdb.DuckDBPyConnection, path: Path) -> Bytes:
    chunks = connection.execute(
        "select coalesce(sum(total_compressed_size), 0)::bigint from parquet_metadata(?)",
        [str(path)],
    ).fetchall()[0][0]
    content = path.stat().st_size
    return Bytes(content, content - chunks, chunks, 0)
