"""What a broken promise stops: nothing after it runs, nothing is published, and the exit code is 4.

The bad data is put where only a fault of the machine or of the pipeline could put it: into the
warehouse's raw tables and into the state, since intake lets no such record through.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# A dozen refreshes.
Spoil = Callable[[Path], None]


def an_order_without_its_time(home: Path) -> None:
    """A critical promise of the suite of stg_shop__orders; its dbt tests do not see it."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update raw.shop__orders set ordered_at = null where _record_no = 7")


def a_contact_without_its_key(home: Path) -> None:
    """A dbt test of staging does not hold; the ledger's counts do."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update raw.crm__contacts set kundnr = null where _record_no = 7")


def a_snapshot_told_twice(home: Path) -> None:
    """State that makes a mart break its key: a dbt test does not hold in the last invocation."""
    state = home / "state" / (home / "published").resolve().name / "segment_snapshots.parquet"
    rows = pq.read_table(state)
    doubled = pa.concat_tables([rows, rows.slice(0, 1)])
    pq.write_table(doubled.replace_schema_metadata(rows.schema.metadata), state)


BROKEN: dict[str, tuple[Spoil, str]] = {
    "a suite": (an_order_without_its_time, "staging/stg_shop__orders great_expectations"),
    "a dbt test": (a_contact_without_its_key, "stg_crm__contacts"),
}  # fmt: skip


def run_of(opened: dg.DagsterInstance) -> set[str]:
    """The assets that the newest run of a home materialised, as ``stage/table``."""
    with opened as instance:
        newest = instance.get_runs(limit=1)[0]
        records = instance.get_records_for_run(
            newest.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        ).records
    keys = (record.event_log_entry.get_dagster_event().asset_key for record in records)
    return {key.to_user_string() for key in keys if key}


@pytest.fixture(scope="module")
def ended(
    demo_home: Path,
    copy_of: Callable[[Path, Path], Path],
    skikt: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Path, Any]]:
    """For each broken promise: the home, and how its run ended. Two at a time."""

    def run(name: str) -> tuple[Path, Any]:
        home = copy_of(demo_home, tmp_path_factory.mktemp("gate") / "home")
        BROKEN[name][0](home)
        return home, skikt.run(home)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(BROKEN, pool.map(run, BROKEN), strict=True))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_publishes_nothing(
    ended: Any, demo_home: Path, published_files: Callable[[Path], dict[str, str]], name: str
) -> None:
    home, end = ended[name]
    assert end.exit_code == 4, end.out + end.err
    assert not end.told["is_published"]
    assert published_files(home) == published_files(demo_home)
    assert list((home / "publications").glob(".building-*")) == []


@pytest.mark.parametrize("name", BROKEN)
def test_its_sentence_names_the_promise_and_says_what_to_do(ended: Any, name: str) -> None:
    sentence = str(ended[name][1].told["sentence"])
    assert BROKEN[name][1] in sentence
    assert "Nothing was published" in sentence
    assert "Open" in sentence


def test_a_suite_stops_identity_and_all_after_it(
    ended: Any, instance_of: Callable[[Path], dg.DagsterInstance]
) -> None:
    made = run_of(instance_of(ended["a suite"][0]))
    assert "staging/stg_shop__orders" in made
    assert {key.split("/")[0] for key in made} <= {"raw", "staging", "identity"}
    assert {key for key in made if key.startswith("identity/")} <= {
        "identity/int_identity__person_records",
        "identity/int_identity__company_records",
    }


@pytest.mark.long
def test_a_row_that_nobody_delivered_stops_the_run(
    demo_home: Path,
    copy_of: Callable[[Path, Path], Path],
    published_files: Callable[[Path], dict[str, str]],
    skikt: Any,
    tmp_path: Path,
) -> None:
    """I2: the table holds more rows than the ledger accepted."""
    home = copy_of(demo_home, tmp_path / "home")
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("insert into raw.crm__contacts from raw.crm__contacts limit 1")
    end = skikt.run(home)
    assert end.exit_code == 4, end.out + end.err
    assert "raw/crm__contacts every_record_is_accounted_for" in str(end.told["sentence"])
    assert published_files(home) == published_files(demo_home)


@pytest.mark.long
def test_a_failed_gate_leaves_no_id_and_no_history_behind(
    demo_home: Path,
    copy_of: Callable[[Path, Path], Path],
    published_files: Callable[[Path], dict[str, str]],
    skikt: Any,
    tmp_path: Path,
) -> None:
    home = copy_of(demo_home, tmp_path / "home")
    a_snapshot_told_twice(home)
    end = skikt.run(home, "run", "--json", SKIKT_AS_OF="2026-11-21")
    assert end.exit_code == 4, end.out + end.err
    assert "fct_segment_snapshot" in str(end.told["sentence"])
    assert published_files(home) == published_files(demo_home)
    current = home / "state" / (home / "published").resolve().name
    assert current.name != end.told["run_id"]
    assert pq.read_table(current / "id_ledger.parquet").num_rows > 500
    history = pq.read_table(current / "segment_history.parquet")
    assert {str(day) for day in history["valid_from"].to_pylist()} == {"2026-11-20"}


def test_one_model_alone_is_built_without_touching_others(
    demo_home: Path, copy_of: Callable[..., Path], tmp_path: Path
) -> None:
    home = copy_of(demo_home, tmp_path / "home")
    emptied = ("customers.fct_orders", "customers.fct_interactions", "customers.dim_companies")
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        orders = warehouse.execute("select count(*) from customers.fct_orders").fetchall()
        for table in emptied:
            warehouse.execute(f"delete from {table}")
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("SKIKT_HOME", str(home))
        from dagster_project.definitions import load

        result = (
            load()
            .resolve_job_def("refresh")
            .execute_in_process(
                instance=instance, asset_selection=[dg.AssetKey(["customers", "fct_orders"])]
            )
        )
    made = [event.asset_key for event in result.get_asset_materialization_events()]
    assert made == [dg.AssetKey(["customers", "fct_orders"])]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        counts = [
            warehouse.execute(f"select count(*) from {table}").fetchall() for table in emptied
        ]
    assert counts == [orders, [(0,)], [(0,)]]
