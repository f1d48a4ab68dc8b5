"""``shop/customers.parquet``: accounts of the web shop, as customers typed themselves in."""

import numpy as np
import pyarrow as pa

from demo.company import COUNTRIES
from demo.delivery import Delivery
from demo.dirt import Fault, soil
from demo.draws import Array, chance, stream
from demo.faults import bad_email, bad_phone, duplicate, missing_key, mojibake, unknown_code
from demo.membership import Records
from demo.parquet import null_where, parquet_file
from demo.phones import TIDY
from demo.records import Habits, World, languages, see
from demo.text import is_empty, take, text, where
from demo.timeline import NEVER, iso_dates, iso_moments
from demo.versions import Written, draw_versions

_HABITS = Habits(
    typo=0.010, nickname=0.04, swapped=0.003, styles=(0.012, 0.015, 0.005, 0.030, 0.015),
    phone_styles=TIDY, no_email=0.003, no_phone=0.22, no_birth=0.50, no_street=0.08,
    landline=0.05, second_email=0.12, placeholder=0.004,
)  # fmt: skip
_FAULTS = (
    duplicate(), bad_email("email"), bad_phone("phone"), mojibake("last_name"),
    missing_key("customer_id"), unknown_code("country_code", "XX", "ZZ"),
    Fault("bad_date", 0.001, "birth_date", lambda _, number: f"18{number % 90 + 10}-01-01"),
)  # fmt: skip


def write_customers(
    delivery: Delivery, world: World, records: Records, is_main: Array, keeps_email: Array
) -> Written:
    """Write ``shop/customers.parquet``; arguments as for ``crm_contacts``."""
    rng = stream(delivery.seed, "shop")
    versions = draw_versions(records, world.people, delivery.seed)
    rows, size = records.person[versions.record], len(versions.record)
    is_main = is_main[versions.record]
    seen = see(rng, world, rows, versions.seen_at, is_main, _HABITS)
    company = world.roles.company[rows]
    buys_for_company = (world.roles.company[records.person] >= 0) & chance(rng, 0.45, len(records))
    for_company = buys_for_company[versions.record]
    work = take(world.roles.email, rows)
    uses_work = for_company & ~is_empty(work) & ~(keeps_email[rows] & is_main)
    email = where(uses_work & chance(rng, 0.5, size), work, seen.email)
    country = world.people.country[rows]
    org_number = take(world.companies.org_number, np.maximum(company, 0))
    columns = {
        "customer_id": take(records.key, versions.record),
        "email": email,
        "first_name": seen.first,
        "last_name": seen.last,
        "phone": seen.phone,
        "birth_date": where(seen.birth == NEVER, "", iso_dates(np.maximum(seen.birth, -40_000))),
        "street": seen.street,
        "postal_code": seen.postal_code,
        "city": seen.city,
        "country_code": take(text(COUNTRIES), country),
        "language": languages(rng, country),
        "org_number": where(for_company, org_number, ""),
        "created_at": iso_moments(records.created[versions.record]),
        "updated_at": iso_moments(versions.seen_at),
    }
    table = "shop/customers"
    soiled = soil(columns, _FAULTS, delivery.seed, table, delivery.ledger)
    types = {"birth_date": pa.date32(), "created_at": pa.timestamp("us"),
             "updated_at": pa.timestamp("us")}  # fmt: skip
    with parquet_file(delivery.path(table, "parquet")) as file:
        typed = {
            name: null_where(column, is_empty(column)).cast(types.get(name, pa.string()))
            for name, column in soiled.columns.items()
        }
        file.table(typed)
        delivery.rows[table] = file.rows
    return Written(records, versions.any_readable(soiled.is_broken), buys_for_company)
