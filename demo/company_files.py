"""``crm/companies.csv`` and ``register/companies.jsonl``: companies as others write them."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from demo.companies import Companies
from demo.company import COUNTRIES
from demo.delivery import Delivery
from demo.dirt import soil
from demo.draws import Array, chance, pick, stream
from demo.faults import FAULTS
from demo.misspelling import misspell, restyle
from demo.places import load_places
from demo.roles import Roles
from demo.text import Text, digits, join, stack, take, text, where
from demo.timeline import iso_dates
from demo.writers import CRM, json_lines, text_file

_IN_CRM, _IN_REGISTER = 0.65, 0.86
_SECOND_SHARE = 0.08
SEK_PER_EUR = 11.2


@dataclass(frozen=True)
class CompanyRecords:
    """Which record is which company.

    Attributes:
        record_id: ``crm_company:<foretag_nr>`` or ``register:<CC>-<org_number>``.
        company: Row of ``Companies``.
    """

    record_id: Text
    company: Array


def company_keys(company: Array) -> Text:
    """Return the CRM's number of a company's first record."""
    return join("F", digits(company + 1000, 6))


def _written_names(rng: np.random.Generator, companies: Companies, rows: Array) -> Text:
    """Spell company names as salespeople do."""
    size = len(rows)
    name, form = take(companies.name, rows), take(companies.form, rows)
    long_form = take(companies.long_form, rows)
    style = pick(rng, np.array([0.62, 0.18, 0.08, 0.05, 0.07]), size)
    written = where(style == 0, join(name, " ", form), name)
    written = where(style == 2, join(name, " ", long_form), written)
    written = where(style == 3, pc.utf8_upper(join(name, " ", form)), written)
    # AB Lindbergs Bygg: the form in front is Swedish and Finnish use.
    written = where(style == 4, join(form, " ", name), written)
    written = where(chance(rng, 0.5, size), pc.replace_substring(written, " & ", " och "), written)
    written = misspell(rng, written, 0.02)
    return restyle(rng, [written], np.array([0.01, 0.02, 0.01, 0.01, 0.02]))[0]


def _written_org_numbers(rng: np.random.Generator, companies: Companies, rows: Array) -> Text:
    number, country = take(companies.org_number, rows), companies.country[rows]
    head, tail = pc.utf8_slice_codeunits(number, 0, 6), pc.utf8_slice_codeunits(number, 6)
    finnish = join(pc.utf8_slice_codeunits(number, 0, 7), "-", pc.utf8_slice_codeunits(number, 7))
    dashed = where(country == 0, join(head, "-", tail), where(country == 3, finnish, number))
    prefixed = join(take(text(COUNTRIES), country), number)
    style = rng.random(len(rows))
    written = where(style < 0.55, dashed, number)
    written = where((style > 0.93) & (country != 0), prefixed, written)
    return where(chance(rng, 0.12, len(rows)), "", written)


def write_crm_companies(delivery: Delivery, companies: Companies, roles: Roles) -> CompanyRecords:
    """Write ``crm/companies.csv``: all companies that someone acts for, and others.

    A second record of a company has a number of its own and its own spelling.
    """
    rng = stream(delivery.seed, "crm_companies")
    size, today = len(companies), delivery.timeline.today
    known = chance(rng, _IN_CRM, size)
    known[roles.company[roles.company >= 0]] = True
    known[0] = True
    first = np.flatnonzero(known)
    second = first[chance(rng, _SECOND_SHARE, len(first))]
    rows = np.concatenate([first, second])
    second_keys = join("F", digits(700_000 + np.arange(len(second)), 6))
    key = stack([company_keys(first), second_keys])
    country, place = companies.country[rows], companies.place[rows]
    employees = np.round(companies.employees[rows] * np.exp(rng.normal(0, 0.15, len(rows))))
    revenue = companies.revenue[rows] * np.exp(rng.normal(0, 0.2, len(rows))) * SEK_PER_EUR / 1000
    blank = chance(rng, 0.25, len(rows))
    updated = today - np.minimum(rng.exponential(300, len(rows)), 1500).astype(np.int64)
    columns = {
        "foretag_nr": key,
        "orgnr": _written_org_numbers(rng, companies, rows),
        "namn": _written_names(rng, companies, rows),
        "bransch_sni": pc.replace_substring(take(companies.nace, rows), ".", ""),
        "anstallda": where(blank, "", digits(employees.astype(np.int64))),
        "omsattning_tkr": where(blank, "", digits(np.round(revenue).astype(np.int64))),
        "gatuadress": take(companies.street, rows),
        "postnr": take(load_places().code, place),
        "ort": take(load_places().city, place),
        "land": take(text(COUNTRIES), country),
        "webb": where(chance(rng, 0.3, len(rows)), "", join("www.", take(companies.domain, rows))),
        "andrad": iso_dates(updated),
    }
    delivery.csv("crm/companies", columns, CRM)
    return CompanyRecords(join("crm_company:", key), rows)


def write_register(delivery: Delivery, companies: Companies) -> CompanyRecords:
    """Write ``register/companies.jsonl``: official names, and employees where not withheld."""
    rng = stream(delivery.seed, "register")
    table = "register/companies"
    listed = chance(rng, _IN_REGISTER, len(companies))
    listed[0] = True
    rows = np.flatnonzero(listed)
    size, today = len(rows), delivery.timeline.today
    country, place = companies.country[rows], companies.place[rows]
    number = take(companies.org_number, rows)
    withheld = chance(rng, 0.08, size)
    no_revenue = chance(rng, 0.05, size)
    closed = companies.closed_on[rows] <= today
    read_on = today - rng.integers(0, 400, size)
    revenue = digits(companies.revenue[rows].astype(np.int64))
    columns = {
        "country_code": take(text(COUNTRIES), country),
        "org_number": number,
        "legal_name": join(take(companies.name, rows), " ", take(companies.form, rows)),
        "legal_form": take(companies.form, rows),
        "nace_code": take(companies.nace, rows),
        "employees": where(withheld, "null", digits(companies.employees[rows])),
        "revenue_eur": where(no_revenue, "null", join(revenue, ".00")),
        "founded_on": iso_dates(companies.founded[rows]),
        "postal_code": take(load_places().code, place),
        "city": take(load_places().city, place),
        "region": take(load_places().region, place),
        "status": where(closed, "closed", "active"),
        "as_of": iso_dates(
            np.where(closed, np.maximum(read_on, companies.closed_on[rows]), read_on)
        ),
    }
    soiled = soil(columns, FAULTS[table], delivery.seed, table, delivery.ledger)
    with text_file(delivery.path(table, "jsonl"), "utf-8") as file:
        lines = json_lines(soiled.columns, frozenset({"employees", "revenue_eur"}))
        file.lines(soiled.soil_lines(lines))
        delivery.rows[table] = file.rows
    record_id = join("register:", take(text(COUNTRIES), country), "-", number)
    readable = np.flatnonzero(~soiled.is_broken)
    return CompanyRecords(take(record_id, readable), rows[readable])
