"""The same day again changes nothing, and a lost warehouse comes back the same."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

STAMPS = ("run_id", "published_at", "loaded_at", "_loaded_at")


def test_the_same_day_again_changes_nothing_and_a_lost_warehouse_comes_back(
    demo_home: Path, tmp_path: Path, skikt: Any
) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home, symlinks=True)
    first = table_hashes(home / "published" / "segments.duckdb", "marts", without=STAMPS)
    ids = table_hashes(home / "warehouse.duckdb", "identity", without=STAMPS)
    history = table_hashes(home / "warehouse.duckdb", "segments")["segment_history"]

    assert skikt.run(home).exit_code == 0
    assert table_hashes(home / "published" / "segments.duckdb", "marts", without=STAMPS) == first
    assert table_hashes(home / "warehouse.duckdb", "identity", without=STAMPS) == ids
    assert table_hashes(home / "warehouse.duckdb", "segments")["segment_history"] == history
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        statuses = connection.execute(
            "select distinct status from raw.deliveries join raw.as_of using (run_id)"
        ).fetchall()
    assert statuses == [("unchanged",)]

    (home / "warehouse.duckdb").unlink()
    assert skikt.run(home).exit_code == 0
    assert table_hashes(home / "published" / "segments.duckdb", "marts", without=STAMPS) == first
    assert table_hashes(home / "warehouse.duckdb", "identity", without=STAMPS) == ids

    too_early = skikt.run(home, "run", SKIKT_AS_OF="2026-11-19")
    assert too_early.exit_code == 2
    assert "already published" in too_early.err


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
