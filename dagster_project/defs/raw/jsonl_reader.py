"""JSON lines: DuckDB's reader where it accounts for every byte, the exact splitter where it does not.

DuckDB takes a trailing comma, a name twice and an escaped NUL for good; the splitter does not.
"""

import itertools
from collections.abc import Iterable, Iterator
from functools import partial

import duckdb
import pyarrow as pa

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import (
    INCOMING,
    Bytes,
    Header,
    HeldError,
    Judge,
    Reading,
    identifier,
    match_header,
    quoted,
)
from dagster_project.defs.raw.records import MOST_BYTES, Record, split_jsonl
from dagster_project.defs.raw.splitting import spans_of, split_up
from dagster_project.defs.raw.stretches import (
    Part,
    PlainLines,
    Split,
    numbers_of,
    parts_of,
)
from dagster_project.defs.raw.texts import Text
from dagster_project.sources import Source

_LINES = "json_lines"

# SQL: whether a plain line is an object. DuckDB takes a comma before a bracket for good, and of two
# values with one name the last.
IS_OBJECT = (
    "case when json_valid(line) then json_type(line) = 'OBJECT' "
    "and len(json_keys(line)) = len(list_distinct(json_keys(line))) "
    r"and not regexp_matches(line, ',\s*[}\]]') else false end"
)


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, text: Text, judge: Judge
) -> Reading:
    """Fill ``incoming`` from a text of JSON lines.

    Raises:
        HeldError: there are no lines, the objects lack required names, or most lines are no objects.
    """
    if not text.counts.size - text.counts.newlines - text.counts.carriage_returns:
        raise HeldError("F_EMPTY", "There is nothing in the file. Deliver it again.")
    source = delivery.source
    return _read_fast(connection, source, text, judge) or _read_split(
        connection, source, text, judge
    )


def _read_fast(
    connection: duckdb.DuckDBPyConnection, source: Source, text: Text, judge: Judge
) -> Reading | None:
    """Load with DuckDB's reader; None when any line does not read or any byte is missing."""
    is_whole = text.ends_with_newline() or source.final_newline == "optional"
    unit = 1 if text.encoding == "utf-8" else text.bytes_per_character
    if not is_whole or text.counts.nuls or text.counts.marks or unit is None:
        return None
    path = quoted(str(text.path))
    try:
        shapes = connection.execute(
            f"select json_keys(json), count(*), sum({'strlen' if text.encoding == 'utf-8' else 'length'}(json)), "
            f"bool_or(strlen(json) > {MOST_BYTES} or json_type(json) <> 'OBJECT' or contains(json, '\\u0000') "
            rf"or regexp_matches(json, ',\s*[}}\]]')) from read_ndjson_objects('{path}') group by 1"
        ).fetchall()
        names = _names(keys for keys, *_ in shapes)
        if names is None or any(is_odd for *_, is_odd in shapes):
            return None
        header = match_header(source, names)
        columns = ", ".join(f"'{quoted(name)}': 'varchar'" for name in header.found.values())
        connection.execute(
            f"create temp table {INCOMING} as select *, {judge(_types(source))} from "
            f"(select {_by_name(source, header)} from read_json('{path}', format = 'newline_delimited', "
            f"columns = {{{columns}}}))"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        connection.execute(f"drop table if exists {INCOMING}")
        return None
    rows = sum(count for _, count, *_ in shapes)
    values = int(sum(size for *_, size, _ in shapes))
    accounted = Bytes(
        text.content_bytes,
        text.mark_bytes,
        unit * values,
        unit * (text.counts.newlines + text.counts.crlf),
    )
    stored = connection.execute(f"select count(*) from {INCOMING}").fetchall()[0][0]
    if (
        stored != rows
        or accounted.content != accounted.header + accounted.records + accounted.line_ends
    ):
        connection.execute(f"drop table {INCOMING}")
        return None
    return Reading(
        records=rows,
        bytes=accounted,
        record_no="rowid + 1",
        extra_columns=header.extra,
        absent_columns=header.absent,
        spans_of=lambda record_nos: spans_of(text, _parts(source, text), record_nos),
    )


def _read_split(
    connection: duckdb.DuckDBPyConnection, source: Source, text: Text, judge: Judge
) -> Reading:
    split = _splitter(source)
    account, accounted = split_up(source, text, _parts(source, text), split, 0, _Store(connection))
    shapes = connection.execute(f"select distinct json_keys(line) from {_LINES}").fetchall()
    names = _names(keys for (keys,) in shapes) or []
    header = match_header(source, names)
    connection.execute(
        f"create temp table {INCOMING} as select *, {judge(_types(source))} from "
        f"(select {_fields(source, header)}, _record_no from "
        f"(select _record_no, {_extracted(source, header, 'line')} as _values from {_LINES}))"
    )
    connection.execute(f"drop table {_LINES}")
    return Reading(
        records=account.records,
        bytes=accounted,
        rejected=account.rejected,
        extra_columns=header.extra,
        absent_columns=header.absent,
        spans_of=lambda record_nos: spans_of(text, _parts(source, text), record_nos),
    )


class _Store:
    """A table of lines, filled with what the splitter finds."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute(
            f"create or replace temp table {_LINES} (_record_no bigint, line varchar)"
        )

    def lines(self, parts: list[PlainLines]) -> list[int]:
        """Lines that DuckDB and the splitter would both take; the others are for the splitter alone."""
        lines = itertools.chain.from_iterable(part.contents for part in parts)
        columns = [numbers_of(parts), pa.array(lines, pa.binary()).cast(pa.string())]
        return self._insert(pa.table(columns, ["_record_no", "line"]), IS_OBJECT)

    def records(self, records: list[Record]) -> list[int]:
        """Objects, but for what DuckDB cannot read."""
        numbers = pa.array([record.record_no for record in records], pa.int64())
        values = pa.array([record.value for record in records], pa.string())
        return self._insert(pa.table([numbers, values], ["_record_no", "line"]), "json_valid(line)")

    def _insert(self, rows: pa.Table, condition: str) -> list[int]:
        self._connection.register("split_lines", rows)
        self._connection.execute(
            f"insert into {_LINES} by name select * from split_lines where {condition}"
        )
        # The condition costs ten times as much as to see which of them came in.
        refused = self._connection.execute(
            f"select _record_no from split_lines where _record_no not in (select _record_no from {_LINES} "
            "where _record_no >= (select min(_record_no) from split_lines)) order by 1"
        ).fetchall()
        self._connection.unregister("split_lines")
        return [row[0] for row in refused]


def _parts(source: Source, text: Text) -> Iterator[Part]:
    return parts_of(text.path, 0, is_plain, _splitter(source))


def is_plain(line: bytes) -> bool:
    """What may be an object without anything that DuckDB and the splitter read in their own ways."""
    return line[:1] == b"{" and b"\\u" not in line


def _splitter(source: Source) -> Split:
    return partial(split_jsonl, last_line_counts=source.final_newline == "optional")


def _types(source: Source) -> dict[str, str]:
    return {column.name: "VARCHAR" for column in source.fields}


def _names(shapes: Iterable[list[str]]) -> list[str] | None:
    """All names in objects of these shapes; None where an object has one twice."""
    found: set[str] = set()
    for names in shapes:
        if len(set(names)) < len(names):
            return None
        found |= set(names)
    return sorted(found)


def _by_name(source: Source, header: Header) -> str:
    """SQL: the contract's columns from columns with the file's names."""
    return ", ".join(
        f"{identifier(header.found[column.name]) if column.name in header.found else 'cast(null as varchar)'} "
        f"as {identifier(column.name)}"
        for column in source.fields
    )


def _extracted(source: Source, header: Header, column: str) -> str:
    """SQL: the contract's values of one object as a list of texts."""
    paths = ", ".join(
        f"""'$."{quoted(header.found[c.name])}"'""" for c in source.fields if c.name in header.found
    )
    return f"json_extract_string({column}, [{paths}])"


def _fields(source: Source, header: Header) -> str:
    """SQL: the contract's columns from that list."""
    found = [column.name for column in source.fields if column.name in header.found]
    return ", ".join(
        f"_values[{found.index(column.name) + 1}] as {identifier(column.name)}"
        if column.name in found
        else f"cast(null as varchar) as {identifier(column.name)}"
        for column in source.fields
    )
