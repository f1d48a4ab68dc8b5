"""A warehouse that cannot be opened: torn while it was made, damaged, or in somebody's hands."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml

from dagster_project.dbt import DBT_PROJECT, prepare_environment
from dagster_project.errors import (
    ResourcesExhaustedError,
    SkiktError,
    WarehouseBusyError,
    WarehouseDamagedError,
)
from dagster_project.faults import database_faults, raise_if_exhausted
from dagster_project.home import Home
from dagster_project.warehouse import Warehouse, duckdb_options

READER = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose warehouse holds one table."""
    home = Home(tmp_path)
    home.create()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create table numbers as select range as n from range(100_000)")
    return home


@pytest.fixture
def warehouse(home: Home) -> Iterator[Warehouse]:
    """The warehouse of that home, closed at the end."""
    warehouse = Warehouse(root=str(home.root))
    yield warehouse
    warehouse.release()


def ending(warehouse: Warehouse) -> SkiktError:
    """How a look into the warehouse ends."""
    with pytest.raises(SkiktError) as ended:
        warehouse.rows_of("numbers")
    return ended.value


@pytest.mark.parametrize("size", [0, 100, 4_096, 8_192, 10_000, 12_287])
def test_a_file_that_was_torn_while_it_was_made_is_made_anew(
    home: Home, warehouse: Warehouse, size: int
) -> None:
    with home.warehouse.open("r+b") as file:
        file.truncate(size)
    assert not warehouse.has_table("main.numbers")


@pytest.mark.parametrize("size", [12_288, 200_000])
def test_a_file_that_was_cut_later_says_what_to_do(
    home: Home, warehouse: Warehouse, size: int
) -> None:
    with home.warehouse.open("r+b") as file:
        file.truncate(size)
    ended = ending(warehouse)
    assert (type(ended), ended.exit_code) == (WarehouseDamagedError, 5)
    assert "Remove warehouse.duckdb and warehouse.duckdb.wal" in str(ended)
    assert home.warehouse.stat().st_size == size, "nobody removes what could still be looked into"


def test_changed_bytes_are_found_where_they_are_read(home: Home, warehouse: Warehouse) -> None:
    content = bytearray(home.warehouse.read_bytes())
    for place in range(12_288 + 100, len(content), 10_000):
        content[place] ^= 0xFF
    home.warehouse.write_bytes(content)
    with pytest.raises(WarehouseDamagedError):
        warehouse.read("select sum(n) from numbers")


def test_a_file_of_another_kind_says_what_to_do(home: Home, warehouse: Warehouse) -> None:
    home.warehouse.write_bytes(b"hello" * 10_000)
    assert isinstance(ending(warehouse), WarehouseDamagedError)


def test_a_reader_keeps_the_writer_out_and_is_named_as_such(
    home: Home, warehouse: Warehouse
) -> None:
    command = [sys.executable, "-c", READER, str(home.warehouse)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        ended = ending(warehouse)
        reader.communicate("done\n")
    assert (type(ended), ended.exit_code) == (WarehouseBusyError, 6)
    assert str(reader.pid) in str(ended)
    assert warehouse.rows_of("numbers") == 100_000


@pytest.mark.parametrize(
    "said", ["No space left on device", "Disk quota exceeded", "File too large"]
)
@pytest.mark.parametrize(
    "kind", [duckdb.IOException, duckdb.TransactionException, duckdb.FatalException]
)
def test_a_full_disk_is_one_however_it_is_said(kind: type[duckdb.Error], said: str) -> None:
    """DuckDB tells a commit that found no room as a fault of the transaction."""
    with pytest.raises(ResourcesExhaustedError), database_faults():
        raise kind(f'Failed to commit: Could not write file "warehouse.duckdb.wal": {said}')


def test_what_ran_out_inside_a_model_is_told_by_its_text_alone() -> None:
    """dbt hands on DuckDB's words, not its error."""
    with duckdb.connect(config={"memory_limit": "5MB"}) as connection:
        connection.execute("set temp_directory = ''")
        with pytest.raises(duckdb.OutOfMemoryException) as met:
            connection.execute("create table sorted as from range(10_000_000) as t(n) order by -n")
    with pytest.raises(ResourcesExhaustedError, match="Memory ran out"):
        raise_if_exhausted(f"Runtime Error in model stg_x\n  {met.value}")
    with pytest.raises(ResourcesExhaustedError, match="The disk is full"):
        raise_if_exhausted("Runtime Error in model stg_x\n  IO Error: No space left on device")
    raise_if_exhausted("Runtime Error in model stg_x\n  Conversion Error: Could not convert")


def test_what_spilled_to_disk_is_no_reason_to_refuse_another_connection(home: Home) -> None:
    """dbt opens the file beside ours, with the same options, before and after anything spilled."""
    warehouse = Warehouse(root=str(home.root))
    home.scratch.mkdir(exist_ok=True)
    with warehouse.connect() as connection:
        connection.execute("set memory_limit = '200MB'")
        connection.execute(
            "create table sorted as select hash(range) as h, repeat('x', 40) || range as s "
            "from range(4_000_000) order by h"
        )
        assert connection.execute("select count(*) from sorted").fetchall() == [(4_000_000,)]
        connection.execute(f"set memory_limit = '{duckdb_options(home)['memory_limit']}'")
        with pytest.raises(duckdb.NotImplementedException):
            connection.execute(f"set temp_directory = '{home.scratch}'")
    prepare_environment(home)
    rendered = re.sub(
        r"\{\{ env_var\('(\w+)'\) \}\}",
        lambda name: os.environ[name[1]],
        (DBT_PROJECT / "profiles.yml").read_text("utf-8"),
    )
    profile = yaml.safe_load(rendered)["skikt"]["outputs"]["duckdb"]
    with duckdb.connect(profile["path"], config=profile["config_options"]) as beside:
        for name, value in profile["settings"].items():
            beside.execute(f"set {name} = '{value}'")
        assert beside.execute("select count(*) from sorted").fetchall() == [(4_000_000,)]
    warehouse.release()


def test_a_run_gives_the_lock_back_although_its_process_lives_on(home: Home) -> None:
    def is_free() -> bool:
        with home.lock.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with dg.build_resources({"warehouse": Warehouse(root=str(home.root))}):
        assert not is_free()
    assert is_free()
