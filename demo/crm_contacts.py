"""``crm/contacts.csv``: people as the sales department typed them in."""

import numpy as np

from demo.company import COUNTRIES
from demo.company_files import company_keys
from demo.delivery import Delivery
from demo.draws import Array, chance, stream
from demo.membership import Records
from demo.phones import TYPED, write_phones
from demo.places import load_places
from demo.records import Habits, Seen, World, languages, see
from demo.text import Text, is_empty, join, take, text, where
from demo.timeline import DAY, NEVER, iso_dates
from demo.versions import Written, draw_versions
from demo.writers import CRM

_COUNTRY_NAMES = ("Sverige", "Danmark", "Norge", "Suomi")
_HABITS = Habits(
    typo=0.018, nickname=0.05, swapped=0.005, styles=(0.010, 0.012, 0.012, 0.008, 0.010),
    phone_styles=TYPED, no_email=0.13, no_phone=0.15, no_birth=0.35, no_street=0.06,
    landline=0.12, second_email=0.10, placeholder=0.006,
)  # fmt: skip


def _at_work(
    rng: np.random.Generator, world: World, rows: Array, keeps: Array, seen: Seen
) -> tuple[Text, Text, Text, Text, Text]:
    """Replace some contact details of people who act for a company by the company's.

    Returns:
        E-mail, phone, street, postal code, city.
    """
    company = world.roles.company[rows]
    size = len(rows)
    acts = (company >= 0) & ~keeps
    safe = np.maximum(company, 0)
    draw = rng.random(size)
    work = take(world.roles.email, rows)
    # A number of their own stays where the address is the company's, and the other way round.
    calls, writes = acts & ~is_empty(seen.phone), acts & ~is_empty(seen.email)
    email = where(calls & (draw < 0.5) & ~is_empty(work), work, seen.email)
    shared = calls & (draw >= 0.5) & (draw < 0.58)
    email = where(shared, join("info@", take(world.companies.domain, safe)), email)
    switchboard = write_phones(
        rng, take(world.companies.phone, safe), world.companies.country[safe], TYPED
    )
    phone = where(writes & (draw >= 0.58) & (draw < 0.72), switchboard, seen.phone)
    visits = acts & chance(rng, 0.35, size)
    place = world.companies.place[safe]
    street = where(visits, take(world.companies.street, safe), seen.street)
    code = where(visits, take(load_places().code, place), seen.postal_code)
    city = where(visits, take(load_places().city, place), seen.city)
    return email, phone, street, code, city


def write_contacts(
    delivery: Delivery, world: World, records: Records, is_main: Array, keeps_email: Array
) -> Written:
    """Write ``crm/contacts.csv``.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        records: The CRM's records.
        is_main: See ``records.see``.
        keeps_email: People whom only their private address ties to other records.
    """
    rng = stream(delivery.seed, "crm")
    versions = draw_versions(records, world.people, delivery.seed)
    rows, size = records.person[versions.record], len(versions.record)
    is_main = is_main[versions.record]
    seen = see(rng, world, rows, versions.seen_at, is_main, _HABITS)
    keeps = keeps_email[rows] & is_main
    email, phone, street, code, city = _at_work(rng, world, rows, keeps, seen)
    # Salespeople keep nobody without address, number and birthday.
    lost = is_empty(email) & is_empty(phone) & (seen.birth == NEVER)
    email = where(lost, take(world.contact.email, rows), email)
    country = world.people.country[rows]
    sex = take(text(["K", "M"]), world.people.sex[rows])
    acts = world.roles.company[rows] >= 0
    columns = {
        "kundnr": take(records.key, versions.record),
        "fornamn": seen.first,
        "efternamn": seen.last,
        "kon": where(chance(rng, 0.06, size), "", sex),
        "fodelsedatum": where(seen.birth == NEVER, "", iso_dates(np.maximum(seen.birth, -40_000))),
        "epost": email,
        "telefon": phone,
        "gatuadress": street,
        "postnr": code,
        "ort": city,
        "land": take(
            text(COUNTRIES + _COUNTRY_NAMES),
            country + len(COUNTRIES) * chance(rng, 0.04, size),
        ),
        "foretag_nr": where(acts, company_keys(np.maximum(world.roles.company[rows], 0)), ""),
        "titel": take(world.roles.title, rows),
        "sprak": languages(rng, country),
        "skapad": iso_dates(records.created[versions.record] // DAY),
        "andrad": iso_dates(versions.seen_at // DAY),
    }
    broken = delivery.csv("crm/contacts", columns, CRM)
    return Written(records, versions.any_readable(broken), acts)
