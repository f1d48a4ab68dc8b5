"""No address and no phone number of anybody leaves the warehouse but in an export."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

ADDRESS = re.compile(rb"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(rb"\+[0-9]{8,15}")


@pytest.fixture(scope="module")
def personal(warehouse: duckdb.DuckDBPyConnection) -> set[bytes]:
    """Every e-mail and phone number of every person, as delivered and as normalised."""
    columns = (
        ("raw.crm__contacts", "epost"),
        ("raw.shop__customers", "email"),
        ("raw.tickets__bookings", "email"),
        ("raw.newsletter__subscribers", "email"),
        ("staging.stg_crm__contacts", "phone"),
        ("staging.stg_shop__customers", "phone"),
        ("staging.stg_tickets__bookings", "phone"),
    )
    found: set[bytes] = set()
    for table, column in columns:
        values = warehouse.execute(f"select distinct lower(trim({column})) from {table}").fetchall()
        found |= {value.encode() for (value,) in values if value}
    return found


def leaks(content: bytes, personal: set[bytes]) -> set[bytes]:
    """What a file says about anybody."""
    said = {match.lower() for pattern in (ADDRESS, PHONE) for match in pattern.findall(content)}
    return said & personal


def texts(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every text column of a database, whole: the file itself is compressed."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
            " and not internal"
        ).fetchall()
        for table, column in columns:
            values = connection.execute(
                f'select string_agg("{column}", chr(10)) from {table}'
            ).fetchall()
            yield f"{table}.{column}", (values[0][0] or "").encode()


def test_the_search_finds_what_is_there(demo_home: Path, personal: set[bytes]) -> None:
    assert len(personal) > 1_000
    assert len(leaks((demo_home / "landing" / "crm" / "contacts.csv").read_bytes(), personal)) > 100
    warehouse = dict(texts(demo_home / "warehouse.duckdb"))
    assert len(leaks(warehouse["customers.dim_customers.phone"], personal)) > 100


def test_nothing_published_names_anybody(demo_home: Path, personal: set[bytes]) -> None:
    columns = list(texts(demo_home / "published" / "segments.duckdb"))
    assert len(columns) > 20
    assert [name for name, text in columns if leaks(text, personal)] == []


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("published", "*.json"),
        ("published", "*.html"),
        ("reports", "*"),
        # Events and runs, in sqlite files whose text is not compressed.
        ("dagster", "*"),
        # Logs, manifest and compiled SQL.
        ("dbt", "*"),
        ("scratch", "*"),
    ],
)
def test_no_other_file_names_anybody(
    demo_home: Path, personal: set[bytes], folder: str, pattern: str
) -> None:
    files = [file for file in (demo_home / folder).rglob(pattern) if file.is_file()]
    assert files or folder == "scratch"
    assert [str(file) for file in files if leaks(file.read_bytes(), personal)] == []


def test_what_the_terminal_showed_names_nobody(
    demo_run: tuple[Path, object], personal: set[bytes]
) -> None:
    ended = demo_run[1]
    assert not leaks(f"{ended.out}{ended.err}".encode(), personal)  # type: ignore[attr-defined]
