"""The two databases of the demo's home, opened only to look; and what the files of a home hold."""

from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def files_with() -> Callable[..., list[str]]:
    """Which files of a home hold one of these words, byte by byte."""

    def found(home: Path, *words: str) -> list[str]:
        return [
            str(file.relative_to(home))
            for file in home.rglob("*")
            if file.is_file() and any(word.encode() in file.read_bytes() for word in words)
        ]

    return found
