"""The same day again changes nothing, a lost warehouse comes back the same, and the next day adds to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

# What tells one run from another, and stamps for people: outside every hash.
# For people; and what a run says of the one before it, which a first run has not.
STAMPS = ("run_id", "published_at", "loaded_at", "_loaded_at", "customers_surviving")
NEXT_DAY = "2026-11-21"
NEW_PERSON = (
    "kundnr;fornamn;efternamn;epost;skapad;andrad\n"
    "999001;Nyckelpiga;Blåklocka;nyckelpiga@firma.example;2026-11-21 09:00:00;2026-11-21 09:00:00\n"
)


@dataclass(frozen=True)
class Day:
    """What a run left: every table's rows, as text, whatever their order."""

    ended: Any
    marts: dict[str, str]
    identity: dict[str, str]
    segments: dict[str, str]
    statuses: set[str]
    snapshots: list[Any]
    ids: dict[str, str]


def look(home: Path, ended: Any) -> Day:
    published, warehouse = home / "published" / "segments.duckdb", home / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        statuses = connection.execute(
            "select distinct status from raw.deliveries join raw.as_of using (run_id)"
        ).fetchall()
        ids = connection.execute("from identity.customer_identities").fetchall()
    with duckdb.connect(str(published), read_only=True) as connection:
        snapshots = connection.execute("from marts.fct_segment_snapshot order by all").fetchall()
    return Day(
        ended,
        rows_of_tables(published, "marts"),
        rows_of_tables(warehouse, "identity"),
        rows_of_tables(warehouse, "segments"),
        {status for (status,) in statuses},
        snapshots,
        dict(ids),
    )


def rows_of_tables(database: Path, schema: str) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = ? group by 1 order by 1",
            [schema],
        ).fetchall()
        return {
            table: json.dumps(
                connection.execute(
                    f"select {', '.join(c for c in columns if c not in STAMPS)} "
                    f"from {schema}.{table} order by all"
                ).fetchall(),
                default=str,
            )
            for table, columns in tables
        }


@pytest.fixture(scope="module")
def home(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The demo's home, for one run after the other."""
    return copy_of(demo_home, tmp_path_factory.mktemp("rerun") / "home")


@pytest.fixture(scope="module")
def lost_home(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The demo's home without its warehouse."""
    home = copy_of(demo_home, tmp_path_factory.mktemp("lost") / "home")
    (home / "warehouse.duckdb").unlink()
    return home


@pytest.fixture(scope="module")
def first(demo_run: Any) -> Day:
    return look(*demo_run)


@pytest.fixture(scope="module")
def second_runs(home: Path, lost_home: Path, skikt: Any) -> tuple[Day, Day]:
    """The same day again, with the warehouse and without, side by side."""
    runs = [skikt.start(folder, "run", "--json") for folder in (home, lost_home)]
    again, rebuilt = (
        look(folder, run.wait()) for folder, run in zip((home, lost_home), runs, strict=True)
    )
    return again, rebuilt


@pytest.fixture(scope="module")
def next_day(home: Path, second_runs: tuple[Day, Day], skikt: Any) -> Day:
    (home / "landing" / "crm" / "contacts_new.csv").write_text(NEW_PERSON, "cp1252")
    return look(home, skikt.run(home, "run", "--json", SKIKT_AS_OF=NEXT_DAY))


def test_the_same_day_again_changes_nothing(first: Day, second_runs: tuple[Day, Day]) -> None:
    again = second_runs[0]
    assert again.ended.exit_code == 0, again.ended.err
    assert again.statuses == {"unchanged"}
    for before, after in (
        (first.marts, again.marts),
        (first.identity, again.identity),
        (first.segments, again.segments),
    ):
        assert [table for table in before if before[table] != after.get(table)] == []
        assert before.keys() == after.keys()


def test_a_lost_warehouse_comes_back_the_same(first: Day, second_runs: tuple[Day, Day]) -> None:
    rebuilt = second_runs[1]
    assert rebuilt.ended.exit_code == 0, rebuilt.ended.err
    assert rebuilt.statuses <= {"loaded", "partly_loaded"}
    for before, after in (
        (first.marts, rebuilt.marts),
        (first.identity, rebuilt.identity),
        (first.segments, rebuilt.segments),
    ):
        assert [table for table in before if before[table] != after.get(table)] == []


@pytest.mark.long
def test_the_next_day_adds_one_person_and_moves_no_other_id(first: Day, next_day: Day) -> None:
    assert next_day.ended.exit_code == 0, next_day.ended.err
    new = next_day.ids.keys() - first.ids.keys()
    assert new == {"crm:999001"}
    moved = {
        record: (first.ids[record], id_)
        for record, id_ in next_day.ids.items()
        if record not in new
    }
    assert {record: ids for record, ids in moved.items() if ids[0] != ids[1]} == {}
    assert next_day.ids["crm:999001"] not in first.ids.values()


@pytest.mark.long
def test_the_next_day_leaves_the_rows_of_the_day_before(first: Day, next_day: Day) -> None:
    assert [row for row in next_day.snapshots if str(row[0]) != NEXT_DAY] == first.snapshots
    assert {str(row[0]) for row in next_day.snapshots} == {"2026-11-20", NEXT_DAY}


@pytest.mark.long
def test_history_has_no_gap_and_no_overlap(home: Path, next_day: Day) -> None:
    assert next_day.ended.exit_code == 0, next_day.ended.err
    database = str(home / "published" / "segments.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        wrong = connection.execute(
            """
            with periods as (
                select *, lead(valid_from) over (partition by customer_key, scheme order by valid_from) as next_from
                from marts.fct_segment_membership
                where scheme <> 'audience' and not is_replayed
            )
            select count(*) from periods
            where valid_to is distinct from next_from or valid_to <= valid_from
            """
        ).fetchall()
        moves = connection.execute(
            "select sum(entered), sum(left_count) from marts.fct_segment_snapshot where as_of = ?",
            [NEXT_DAY],
        ).fetchall()[0]
        rows = connection.execute(
            "select count(*) filter (where valid_from = ?), count(*) filter (where valid_to = ?) "
            "from marts.fct_segment_membership",
            [NEXT_DAY, NEXT_DAY],
        ).fetchall()[0]
    assert wrong == [(0,)]
    assert moves == rows
    assert rows[0] >= 3, "the new person entered one segment of each scheme"


def test_a_day_before_the_published_one_is_refused(
    lost_home: Path, second_runs: object, skikt: Any
) -> None:
    published = (lost_home / "published").resolve()
    too_early = skikt.run(lost_home, "run", SKIKT_AS_OF="2026-11-19")
    assert too_early.exit_code == 2
    assert "2026-11-20 is already published" in " ".join(too_early.err.split())
    assert (lost_home / "published").resolve() == published
