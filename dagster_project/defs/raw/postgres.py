"""A table or query of a PostgreSQL database, read in batches into a Parquet file of texts.

Each column of the contract is asked for as text: what the database knows and no file type does
(infinity, NaN, enums, arrays, numbers of any length) arrives as it is written there, and is judged
like any other delivery. Which of the rows are new is ``extracts``.

How one connects is ``dagster_project.postgres``; no message of the server is shown.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.defs.raw.reading import HeldError, identifier, match_header
from dagster_project.errors import ConfigurationError
from dagster_project.postgres import connect, is_dead, sqlstate_of
from dagster_project.sources import TABLE_NAME, Source

# What lies in memory at once; a million contacts come in some sixty batches.
_BATCH_BYTES = 4 << 20

_MISSING = {"42P01": "table", "42703": "column", "3F000": "schema", "3D000": "database"}
_BROKEN_OFF = ("08", "28", "57P")
_NO_RIGHT = "42501"


@dataclass(frozen=True)
class Question:
    """What is asked of the database.

    Attributes:
        select: all rows, each column as text.
        names: contract column -> its name there.
        key: those names of them that name a record.
        updated: the column that says when a row changed, where moments can be compared with it.
        zone: SQL behind a moment in the source's own time that makes it comparable.
    """

    select: str
    names: Mapping[str, str]
    key: tuple[str, ...]
    updated: str | None
    zone: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names there."""
        return tuple(self.names.values())

    def since(self, begin: datetime | None) -> str:
        """The rows from this moment on, and those that do not say when they changed."""
        if begin is None or self.updated is None:
            return self.select
        updated = identifier(self.updated)
        return (
            f"{self.select} where {updated} >= timestamp '{begin}'{self.zone} or {updated} is null"
        )


class Database:
    """One read-only transaction, which sees the database as it was at one moment."""

    def __init__(self, source: Source, connection: Any, cursor: Any) -> None:
        self._source, self._connection, self._cursor = source, connection, cursor

    def question(self) -> Question:
        """What to ask, from the columns that the table or query has now.

        Raises:
            HeldError: the table, or a required column, is missing.
        """
        source = self._source
        relation = _relation(source)
        with _faults(source, self._connection):
            schema = self._cursor.adbc_execute_schema(f"select * from {relation}")
        found = match_header(source, schema.names).found
        columns = ", ".join(
            f"({identifier(name)}{_zone(source, schema.field(name).type)})::text as {identifier(name)}"
            for name in found.values()
        )
        updated = found.get(source.updated or "") if source.delivery == "upsert" else None
        kind = schema.field(updated).type if updated else None
        return Question(
            select=f"select {columns} from {relation}",
            names=found,
            key=tuple(found[name] for name in source.key),
            updated=updated if _is_moment(kind) else None,
            zone=_zone(source, kind),
        )

    def now(self) -> str:
        """The server's clock when the transaction began, in the source's own time."""
        with _faults(self._source, self._connection):
            self._cursor.execute(f"select (now() at time zone '{self._source.timezone}')::text")
            return str(self._cursor.fetchall()[0][0])

    def write(self, question: str, file: Path) -> None:
        """Write the answer as Parquet, a batch at a time.

        Raises:
            HeldError: the server ends the query or breaks off.
        """
        with _faults(self._source, self._connection):
            self._cursor.execute(question)
            batches = self._cursor.fetch_record_batch()
            schema = pa.schema([pa.field(name, pa.string()) for name in batches.schema.names])
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in self._received(batches):
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))

    def _received(self, batches: Any) -> Iterator[Any]:
        while True:
            # Only what the driver does is its fault: a full disk is met by who writes the batch.
            with _faults(self._source, self._connection):
                batch = next(batches, None)
            if batch is None:
                return
            yield batch


@contextmanager
def opened(source: Source) -> Iterator[Database]:
    """The database of a source.

    Raises:
        ConfigurationError: the variable that ``connection`` names is not set.
        HeldError: the server cannot be reached or refuses.
    """
    from adbc_driver_postgresql import StatementOptions

    dsn = os.environ.get(source.connection or "")
    if not dsn:
        raise ConfigurationError(
            f"{source.name} is read from a database, and the environment variable {source.connection} "
            "is not set. Put the database's connection string or URI into it."
        )
    with _faults(source):
        connection = connect(dsn)
    with connection, connection.cursor() as cursor:
        with _faults(source, connection):
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute(
                "select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true), "
                "set_config('client_encoding', 'UTF8', true), set_config('application_name', 'skikt', true), "
                f"set_config('statement_timeout', '{int(source.timeout_minutes * 60_000)}', true)"
            )
            cursor.fetchall()
            batch_size = StatementOptions.BATCH_SIZE_HINT_BYTES.value
            cursor.adbc_statement.set_options(**{batch_size: str(_BATCH_BYTES)})
        yield Database(source, connection, cursor)


@contextmanager
def _faults(source: Source, connection: Any = None) -> Iterator[None]:
    """From the driver's errors, whose texts are not ours to show, to a held source."""
    from adbc_driver_manager import Error

    try:
        yield
    except (Error, pa.ArrowException, OSError) as error:
        raise _held(source, connection, sqlstate_of(error)) from None


def _held(source: Source, connection: Any, sqlstate: str) -> HeldError:
    said = f" (SQLSTATE {sqlstate})" if sqlstate else ""
    if sqlstate in _MISSING:
        return HeldError(
            "F_SCHEMA",
            f"The database has no such {_MISSING[sqlstate]} as is asked for{said}. "
            "Correct `table`, `query` or `columns` of the source.",
        )
    if connection is None:
        return HeldError(
            "F_CONNECTION",
            f"The database cannot be reached, or refuses the login{said}. "
            f"Check the server and what {source.connection} holds, and run again.",
        )
    if sqlstate.startswith(_BROKEN_OFF) or is_dead(connection):
        return HeldError(
            "F_CONNECTION",
            f"The connection to the database broke off while it was read{said}. Run again.",
        )
    if sqlstate == _NO_RIGHT:
        return HeldError(
            "F_QUERY",
            f"The database user may not read what is asked for{said}. Grant it usage on the schema and select "
            "on the table.",
        )
    return HeldError(
        "F_QUERY",
        f"The database ended the query before its last row{said}: a value may be no text or no number "
        f"there, or it took longer than {source.timeout_minutes:g} minutes. Try the query there, or "
        "raise `timeout_minutes` of the source.",
    )


def _relation(source: Source) -> str:
    """The table, its names quoted, or the query; a new line ends a comment at the query's end."""
    if source.query:
        return f"(\n{source.query}\n) as asked"
    names = re.fullmatch(TABLE_NAME, source.database_table or "")
    parts = [part for part in names.groups() if part] if names else []
    return ".".join(part if part.startswith('"') else identifier(part) for part in parts)


def _zone(source: Source, kind: Any) -> str:
    """SQL: between a moment with a zone and the source's own time, in which a file would write it."""
    has_zone = kind is not None and pa.types.is_timestamp(kind) and kind.tz
    return f" at time zone '{source.timezone}'" if has_zone else ""


def _is_moment(kind: Any) -> bool:
    return kind is not None and bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))
