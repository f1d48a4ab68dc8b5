"""The truth folder: who is who, who is of which persona, what campaigns really did, what is dirty.

It lies apart from the landing folder; nothing in a pipeline reads it, only tests and benchmarks do.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from demo.campaign_plan import CAMPAIGNS, campaign_keys, extra_order_chances
from demo.campaigns import Uplifts
from demo.company import COUNTRIES, PERSONAS
from demo.company_files import CompanyRecords
from demo.dirt import Ledger
from demo.draws import Array
from demo.membership import Records
from demo.names import load_names
from demo.parquet import dates, parquet_file
from demo.places import load_places
from demo.privacy import Requests
from demo.records import World
from demo.social import Engagements
from demo.text import Text, digits, join, stack, take, text
from demo.timeline import NEVER


def _person_keys(person: Array) -> Text:
    return join("P", digits(np.asarray(person, dtype=np.int64), 7))


def _company_keys(company: Array) -> Text:
    return join("O", digits(np.asarray(company, dtype=np.int64), 6))


def _write(truth: Path, name: str, columns: dict[str, Any]) -> None:
    with parquet_file(truth / f"{name}.parquet") as file:
        file.table(columns)


def write_records(truth: Path, readable: list[tuple[Records, Array]], social: Engagements) -> None:
    """Write the person behind each record that can be read.

    Args:
        truth: The truth folder.
        readable: Each source's records, and which of them can be read.
        social: Who engaged.
    """
    ids, persons = [], []
    for records, mask in readable:
        rows = np.flatnonzero(mask)
        ids.append(join(f"{records.source}:", take(records.key, rows)))
        persons.append(_person_keys(records.person[rows]))
    _write(truth, "person_records", {"record_id": stack(ids), "person_id": stack(persons)})
    rows = np.flatnonzero(social.is_readable)
    engagements = {
        "engagement_id": take(social.key, rows),
        "person_id": _person_keys(social.person[rows]),
    }
    _write(truth, "social_engagements", engagements)


def write_companies(truth: Path, records: list[CompanyRecords]) -> None:
    """Write the company behind each company record."""
    columns = {
        "record_id": stack([entry.record_id for entry in records]),
        "company_id": stack([_company_keys(entry.company) for entry in records]),
    }
    _write(truth, "company_records", columns)


def write_people(truth: Path, world: World, requests: Requests) -> None:
    """Write the true facts about each person, as they are on the last day."""
    people, contact, book = world.people, world.contact, load_names()
    place = world.addresses.place[people.home]
    request = np.full(len(people), 3, dtype=np.int64)
    request[requests.person] = requests.kind
    columns = {
        "person_id": _person_keys(np.arange(len(people))),
        "persona": take(text([persona.name for persona in PERSONAS]), people.persona),
        "household": digits(people.household),
        "country": take(text(COUNTRIES), people.country),
        "first_name": take(book.first, people.first),
        "last_name": take(book.surname, people.surname),
        "gender": take(text(["female", "male"]), people.sex),
        "birth_date": dates(people.born, people.born == NEVER),
        "email": contact.email,
        "street": take(world.addresses.street, people.home),
        "postal_code": take(load_places().code, place),
        "city": take(load_places().city, place),
        "moved_on": dates(np.maximum(people.moved_on, 0), people.moved_on == NEVER),
        "wed_on": dates(np.maximum(people.wed_on, 0), people.wed_on == NEVER),
        "since": dates(people.since, people.since == NEVER),
        "company_id": _company_keys(np.maximum(world.roles.company, 0)),
        "acts_for_company": pa.array(world.roles.company >= 0),
        "request": take(text(["erase", "object", "access", ""]), request),
    }
    _write(truth, "people", columns)


def write_uplifts(truth: Path, uplifts: Uplifts) -> None:
    """Write each campaign's true effect on each persona."""
    campaigns, personas = len(CAMPAIGNS), len(PERSONAS)
    columns = {
        "campaign_id": take(campaign_keys(), np.repeat(np.arange(campaigns), personas)),
        "persona": take(
            text([persona.name for persona in PERSONAS]), np.tile(np.arange(personas), campaigns)
        ),
        "people": pa.array(uplifts.people.ravel().astype(np.int64)),
        "effect": pa.array(extra_order_chances().ravel()),
        "base": pa.array(uplifts.base.ravel()),
        "uplift": pa.array(uplifts.uplift.ravel()),
    }
    _write(truth, "uplifts", columns)


def write_dirt(truth: Path, ledger: Ledger) -> None:
    """Write how many rows of which file have which kind of fault."""
    found = sorted(ledger.rows.items())
    columns = {
        "file": text([file for (file, _), _ in found]),
        "kind": text([kind for (_, kind), _ in found]),
        "rows": pa.array([rows for _, rows in found], pa.int64()),
    }
    _write(truth, "dirt", columns)
