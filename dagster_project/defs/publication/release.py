"""Publishing: build aside, verify, one swap.

BI opens ``published/segments.duckdb`` at any time; it never sees a lock or half a run, because a
finished folder becomes current by replacing one link (docs/adr/0002). Audience files, report and
state become current with it, since all of them are found through that link.
"""

import hashlib
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.durable import sync_folder
from dagster_project.errors import GateFailedError
from dagster_project.home import Home
from dagster_project.vocabulary import MARTS

DATABASE = "segments.duckdb"
MANIFEST = "manifest.json"


def build_database(warehouse: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Copy the marts, comments included, into a database file of their own; rows per table."""
    file = folder / DATABASE
    file.unlink(missing_ok=True)
    # The oldest format: drivers of BI tools bring a DuckDB of their own.
    warehouse.execute(f"attach '{file}' as publication (storage_version 'v1.0.0')")
    warehouse.execute(f"create schema publication.{MARTS}")
    tables = [
        row[0]
        for row in warehouse.execute(
            "select table_name from duckdb_tables() where schema_name = ? and database_name <> 'publication' "
            "order by 1",
            [MARTS],
        ).fetchall()
    ]
    rows = {}
    for table in tables:
        warehouse.execute(
            f"create table publication.{MARTS}.{table} as select * from {MARTS}.{table} order by all"
        )
        rows[table] = int(
            warehouse.execute(f"select count(*) from {MARTS}.{table}").fetchall()[0][0]
        )
    _copy_comments(warehouse)
    warehouse.execute("checkpoint publication")
    warehouse.execute("detach publication")
    return rows


def build_parquet(folder: Path, run_id: str, tables: list[str]) -> None:
    """A Parquet copy of each table, with the run's id in its metadata."""
    (folder / "parquet").mkdir(exist_ok=True)
    with duckdb.connect(str(folder / DATABASE), read_only=True) as published:
        for table in tables:
            published.execute(
                f"copy {MARTS}.{table} to '{folder / 'parquet' / table}.parquet' "
                f"(format parquet, kv_metadata {{run_id: '{run_id}'}})"
            )


def write_manifest(
    folder: Path, *, run_id: str, as_of: date, rows: dict[str, int], erased_keys: int
) -> dict[str, Any]:
    """What is in the publication, with a sha256 of each file that BI opens."""
    files = [folder / DATABASE, *sorted((folder / "parquet").glob("*.parquet"))]
    manifest = {
        "run_id": run_id,
        "as_of": as_of.isoformat(),
        "rows": rows,
        # How many keys of erased people there were: what was published before more of them may hold their rows.
        "erased_keys": erased_keys,
        "files": {
            str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    return manifest


def verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Open what was built as a reader would and read all of it.

    Raises:
        GateFailedError: a table's rows or its run differ from the manifest.
    """
    if list(folder.glob("*.wal")):
        raise GateFailedError(
            "The publication has a write-ahead log beside it, so it was not closed. Run again."
        )
    with duckdb.connect(str(folder / DATABASE), read_only=True) as published:
        run_ids = published.execute(f"select run_id from {MARTS}.meta_publication").fetchall()
        if run_ids != [(manifest["run_id"],)]:
            raise GateFailedError(
                "The publication does not say exactly one run, its own. Run again."
            )
        for table, rows in manifest["rows"].items():
            scanned = published.execute(
                f"select count(hash(columns(*))) from {MARTS}.{table}"
            ).fetchall()
            counted = published.execute(f"select count(*) from {MARTS}.{table}").fetchall()[0][0]
            copied = published.execute(
                f"select count(*) from read_parquet('{folder / 'parquet' / table}.parquet')"
            ).fetchall()[0][0]
            if not scanned or counted != rows or copied != rows:
                raise GateFailedError(
                    f"The published {table} has {counted} rows and its Parquet copy {copied}; the warehouse has "
                    f"{rows}. Nothing was published. Run again."
                )


def make_current(home: Home, run_id: str) -> None:
    """Put the finished folder in place and swap the link; each step is whole or not done at all."""
    building, final = home.building(run_id), home.publication_of(run_id)
    _sync(building)
    _sync(home.state_of(run_id))
    shutil.rmtree(final, ignore_errors=True)
    os.replace(building, final)
    point_to(home, run_id)
    _link_once(home.exports, "published/exports")
    for page in ("segments.html", "match_weights.html"):
        _link_once(home.reports / page, f"../published/report/{page}")


def point_to(home: Home, run_id: str) -> None:
    """Make a finished publication current: data, state, exports and report by one rename."""
    _swap_link(home.published, f"publications/{run_id}")
    sync_folder(home.root)


def sweep(home: Home, *, keep: int) -> None:
    """Remove publications beyond the newest ``keep`` and what killed runs left behind."""
    current = home.published_run_id()
    finished = sorted(
        (folder for folder in home.publications.iterdir() if not folder.name.startswith(".")),
        key=lambda folder: (folder.name == current, folder.stat().st_mtime),
    )
    kept = {folder.name for folder in finished[-keep:]}
    for folder in home.publications.iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in home.state.iterdir():
        if folder.is_dir() and folder != home.keys and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _copy_comments(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where schema_name = ? and comment is not null "
        "and database_name <> 'publication'",
        [MARTS],
    ).fetchall()
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = ? "
        "and comment is not null and database_name <> 'publication'",
        [MARTS],
    ).fetchall()
    run_id = connection.execute(f"select run_id from {MARTS}.meta_publication").fetchall()[0][0]
    for table, comment in tables:
        connection.execute(
            f"comment on table publication.{MARTS}.{table} is {_literal(f'{comment} Run {run_id}.')}"
        )
    for table, column, comment in columns:
        connection.execute(
            f"comment on column publication.{MARTS}.{table}.{column} is {_literal(comment)}"
        )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _swap_link(link: Path, target: str) -> None:
    fresh = link.with_name(f".{link.name}.next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    os.replace(fresh, link)


def _link_once(link: Path, target: str) -> None:
    if not link.is_symlink() or os.readlink(link) != target:
        _swap_link(link, target)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        sync_folder(path)
