"""Which version of a row is its newest: by the moment it changed, if its source says so, else by delivery."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

MACROS = Path(__file__).parents[2] / "dbt" / "macros" / "versions.sql"
FORMATS = {"shop__customers": {"has_updated": True}, "shop__orders": {"has_updated": False}}


def newest(table: str, *versions: str) -> list[Any]:
    """What is newest on 2026-11-20 of versions of one key: (name, valid_from, delivery, row hash, deleted)."""
    template = Environment(autoescape=False).from_string(
        MACROS.read_text("utf-8") + "{{ newest_version(table, ['id']) }}"
    )
    sql = template.render(
        table=table, var={"formats": FORMATS}.get, ref=str, source=lambda stage, name: name
    )
    with duckdb.connect() as connection:
        connection.execute("create table as_of as select date '2026-11-20' as as_of")
        connection.execute(
            f"create table stg_{table}_versions as select 1 as id, name, valid_from::timestamp as valid_from, "
            f"_delivery_no, _row_hash, _is_deleted from (values {', '.join(versions)}) "
            "as versions(name, valid_from, _delivery_no, _row_hash, _is_deleted)"
        )
        return [row[1] for row in connection.execute(sql).fetchall()]


OLD_BUT_LATER_DATED = "('old', '2026-05-03', 1, 9, false)"
CORRECTED = "('corrected', '2026-03-05', 2, 1, false)"


@pytest.mark.parametrize(
    ("table", "versions", "name"),
    [
        ("shop__customers", (OLD_BUT_LATER_DATED, CORRECTED), "old"),
        # An order's own day is no moment of change: what was delivered last holds.
        ("shop__orders", (OLD_BUT_LATER_DATED, CORRECTED), "corrected"),
        ("shop__orders", ("('undated', null, 2, 1, false)", OLD_BUT_LATER_DATED), "undated"),
        (
            "shop__customers",
            ("('undated', null, 2, 9, false)", "('dated', '2026-01-01', 1, 1, false)"),
            "dated",
        ),
        (
            "shop__orders",
            ("('small', null, 1, 1, false)", "('great', null, 1, 2, false)"),
            "great",
        ),
        (
            "shop__customers",
            ("('to come', '2026-11-21', 2, 1, false)", "('now', '2026-11-20', 1, 1, false)"),
            "now",
        ),
        (
            "shop__customers",
            ("('deleted', '2026-11-20', 2, 1, true)", "('kept', '2026-11-19', 1, 1, false)"),
            "kept",
        ),
    ],
)
def test_the_newest_version(table: str, versions: tuple[str, ...], name: str) -> None:
    assert newest(table, *versions) == [name]
