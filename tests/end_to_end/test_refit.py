"""Value is learnt once there is something to learn from, of each customer type, and never unlearnt."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stdnum import luhn

COMPANIES = 260
ORG_NUMBERS = [f"7{n:07}{luhn.calc_check_digit(f'7{n:07}')}" for n in range(COMPANIES)]
OF_PERSONS = ("needs_model", "behaviour_model")
BOUGHT_ON, REFITTED_ON = date(2026, 11, 21), date(2026, 11, 22)


def model_of(home: Path, name: str) -> Any:
    run_id = (home / "published").resolve().name
    return json.loads((home / "state" / run_id / f"{name}.json").read_text("utf-8"))["model"]


def value_models(home: Path) -> Any:
    return model_of(home, "value_models")


def deliver_companies_that_buy(home: Path) -> None:
    """Companies with one account each; every second one orders each week, the more the higher its number."""
    landing = home / "landing"
    with (landing / "register" / "companies_more.jsonl").open("w", encoding="utf-8") as file:
        for n in range(COMPANIES):
            company = {
                "country_code": "FR",
                "org_number": ORG_NUMBERS[n],
                "legal_name": f"Maison {n}",
            }
            file.write(json.dumps(company) + "\n")
    accounts = {
        "customer_id": [f"firm-{n}" for n in range(COMPANIES)],
        "email": [f"achats@maison{n}.example" for n in range(COMPANIES)],
        "last_name": [f"Achats{n}" for n in range(COMPANIES)],
        "first_name": ["Camille"] * COMPANIES,
        "phone": [f"+3314{n:07}" for n in range(COMPANIES)],
        "birth_date": [date(1980, 1, 1) + timedelta(days=n) for n in range(COMPANIES)],
        "street": [f"Rue Longue {n}" for n in range(COMPANIES)],
        "postal_code": ["75001"] * COMPANIES,
        "city": ["Paris"] * COMPANIES,
        "language": ["fr"] * COMPANIES,
        "created_at": [datetime(2025, 1, 1)] * COMPANIES,
        "updated_at": [datetime(2025, 1, 1)] * COMPANIES,
        "country_code": ["FR"] * COMPANIES,
        "org_number": ORG_NUMBERS,
    }
    pq.write_table(pa.table(accounts), landing / "shop" / "customers_more.parquet")
    orders = [
        (f"firm-{n}-{week}", f"firm-{n}", datetime(2026, 11, 20) - timedelta(weeks=week), 10.0 * n)
        for n in range(1, COMPANIES, 2)
        for week in range(52)
    ]
    order_ids, accounts_of, times, amounts = zip(*orders, strict=True)
    rows = {
        "order_id": order_ids,
        "customer_id": accounts_of,
        "ordered_at": times,
        "status": ["paid"] * len(orders),
        "currency": ["EUR"] * len(orders),
        "total_amount": amounts,
        "discount_amount": [0.0] * len(orders),
        "sales_channel": ["online"] * len(orders),
    }
    pq.write_table(pa.table(rows), landing / "shop" / "orders_more.parquet")


def deny_profiling(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        records = connection.execute(
            "select record_id from identity.customer_identities"
        ).fetchall()
    lines = ["consent_id,person_source,person_key,purpose,state,recorded_at"]
    for n, (record_id,) in enumerate(records):
        source, key = record_id.split(":", 1)
        lines.append(f"deny-{n},{source},{key},profiling,denied,2026-11-22T08:00:00")
    (home / "landing" / "privacy" / "consents_denied.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.long
def test_companies_are_learnt_from_once_they_buy_and_a_refit_on_nobody_unlearns_nothing(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path: Path, skikt: Any
) -> None:
    home = copy_of(demo_home, tmp_path / "home")
    first = value_models(home)
    assert first["value"]["limits"]
    assert not first["company_value"]["limits"], "the demo's few companies teach nothing"

    deliver_companies_that_buy(home)
    ended = skikt.run(home, "run", SKIKT_AS_OF=str(BOUGHT_ON))
    assert ended.exit_code == 0, ended.err
    bought = value_models(home)
    assert bought["company_value"]["limits"]
    assert bought["value"] == first["value"]

    before = {name: model_of(home, name) for name in OF_PERSONS}
    deny_profiling(home)
    reason = "everybody denied"
    ended = skikt.run(home, "refit-segments", "--reason", reason, SKIKT_AS_OF=str(REFITTED_ON))
    assert ended.exit_code == 0, ended.err
    assert {name: model_of(home, name) for name in OF_PERSONS} == before
    assert value_models(home)["value"] == first["value"]
