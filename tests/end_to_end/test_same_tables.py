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


def people(home: Path) -> list[Any]:
    """Each customer by its records, those aside whose ids are made with the key, and its features."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            """
            with records as (
                select customer_id, list(record_id order by record_id) as records
                from identity.customer_identities where record_id not like 'social:%' group by customer_id
            )
            select records, features.* exclude (customer_id)
            from customers.customer_features as features inner join records using (customer_id) order by 1
            """
        ).fetchall()


@pytest.fixture(scope="module")
def homes(demo_home: Path, tmp_path_factory: pytest.TempPathFactory, skikt: Any) -> dict[str, Path]:
    """Three homes with one key, of which one got its records in another order, and one with a key of its own."""
    sources = read_sources(Home(demo_home))
    made = {}
    settings = (("one", 1, "2"), ("again", 1, "1"), ("shuffled", 2, "2"), ("own key", 1, "2"))
    for name, seed, threads in settings:
        home = made[name] = tmp_path_factory.mktemp(name)
        for source in sources.values():
            folder = home / "landing" / source.system
            write_shuffled(demo_home / "warehouse.duckdb", source, folder, seed)
        # Pseudonyms are made with a secret that each home draws for itself.
        if name != "own key":
            shutil.copytree(demo_home / "state" / "keys", home / "state" / "keys")
        ended = skikt.run(home, "run", SKIKT_THREADS=threads)
        assert ended.exit_code == 0, ended.err
    return made


@pytest.mark.parametrize("other", ["again", "shuffled"])
def test_every_published_table_is_the_same(homes: dict[str, Path], other: str) -> None:
    one, another = hashes(homes["one"]), hashes(homes[other])
    assert "fct_segment_membership" in one
    assert {table for table in one if one[table] != another.get(table)} == set()


def test_who_is_whom_does_not_depend_on_the_key(homes: dict[str, Path]) -> None:
    assert people(homes["one"]) == people(homes["own key"])
