"""What a broken promise stops: nothing after it runs, nothing is published, and the exit code is 4.

The bad data is put where only a fault of the machine or of the pipeline could put it: into the
warehouse's raw tables and into the state, since intake lets no such record through.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# A dozen refreshes.
pytestmark = pytest.mark.long

Spoil = Callable[[Path], None]


def an_order_without_its_time(home: Path) -> None:
    """A critical promise of the suite of stg_shop__orders; its dbt tests do not see it."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update raw.shop__orders set ordered_at = null where _record_no = 7")


def a_row_that_nobody_delivered(home: Path) -> None:
    """The table holds more rows than the ledger accepted: I2."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("insert into raw.crm__contacts from raw.crm__contacts limit 1")


def a_snapshot_told_twice(home: Path) -> None:
    """State that makes a mart break its key: a dbt test fails in the last invocation."""
    state = home / "state" / (home / "published").resolve().name / "segment_snapshots.parquet"
    rows = pq.read_table(state)
    doubled = pa.concat_tables([rows, rows.slice(0, 1)])
    pq.write_table(doubled.replace_schema_metadata(rows.schema.metadata), state)


BROKEN: dict[str, tuple[Spoil, str, str]] = {
    "a suite": (an_order_without_its_time, "2026-11-20", "staging/stg_shop__orders great_expectations"),
    "the accounting": (a_row_that_nobody_delivered, "2026-11-20", "raw/crm__contacts every_record_is_accounted_for"),
    "a dbt test": (a_snapshot_told_twice, "2026-11-21", "fct_segment_snapshot"),
}  # fmt: skip


def run_of(home: Path) -> set[str]:
    """The assets that the newest run of a home materialised, as ``stage/table``."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        newest = instance.get_runs(limit=1)[0]
        records = instance.get_records_for_run(
            newest.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        ).records
    keys = [record.event_log_entry.dagster_event.asset_key for record in records]
    return {key.to_user_string() for key in keys}


@pytest.fixture(scope="module")
def ended(
    demo_home: Path,
    copy_of: Callable[..., Path],
    published_files: Callable[[Path], dict[str, str]],
    skikt: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Path, dict[str, str], Any]]:
    """For each broken promise: the home, what was published before, and how the run ended."""
    found = {}
    for name, (spoil, as_of, _) in BROKEN.items():
        home = copy_of(demo_home, tmp_path_factory.mktemp("gate") / "home")
        before = published_files(home)
        spoil(home)
        found[name] = (home, before, skikt.run(home, "run", "--json", SKIKT_AS_OF=as_of))
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_publishes_nothing(
    ended: Any, published_files: Callable[[Path], dict[str, str]], name: str
) -> None:
    home, before, end = ended[name]
    assert end.exit_code == 4, end.out + end.err
    assert not end.told["is_published"]
    assert published_files(home) == before
    assert list((home / "publications").glob(".building-*")) == []


@pytest.mark.parametrize("name", BROKEN)
def test_its_sentence_names_the_promise_and_says_what_to_do(ended: Any, name: str) -> None:
    sentence = str(ended[name][2].told["sentence"])
    assert BROKEN[name][2] in sentence
    assert "Nothing was published" in sentence
    assert "Open" in sentence


def test_a_suite_stops_identity_and_all_after_it(ended: Any) -> None:
    made = run_of(ended["a suite"][0])
    assert "staging/stg_shop__orders" in made
    assert {key.split("/")[0] for key in made} <= {"raw", "staging", "identity"}
    assert {key for key in made if key.startswith("identity/")} <= {
        "identity/int_identity__person_records",
        "identity/int_identity__company_records",
    }


def test_a_failed_gate_leaves_no_id_and_no_history_behind(ended: Any) -> None:
    home, _, end = ended["a dbt test"]
    current = (home / "published").resolve().name
    assert current != end.told["run_id"]
    ledger = pq.read_table(home / "state" / current / "id_ledger.parquet")
    assert ledger.num_rows > 500
    history = pq.read_table(home / "state" / current / "segment_history.parquet")
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
    made = [event.asset_key.to_user_string() for event in result.get_asset_materialization_events()]
    assert made == ["customers/fct_orders"]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        counts = [
            warehouse.execute(f"select count(*) from {table}").fetchall() for table in emptied
        ]
    assert counts == [orders, [(0,)], [(0,)]]
