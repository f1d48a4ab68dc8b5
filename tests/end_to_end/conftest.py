"""The two databases of the demo's home, opened only to look."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest


@pytest.fixture(scope="session")
def warehouse(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The pipeline's own database after the demo."""
    with duckdb.connect(str(demo_home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def published(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What BI opens after the demo."""
    database = demo_home / "published" / "segments.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection
