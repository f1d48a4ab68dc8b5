"""A version holds on exactly those days on which it would have been the newest."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

MACROS = Path(__file__).parents[2] / "dbt" / "macros" / "versions.sql"
FIRST = date(2026, 11, 1)
DAYS = 12
VERSIONS = st.lists(
    st.tuples(
        st.none() | st.integers(0, DAYS * 4 - 1),  # quarter days after FIRST
        st.integers(1, 3),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda version: (version[1], version[2]),
)


def rendered(call: str, *, has_updated: bool) -> str:
    template = Environment(autoescape=False).from_string(
        MACROS.read_text("utf-8") + "{{ " + call + " }}"
    )
    return template.render(
        var={"formats": {"contacts": {"has_updated": has_updated}}}.get,
        ref=str,
        source=lambda stage, name: name,
    )


def answers(connection: duckdb.DuckDBPyConnection, day: date, query: str) -> list[Any]:
    connection.execute("create or replace table as_of as select ?::date as as_of", [day])
    return connection.execute(query).fetchall()


@settings(max_examples=40, deadline=None)
@given(versions=VERSIONS, has_updated=st.booleans())
def test_the_version_of_a_day_is_the_newest_of_that_day(
    versions: list[tuple[int | None, int, int]], has_updated: bool
) -> None:
    newest = rendered("newest_version('contacts', ['id'])", has_updated=has_updated)
    periods = rendered("version_periods('contacts', ['id'], begin='null')", has_updated=has_updated)
    last = FIRST + timedelta(days=DAYS)
    with duckdb.connect() as connection:
        connection.execute(
            "create table stg_contacts_versions (id int, name varchar, valid_from timestamp, "
            "_delivery_no int, _row_hash int, _is_deleted boolean)"
        )
        connection.executemany(
            f"insert into stg_contacts_versions values (1, ?, timestamp '{FIRST}' + to_hours(6 * ?), ?, ?, false)",
            [(str(n), *version) for n, version in enumerate(versions)],
        )
        for offset in range(DAYS + 1):
            day = FIRST + timedelta(days=offset)
            held = answers(
                connection,
                last,
                f"select name from ({periods}) where holds_from <= date '{day}' "
                f"and (holds_to is null or holds_to > date '{day}')",
            )
            assert len(held) == 1, "each day has its version, the days before the first one too"
            # A source that does not date its changes cannot say what was before the newest.
            known_by = day if has_updated else last
            found = [(row[1],) for row in answers(connection, known_by, newest)]
            assert found in ([], held)
