"""How old facts are and how old data is: a small landing with known days, its figures worked out by hand.

The as-of day is 2026-11-20. A fact's stale share is 1 - 0.5^(age / half-life), in four digits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

COMPANIES = (
    "foretag_nr;orgnr;namn;bransch_sni;anstallda;omsattning_tkr;gatuadress;postnr;ort;land;webb;andrad\n"
    # A year ago.
    "F1;5560160680;Verkstaden AB;62010;50;10000;Storgatan 1;41103;Göteborg;SE;verkstaden.example;2025-11-20 08:00:00\n"
)
# 180 days ago. The same employees, place and industry (as NACE writes it); another revenue.
REGISTER = (
    '{"country_code": "SE", "org_number": "5560160680", "legal_name": "Verkstaden AB", "nace_code": "62.01", '
    '"employees": "50", "revenue_eur": "900000", "postal_code": "41103", "city": "Göteborg", "as_of": "2026-05-24"}\n'
)
CONTACTS = "kundnr;fornamn;efternamn;epost;telefon;gatuadress;postnr;ort;land;foretag_nr;titel;skapad;andrad\n"
EARLIER_CONTACTS = (
    CONTACTS
    # A contact of a company, last confirmed a year ago.
    + "K1;Anna;Berg;anna.berg@firma.example;0701740601;;;;SE;F1;Inköpare;2020-01-01 08:00:00;2025-11-20 23:59:00\n"
    # A thousand days ago, each of them.
    + "K2;Bo;Ek;bo.ek@firma.example;;;;;SE;;;2020-01-01 08:00:00;2024-02-24 08:00:00\n"
    + "K3;Cia;Falk;cia.falk@firma.example;;;;;SE;;;2020-01-01 08:00:00;2024-02-24 08:00:00\n"
    + "K4;Dan;Grahn;dan.old@firma.example;;;;;SE;;;2020-01-01 08:00:00;2024-02-24 08:00:00\n"
    + "K5;Eva;Holm;eva.holm@firma.example;0701740605;;;;SE;;;2020-01-01 08:00:00;2024-02-24 08:00:00\n"
    # Nothing says when.
    + "K6;Fia;Ivarsson;fia.ivarsson@firma.example;;;;;SE;;;;\n"
)
LATER_CONTACTS = (
    CONTACTS
    # The row as it was: no news of Bo.
    + "K2;Bo;Ek;bo.ek@firma.example;;;;;SE;;;2020-01-01 08:00:00;2024-02-24 08:00:00\n"
    # Somebody looked at Cia's record ten days ago and left the address as it was; Dan's is another since then.
    + "K3;Cia;Falk;cia.falk@firma.example;;;;;SE;;;2020-01-01 08:00:00;2026-11-10 08:00:00\n"
    + "K4;Dan;Grahn;dan.new@firma.example;;;;;SE;;;2020-01-01 08:00:00;2026-11-10 08:00:00\n"
    # Not yet true on the as-of day.
    + "K1;Anna;Berg;anna.berg@firma.example;0701740601;;;;SE;F1;Inköpare;2020-01-01 08:00:00;2026-11-21 00:00:00\n"
)
# Eva of the CRM again, 31 days ago; it is also all that the ticket office has delivered.
BOOKINGS = (
    "bookingnr,navn,email,mobil,postnr,by,land,bestilt\n"
    "B1,Eva Holm,eva.holm@firma.example,+46701740605,,,SE,20-10-2026 10:00\n"
)
SUBSCRIBERS = (
    "subscriber_id,email,name,status,subscribed_at\n"
    "N1,gun.jonsson@firma.example,Gun Jonsson,subscribed,2024-02-24 08:00:00\n"
    "N2,hans.kling@firma.example,Hans Kling,subscribed,2024-02-24 08:00:00\n"
)
MAILS = "".join(
    f'{{"event_id": "E{n}", "subscriber_id": "{subscriber}", "event": "{event}", "at": "{at}"}}\n'
    for n, (subscriber, event, at) in enumerate(
        [
            ("N1", "sent", "2026-11-19 08:00:00"),
            ("N1", "open", "2026-11-10 08:00:00"),
            ("N1", "click", "2026-11-21 08:00:00"),
            ("N2", "sent", "2026-11-19 08:00:00"),
            ("N2", "bounce", "2026-11-19 08:00:00"),
        ]
    )
)
ACCOUNTS = {
    "customer_id": ["C1"],
    "email": ["ida.lind@firma.example"],
    "first_name": ["Ida"],
    "last_name": ["Lind"],
    "phone": ["0701740609"],
    "street": ["Lillgatan 2"],
    "postal_code": ["41103"],
    "city": ["Göteborg"],
    "country_code": ["SE"],
    "created_at": ["2020-01-01 08:00:00"],
    "updated_at": ["2024-02-24 08:00:00"],
}
ORDERS = [
    ("2026-11-10 08:00:00", "shipped", "online"),
    ("2026-11-15 08:00:00", "paid", "app"),
    ("2026-11-18 08:00:00", "cancelled", "online"),
    ("2026-11-19 08:00:00", "shipped", "store"),
]

# record -> fact -> source, what it rests on, the day, the half-life and the stale share.
EXPECTED: dict[str, dict[str, tuple[Any, ...]]] = {
    "crm:K1": {
        "email": ("crm", "record", "2025-11-20", 210, 0.7002),
        "phone": ("crm", "record", "2025-11-20", 210, 0.7002),
        "title": ("crm", "record", "2025-11-20", 210, 0.7002),
    },
    "crm:K2": {"email": ("crm", "record", "2024-02-24", 1000, 0.5)},
    "crm:K3": {"email": ("crm", "record", "2026-11-10", 1000, 0.0069)},
    "crm:K4": {"email": ("crm", "record", "2026-11-10", 1000, 0.0069)},
    "crm:K5": {
        "email": ("tickets", "record", "2026-10-20", 1000, 0.0213),
        "phone": ("tickets", "record", "2026-10-20", 1000, 0.0213),
    },
    "crm:K6": {"email": ("crm", "record", None, 1000, None)},
    "newsletter:N1": {"email": ("newsletter", "mail", "2026-11-10", 1000, 0.0069)},
    "newsletter:N2": {"email": ("newsletter", "record", "2024-02-24", 1000, 0.5)},
    "shop:C1": {
        "email": ("shop", "order", "2026-11-15", 1000, 0.0035),
        "phone": ("shop", "record", "2024-02-24", 1000, 0.5),
        "address": ("shop", "order", "2026-11-10", 1800, 0.0038),
    },
    "crm_company:F1": {
        "revenue": ("register", "record", "2026-05-24", 365, 0.2895),
        "employees": ("register", "record", "2026-05-24", 365, 0.2895),
        "industry": ("register", "record", "2026-05-24", 1800, 0.067),
        "website": ("crm_company", "record", "2025-11-20", 1800, 0.1311),
        "address": ("register", "record", "2026-05-24", 1800, 0.067),
    },
}
# Means of the above, in two digits.
SHARES = {
    "crm:K1": 0.7,
    "crm:K2": 0.5,
    "crm:K3": 0.01,
    "crm:K4": 0.01,
    "crm:K5": 0.02,
    "crm:K6": None,
    "newsletter:N1": 0.01,
    "newsletter:N2": 0.5,
    "shop:C1": 0.17,
    "crm_company:F1": 0.17,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, skikt: Any) -> Path:
    """A home after its first run."""
    home = tmp_path_factory.mktemp("facts")
    orders = {
        "order_id": [f"O{n}" for n in range(len(ORDERS))],
        "customer_id": ["C1"] * len(ORDERS),
        "ordered_at": [at for at, _, _ in ORDERS],
        "status": [status for _, status, _ in ORDERS],
        "currency": ["EUR"] * len(ORDERS),
        "total_amount": [10.0] * len(ORDERS),
        "sales_channel": [channel for _, _, channel in ORDERS],
    }
    for name, content in {
        "crm/companies.csv": COMPANIES.encode("cp1252"),
        "crm/contacts_1.csv": EARLIER_CONTACTS.encode("cp1252"),
        "crm/contacts_2.csv": LATER_CONTACTS.encode("cp1252"),
        "register/companies.jsonl": REGISTER.encode(),
        "tickets/bookings.csv": BOOKINGS.encode("utf-8-sig"),
        "newsletter/subscribers.csv": SUBSCRIBERS.encode(),
        "newsletter/events.jsonl": MAILS.encode(),
        "shop/customers.parquet": pa.table(ACCOUNTS),
        "shop/orders.parquet": pa.table(orders),
    }.items():
        file = home / "landing" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pa.Table):
            pq.write_table(content, file)
        else:
            file.write_bytes(content)
    ended = skikt.run(home)
    assert ended.exit_code == 0, ended.err + ended.out
    return home


@pytest.fixture(scope="module")
def warehouse(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_each_fact_says_when_it_was_last_seen_true_and_by_whom(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        with identities as (
            from identity.customer_identities
            union all
            select record_id, company_id from identity.company_identities
        )
        select identities.record_id, fact, source, evidence, last_seen_on::varchar, half_life_days, stale_share
        from customers.fct_fact_freshness join identities using (customer_id)
        """
    ).fetchall()
    found: dict[str, dict[str, Any]] = {}
    for record, fact, *figures in rows:
        found.setdefault(record, {})[fact] = tuple(figures)
    assert {record: found.get(record) for record in EXPECTED} == EXPECTED


def test_a_customers_share_is_the_mean_of_its_dated_facts(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        with identities as (
            from identity.customer_identities
            union all
            select record_id, company_id from identity.company_identities
        )
        select record_id, stale_fact_share
        from identities join customers.customer_keys using (customer_id) join marts.dim_customer using (customer_key)
        """
    ).fetchall()
    found = dict(rows)
    assert {record: found[record] for record in SHARES} == SHARES


def test_a_segments_share_is_the_mean_of_its_members(home: Path) -> None:
    """Of those without orders: Ida has bought, and Eva's booking is an order."""
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        shares = dict(
            connection.execute(
                "select segment_id, stale_fact_share from marts.fct_segment_snapshot where customers > 0"
            ).fetchall()
        )
    # Anna, Bo, Cia, Dan, Gun and Hans; Fia, of whom nothing has a day, is left out.
    assert shares["rfm.unassigned"] == pytest.approx((0.7 + 0.5 + 0.01 + 0.01 + 0.01 + 0.5) / 6)


def test_the_report_says_how_stale_each_fact_is(home: Path) -> None:
    report = " ".join((home / "reports" / "segments.html").read_text("utf-8").split())
    assert "<strong>title</strong>" in report
    assert "crm (1, 70.0 %)" in report


def test_dagster_shows_how_stale_each_sources_facts_are(
    home: Path, instance_of: Callable[[Path], dg.DagsterInstance]
) -> None:
    with instance_of(home) as instance:
        event = instance.get_latest_materialization_event(
            dg.AssetKey(["customers", "fact_staleness"])
        )
    assert event
    assert event.asset_materialization
    shown = event.asset_materialization.metadata["stale_facts"]
    assert isinstance(shown, dg.TableMetadataValue)
    figures = {(row.data["fact"], row.data["source"]): row.data for row in shown.records}
    assert figures["title", "crm"]["median_age_days"] == 365
    assert figures["title", "crm"]["stale_share"] == pytest.approx(0.7002)
    # Bo's, a thousand days ago, Cia's and Dan's, Anna's at a company; Fia's has no day.
    email = figures["email", "crm"]
    assert (email["facts"], email["undated_facts"]) == (5, 1)
    assert email["stale_share"] == pytest.approx((0.5 + 0.0069 + 0.0069 + 0.7002) / 4)


def test_old_rows_in_a_new_file_are_stale(
    home: Path, instance_of: Callable[[Path], dg.DagsterInstance]
) -> None:
    """Every file was delivered a moment ago; the ticket office's newest booking is a month old."""
    with instance_of(home) as instance:
        records = instance.get_records_for_run(
            instance.get_runs()[0].run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
    found = {
        check.asset_key.to_user_string(): (check.passed, check.severity, check.metadata)
        for record in records
        if (check := record.event_log_entry.asset_check_evaluation)
        and check.check_name == "freshness"
    }
    is_fresh, severity, metadata = found["raw/tickets__bookings"]
    assert (is_fresh, severity) == (False, dg.AssetCheckSeverity.WARN)
    # From 08:00 UTC that day to the end of the as-of day.
    assert metadata["age_days"].value == pytest.approx(31 + 16 / 24, abs=0.01)
    assert found["staging/stg_tickets__bookings"][0] is False
    assert found["raw/shop__orders"][0] is True
    assert found["raw/register__companies"][0] is False
