"""What reading a file gives: the rows in ``incoming`` and the facts beside them, or a held file.

The readers of each format fill it; ``acceptance`` decides what becomes of the records.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from dagster_project.defs.raw.records import Rejected
from dagster_project.sources import Column, Source

# The temporary table of a file's records: contract columns by name, and what ``Judge`` says of them.
INCOMING = "incoming"

# From the SQL type each contract column is read as: expressions that judge a record while it is read.
Judge = Callable[[dict[str, str]], str]

Spans = dict[int, tuple[int, int]]


class HeldError(Exception):
    """The file is held whole; ``reason_code`` and a sentence without values say why."""

    def __init__(self, reason_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code


@dataclass(frozen=True)
class Bytes:
    """Where the bytes of a delivered file went (I1); of a packed one, its unpacked bytes.

    ``records`` are all records without their line ends, ``line_ends`` also those of blank lines. Of
    Parquet, ``records`` are the column chunks and ``header`` all that describes them.
    """

    content: int
    header: int
    records: int
    line_ends: int


def _no_spans(record_nos: set[int]) -> Spans:
    return {}


@dataclass
class Reading:
    """What reading a file gave beside the rows in ``incoming``.

    ``record_no`` is SQL over ``incoming``; ``spans_of`` finds where records lie in the file.
    """

    records: int
    bytes: Bytes
    record_no: str = "_record_no"
    rejected: list[Rejected] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)
    spans_of: Callable[[set[int]], Spans] = _no_spans


@dataclass(frozen=True)
class Header:
    """Contract column -> its name in the file, and the names that the contract does not know."""

    found: dict[str, str]
    extra: list[str]
    absent: list[str]


def match_header(source: Source, names: list[str]) -> Header:
    """The file's columns by name.

    Raises:
        HeldError: a required column is missing or a name stands twice.
    """
    folded = [name.strip().casefold() for name in names]
    if len(set(folded)) < len(folded):
        raise HeldError(
            "F_HEADER", "The header names a column twice. Deliver it with each name once."
        )
    by_name = dict(zip(folded, names, strict=True))
    found = {
        column.name: by_name[column.delivered_as.casefold()]
        for column in source.fields
        if column.delivered_as.casefold() in by_name
    }
    extra = [name for name in names if name not in set(found.values())]
    missing = [c.delivered_as for c in source.fields if c.is_required and c.name not in found]
    if missing:
        raise HeldError(
            "F_SCHEMA" if found else "F_HEADER",
            f"The header has {len(found)} of the {len(source.fields)} known columns; required and missing: "
            f"{', '.join(missing)}. {_nearest(missing, extra) if found else ''}"
            "Deliver the file with them, or map your own names with `columns:` in sources.yaml.",
        )
    absent = [column.name for column in source.fields if column.name not in found]
    return Header(found, extra, absent)


def _nearest(missing: list[str], extra: list[str]) -> str:
    """Which delivered names may be the missing ones, renamed."""
    names = {name.strip().casefold(): name.strip() for name in extra}
    pairs = [
        f"{names[nearest[0]]} for {column}"
        for column in missing
        if (nearest := difflib.get_close_matches(column.casefold(), names, n=1))
    ]
    return f"The header has {', '.join(pairs)}: perhaps renamed. " if pairs else ""


def identifier(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text within single quotes of SQL."""
    return text.replace("'", "''")


def types_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column -> its SQL type."""
    return {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}


def as_text(source: Source, column: Column, value: str, type_: str) -> str:
    """SQL: a value of this type as the source writes it in text, a number with the source's sign."""
    text = f"cast({value} as varchar)"
    has_point = type_.startswith(("DECIMAL", "DOUBLE", "FLOAT"))
    if column.type in {"decimal", "number"} and has_point and source.decimal_sign != ".":
        return f"replace({text}, '.', '{source.decimal_sign}')"
    return text
