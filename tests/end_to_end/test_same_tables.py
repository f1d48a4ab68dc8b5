"""The same records in any order, read by any number of threads, give the same segment tables."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.home import Home
from dagster_project.sources import Source, read_sources

pytestmark = pytest.mark.long

# Stamps of a run stand outside every hash.
STAMPS = {"run_id", "published_at"}


def write_shuffled(warehouse: Path, source: Source, folder: Path, seed: int) -> None:
    """The accepted records of a source as one file, in an order that the seed decides."""
    columns = ", ".join(f'"{c.name}" as "{c.delivered_as}"' for c in source.fields)
    rows = (
        f"select {columns} from raw.{source.table} order by md5(_file_id || _record_no || '{seed}')"
    )
    file = folder / f"{source.entity}.{source.format}"
    options = {
        "csv": f"header, delimiter '{source.delimiter}'",
        "jsonl": "format json",
        "parquet": "format parquet",
    }[source.format]
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set threads = 1")
        connection.execute(f"copy ({rows}) to '{file}' ({options})")
    if source.format == "csv":
        file.write_bytes(file.read_bytes().decode("utf-8").encode(source.encoding))


def hashes(home: Path) -> dict[str, str]:
    found = {}
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'marts' group by table_name"
        ).fetchall()
        for table, columns in tables:
            kept = ", ".join(column for column in columns if column not in STAMPS)
            rows = connection.execute(f"select {kept} from marts.{table} order by all").fetchall()
            found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def runs(
    demo_home: Path, tmp_path_factory: pytest.TempPathFactory, skikt: Any
) -> dict[str, dict[str, str]]:
    """Three homes: two that got their records in one order, and one that got them in another."""
    sources = read_sources(Home(demo_home))
    made = {}
    for name, seed, threads in (("one", 1, "2"), ("again", 1, "1"), ("shuffled", 2, "2")):
        home = tmp_path_factory.mktemp(name)
        for source in sources.values():
            folder = home / "landing" / source.system
            write_shuffled(demo_home / "warehouse.duckdb", source, folder, seed)
        # Pseudonyms are made with a secret that each home draws for itself.
        shutil.copytree(demo_home / "state" / "keys", home / "state" / "keys")
        ended = skikt.run(home, "run", SKIKT_THREADS=threads)
        assert ended.exit_code == 0, ended.err
        made[name] = hashes(home)
    return made


@pytest.mark.parametrize("other", ["again", "shuffled"])
def test_every_published_table_is_the_same(runs: dict[str, dict[str, str]], other: str) -> None:
    assert "fct_segment_membership" in runs["one"]
    assert {t for t in runs["one"] if runs["one"][t] != runs[other].get(t)} == set()
