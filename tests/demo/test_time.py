"""All data end at as_of, inclusive, and go back three years."""

import re
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import pyarrow.parquet as pq

AS_OF = date(2026, 3, 31)
_ISO_DAY = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
_DANISH_DAY = re.compile(r"(?<!\d)(?P<d>\d\d)-(?P<m>\d\d)-(?P<y>20\d\d)(?!\d)")


def days_in(path: Path) -> list[date]:
    """Every day that a file holds, in whatever column."""
    if path.suffix == ".parquet":
        moments = pq.read_table(path).to_pandas().select_dtypes(include="datetime")
        return [moments[name].max().date() for name in moments]
    text = path.read_bytes().decode("latin-1")
    found = []
    for match in chain(_ISO_DAY.finditer(text), _DANISH_DAY.finditer(text)):
        try:
            found.append(date(int(match["y"]), int(match["m"]), int(match["d"])))
        except ValueError:  # 30 February, on purpose
            continue
    return found


def test_no_file_holds_a_day_after_as_of(made):
    newest = {
        str(path.relative_to(made.landing)): max(days)
        for path in made.landing.rglob("*.*")
        if (days := days_in(path))
    }
    assert len(newest) >= 15
    assert {file: day for file, day in newest.items() if day > AS_OF} == {}


def test_orders_reach_the_last_day_and_start_three_years_before(made):
    at = made.parquet("shop/orders").ordered_at
    assert at.max().date() == AS_OF
    assert timedelta(days=1080) < AS_OF - at.min().date() <= timedelta(days=1097)


def test_nobody_orders_before_their_account_exists(made):
    customers = made.parquet("shop/customers").groupby("customer_id").created_at.min()
    orders = made.parquet("shop/orders")
    created = orders.customer_id.map(customers)
    known = created.notna()
    assert known.mean() > 0.99
    assert (orders.ordered_at[known] > created[known]).all()


def test_a_changed_record_is_never_older_than_its_creation(made):
    customers = made.parquet("shop/customers")
    assert (customers.updated_at >= customers.created_at).all()
    contacts = made.csv("crm/contacts")
    assert all(row["andrad"] >= row["skapad"] for row in contacts)
