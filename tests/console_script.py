"""The real console script as its own process, and what it left in a database file."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

AS_OF = "2026-11-20"


@dataclass(frozen=True)
class Ended:
    """How a call of ``skikt`` ended."""

    code: int
    out: str
    err: str

    @property
    def ending(self) -> dict[str, Any]:
        return json.loads(self.out.splitlines()[-1])


def skikt(home: Path, *arguments: str, **environment: str) -> Ended:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("skikt")), *arguments],
        env=os.environ | {"SKIKT_HOME": str(home), "SKIKT_AS_OF": AS_OF} | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def table_hashes(database: Path, schema: str, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """A hash of the rows of each table, whatever their order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by 1", [schema]
        ).fetchall()
        hashes = {}
        for (table,) in tables:
            left_out = [c for c in without if _has(connection, schema, table, c)]
            columns = f"* exclude ({', '.join(left_out)})" if left_out else "*"
            rows = connection.execute(
                f"select {columns} from {schema}.{table} order by all"
            ).fetchall()
            hashes[table] = json.dumps(rows, default=str)
        return hashes


def _has(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_columns() where schema_name = ? and table_name = ? and column_name = ?",
            [schema, table, column],
        ).fetchall()
    )
