"""CSV files: DuckDB's reader where it accounts for every byte, the exact splitter where it does not.

After the fast reader the values, delimiters, quotes and line ends must add up to the size of the
file; a reader that dropped, joined or padded anything cannot get there. Lines that need no splitter
although the file does (``stretches``) are read by Arrow.
"""

import csv
import itertools
import re
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.csv

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import (
    INCOMING,
    Bytes,
    Header,
    HeldError,
    Judge,
    Reading,
    Spans,
    identifier,
    match_header,
    quoted,
)
from dagster_project.defs.raw.records import MOST_BYTES, Line, Record, lines_of, split_csv
from dagster_project.defs.raw.splitting import spans_of, split_up
from dagster_project.defs.raw.stretches import (
    IsPlain,
    Part,
    PlainLines,
    numbers_of,
    parts_of,
)
from dagster_project.defs.raw.texts import Text
from dagster_project.sources import Source


def read_csv(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, text: Text, judge: Judge
) -> Reading:
    """Fill ``incoming`` from a CSV text.

    Raises:
        HeldError: the header cannot be used, or most records are not CSV.
    """
    file = _CsvFile(delivery.source, text, *_header(delivery.source, text))
    reading = _read_fast(connection, file, judge)
    return reading or _read_split(connection, file, judge)


def plain_line(columns: int, delimiter: str) -> IsPlain:
    """Whether a line is a record come what may: as many fields as a record has, each quote closed.

    A quoted field is empty, or begins with neither quote nor delimiter: so no line can be read as the
    end of a field that an unclosed quote before it had opened. Arrow, which reads these lines, knows
    no delimiter of several bytes.
    """
    between = re.escape(delimiter.encode())
    is_possible = columns > 1 and delimiter.isascii()
    other = rb'[^"\r\n%b]' % between
    field = rb'(?:"(?:%b(?:[^"\r\n]|"")*+)?+"|%b*+)' % (other, other)
    fits = re.compile(rb"%b(?:%b%b){%d}+[\r\n]++" % (field, between, field, columns - 1)).fullmatch

    def is_plain(line: bytes) -> bool:
        return is_possible and fits(line) is not None

    return is_plain


def fields_of(parts: list[PlainLines], columns: int, delimiter: str) -> pa.Table:
    """The fields of plain lines as c0, c1, ..., an empty one as null, and ``_record_no``."""
    names = [f"c{n}" for n in range(columns)]
    lines = itertools.chain.from_iterable(part.contents for part in parts)
    try:
        fields = pyarrow.csv.read_csv(
            pa.BufferReader(b"\n".join(lines)),
            pyarrow.csv.ReadOptions(column_names=names),
            pyarrow.csv.ParseOptions(delimiter=delimiter),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        # Its text would quote the line.
        raise RuntimeError("A line taken for a record is none to Arrow's CSV reader.") from None
    return fields.append_column("_record_no", [numbers_of(parts)])


class _CsvFile:
    """A CSV text with its header: names at their positions, and what comes behind them."""

    def __init__(self, source: Source, text: Text, names: list[str], header: Line) -> None:
        self.source = source
        self.text = text
        self.names = names
        self.header_line = header
        # Names that are empty, at the end: a sheet's surplus columns, which must be empty in the records.
        self.columns = len(names)
        while self.columns > 1 and not names[self.columns - 1].strip():
            self.columns -= 1
        self.header: Header = match_header(source, names[: self.columns])

    @property
    def positions(self) -> dict[str, int]:
        """Contract column -> its position."""
        return {column: self.names.index(name) for column, name in self.header.found.items()}

    def found(self) -> list[str]:
        """The contract's columns that the file has, as SQL writes them."""
        return [identifier(name) for name in self.header.found]

    def contract_columns(self) -> str:
        """SQL: the contract's columns by name, from c0, c1, ..."""
        positions = self.positions
        return ", ".join(
            f"c{positions[column.name]} as {identifier(column.name)}"
            if column.name in positions
            else f"cast(null as varchar) as {identifier(column.name)}"
            for column in self.source.fields
        )

    def judged(self, judge: Judge) -> str:
        """SQL: what the judge says of each record, all columns being text."""
        return judge({column.name: "VARCHAR" for column in self.source.fields})

    def parts(self) -> Iterator[Part]:
        """What stands behind the header, plain lines apart from what needs the splitter."""
        is_plain = plain_line(self.columns, self.source.delimiter)
        return parts_of(self.text.path, 1, is_plain, self.split)

    def split(self, lines: Iterator[Line], first: int) -> Iterator[Record]:
        """The exact splitter's records."""
        return split_csv(
            lines,
            first,
            columns=self.columns,
            delimiter=self.source.delimiter,
            last_line_counts=self.source.final_newline == "optional",
        )

    def header_bytes(self) -> int:
        """Bytes of the header with its line end and the byte order mark, as delivered."""
        return self.text.mark_bytes + self.text.delivered_bytes(self.header_line.text)

    def spans_of(self, record_nos: set[int]) -> Spans:
        """Where these records lie in the delivered file."""
        return spans_of(self.text, self.parts(), record_nos)


def _header(source: Source, text: Text) -> tuple[list[str], Line]:
    first = next(lines_of(text.path), None)
    if first is None or not text.counts.size - text.counts.newlines - text.counts.carriage_returns:
        raise HeldError(
            "F_EMPTY", "There is nothing in the file. Deliver it again with its header and records."
        )
    try:
        line = first.content.decode("utf-8")
        names = next(csv.reader([line], delimiter=source.delimiter, strict=True), [])
    except UnicodeDecodeError:
        raise HeldError(
            "F_ENCODING",
            f"The header is not {source.encoding} text. Write the file as {source.encoding}.",
        ) from None
    except csv.Error:
        names = []
    if not names or len(first.text) > MOST_BYTES:
        raise HeldError(
            "F_HEADER", "The header cannot be read as CSV. Deliver it with plain names."
        )
    return names, first


def _read_fast(
    connection: duckdb.DuckDBPyConnection, file: _CsvFile, judge: Judge
) -> Reading | None:
    """Load with DuckDB's reader; None when any record does not read or any byte is missing."""
    counts, unit = file.text.counts, file.text.bytes_per_character
    is_utf8 = file.text.encoding == "utf-8"
    has_loose_returns = counts.carriage_returns != counts.crlf and not counts.quotes
    is_whole = file.text.ends_with_newline() or file.source.final_newline == "optional"
    is_cr_only = not counts.newlines
    if not is_whole or counts.nuls or counts.marks or has_loose_returns or is_cr_only:
        return None
    if (unit is None and not is_utf8) or file.columns < 2:
        return None
    used = set(file.positions.values())
    beside = [f"c{n}" for n in range(len(file.names)) if n not in used]
    columns = ", ".join(f"'c{n}': 'varchar'" for n in range(len(file.names)))
    measure = "strlen" if is_utf8 else "length"
    try:
        connection.execute(
            f"create temp table {INCOMING} as select *, {file.judged(judge)} from (select {file.contract_columns()}, "
            f"{measure}({_joined(beside)}) as _beside, {_quotes_in(_joined(beside))} as _beside_quotes, "
            f"{_surplus(file)} as _surplus from read_csv('{quoted(str(file.text.path))}', auto_detect = false, "
            f"header = false, skip = 1, delim = '{quoted(file.source.delimiter)}', quote = '\"', escape = '\"', "
            f"columns = {{{columns}}}, max_line_size = {MOST_BYTES}, strict_mode = true))"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        connection.execute(f"drop table if exists {INCOMING}")
        return None
    accounted = _account(connection, file, measure)
    if accounted is None:
        connection.execute(f"drop table {INCOMING}")
    return accounted


def _joined(columns: list[str]) -> str:
    """SQL: the values of a record in one text, to be measured at once."""
    return f"concat({', '.join(columns)})" if columns else "''"


def _quotes_in(text: str) -> str:
    return f"""case when contains({text}, '"') then strlen({text}) - strlen(replace({text}, '"', '')) else 0 end"""


def _surplus(file: _CsvFile) -> str:
    surplus = [f"c{n} is not null" for n in range(file.columns, len(file.names))]
    return " or ".join(surplus) or "false"


def _account(connection: duckdb.DuckDBPyConnection, file: _CsvFile, measure: str) -> Reading | None:
    """The reading, if the bytes of the rows add up to those of the file (I1)."""
    text = file.text
    count_quotes = text.counts.quotes - file.header_line.text.count(b'"')
    quotes = f"sum({_quotes_in('_joined')} + _beside_quotes)" if count_quotes else "0"
    rows, values, quotes_in_values, has_surplus = connection.execute(
        f"select count(*), coalesce(sum({measure}(_joined) + _beside), 0)::bigint, coalesce({quotes}, 0)::bigint, "
        f"coalesce(bool_or(_surplus), false) from (select *, {_joined(file.found())} as _joined from {INCOMING})"
    ).fetchall()[0]
    unit = 1 if text.encoding == "utf-8" else text.bytes_per_character or 1
    line_end = 2 if file.header_line.text.endswith(b"\r\n") else 1
    lines = text.counts.newlines - 1 + (not text.ends_with_newline())
    records = values + (len(file.names) - 1) * rows + count_quotes - quotes_in_values
    ends = line_end * (rows - (not text.ends_with_newline() and rows > 0))
    if not count_quotes:
        # Without quotes no value holds a line end: lines beyond the records are blank.
        ends += line_end * (lines - rows)
    accounted = Bytes(text.content_bytes, file.header_bytes(), unit * records, unit * ends)
    difference = text.content_bytes - accounted.header - accounted.records - accounted.line_ends
    if difference or has_surplus or (count_quotes and _may_hide_records(connection, file)):
        return None
    return Reading(
        records=rows,
        bytes=accounted,
        record_no="rowid + 1",
        extra_columns=file.header.extra,
        absent_columns=file.header.absent,
        spans_of=file.spans_of,
    )


def _may_hide_records(connection: duckdb.DuckDBPyConnection, file: _CsvFile) -> bool:
    """Whether a value holds a line with as many delimiters as a record: the splitter must look."""
    delimiter = quoted(file.source.delimiter)
    hides = " or ".join(
        f"(contains({name}, chr(10)) and length({name}) - length(replace({name}, '{delimiter}', '')) "
        f">= {file.columns - 1})"
        for name in file.found()
    )
    has_lines = f"contains({_joined(file.found())}, chr(10))"
    query = f"select 1 from (from {INCOMING} where {has_lines}) where {hides} limit 1"
    return bool(connection.execute(query).fetchall())


def _read_split(connection: duckdb.DuckDBPyConnection, file: _CsvFile, judge: Judge) -> Reading:
    store = _Store(connection, file, judge)
    account, accounted = split_up(
        file.source, file.text, file.parts(), file.split, file.header_line.end, store
    )
    return Reading(
        records=account.records,
        bytes=accounted,
        rejected=account.rejected,
        extra_columns=file.header.extra,
        absent_columns=file.header.absent,
        spans_of=file.spans_of,
    )


class _Store:
    """``incoming``, filled with what the splitter finds."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: _CsvFile, judge: Judge) -> None:
        self._connection = connection
        self._names = [f"c{n}" for n in range(file.columns)]
        self._delimiter = file.source.delimiter
        self._judged = f"select *, {file.judged(judge)} from (select {file.contract_columns()}, _record_no from "
        empty = ", ".join(f"cast(null as varchar) as {name}" for name in self._names)
        connection.execute(
            f"create temp table {INCOMING} as {self._judged} "
            f"(select {empty}, cast(null as bigint) as _record_no)) where false"
        )

    def lines(self, parts: list[PlainLines]) -> list[int]:
        """All are taken."""
        if parts:
            self._insert(fields_of(parts, len(self._names), self._delimiter))
        return []

    def records(self, records: list[Record]) -> list[int]:
        """Records with their fields; all are taken."""
        columns = [
            pa.array([field or None for field in column], pa.string())
            for column in zip(*(record.value for record in records), strict=True)
        ]
        numbers = pa.array([record.record_no for record in records], pa.int64())
        self._insert(pa.table([*columns, numbers], [*self._names, "_record_no"]))
        return []

    def _insert(self, rows: pa.Table) -> None:
        self._connection.register("split_records", rows)
        self._connection.execute(f"insert into {INCOMING} by name {self._judged} split_records)")
        self._connection.unregister("split_records")
