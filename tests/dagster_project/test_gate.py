"""What a broken promise stops: nothing after it runs, nothing is published, and the exit code is 4.

What staging itself promises is broken where only a fault of the machine or of the pipeline could
break it: in the warehouse's raw tables and in the state, since intake lets no such record through.
A collapse since the last published run is delivered.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.accepted_changes import read_accepted_changes
from dagster_project.errors import ConfigurationError
from dagster_project.home import Home

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


def contacts_without_addresses(home: Path) -> None:
    """The CRM's next export has an empty column where the e-mail addresses were."""
    file = home / "landing" / "crm" / "contacts.csv"
    header, *lines = file.read_text("cp1252").splitlines()
    email = header.split(";").index("epost")
    cut = [line.split(";") for line in lines if '"' not in line]
    emptied = [";".join([*cells[:email], "", *cells[email + 1 :]]) for cells in cut]
    file.write_text("\n".join([header, *emptied, ""]), "cp1252")


BROKEN: dict[str, tuple[Spoil, str]] = {
    "a suite": (an_order_without_its_time, "staging/stg_shop__orders great_expectations"),
    "a dbt test": (a_contact_without_its_key, "stg_crm__contacts"),
    "history": (contacts_without_addresses, "stg_crm__contacts: email filled: "),
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


def test_a_collapse_is_told_in_figures_and_passes_once_it_is_accepted(
    ended: Any, copy_of: Callable[[Path, Path], Path], skikt: Any, tmp_path: Path
) -> None:
    stopped, end = ended["history"]
    sentence = str(end.told["sentence"])
    assert re.search(r"0% of the rows now, \d\d% in the published run of 2026-11-20", sentence)
    lines = re.findall(r"`(- {table: .*?})`", sentence)
    assert {line.split("figure: ")[1].split(",")[0] for line in lines} == {
        "filled.email",
        "filled.email_match",
    }

    home = copy_of(stopped, tmp_path / "home")
    accepted = home / "config" / "accepted_changes.yaml"
    accepted.write_text("\n".join(lines).replace("...", "The CRM holds no addresses any more."))
    end = skikt.run(home)
    assert end.exit_code == 0, end.out + end.err
    page = (home / "reports" / "data_docs" / "tables" / "stg_crm__contacts.html").read_text()
    assert "Accepted: The CRM holds no addresses any more." in page
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as published:
        told = published.execute("select accepted_changes from marts.meta_publication").fetchall()
    assert "stg_crm__contacts filled.email until 2026-11-20: The CRM holds" in told[0][0]


@pytest.mark.parametrize(
    "content",
    [
        "- {table: stg_shop__orders, figure: rows, until: soon, why: Sold.}",
        "- {table: stg_shop__orders, figure: everything, until: 2026-12-01, why: Sold.}",
        "- {table: orders, figure: rows, until: 2026-12-01, why: Sold.}",
        "- {table: stg_shop__orders, figure: rows, until: 2026-12-01}",
        "rows",
        "- {",
    ],
)
def test_an_acceptance_that_cannot_be_read_is_refused_with_an_example(
    content: str, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    home.config.mkdir()
    (home.config / "accepted_changes.yaml").write_text(content)
    with pytest.raises(ConfigurationError, match=r"cannot be used .*- {table: stg_shop__orders"):
        read_accepted_changes(home, date(2026, 11, 20))


def test_an_acceptance_ends_with_its_last_day(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.mkdir()
    line = "- {table: stg_shop__orders, figure: rows, until: 2026-11-20, why: Sold.}"
    (home.config / "accepted_changes.yaml").write_text(line)
    assert [change.why for change in read_accepted_changes(home, date(2026, 11, 20))] == ["Sold."]
    assert read_accepted_changes(home, date(2026, 11, 21)) == []


LAX = """
sources:
  crm/contacts: {encoding: utf-8}
  shop/orders: {format: csv, strict: false}
  tickets/bookings: {strict: false}
  newsletter/events: {strict: false}
  survey/answers: {contract: {response_id: required text, question_code: required text, email: text, answer: text,
    answered_at: timestamp}}
"""
LAX_FILES = {
    "config/sources.yaml": LAX,
    "landing/crm/contacts.csv": "kundnr;fornamn;efternamn\nK1;Åsa;Öberg\n",
    "landing/shop/orders.csv": "order_id,customer_id,ordered_at,status,currency,total_amount\n"
    "O1,C1,2026-02-01 10:00:00,paid,EUR,10\nO2,C1,soon,paid,EUR,10\nO3,C1,2026-02-01 10:00:00,paid,,much\n",
    "landing/tickets/bookings.csv": "bookingnr,navn,bestilt\nB1,Bo Berg,01-02-2026 10:00\nB2,Bo Berg,soon\n",
    "landing/newsletter/events.jsonl": '{"event_id": "E1", "subscriber_id": "S1", "event": "open", "at": "soon"}\n',
    "landing/survey/answers.csv": "response_id,question_code,email,answer,answered_at\nR1,NPS,a@example.org,9,\n",
}


def test_what_a_contract_lets_in_is_warned_of_and_never_blocks(skikt: Any, tmp_path: Path) -> None:
    for name, content in LAX_FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    end = skikt.run(tmp_path)
    assert end.exit_code == 0, end.out + end.err
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        warned = warehouse.execute(
            "select order_id, warning_codes from staging.stg_shop__orders union all "
            "select booking_id, warning_codes from staging.stg_tickets__bookings union all "
            "select event_id, warning_codes from staging.stg_newsletter__events order by all"
        ).fetchall()
    assert warned == [
        ("B1", []),
        ("B2", ["booked_at:W_DATE"]),
        ("E1", ["occurred_at:W_DATE"]),
        ("O1", []),
        ("O2", ["ordered_at:W_DATE"]),
        ("O3", ["total_amount:W_NUMBER"]),
    ]
    for table, column in (("stg_shop__orders", "currency"), ("stg_survey__answers", "answered_at")):
        page = (tmp_path / "reports" / "data_docs" / "tables" / f"{table}.html").read_text()
        promise = page.split(f"Every row has a value in {column}.")[1].split("</li>")[0]
        assert 'class="tag warning"' in promise


BOOKINGS = "bookingnr,navn,email,mobil,postnr,by,land,arrangement,kategori,antal,beloeb,valuta,bestilt,besoegt\n"
FIRST_DELIVERIES = {
    "tickets of thirty people in India, without e-mail": (
        "landing/tickets/bookings.csv",
        BOOKINGS
        + "".join(
            f'B{n},Person {n},,,560001,Bengaluru,India,,,1,"{n},50",INR,{n % 28 + 1:02}-10-2026 12:00,\n'
            for n in range(30)
        ),
    ),
    "a newsletter list of addresses only": (
        "landing/newsletter/subscribers.csv",
        "subscriber_id,email\n" + "".join(f"N{n},person.{n}@example.org\n" for n in range(30)),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", FIRST_DELIVERIES)
def test_an_honest_first_delivery_never_blocks(name: str, skikt: Any, tmp_path: Path) -> None:
    path, content = FIRST_DELIVERIES[name]
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(content, "utf-8")
    end = skikt.run(tmp_path)
    assert end.exit_code == 0, end.out + end.err
    assert end.told["is_published"]


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
