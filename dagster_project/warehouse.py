"""The one place that opens the warehouse, and the lock that lets one run at a time do so.

A DuckDB file takes one writing process (docs/adr/0001). Assets read and replace whole tables
through ``Warehouse``; SQL models go through dbt, which opens the same file with the same settings.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import dagster as dg
import duckdb
import pyarrow as pa
from pydantic import PrivateAttr

from dagster_project.errors import WarehouseBusyError
from dagster_project.faults import database_faults
from dagster_project.home import Home
from dagster_project.settings import load_settings

_lock_file: IO[str] | None = None


def hold_lock(home: Home) -> bool:
    """Take the run lock, until ``release_lock`` or the end of this process.

    Returns:
        Whether it was free; False if this process holds it already.

    Raises:
        WarehouseBusyError: another process holds it.
    """
    global _lock_file
    if _lock_file is not None and not _lock_file.closed and _lock_file.name == str(home.lock):
        return False
    handle = home.lock.open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise WarehouseBusyError(
            f"Another run (process {holder}) holds the warehouse, and only one may write at a time. "
            "Wait for it to end, or stop it, then run again."
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    _lock_file = handle
    return True


def release_lock() -> None:
    """Let the next run begin."""
    if _lock_file is not None:
        _lock_file.close()


TIME_ZONE = "UTC"


def duckdb_options(home: Home) -> dict[str, str]:
    """What every connection opens the file with, ours and dbt's alike, so that one process may have both.

    Set later, ``temp_directory`` would be refused once a query had spilled to disk.
    """
    settings = load_settings()
    physical_memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        # Nothing is downloaded at run time.
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(home.scratch),
        "memory_limit": settings.memory_limit or f"{physical_memory * 8 // 10 // 2**20}MiB",
        "threads": str(settings.threads or os.cpu_count() or 1),
        # From this version on one pass finds how to pack text (DICT_FSST): tables are written a third
        # faster. What is published keeps the oldest format, for the readers of others.
        "storage_compatibility_version": "v1.3.0",
    }


# Opening the file costs 20 ms and a refresh looks into it 270 times: one stays open while a run works.
_databases: dict[str, duckdb.DuckDBPyConnection] = {}


def _database(home: Home) -> duckdb.DuckDBPyConnection:
    path = str(home.warehouse)
    if path not in _databases:
        _remove_torn(home.warehouse)
        _databases[path] = duckdb.connect(path, config=dict(duckdb_options(home)))
        home.warehouse.chmod(0o600)
        _databases[path].execute(f"set global TimeZone = '{TIME_ZONE}'")
    return _databases[path]


def _remove_torn(file: Path) -> None:
    """Remove what a run left that was killed, or met a full disk, while DuckDB made the file.

    DuckDB writes three headers of 4,096 bytes before it lets anybody in: a shorter file holds nothing.
    """
    if file.is_file() and file.stat().st_size < 3 * 4_096:
        file.unlink()


def close_dbt_connection() -> None:
    """Close dbt's connection to the file, which its adapter keeps open between invocations."""
    manager = sys.modules.get("dbt.adapters.duckdb.connections")
    if manager is not None and manager.DuckDBConnectionManager._ENV is not None:
        manager.DuckDBConnectionManager._ENV.close()
        manager.DuckDBConnectionManager._ENV = None


class Warehouse(dg.ConfigurableResource[None]):
    """Reads and replaces tables of the warehouse; holds the run lock while a run executes."""

    root: str
    _took_lock: bool = PrivateAttr(default=False)

    @property
    def home(self) -> Home:
        """Where this warehouse lives."""
        return Home(Path(self.root))

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Take the run lock, whoever started the run."""
        self._took_lock = hold_lock(self.home)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close the file: until the next run nobody holds it.

        A process that Dagster started lives on for 15 s after its run; what took the lock gives it back.
        """
        self.release()
        if self._took_lock:
            release_lock()

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One connection in UTC, closed at the end; the boundary where errors lose their values.

        Raises:
            ResourcesExhaustedError: disk or memory ran out.
            WarehouseDamagedError: the file is no database any more.
            WarehouseBusyError: another program has it open.
            dagster.RetryRequested: the disk stumbled.
            RuntimeError: any other error of DuckDB, without the row it met.
        """
        with database_faults():
            yield from self._open()

    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = _database(self.home).cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def release(self) -> None:
        """Close the file, so that another process may read it; the next use opens it again."""
        close_dbt_connection()
        database = _databases.pop(str(self.home.warehouse), None)
        if database is not None:
            database.close()

    def read(self, query: str) -> pa.Table:
        """The rows of a query as an Arrow table."""
        with self.connect() as connection:
            return connection.sql(query).to_arrow_table()

    def replace(
        self, table: str, rows: pa.Table, comments: Mapping[str, str] | None = None
    ) -> None:
        """Make ``schema.table`` hold exactly these rows."""
        schema = table.split(".")[0]
        with self.connect() as connection:
            connection.execute(f"create schema if not exists {schema}")
            connection.register("incoming", rows)
            connection.execute(f"create or replace table {table} as select * from incoming")
            for column, comment in (comments or {}).items():
                connection.execute(
                    f"comment on column {table}.{column} is '{comment.replace(chr(39), chr(39) * 2)}'"
                )

    def has_table(self, table: str) -> bool:
        """Whether ``schema.table`` is there."""
        with self.connect() as connection:
            return bool(
                connection.execute(
                    "select 1 from duckdb_tables() where schema_name || '.' || table_name = ?",
                    [table],
                ).fetchall()
            )

    def rows_of(self, table: str) -> int:
        """How many rows a table holds."""
        with self.connect() as connection:
            return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])

    def schema_of(self, table: str) -> dg.TableSchema:
        """The table's columns with their comments, as Dagster shows them."""
        schema, name = table.split(".")
        with self.connect() as connection:
            columns = connection.execute(
                "select column_name, data_type, comment from duckdb_columns() "
                "where schema_name = ? and table_name = ? order by column_index",
                [schema, name],
            ).fetchall()
        return dg.TableSchema(
            columns=[
                dg.TableColumn(name=column, type=data_type, description=comment)
                for column, data_type, comment in columns
            ]
        )
