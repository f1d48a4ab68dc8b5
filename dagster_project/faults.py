"""Faults of the machine and of SQL: what is retried, what ends the run how, what may be shown.

A disk that stumbles is asked again twice; a full disk or too little memory ends the run with its own
exit code; wrong data stays wrong and is never retried. DuckDB's error texts quote rows, so this is
the one boundary that they pass before anything writes them down.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from dagster_project.errors import (
    ResourcesExhaustedError,
    WarehouseBusyError,
    WarehouseDamagedError,
)
from dagster_project.full_disk import disk_full, is_no_room

_RETRIES = 2
_WAIT_SECONDS = 2

# Errors about the SQL itself quote names of columns and tables, never rows.
_ABOUT_SQL = re.compile(r"(Parser|Binder|Catalog|Compilation|Contract) ?Error.*", re.DOTALL)
_KIND = re.compile(r"\w+( \w+)? (Error|Exception)")

# How DuckDB words what the machine did to its file.
_HELD_OPEN = re.compile(r"Conflicting lock is held in .*\(PID (\d+)\)")
_DAMAGED = re.compile(
    r"not a valid DuckDB database|Corrupt database file|version number"
    r'|Could not read enough bytes from file "[^"]*\.duckdb"'
)


@contextmanager
def file_faults() -> Iterator[None]:
    """Tell files that stumble (retried) from a full disk (exit code 5)."""
    try:
        yield
    except OSError as error:
        if is_no_room(error):
            raise disk_full() from None
        raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_WAIT_SECONDS) from error


@contextmanager
def database_faults() -> Iterator[None]:
    """Tell lack of memory and disk, damage, stumbling disks, and errors whose text may quote a row."""
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException):
        raise _out_of_memory() from None
    except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
        if is_no_room(error):
            raise disk_full() from None
        _raise_for_file(str(error))
        if not isinstance(error, duckdb.IOException):
            raise RuntimeError(without_values(f"{type(error).__name__}: {error}")) from None
        raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_WAIT_SECONDS) from None
    except duckdb.Error as error:
        raise RuntimeError(without_values(f"{type(error).__name__}: {error}")) from None


def raise_if_exhausted(message: str) -> None:
    """For what dbt tells of a model: of DuckDB's error only the text is left.

    Raises:
        ResourcesExhaustedError: it says that disk or memory ran out.
    """
    if is_no_room(duckdb.Error(message)):
        raise disk_full()
    if "Out of Memory Error" in message:
        raise _out_of_memory()


def _out_of_memory() -> ResourcesExhaustedError:
    return ResourcesExhaustedError(
        "Memory ran out. Give the machine more, or lower SKIKT_MEMORY_LIMIT so that DuckDB spills to disk."
    )


def without_values(message: str) -> str:
    """An error text that is about SQL, whole; of one that may quote a row, only its kind."""
    if about_sql := _ABOUT_SQL.search(message):
        return about_sql.group(0)
    kind = _KIND.search(message)
    return f"{kind.group(0) if kind else 'An error'}: its text may hold values and is not shown."


def _raise_for_file(message: str) -> None:
    if _DAMAGED.search(message):
        raise WarehouseDamagedError(
            "The warehouse is damaged, or was written by another version of DuckDB. It holds nothing of its own. "
            "Remove warehouse.duckdb and warehouse.duckdb.wal from SKIKT_HOME and run again, and deliveries "
            "and state give the same tables."
        ) from None
    if holder := _HELD_OPEN.search(message):
        raise WarehouseBusyError(
            f"Another program (process {holder.group(1)}) has the warehouse open. Close it there, then run again."
        ) from None
