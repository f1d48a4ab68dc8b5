"""The published tables in a PostgreSQL database too, for readers that open no DuckDB file.

All tables change in one transaction, by deleting and inserting rows: who reads at that moment sees the
publication before, whole; truncated or renamed tables would be empty for a reader whose transaction began
earlier, and would lose what others hung on them (grants, views). What a release is, is ``release``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.defs.publication.release import DATABASE
from dagster_project.errors import ConfigurationError, ResourcesExhaustedError, SkiktError
from dagster_project.postgres import connect, is_dead, sqlstate_of
from dagster_project.vocabulary import MARTS

READER = "bi"
_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "BIGINT": "bigint",
}
# Any number: two publishers of one database wait for each other by it.
_LOCK = 7_214_801
_ROWS_PER_BATCH = 100_000
_SETTING = "SKIKT_PUBLISH_POSTGRES"
_BEFORE = "The publication is current here; the database still holds what it held."


def copy_to_postgres(dsn: str, folder: Path) -> dict[str, int]:
    """Make a publication the content of the schema ``marts``, in one transaction.

    A table keeps its grants, comments are written anew, and the role ``bi``, where there is one or it may
    be created, reads all of them.

    Args:
        dsn: of a database in which its user may create a schema.
        folder: of the publication.

    Returns:
        Rows per table.

    Raises:
        ConfigurationError: the server refuses, or something of others hangs on a column that changes.
        ResourcesExhaustedError: the server went away or has no room.
    """
    with (
        duckdb.connect(str(folder / DATABASE), read_only=True) as published,
        _opened(dsn) as cursor,
    ):
        cursor.execute(f"select pg_advisory_xact_lock({_LOCK})")
        cursor.execute(f"create schema if not exists {MARTS}")
        tables = _tables(published)
        for table, columns in tables.items():
            _fit(cursor, table, columns)
            _fill(cursor, published, table)
            _comment(cursor, published, table)
            cursor.execute(f"analyze {MARTS}.{table}")
        _grant(cursor, list(tables))
        return {table: _count(cursor, table) for table in tables}


def has_reader(dsn: str) -> bool:
    """Whether the role that BI reads as is there."""
    with _opened(dsn) as cursor:
        return _has_reader(cursor)


@contextmanager
def _opened(dsn: str) -> Iterator[Any]:
    """A cursor whose work is committed at the end of the block, or not done at all."""
    from adbc_driver_manager import Error

    try:
        connection = connect(dsn)
    except Error as error:
        raise ConfigurationError(
            f"The database of {_SETTING} cannot be reached, or refuses the login{_said(sqlstate_of(error))}. "
            f"{_BEFORE} Check the server and the connection string, and run again."
        ) from None
    with connection, connection.cursor() as cursor:
        try:
            cursor.execute("set application_name = 'skikt'")
            yield cursor
            connection.commit()
        except Error as error:
            raise _ending(connection, sqlstate_of(error)) from None


def _said(sqlstate: str) -> str:
    return f" (SQLSTATE {sqlstate})" if sqlstate else ""


def _ending(connection: Any, sqlstate: str) -> SkiktError:
    said = _said(sqlstate)
    if sqlstate.startswith(("53", "57P", "08")) or (not sqlstate and is_dead(connection)):
        return ResourcesExhaustedError(
            f"The database of {_SETTING} went away or has no room{said}. {_BEFORE} Run again when it is there."
        )
    if sqlstate in {"2BP01", "0A000"}:
        return ConfigurationError(
            f"A view, or something else, hangs on a column of the schema {MARTS} that this version of the tables "
            f"changes{said}. {_BEFORE} Drop it, run again, and create it anew."
        )
    return ConfigurationError(
        f"The database of {_SETTING} refuses to take the tables{said}. {_BEFORE} Its user needs the right to create "
        f"the schema {MARTS}, or must own it with all tables in it."
    )


def _tables(published: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table -> column -> its type there."""
    rows = published.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = ? "
        "order by table_name, column_index",
        [MARTS],
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows:
        tables.setdefault(table, {})[column] = _TYPES[type_]
    return tables


def _fit(cursor: Any, table: str, columns: dict[str, str]) -> None:
    """Give the table these columns, and no rows; what others hung on it stays."""
    cursor.execute(
        "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a "
        f"where a.attrelid = to_regclass('{MARTS}.{table}') and a.attnum > 0 and not a.attisdropped"
    )
    existing = dict(cursor.fetchall())
    if not existing:
        described = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        cursor.execute(f"create table {MARTS}.{table} ({described})")
        return
    cursor.execute(f"delete from {MARTS}.{table}")
    for name in existing.keys() - columns.keys():
        cursor.execute(f'alter table {MARTS}.{table} drop column "{name}"')
    for name, type_ in columns.items():
        if name not in existing:
            cursor.execute(f"alter table {MARTS}.{table} add column {name} {type_}")
        elif existing[name] != type_:
            cursor.execute(
                f"alter table {MARTS}.{table} alter column {name} type {type_} using null"
            )


def _fill(cursor: Any, published: duckdb.DuckDBPyConnection, table: str) -> None:
    rows = published.execute(f"from {MARTS}.{table}").to_arrow_reader(_ROWS_PER_BATCH)
    cursor.adbc_ingest(table, rows, mode="append", db_schema_name=MARTS)


def _comment(cursor: Any, published: duckdb.DuckDBPyConnection, table: str) -> None:
    words = published.execute(
        "select '', comment from duckdb_tables() where schema_name = $schema and table_name = $table "
        "union all select column_name, comment from duckdb_columns() "
        "where schema_name = $schema and table_name = $table",
        {"schema": MARTS, "table": table},
    ).fetchall()
    for column, comment in words:
        place = f"column {MARTS}.{table}.{column}" if column else f"table {MARTS}.{table}"
        text = "null" if comment is None else "'" + comment.replace("'", "''") + "'"
        cursor.execute(f"comment on {place} is {text}")


def _grant(cursor: Any, tables: list[str]) -> None:
    if not _has_reader(cursor):
        cursor.execute(
            "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
        )
        if not cursor.fetchall()[0][0]:
            return
        cursor.execute(f"create role {READER} nologin")
    cursor.execute(f"grant usage on schema {MARTS} to {READER}")
    for table in tables:
        cursor.execute(f"grant select on {MARTS}.{table} to {READER}")


def _has_reader(cursor: Any) -> bool:
    cursor.execute(f"select count(*) from pg_roles where rolname = '{READER}'")
    return bool(cursor.fetchall()[0][0])


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"select count(*) from {MARTS}.{table}")
    return int(cursor.fetchall()[0][0])
