"""The plain script of the bench does the work of a refresh: else its seconds are no measure of the house."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest


def customers(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return int(connection.execute("select count(*) from marts.dim_customer").fetchall()[0][0])


@pytest.mark.long
def test_the_plain_script_makes_the_customers_of_a_refresh(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path: Path
) -> None:
    home = copy_of(demo_home, tmp_path / "home")
    checkout = Path(__file__).parents[2]
    environment = {**os.environ, "SKIKT_HOME": str(home), "SKIKT_AS_OF": "2026-11-20"}
    subprocess.run([sys.executable, "-m", "bench.plain"], cwd=checkout, env=environment, check=True)
    assert customers(home / "plain" / "warehouse.duckdb") == customers(home / "warehouse.duckdb")
