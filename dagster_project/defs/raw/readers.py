"""From a delivered file to a table ``incoming``: contract columns by name, plus ``_record_no``.

Whether a whole file must be held is decided here, from its bytes and its header; which of its
records are accepted is ``acceptance``. Nothing here puts a value of the file into a message.
"""

import csv
import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.records import Rejected, is_undecodable, split_csv
from dagster_project.sources import Column, Source

INCOMING = "incoming"

# A packed file may not grow more than this when unpacked: more is a bomb, not a delivery.
_MOST_UNPACKING = 100

# Up to this many lines, or this share of them, are damage; more is a file of another encoding.
_FEW_DAMAGED = 20
_MOST_DAMAGED_SHARE = 0.02


class HeldError(Exception):
    """The file is held whole; ``reason_code`` and a sentence without values say why."""

    def __init__(self, reason_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code


@dataclass
class Reading:
    """What reading a file gave beside the rows in ``incoming``."""

    records: int
    rejected: list[Rejected] = field(default_factory=list)
    extra_columns: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)


def read_delivery(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, scratch: Path
) -> Reading:
    """Fill the temporary table ``incoming`` from one file.

    Raises:
        HeldError: the file as a whole cannot be used.
    """
    connection.execute(f"drop table if exists {INCOMING}")
    if delivery.bytes == 0:
        raise HeldError(
            "F_EMPTY", "The file has 0 bytes. Deliver it again with its header and records."
        )
    if delivery.format == "parquet":
        reading = _read_parquet(connection, delivery)
    else:
        text = _decode(delivery)
        reader = _read_csv if delivery.format == "csv" else _read_jsonl
        reading = reader(connection, delivery.source, text, scratch)
    if reading.records == 0 and delivery.source.empty == "held":
        raise HeldError(
            "F_EMPTY",
            "The file has a header and no records. Deliver it again, or set `empty: allowed` for the source.",
        )
    return reading


def _read_parquet(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> Reading:
    path = str(delivery.copy)
    try:
        relation = connection.read_parquet(path)
        names = list(relation.columns)
    except duckdb.Error:
        raise HeldError(
            "F_FORMAT", "The file cannot be read as Parquet. Write it anew as a Parquet file."
        ) from None
    found = _match_header(delivery.source, names)
    types = dict(zip(names, map(str, relation.types), strict=True))
    columns = [
        f"{_delivered(column, found[column.name], types[found[column.name]])} as {_identifier(column.name)}"
        if column.name in found
        else f"cast(null as varchar) as {_identifier(column.name)}"
        for column in delivery.source.fields
    ]
    try:
        connection.execute(
            f"create temp table {INCOMING} as select row_number() over () as _record_no, "
            f"{', '.join(columns)} from read_parquet('{path}')"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        raise HeldError(
            "F_TRUNCATED", "The Parquet file is damaged inside. Deliver it again."
        ) from None
    return _reading(connection, delivery.source, names, found, [])


def _delivered(column: Column, name: str, parquet_type: str) -> str:
    """The column as delivered; a whole number that a nullable column turned into 1001.0 is 1001 again."""
    value = _identifier(name)
    if column.type not in {"text", "integer"} or parquet_type not in {"FLOAT", "DOUBLE"}:
        return value
    return (
        f"case when isfinite({value}) and {value} = trunc({value}) then cast(cast({value} as hugeint) as varchar) "
        f"else cast({value} as varchar) end"
    )


def _decode(delivery: Delivery) -> str:
    """The file's text, decoded strictly as the sources file declares."""
    content = _bytes(delivery)
    if content[:4] == b"PAR1" or (
        b"\0" in content and not delivery.source.encoding.startswith("utf-16")
    ):
        raise HeldError(
            "F_NUL",
            f"The file holds bytes that no {delivery.format.upper()} text has. "
            f"Write it anew as {delivery.format.upper()}.",
        )
    declared = delivery.source.encoding
    encoding = "utf-8-sig" if declared.lower() in {"utf-8", "utf8"} else declared
    # A byte that does not decode becomes a lone surrogate, which costs its record (R_ENC).
    text = content.decode(encoding, errors="surrogateescape")
    _hold_if_other_encoding(text, declared)
    if not declared.lower().startswith("utf") and not content.isascii() and _is_utf8(content):
        raise HeldError(
            "F_ENCODING",
            f"The file is UTF-8 where {declared} is declared, and would read as wrong letters. "
            f"Write it as {declared}, or correct `encoding` of the source.",
        )
    return text


def _hold_if_other_encoding(text: str, declared: str) -> None:
    """A file of another encoding, unlike a few damaged records, is held."""
    lines = text.count("\n") + 1
    damaged = (
        sum(1 for line in text.split("\n") if is_undecodable(line)) if is_undecodable(text) else 0
    )
    if damaged > max(_FEW_DAMAGED, _MOST_DAMAGED_SHARE * lines) or 2 * damaged > lines:
        raise HeldError(
            "F_ENCODING",
            f"{damaged} of {lines} lines are not {declared} text. Write the file as {declared}, "
            "or correct `encoding` of the source.",
        )
    if is_undecodable(text.partition("\n")[0]):
        raise HeldError(
            "F_ENCODING", f"The header is not {declared} text. Write the file as {declared}."
        )


def _bytes(delivery: Delivery) -> bytes:
    content = delivery.copy.read_bytes()
    if not delivery.file_name.endswith(".gz"):
        return content
    limit = len(content) * _MOST_UNPACKING
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            content = packed.read(limit + 1)
    except (OSError, EOFError):
        raise HeldError(
            "F_FORMAT", "The file cannot be unpacked with gzip. Deliver it again."
        ) from None
    if len(content) > limit:
        raise HeldError(
            "F_SIZE", f"The file unpacks to more than {_MOST_UNPACKING} times its size."
        )
    return content


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_csv(
    connection: duckdb.DuckDBPyConnection, source: Source, text: str, scratch: Path
) -> Reading:
    if "\n" not in text:
        text = text.replace("\r", "\n")
    header_line, _, body = text.partition("\n")
    try:
        names = next(
            csv.reader([header_line.rstrip("\r")], delimiter=source.delimiter, strict=True), []
        )
    except csv.Error:
        raise HeldError(
            "F_HEADER", "The header cannot be read as CSV. Deliver it with plain names."
        ) from None
    found = _match_header(source, names)
    body, cut = _without_cut_line(source, body)
    rejected: list[Rejected] = []
    if is_undecodable(body) or not _load_clean_csv(connection, source, names, body, scratch):
        rejected = _load_split_csv(connection, source, names, body)
    if cut:
        records = connection.execute(f"select count(*) from {INCOMING}").fetchall()[0][0]
        rejected.append(Rejected(records + len(rejected) + 1, "R_TRUNCATED"))
    _keep_contract_columns(connection, source, names, found)
    return _reading(connection, source, names, found, rejected)


def _without_cut_line(source: Source, body: str) -> tuple[str, bool]:
    """The body without a last line that lacks its newline: it may have been cut anywhere."""
    if source.final_newline == "optional" or not body or body.endswith("\n"):
        return body, False
    kept, newline, _ = body.rpartition("\n")
    return kept + newline, True


def _load_clean_csv(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    names: list[str],
    body: str,
    scratch: Path,
) -> bool:
    """Load with DuckDB's reader; false when any record does not read, so that the splitter must."""
    work = scratch / "incoming.csv"
    work.write_text(body, encoding="utf-8", newline="")
    columns = ", ".join(f"'{_quoted(f'c{n}')}': 'varchar'" for n in range(len(names)))
    try:
        connection.execute(
            f"create temp table {INCOMING} as select row_number() over () as _record_no, * from read_csv("
            f"'{work}', auto_detect = false, header = false, delim = '{source.delimiter}', quote = '\"', "
            f"escape = '\"', columns = {{{columns}}}, max_line_size = 65536, strict_mode = true)"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        connection.execute(f"drop table if exists {INCOMING}")
        return False
    finally:
        work.unlink()
    return True


def _load_split_csv(
    connection: duckdb.DuckDBPyConnection, source: Source, names: list[str], body: str
) -> list[Rejected]:
    lines = [line.removesuffix("\r") for line in body.split("\n")]
    numbers: list[int] = []
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    for number, record in enumerate(
        split_csv(lines, columns=len(names), delimiter=source.delimiter), start=1
    ):
        if isinstance(record, Rejected):
            rejected.append(record)
        else:
            numbers.append(number)
            rows.append(record)
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table(
        [pa.array(numbers, pa.int64()), *(pa.array(values, pa.string()) for values in columns)],
        names=["_record_no", *(f"c{n}" for n in range(len(names)))],
    )
    connection.register("split_records", table)
    connection.execute(f"create temp table {INCOMING} as select * from split_records")
    connection.unregister("split_records")
    return rejected


def _keep_contract_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, names: list[str], found: dict[str, str]
) -> None:
    """From positions to names: only now that the header was matched by name."""
    positions = {name: f"c{number}" for number, name in enumerate(names)}
    columns = ", ".join(
        f"nullif({positions[found[column.name]]}, '') as {_identifier(column.name)}"
        if column.name in found
        else f"cast(null as varchar) as {_identifier(column.name)}"
        for column in source.fields
    )
    connection.execute(
        f"create or replace temp table {INCOMING}_named as select _record_no, {columns} from {INCOMING}"
    )
    connection.execute(f"drop table {INCOMING}")
    connection.execute(f"alter table {INCOMING}_named rename to {INCOMING}")


def _read_jsonl(
    connection: duckdb.DuckDBPyConnection, source: Source, text: str, scratch: Path
) -> Reading:
    body, cut = _without_cut_line(source, text)
    lines = [line for line in body.split("\n") if line.strip()]
    decoded = [None if is_undecodable(line) else line for line in lines]
    connection.register("json_lines", pa.table({"line": pa.array(decoded, pa.string())}))
    connection.execute(
        "create or replace temp table json_records as select row_number() over () as _record_no, line, "
        "coalesce(try(json_type(line)) = 'OBJECT', false) as is_record from json_lines"
    )
    connection.unregister("json_lines")
    names = [
        row[0]
        for row in connection.execute(
            "select distinct unnest(json_keys(line)) as name from json_records where is_record order by 1"
        ).fetchall()
    ]
    rejected = [
        Rejected(number, "R_ENC" if is_undecoded else "R_JSON")
        for number, is_undecoded in connection.execute(
            "select _record_no, line is null from json_records where not is_record order by 1"
        ).fetchall()
    ]
    if cut:
        rejected.append(Rejected(len(lines) + 1, "R_TRUNCATED"))
    found = _match_header(source, names) if names or rejected else {}
    columns = ", ".join(
        f"json_extract_string(line, '$.\"{_quoted(found[column.name])}\"') as {_identifier(column.name)}"
        if column.name in found
        else f"cast(null as varchar) as {_identifier(column.name)}"
        for column in source.fields
    )
    connection.execute(
        f"create temp table {INCOMING} as select _record_no, {columns} from json_records where is_record"
    )
    connection.execute("drop table json_records")
    return _reading(connection, source, names, found, rejected)


def _match_header(source: Source, names: list[str]) -> dict[str, str]:
    """Contract column -> its name in the file.

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
    missing = [c.delivered_as for c in source.fields if c.is_required and c.name not in found]
    if missing:
        raise HeldError(
            "F_HEADER" if not found else "F_SCHEMA",
            f"The header has {len(found)} of the {len(source.fields)} known columns; required and missing: "
            f"{', '.join(missing)}. Deliver the file with them, or map your own names with `columns:` "
            "in sources.yaml.",
        )
    return found


def _reading(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    names: list[str],
    found: dict[str, str],
    rejected: list[Rejected],
) -> Reading:
    good = connection.execute(f"select count(*) from {INCOMING}").fetchall()[0][0]
    used = set(found.values())
    return Reading(
        records=good + len(rejected),
        rejected=rejected,
        extra_columns=[name for name in names if name not in used],
        absent_columns=[column.name for column in source.fields if column.name not in found],
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return text.replace("'", "''")
