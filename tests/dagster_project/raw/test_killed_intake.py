"""Intake killed at any moment, or short of disk: run again, nothing is lost and nothing comes twice."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from dagster_project.defs.raw.intake import REQUESTS, take_in
from dagster_project.home import Home
from dagster_project.sources import Source
from dagster_project.warehouse import Warehouse
from tests.fixtures.injected_faults import SHARES, deliveries
from tests.fixtures.intake_process import Process, intake_process

NAMES = (REQUESTS, *(form.source for form in SHARES))
RECORDS, SEED = 2_000, 11
_RANDOM = Random(SEED)
MOMENTS = [_RANDOM.random() for _ in range(20)]


def delivered(home: Home) -> Home:
    """A home with two thousand records in its inbox."""
    home.root.mkdir()
    home.create()
    for file in deliveries(RECORDS, SEED):
        path = home.landing / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.content)
    return home


def finish(home: Home, sources: dict[str, Source]) -> dict[str, Any]:
    """Take in once more to the end; what the warehouse and the copies hold then."""
    warehouse = Warehouse(root=str(home.root))
    with warehouse.connect() as connection:
        for name in NAMES:
            take_in(connection, home, sources[name], "run again")
        found = contents(connection, home)
    warehouse.release()
    return found


def contents(warehouse: duckdb.DuckDBPyConnection, home: Home) -> dict[str, Any]:
    tables = [f"raw.{form.source.replace('/', '__')}" for form in SHARES]
    rows = {
        table: warehouse.sql(f"select * exclude (_loaded_at) from {table} order by all").fetchall()
        for table in [*tables]
    }
    quarantine = warehouse.sql(
        "select file_id, record_no, reason_code from raw.quarantine order by all"
    ).fetchall()
    ledger = warehouse.sql(
        "select distinct path, sha256, records_in, accepted, quarantined, duplicates, suppressed from raw.deliveries "
        "where status in ('loaded', 'partly_loaded') order by all"
    ).fetchall()
    copies = sorted(
        str(file.relative_to(home.deliveries))
        for file in home.deliveries.rglob("*")
        if file.is_file()
    )
    return {**rows, "quarantine": quarantine, "ledger": ledger, "copies": copies}


def accounts_hold(home: Home) -> None:
    """I1 and I2 for each file that was loaded, each of them once, and its sum against the tables."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        unaccounted = warehouse.sql(
            "select path from raw.deliveries where status in ('loaded', 'partly_loaded') and content_bytes "
            "is distinct from header_bytes + accepted_bytes + quarantined_bytes + line_end_bytes"
        ).fetchall()
        assert unaccounted == []
        loaded = warehouse.sql(
            "select source, file_id, records_in, accepted, quarantined, duplicates, suppressed from raw.deliveries "
            "where status in ('loaded', 'partly_loaded')"
        ).fetchall()
        assert len({(source, file_id) for source, file_id, *_ in loaded}) == len(loaded)
        assert {source for source, *_ in loaded} == {form.source for form in SHARES}
        for source, file_id, records, accepted, quarantined, duplicates, suppressed in loaded:
            assert records == accepted + quarantined + duplicates + suppressed
            stored = warehouse.execute(
                f"select count(*) from raw.{source.replace('/', '__')} where _file_id = ?",
                [file_id],
            ).fetchall()
            refused = warehouse.execute(
                "select count(distinct record_no) from raw.quarantine where file_id = ?", [file_id]
            ).fetchall()
            assert (stored, refused) == ([(accepted,)], [(quarantined,)])


def copies_are_whole(home: Home) -> None:
    """A copy is named by its content; there is nothing else but its note."""
    for file in home.deliveries.rglob("*"):
        if file.is_file() and file.suffix != ".json":
            assert file.name == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, checkout_sources: dict[str, Source]
) -> tuple[dict[str, Any], float]:
    """What an intake leaves that nothing disturbed, and how many seconds it took."""
    home = delivered(Home(tmp_path_factory.mktemp("whole") / "home"))
    process = intake_process(home, *NAMES)
    assert process.exit_code == 0
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return contents(warehouse, home), process.seconds


Disturb = Callable[[Home, float], Process]


def comes_out_whole(
    home: Home, whole: tuple[dict[str, Any], float], sources: dict[str, Source], disturb: Disturb
) -> Process:
    undisturbed, seconds = whole
    process = disturb(delivered(home), seconds)
    copies_are_whole(home)
    found = finish(home, sources)
    assert [name for name in undisturbed if found[name] != undisturbed[name]] == []
    accounts_hold(home)
    copies_are_whole(home)
    return process


def test_the_files_to_be_taken_in_hold_what_they_should(
    whole: tuple[dict[str, Any], float],
) -> None:
    contents, _ = whole
    records = sum(row[2] for row in contents["ledger"])
    assert RECORDS * 0.98 < records <= RECORDS
    assert len(contents["quarantine"]) > 10
    assert len(contents["copies"]) == 2 * len(SHARES)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(
            moment,
            marks=[] if number < 3 else pytest.mark.long,
            id=f"P1 {number}, {moment:.0%} through",
        )
        for number, moment in enumerate(MOMENTS)
    ],
)
def test_a_killed_intake_run_again_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
    whole: tuple[dict[str, Any], float],
    checkout_sources: dict[str, Source],
    moment: float,
) -> None:
    process = comes_out_whole(
        Home(tmp_path / "home"),
        whole,
        checkout_sources,
        lambda home, seconds: intake_process(home, *NAMES, killed_after=moment * seconds),
    )
    assert process.exit_code in {-9, 0}


@pytest.mark.parametrize(
    "most_bytes",
    [
        pytest.param(10_000, id="P5 no room to make the warehouse"),
        pytest.param(60_000, marks=pytest.mark.long, id="P5 no room for the copy"),
        pytest.param(200_000, id="P5 no room in the warehouse"),
    ],
)
def test_an_intake_short_of_disk_run_again_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
    whole: tuple[dict[str, Any], float],
    checkout_sources: dict[str, Source],
    most_bytes: int,
) -> None:
    process = comes_out_whole(
        Home(tmp_path / "home"),
        whole,
        checkout_sources,
        lambda home, _: intake_process(home, *NAMES, most_bytes=most_bytes),
    )
    assert process.exit_code == 1
