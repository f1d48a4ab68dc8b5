"""What ``skikt demo`` leaves behind: every promised table, in one publication, that holds together."""

import csv
import hashlib
import json
import stat
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import pytest

from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.features import PERSON_FEATURES, Feature

AS_OF = date(2026, 11, 20)
DBT_MODELS = Path(__file__).parents[2] / "dbt" / "models"
PUBLISHED = (
    "dim_customer",
    "dim_segment",
    "fct_campaign_result",
    "fct_segment_change",
    "fct_segment_flow",
    "fct_segment_membership",
    "fct_segment_snapshot",
    "segment_priority",
    "segment_profile",
    "meta_publication",
)
IN_THE_WAREHOUSE = (
    "raw.deliveries",
    "raw.quarantine",
    "identity.int_identity__person_records",
    "identity.int_identity__company_records",
    "identity.person_pairs",
    "identity.customer_identities",
    "identity.company_identities",
    "identity.id_events",
    "customers.dim_customers",
    "customers.dim_companies",
    "customers.fct_orders",
    "customers.fct_interactions",
    "customers.customer_features",
    "customers.company_features",
    "segments.customer_segments",
    "segments.segment_history",
    "segments.segment_quality",
    "segments.segment_lift",
    "segments.audience_exclusions",
    "customers.contact_costs",
)
SCHEMES_OF = {
    "person": ("rfm", "lifecycle", "value", "behaviour", "needs"),
    "company": ("company_rfm", "company_lifecycle", "company_value", "firmographic"),
}

Connection = duckdb.DuckDBPyConnection


def one(connection: Connection, sql: str) -> Any:
    return connection.execute(sql).fetchall()[0][0]


def all_of(connection: Connection, sql: str) -> list[Any]:
    rows = connection.execute(sql).fetchall()
    return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


def landing(
    home: Path, table: str, delimiter: str = ",", encoding: str = "utf-8-sig"
) -> list[dict[str, str]]:
    text = (home / "landing" / f"{table}.csv").read_bytes().decode(encoding, "replace")
    lines = list(csv.reader(text.splitlines(), delimiter=delimiter))
    return [
        dict(zip(lines[0], line, strict=True)) for line in lines[1:] if len(line) == len(lines[0])
    ]


def test_it_ends_well_and_shows_the_segments(demo_run: Any) -> None:
    home, ended = demo_run
    assert ended.exit_code == 0, ended.err
    for scheme in (*SCHEMES_OF["person"], *SCHEMES_OF["company"], "audience"):
        assert scheme in ended.out
    assert str(home / "published" / "segments.duckdb") in ended.out.replace("\n", "")
    assert "Traceback" not in ended.out + ended.err


def test_another_process_reads_what_was_published(demo_home: Path) -> None:
    program = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1], read_only=True); "
        "print(connection.execute('select count(*) from marts.dim_customer').fetchall()[0][0])"
    )
    database = str(demo_home / "published" / "segments.duckdb")
    done = subprocess.run(
        [sys.executable, "-c", program, database], capture_output=True, text=True, timeout=60
    )
    assert int(done.stdout) > 500, done.stderr


def test_what_is_published_is_for_older_readers_too(
    published: Connection, warehouse: Connection
) -> None:
    version = "select tags['storage_version'] from duckdb_databases() where not internal"
    versions = [
        rows[0] for [rows] in (c.execute(version).fetchall() for c in (published, warehouse))
    ]
    assert versions == ["v1.0.0+", "v1.3.0+"]


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_published_table_is_there_and_not_empty(published: Connection, table: str) -> None:
    assert one(published, f"select count(*) from marts.{table}") > 0


@pytest.mark.parametrize("table", IN_THE_WAREHOUSE)
def test_a_table_of_the_warehouse_is_there_and_not_empty(warehouse: Connection, table: str) -> None:
    assert one(warehouse, f"select count(*) from {table}") > 0


def test_every_landing_file_is_in_the_ledger_and_its_table(
    demo_home: Path, warehouse: Connection
) -> None:
    delivered = {
        str(file.relative_to(demo_home / "landing"))
        for file in (demo_home / "landing").rglob("*.*")
    }
    assert set(all_of(warehouse, "select path from raw.deliveries")) == delivered
    for source in all_of(warehouse, "select source from raw.deliveries"):
        assert one(warehouse, f"select count(*) from raw.{source.replace('/', '__')}") > 0


def test_i2_every_record_is_accounted_for(demo_home: Path, warehouse: Connection) -> None:
    wrong = "records_in <> accepted + quarantined + suppressed + duplicates or records_in = 0"
    assert not all_of(warehouse, f"select path from raw.deliveries where {wrong}")
    for source, accepted, quarantined in all_of(
        warehouse,
        "select source, sum(accepted)::int, sum(quarantined)::int from raw.deliveries group by 1",
    ):
        stored = one(warehouse, f"select count(*) from raw.{source.replace('/', '__')}")
        reasons = one(warehouse, f"select count(*) from raw.quarantine where source = '{source}'")
        assert (accepted, quarantined) == (stored, reasons), source
    shop = pq.read_metadata(demo_home / "landing" / "shop" / "orders.parquet").num_rows
    assert (
        one(warehouse, "select records_in from raw.deliveries where source = 'shop/orders'") == shop
    )


PERSON_RECORDS = """
    select 'crm:' || kundnr from raw.crm__contacts
    union select 'shop:' || customer_id from raw.shop__customers
    union select 'tickets:' || bookingnr from raw.tickets__bookings
    union select 'newsletter:' || subscriber_id from raw.newsletter__subscribers
    union select 'survey:' || response_id from raw.survey__answers
"""


def test_i3_each_accepted_person_record_has_exactly_one_customer(warehouse: Connection) -> None:
    assert (
        one(
            warehouse,
            "select count(*) - count(distinct record_id) from identity.customer_identities",
        )
        == 0
    )
    accepted = set(all_of(warehouse, PERSON_RECORDS))
    linked = set(all_of(warehouse, "select record_id from identity.customer_identities"))
    assert accepted == {record for record in linked if not record.startswith("social:")}
    social = {record for record in linked if record.startswith("social:")}
    known = (
        "select count(distinct (lower(network), lower(trim(email)))) from raw.social__engagements"
    )
    assert 0 < len(social) <= one(warehouse, known)


def test_i3_holds_for_companies_too(warehouse: Connection) -> None:
    accepted = all_of(
        warehouse,
        "select 'crm_company:' || foretag_nr from raw.crm__companies union "
        "select 'register:' || country_code || '-' || org_number from raw.register__companies",
    )
    linked = all_of(warehouse, "select record_id from identity.company_identities")
    assert len(linked) == len(set(linked)) == len(set(accepted))
    assert {r for r in linked if r.startswith("crm")} == {
        r for r in accepted if r.startswith("crm")
    }


def test_records_of_one_person_are_linked_and_those_of_most_are_not(warehouse: Connection) -> None:
    records, customers = warehouse.execute(
        "select count(*), count(distinct customer_id) from identity.customer_identities"
    ).fetchall()[0]
    assert 0.3 * records < customers < 0.8 * records


def money(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal(0)


def test_i6_money_in_is_money_out(warehouse: Connection) -> None:
    orders = all_of(
        warehouse, "select upper(currency), total_amount::varchar from raw.shop__orders"
    )
    bookings = all_of(warehouse, "select upper(valuta), beloeb from raw.tickets__bookings")
    delivered: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for currency, amount in [*orders, *bookings]:
        delivered[currency] += money(amount or "")
    kept = dict(
        all_of(
            warehouse,
            "select currency, coalesce(sum(total_amount), 0) from customers.fct_orders group by 1",
        )
    )
    assert kept == dict(delivered)
    assert len(kept) >= 4


def test_money_of_customers_and_of_nobody_is_all_money(warehouse: Connection) -> None:
    all_revenue = one(
        warehouse,
        "select sum(revenue_eur) from customers.fct_orders where ordered_on <= '2026-11-20'",
    )
    of_customers = one(warehouse, "select sum(revenue_eur) from customers.customer_features")
    of_nobody = one(
        warehouse,
        "select coalesce(sum(revenue_eur), 0) from customers.fct_orders "
        "where ordered_on <= '2026-11-20' and customer_id is null",
    )
    assert float(all_revenue) == pytest.approx(of_customers + float(of_nobody), rel=1e-9)


@pytest.mark.parametrize(
    ("customer_type", "scheme"),
    [(kind, name) for kind, names in SCHEMES_OF.items() for name in names],
)
def test_i7_each_customer_has_one_segment_of_each_exclusive_scheme_of_its_type(
    warehouse: Connection, published: Connection, customer_type: str, scheme: str
) -> None:
    features = {"person": "customer_features", "company": "company_features"}[customer_type]
    customers = set(all_of(warehouse, f"select customer_id from customers.{features}"))
    members = all_of(
        warehouse,
        "select customer_id from segments.customer_segments "
        f"where scheme = '{scheme}' and customer_type = '{customer_type}'",
    )
    assert customers
    assert sorted(members) == sorted(customers)
    shown = all_of(
        published,
        f"select customer_key from marts.fct_segment_membership where scheme = '{scheme}' and is_current",
    )
    keys = all_of(
        published,
        f"select customer_key from marts.dim_customer where customer_type = '{customer_type}'",
    )
    assert sorted(shown) == sorted(keys)


@pytest.mark.parametrize(
    ("table", "documented"),
    [("customer_features", PERSON_FEATURES), ("company_features", COMPANY_FEATURES)],
)
def test_every_feature_is_documented_and_holds_what_its_documentation_says(
    warehouse: Connection, table: str, documented: tuple[Feature, ...]
) -> None:
    columns = dict(
        warehouse.execute(
            f"select column_name, column_type from (describe customers.{table})"
        ).fetchall()
    )
    assert set(columns) - {"as_of"} == {feature.name for feature in documented}
    types = {
        "text": {"VARCHAR"},
        "integer": {"BIGINT", "INTEGER"},
        "number": {"DOUBLE"},
        "boolean": {"BOOLEAN"},
        "date": {"DATE"},
    }
    for feature in documented:
        assert columns[feature.name] in types[feature.data_type], feature.name
        limits = " or ".join(
            [
                *([f"{feature.name} < {feature.low}"] if feature.low is not None else []),
                *([f"{feature.name} > {feature.high}"] if feature.high is not None else []),
                *([f"{feature.name} is null"] if not feature.is_nullable else []),
                *([f"not isfinite({feature.name})"] if feature.data_type == "number" else []),
                "false",
            ]
        )
        assert one(warehouse, f"select count(*) from customers.{table} where {limits}") == 0


def test_a_companys_orders_are_those_of_shop_accounts_with_its_number(
    warehouse: Connection,
) -> None:
    counted = dict(
        warehouse.execute(
            """
            with accounts as (
                select shop_customer_id, any_value(company_id) as company_id
                from staging.stg_shop__customers
                inner join customers.dim_companies using (org_number)
                group by shop_customer_id having count(*) = 1
            )
            select company_id, count(*)
            from staging.stg_shop__orders inner join accounts using (shop_customer_id)
            where status in ('paid', 'shipped') and ordered_at < timestamp '2026-11-21'
            group by company_id
            """
        ).fetchall()
    )
    told = dict(
        warehouse.execute(
            "select customer_id, orders from customers.company_features where orders > 0"
        ).fetchall()
    )
    assert told == counted
    assert sum(told.values()) > 100


def test_what_is_predicted_is_published_segment_by_segment(
    warehouse: Connection, published: Connection
) -> None:
    predicted = one(warehouse, "select sum(predicted_value_90d_eur) from segments.predicted_values")
    for scheme in SCHEMES_OF["person"]:
        total = one(
            published,
            "select sum(predicted_value_90d_eur) from marts.fct_segment_snapshot "
            f"where scheme = '{scheme}'",
        )
        assert total == pytest.approx(predicted, abs=0.01)
    spent = one(warehouse, "select sum(revenue_90d_eur) from customers.customer_features")
    assert 0.5 * spent < predicted < 2 * spent


def test_what_they_buy_next_is_guessed_better_than_by_what_most_buy(
    warehouse: Connection,
) -> None:
    [hits] = warehouse.execute(
        "select customers, first_hit_share, three_hit_share, most_popular_hit_share "
        "from customers.next_category_hits"
    ).fetchall()
    customers, first, among_three, popular = hits
    assert customers > 100
    assert popular < first < among_three
    wrong = one(
        warehouse,
        """
        select count(*) from (
            select customer_id, sum(share) as total, count(*) as guesses, max(rank) as lowest
            from customers.next_categories group by customer_id
        )
        left join customers.customer_features as features using (customer_id)
        where total > 1.00001 or guesses <> lowest or guesses > 3
            or features.orders = 0 or not features.is_profiling_allowed
        """,
    )
    assert wrong == 0


def test_i8_no_feature_knows_the_future(warehouse: Connection) -> None:
    days = all_of(
        warehouse,
        "select column_name from (describe customers.customer_features) where column_type = 'DATE'",
    )
    assert {"as_of", "last_order_on", "customer_since_on"} <= set(days)
    for day in days:
        assert one(warehouse, f"select max({day}) from customers.customer_features") <= AS_OF
    differing = one(
        warehouse,
        """
        with counted as (
            select customer_id, count(*) as orders
            from customers.fct_orders
            where ordered_at < timestamp '2026-11-21' and ordered_on > date '2025-11-20'
            and status in ('paid', 'shipped')
            group by customer_id
        )
        select count(*) from customers.customer_features left join counted using (customer_id)
        where orders_365d <> coalesce(counted.orders, 0)
        """,
    )
    assert differing == 0


def test_i9_the_first_days_history_has_one_open_row_per_membership(published: Connection) -> None:
    assert (
        one(
            published,
            "select count(*) from marts.fct_segment_membership where valid_to is not null",
        )
        == 0
    )
    assert all_of(published, "select distinct valid_from from marts.fct_segment_membership") == [
        AS_OF
    ]


def test_i10_an_export_is_the_consented_and_reachable_members_of_its_audience(
    demo_home: Path, warehouse: Connection
) -> None:
    folder = demo_home / "exports" / "newsletter"
    manifest = json.loads((folder / "manifest.json").read_text())
    approved = all_of(
        warehouse,
        "select segment_id from segments.segment_definitions where scheme = 'audience' and status = 'approved'",
    )
    assert [file["segment_id"] for file in manifest["files"]] == sorted(approved)
    assert approved
    assert {file.name for file in folder.iterdir()} == {
        "manifest.json",
        *(f["file"] for f in manifest["files"]),
    }
    for file in manifest["files"]:
        content = (folder / file["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        rows = list(csv.DictReader(content.decode().splitlines()))
        allowed = all_of(
            warehouse,
            f"""
            select distinct email
            from segments.customer_segments
            join customers.dim_customers using (customer_id)
            join customers.customer_consents using (customer_id)
            where segment_id = '{file["segment_id"]}' and may_email and not has_objected and email is not null
            """,
        )
        assert sorted(row["email"] for row in rows) == sorted(allowed)
        assert file["rows"] == len(rows)


def subscriber_of_word(row: dict[str, str]) -> str:
    """Whom a consent is about: an address, else a record, else a phone number by its last digits."""
    if row["email"].strip():
        return row["email"].strip().lower()
    if row["person_key"]:
        return f"{row['person_source']}:{row['person_key']}"
    return "".join(filter(str.isdigit, row["phone"]))[-8:]


MAILABLE = """
    select customer_id, list(record_id) || list(email_match) || list(right(phone_match, 8))
    from customers.customer_consents
    join identity.customer_identities using (customer_id)
    join identity.int_identity__person_records using (record_id)
    where may_email
    group by customer_id
"""


def test_nobody_who_did_not_consent_may_be_mailed(demo_home: Path, warehouse: Connection) -> None:
    """Read from the deliveries themselves: whoever may be mailed, and nobody else for them, said yes once."""
    said_yes = {
        subscriber_of_word(row)
        for row in landing(demo_home, "privacy/consents")
        if row["purpose"] == "marketing_email" and row["state"] == "granted"
    }
    mailable = all_of(warehouse, MAILABLE)
    assert len(mailable) > 100
    assert [customer for customer, names in mailable if said_yes.isdisjoint(names)] == []


def test_whoever_said_no_last_is_not_mailed(demo_home: Path, warehouse: Connection) -> None:
    words = [
        row for row in landing(demo_home, "privacy/consents") if row["purpose"] == "marketing_email"
    ]
    newest: dict[str, dict[str, str]] = {}
    for row in sorted(words, key=lambda row: row["recorded_at"]):
        newest[subscriber_of_word(row)] = row
    mailable = all_of(warehouse, MAILABLE)
    mailed_against_their_word = [
        customer
        for customer, names in mailable
        if (said := [newest[name] for name in names if name in newest])
        and max(said, key=lambda row: row["recorded_at"])["state"] != "granted"
    ]
    assert mailed_against_their_word == []


def test_i11_all_published_files_say_one_run(demo_home: Path, published: Connection) -> None:
    folder = demo_home / "published"
    run_ids = all_of(published, "select run_id from marts.meta_publication")
    assert len(run_ids) == 1
    run_id = run_ids[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["run_id"], manifest["as_of"]) == (run_id, "2026-11-20")
    assert folder.resolve().name == run_id
    tables = dict(
        all_of(
            published, "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
        )
    )
    assert set(tables) == set(PUBLISHED) == set(manifest["rows"])
    assert all(run_id in comment for comment in tables.values())
    for table in PUBLISHED:
        file = pq.ParquetFile(folder / "parquet" / f"{table}.parquet")
        assert file.metadata.metadata[b"run_id"].decode() == run_id
        assert file.metadata.num_rows == manifest["rows"][table]
        assert manifest["rows"][table] == one(published, f"select count(*) from marts.{table}")
    assert {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]
    } == manifest["files"]
    assert (
        json.loads((demo_home / "exports" / "newsletter" / "manifest.json").read_text())["run_id"]
        == run_id
    )


def test_every_published_column_is_explained(published: Connection) -> None:
    bare = all_of(
        published,
        "select table_name || '.' || column_name from duckdb_columns() where schema_name = 'marts' and comment is null",
    )
    assert bare == []


def test_every_column_that_python_makes_is_explained(warehouse: Connection) -> None:
    """Those of dbt's own tables are explained where their models are."""
    models = {path.stem for path in DBT_MODELS.rglob("*.sql")}
    bare = warehouse.execute(
        "select table_name, column_name from duckdb_columns() where comment is null and not internal"
    ).fetchall()
    assert [column for column in bare if column[0] not in models] == []


def test_i12_erased_people_are_in_no_table(demo_home: Path, warehouse: Connection) -> None:
    erased = [row for row in landing(demo_home, "privacy/requests") if row["kind"] == "erase"]
    keys = {f"{row['person_source']}:{row['person_key']}" for row in erased if row["person_key"]}
    addresses = {row["email"].strip().lower() for row in erased if row["email"]}
    assert keys
    assert addresses
    assert keys.isdisjoint(all_of(warehouse, PERSON_RECORDS))
    assert keys.isdisjoint(all_of(warehouse, "select record_id from identity.customer_identities"))
    # The requests themselves name whom they are about.
    text_columns = all_of(
        warehouse,
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and database_name = 'warehouse' and schema_name <> 'main' "
        "and not contains(table_name, 'privacy__requests') and not starts_with(table_name, 'erasure')",
    )
    assert len(text_columns) > 100
    listed = ", ".join(f"'{address}'" for address in addresses)
    found = [
        f"{table}.{column}"
        for table, column in text_columns
        if one(
            warehouse, f'select count(*) from {table} where lower(trim("{column}")) in ({listed})'
        )
    ]
    assert found == []
    suppressed = one(warehouse, "select sum(suppressed) from raw.deliveries")
    assert suppressed >= len(keys)


def test_i13_no_key_disappears_between_the_stages(
    warehouse: Connection, published: Connection
) -> None:
    chain = (
        "select customer_id from identity.customer_identities",
        "select customer_id from customers.dim_customers",
        "select customer_id from customers.customer_consents",
        "select customer_id from customers.customer_features",
        "select customer_id from segments.customer_segments where customer_type = 'person'",
        "select customer_id from segments.segment_history where customer_id like 'p|_%' escape '|'",
    )
    customers = [set(all_of(warehouse, query)) for query in chain]
    assert all(stage == customers[0] for stage in customers)
    companies = set(all_of(warehouse, "select company_id from identity.company_identities"))
    assert set(all_of(warehouse, "select company_id from customers.dim_companies")) == companies
    shown = dict(
        all_of(published, "select customer_type, count(*) from marts.dim_customer group by 1")
    )
    assert shown == {"person": len(customers[0]), "company": len(companies)}
    events = one(warehouse, "select count(distinct event_id) from raw.web__events")
    assert (
        one(warehouse, "select count(*) from customers.fct_interactions where source = 'web'")
        == events
    )


def test_bi_gets_no_id_and_no_small_group(published: Connection, warehouse: Connection) -> None:
    inside = set(all_of(warehouse, "select customer_id from customers.customer_keys"))
    assert inside.isdisjoint(all_of(published, "select customer_key from marts.dim_customer"))
    smallest = one(
        published,
        "select min(n) from (select count(*) as n from marts.dim_customer where customer_type = 'person' "
        "and country_code <> 'other' group by country_code, region, age_band, gender)",
    )
    assert smallest >= 10


def test_the_snapshot_is_the_sum_of_the_memberships(published: Connection) -> None:
    differing = all_of(
        published,
        """
        with counted as (
            select segment_id, count(*) as customers from marts.fct_segment_membership where is_current group by 1
        )
        select segment_id from marts.fct_segment_snapshot left join counted using (segment_id)
        where fct_segment_snapshot.customers <> coalesce(counted.customers, 0)
        """,
    )
    assert differing == []


def test_private_files_are_private(demo_home: Path) -> None:
    private = [
        demo_home / "warehouse.duckdb",
        *(file for file in (demo_home / "state").rglob("*") if file.is_file()),
    ]
    private += (demo_home / "exports").rglob("*.csv")
    assert len(private) > 5
    open_to_others = [file for file in private if stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert open_to_others == []
    assert stat.S_IMODE((demo_home / "dagster").stat().st_mode) == 0o700


def test_every_asset_was_made_with_its_row_count_and_columns(
    demo_home: Path, instance_of: Callable[[Path], dg.DagsterInstance]
) -> None:
    with instance_of(demo_home) as instance:
        runs = instance.get_runs()
        assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS]
        records = instance.get_records_for_run(
            runs[0].run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        ).records
    made = [record.asset_materialization for record in records]
    assert len(made) > 60
    without = [
        event.asset_key.to_user_string()
        for event in made
        if event and not {"dagster/row_count", "dagster/column_schema"} <= event.metadata.keys()
    ]
    assert without == []


def test_no_pipeline_code_knows_of_the_demos_truth() -> None:
    checkout = Path(__file__).parents[2]
    rooms = ("dagster_project", "models", "expectations", "dbt")
    naming = {
        str(file.relative_to(checkout))
        for room in rooms
        for file in (checkout / room).rglob("*")
        if file.suffix in {".py", ".sql", ".yml", ".yaml"}
        and "demo_truth" in file.read_text("utf-8")
    }
    assert naming == {"dagster_project/home.py", "dagster_project/cli.py"}


def test_an_audience_is_held_against_what_its_channels_ask_for(warehouse: Connection) -> None:
    measured = dict(
        warehouse.execute(
            "select segment_id, value from segments.segment_quality "
            "where measure = 'reach' and value is not null"
        ).fetchall()
    )
    asked = {"adventurers": 100, "goteborg_active_visitors": 100, "young_urban_women": 100}
    asked["decision_makers_in_trade_and_industry"] = 300
    assert measured.keys() == {f"audience.{name}" for name in asked}
    for name, least in asked.items():
        [(reachable,)] = warehouse.execute(
            "select count(*) from segments.customer_segments "
            "inner join customers.customer_consents using (customer_id) "
            "where segment_id = ? and may_advertise",
            [f"audience.{name}"],
        ).fetchall()
        assert measured[f"audience.{name}"] == pytest.approx(reachable / least, abs=1e-6)
