"""Intake killed at any moment, or short of disk: run again, nothing is lost and nothing comes twice."""

import hashlib
import json
import shutil
from dataclasses import dataclass
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
from tests.fixtures.intake_process import KILLED, intake_process

NAMES = (REQUESTS, *(form.source for form in SHARES))
RECORDS, SEED = 2_000, 11
# Of each source one that is taken in and one that is held.
FILES = 2 * len(SHARES)
MOST_TRIES = 12


@dataclass(frozen=True)
class Struck:
    """How far an intake had come when it was killed: files done, and files that it was amid of."""

    done: int
    interrupted: int


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


def struck(home: Home, aside: Path) -> Struck | None:
    """What the kill left, seen in a copy: the next intake shall be the first to open it."""
    aside.mkdir()
    for file in home.root.glob("warehouse.duckdb*"):
        shutil.copy(file, aside)
    warehouse = Warehouse(root=str(aside))
    if not warehouse.has_table("raw.deliveries"):
        warehouse.release()
        return None
    statuses = warehouse.read(
        "select count(*) filter (where reason_code is distinct from 'F_INTERRUPTED') as done, "
        "count(*) filter (where reason_code = 'F_INTERRUPTED') as interrupted from raw.deliveries"
    ).to_pylist()[0]
    warehouse.release()
    return Struck(**statuses)


def strike(folder: Path, moment: float, seconds: float) -> tuple[Home, Struck]:
    """A home whose intake was killed between its first and its last file, near that part of its time.

    A kill that came too early or too late is no kill of an intake: another one is tried.
    """
    wait = moment * seconds
    for n in range(MOST_TRIES):
        home = delivered(Home(folder / f"home_{n}"))
        process = intake_process(home, *NAMES, killed_after=wait)
        assert process.exit_code in {KILLED, 0}
        found = struck(home, folder / f"aside_{n}")
        if process.exit_code == 0 or (found and found.done == FILES):
            wait *= 0.8
        elif found is None or found == Struck(0, 0):
            wait = 1.3 * wait + 0.02
        else:
            return home, found
    raise AssertionError(f"none of {MOST_TRIES} kills struck the intake")


def comes_out_whole(home: Home, undisturbed: dict[str, Any], sources: dict[str, Source]) -> None:
    copies_are_whole(home)
    found = finish(home, sources)
    assert [name for name in undisturbed if found[name] != undisturbed[name]] == []
    accounts_hold(home)
    copies_are_whole(home)
    notes = [json.loads(note.read_text("utf-8")) for note in home.deliveries.rglob("*.json")]
    assert all(note["was_loaded"] for note in notes)


def test_the_files_to_be_taken_in_hold_what_they_should(
    whole: tuple[dict[str, Any], float],
) -> None:
    contents, _ = whole
    records = sum(row[2] for row in contents["ledger"])
    assert RECORDS * 0.98 < records <= RECORDS
    assert len(contents["quarantine"]) > 10
    assert len(contents["copies"]) == 2 * len(SHARES)


@pytest.mark.parametrize(
    "kills", [pytest.param(3, id="P1"), pytest.param(20, id="P1 long", marks=pytest.mark.long)]
)
def test_a_killed_intake_run_again_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
    whole: tuple[dict[str, Any], float],
    checkout_sources: dict[str, Source],
    kills: int,
) -> None:
    undisturbed, seconds = whole
    moments = Random(SEED)
    strikes = []
    for n in range(kills):
        folder = tmp_path / str(n)
        folder.mkdir()
        home, found = strike(folder, moments.random(), seconds)
        comes_out_whole(home, undisturbed, checkout_sources)
        strikes.append(found)
    print(f"{len(strikes)} kills struck, {strikes}")
    assert len(strikes) == kills
    # Three may fall alike on a busy machine; twenty may not.
    assert len({found.done for found in strikes}) > kills // 10
    assert sum(found.interrupted > 0 for found in strikes) >= kills // 10


def test_each_interrupted_run_leaves_its_row_and_the_next_one_takes_the_file_in(
    tmp_path: Path, checkout_sources: dict[str, Source]
) -> None:
    """Killed before the note has its name, before the copy has, and once more before the note."""
    home = delivered(Home(tmp_path / "home"))
    contacts = "crm/contacts"
    for run, step in (("first", 1), ("second", 2), ("third", 2)):
        process = intake_process(home, REQUESTS, contacts, run_id=run, dies_before_step=step)
        assert process.exit_code == KILLED
    warehouse = Warehouse(root=str(home.root))
    rows = (
        "select run_id, status, reason_code, records_in from raw.deliveries "
        "where path = 'crm/contacts.csv' order by rowid"
    )
    with warehouse.connect() as connection:
        interrupted = [(run, "held", "F_INTERRUPTED", 0) for run in ("first", "second", "third")]
        assert connection.execute(rows).fetchall() == interrupted
        take_in(connection, home, checkout_sources[contacts], "fourth")
        *before, (run, status, reason_code, records) = connection.execute(rows).fetchall()
        stored = connection.execute("select count(*) from raw.crm__contacts").fetchall()
        taken = connection.execute(
            "select accepted from raw.deliveries where path = 'crm/contacts.csv' and run_id = 'fourth'"
        ).fetchall()
    warehouse.release()
    assert before == interrupted
    assert (run, status, reason_code) == ("fourth", "partly_loaded", None)
    assert records > 100
    assert stored == taken
    copies_are_whole(home)


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
    home = delivered(Home(tmp_path / "home"))
    assert intake_process(home, *NAMES, most_bytes=most_bytes).exit_code == 1
    comes_out_whole(home, whole[0], checkout_sources)
