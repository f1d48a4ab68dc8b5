"""Makes one complete set of demo deliveries, and the truth about it: ``write_deliveries``.

The steps are here in their order; what each file holds is in the module of its subject.
"""

from datetime import date
from pathlib import Path

import numpy as np

from demo import truth as truths
from demo.bookings import write_bookings
from demo.campaign_files import write_campaigns
from demo.campaigns import Reach, run_campaigns
from demo.companies import draw_companies
from demo.company_files import write_crm_companies, write_register
from demo.contact_details import draw_contact
from demo.crm_contacts import write_contacts
from demo.delivery import Delivery
from demo.draws import Array
from demo.membership import Records, draw_records, main_records
from demo.newsletter import leaving_moments, write_newsletter_events
from demo.orders import write_orders
from demo.people import draw_people
from demo.privacy import write_consents, write_requests
from demo.purchases import draw_orders
from demo.records import World
from demo.reference import write_reference
from demo.roles import draw_roles
from demo.shop_customers import write_customers
from demo.social import social_people, write_engagements
from demo.subscribers import write_subscribers
from demo.surveys import write_answers
from demo.text import Text, take
from demo.timeline import DAY, NEVER, Timeline
from demo.web import write_web_events

LEAST_PEOPLE = 50
_NOT_REACHABLE = 10**9  # a day number far beyond any delivery


def _draw_world(people: int, seed: int, timeline: Timeline) -> World:
    population, addresses = draw_people(people, seed, timeline)
    companies = draw_companies(people, seed, timeline)
    roles = draw_roles(population, companies, seed, timeline)
    contact = draw_contact(population, roles.email, seed, timeline)
    return World(population, addresses, contact, companies, roles)


def _first_rows(records: Records, people: int) -> Array:
    """Return each person's first record in a source, -1 for none."""
    rows = np.full(people, -1, dtype=np.int64)
    rows[records.person[::-1]] = np.arange(len(records))[::-1]
    return rows


def _known_since(records: Records, rows: Array) -> Array:
    return np.where(rows >= 0, records.created[np.maximum(rows, 0)] // DAY, _NOT_REACHABLE)


def _reachable(
    records: dict[str, Records], first: dict[str, Array], left_at: Array
) -> dict[str, Reach]:
    """Return when each channel reaches each person: with an account in the shop, to order."""
    since = {name: _known_since(records[name], rows) for name, rows in first.items()}
    always = np.full(len(since["shop"]), _NOT_REACHABLE)
    left_on = np.where(left_at == NEVER, _NOT_REACHABLE, left_at // DAY)
    return {
        "email": Reach(
            np.maximum(since["newsletter"], since["shop"]), left_on[first["newsletter"]]
        ),
        "sms": Reach(np.maximum(since["crm"], since["shop"]), always),
        "social": Reach(since["shop"], always),
    }


def write_deliveries(
    *, people: int, seed: int, as_of: date, landing: Path, truth: Path
) -> dict[str, int]:
    """Write all deliveries and their truth; the bytes depend on people, seed and as_of alone.

    A million people take about a minute and 2.1 GB on one core. Files of an earlier call are
    replaced one by one, each when its successor is complete.

    Args:
        people: Number of people, 50 or more.
        seed: Any whole number from 0; another seed draws another world.
        as_of: The last day of all data, inclusive.
        landing: Folder for ``<system>/<table>.<ext>``; made if absent.
        truth: Folder for the ground truth; made if absent; not inside ``landing``.

    Returns:
        Data rows per file, by ``<system>/<table>``, faulty rows included.

    Raises:
        ValueError: If there are too few people, the seed is negative, or truth lies in landing.
    """
    if people < LEAST_PEOPLE:
        raise ValueError(
            f"The demo was asked for {people} people and needs at least {LEAST_PEOPLE}: "
            "ask for more people."
        )
    if seed < 0:
        raise ValueError(f"The demo's seed was {seed} and must be 0 or greater: choose another.")
    if landing.resolve() in (truth.resolve(), *truth.resolve().parents):
        raise ValueError(
            "The truth folder lies in the landing folder, where the pipeline would read it: "
            "choose a folder elsewhere."
        )
    delivery = Delivery(seed=seed, timeline=Timeline(as_of), landing=landing)
    world = _draw_world(people, seed, delivery.timeline)
    return _write_all(delivery, world, truth)


def _write_all(delivery: Delivery, world: World, truth: Path) -> dict[str, int]:
    seed, timeline, size = delivery.seed, delivery.timeline, len(world.people)
    acts = world.roles.company >= 0
    # Surveys go to personal addresses only.
    invited = ~world.contact.shares_email
    records = draw_records(world.people, acts, invited, seed, timeline)
    mains = main_records(records, size, seed)
    engaged = social_people(size, seed)
    keeps_email = np.zeros(size, dtype=bool)
    for rows in (records["newsletter"].person, records["survey"].person, engaged):
        keeps_email[rows] = True

    contacts = write_contacts(delivery, world, records["crm"], mains["crm"], keeps_email)
    customers = write_customers(delivery, world, records["shop"], mains["shop"], keeps_email)
    bookings = write_bookings(delivery, world, records["tickets"], mains["tickets"])
    left_at = leaving_moments(records["newsletter"], world.people, seed, timeline)
    subscribers = write_subscribers(delivery, world, records["newsletter"], left_at)

    first = {name: _first_rows(records[name], size) for name in ("crm", "shop", "newsletter")}
    reachable = _reachable(records, first, left_at)
    own = draw_orders(world.people, records["shop"], seed, timeline)
    orders, assignments, uplifts = run_campaigns(
        own, world.people, reachable, np.maximum(first["shop"], 0), seed, timeline
    )
    keys: dict[str, Text] = {
        source: take(records[source].key, np.maximum(rows, 0)) for source, rows in first.items()
    }
    write_campaigns(delivery, assignments, keys)
    write_newsletter_events(
        delivery, world.people, records["newsletter"], left_at, assignments, first["newsletter"]
    )
    write_orders(delivery, world, orders, records["shop"].key, customers.for_company)
    write_web_events(delivery, world.people, records["shop"], orders)
    email = take(world.contact.email, records["survey"].person)
    answered = write_answers(delivery, world, records["survey"], email)
    social = write_engagements(delivery, world, engaged)
    files = {"crm": contacts, "shop": customers, "newsletter": subscribers, "tickets": bookings}
    write_consents(delivery, world, files)
    requests = write_requests(delivery, world, files)
    company_records = [
        write_crm_companies(delivery, world.companies, world.roles),
        write_register(delivery, world.companies),
    ]
    write_reference(delivery)

    readable = [(file.records, file.is_readable) for file in files.values()]
    truths.write_records(truth, [*readable, (records["survey"], answered)], social)
    truths.write_companies(truth, company_records)
    truths.write_people(truth, world, requests)
    truths.write_uplifts(truth, uplifts)
    truths.write_dirt(truth, delivery.ledger)
    return dict(sorted(delivery.rows.items()))
