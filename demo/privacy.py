"""``privacy/``: what people allow, and what they ask for under the GDPR."""

from dataclasses import dataclass

import numpy as np

from demo.delivery import Delivery
from demo.draws import Array, chance, pick, stream
from demo.phones import TYPED, write_phones
from demo.records import World
from demo.text import Text, digits, join, stack, take, text, where
from demo.timeline import DAY, zulu_moments
from demo.versions import Written
from demo.writers import PLAIN

PURPOSES = (
    "marketing_email",
    "marketing_sms",
    "ads_user_data",
    "ads_personalization",
    "profiling",
)
# Share of people with a record for each purpose, and of those who grant it at first.
_ASKED = np.array([0.72, 0.42, 0.38, 0.36, 0.30])
_GRANTED = np.array([0.86, 0.70, 0.62, 0.58, 0.88])
_WITHDRAWN = np.array([0.10, 0.09, 0.08, 0.08, 0.05])
_KINDS = ("erase", "object", "access")
_REQUEST_SHARES = (0.0012, 0.0015, 0.0008)


@dataclass(frozen=True)
class Requests:
    """Requests by person, one row each.

    Attributes:
        person: Row of ``People``.
        kind: Position in erase, object, access.
        received_at: Moment.
    """

    person: Array
    kind: Array
    received_at: Array


@dataclass(frozen=True)
class _Names:
    """The four columns that name a person: by address, by number or by record."""

    email: Text
    phone: Text
    source: Text
    key: Text


def first_record(written: Written, people: int) -> Array:
    """Return each person's first readable record, -1 for none."""
    rows = np.full(people, -1, dtype=np.int64)
    readable = np.flatnonzero(written.is_readable)[::-1]
    rows[written.records.person[readable]] = readable
    return rows


def _name_people(
    rng: np.random.Generator, world: World, person: Array, files: dict[str, Written],
    ways: Array,
) -> _Names:  # fmt: skip
    """Name each person in one way: 0 by e-mail, 1 by phone, 2 by the key of a record."""
    size, people = len(person), len(world.people)
    rows = np.stack([first_record(written, people)[person] for written in files.values()])
    # The first file that knows the person; -1 if its only record cannot be read.
    source = np.where((rows >= 0).any(axis=0), np.argmax(rows >= 0, axis=0), -1)
    keys = stack([take(file.records.key, np.maximum(row, 0)) for file, row in
                  zip(files.values(), rows, strict=True)])  # fmt: skip
    key = take(keys, np.maximum(source, 0) * size + np.arange(size))

    way = pick(rng, ways, size)
    # An address that a household shares must not name one of its people here.
    way = np.where(world.contact.shares_email[person] & (way == 0), 2, way)
    way = np.where((way == 2) & (source < 0), 0, way)
    phone = write_phones(
        rng, take(world.contact.mobile, person), world.people.country[person], TYPED
    )
    return _Names(
        email=where(way == 0, take(world.contact.email, person), ""),
        phone=where(way == 1, phone, ""),
        source=where(way == 2, take(text(list(files)), np.maximum(source, 0)), ""),
        key=where(way == 2, key, ""),
    )


def write_consents(delivery: Delivery, world: World, files: dict[str, Written]) -> None:
    """Write ``privacy/consents.csv`` in order of time.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        files: The person files, in the order in which their keys are preferred.
    """
    rng = stream(delivery.seed, "consents")
    people, timeline = world.people, delivery.timeline
    person, purpose = np.nonzero(rng.random((len(people), len(PURPOSES))) < _ASKED)
    granted = chance(rng, _GRANTED[purpose], len(person))
    asked_on = np.maximum(people.since[person], timeline.start_day - 400)
    asked_at = asked_on * DAY + rng.integers(0, DAY, len(person))
    leaves = np.flatnonzero(granted & chance(rng, _WITHDRAWN[purpose], len(person)))
    left_at = asked_at[leaves] + np.floor(
        rng.random(len(leaves)) * (timeline.end - asked_at[leaves])
    ).astype(np.int64)

    at = np.concatenate([asked_at, left_at])
    order = np.argsort(at, kind="stable")
    state = np.concatenate([np.where(granted, 0, 1), np.full(len(leaves), 2)])[order]
    person = np.concatenate([person, person[leaves]])[order]
    purpose = np.concatenate([purpose, purpose[leaves]])[order]
    named = _name_people(rng, world, person, files, np.array([0.6, 0.1, 0.3]))
    columns = {
        "consent_id": join("K", digits(5_000_001 + np.arange(len(order)))),
        "email": named.email,
        "phone": named.phone,
        "person_source": named.source,
        "person_key": named.key,
        "purpose": take(text(PURPOSES), purpose),
        "state": take(text(["granted", "denied", "withdrawn"]), state),
        "recorded_at": zulu_moments(at[order]),
    }
    delivery.csv("privacy/consents", columns, PLAIN)


def write_requests(delivery: Delivery, world: World, files: dict[str, Written]) -> Requests:
    """Write ``privacy/requests.csv``: about four per thousand people, three of each at least.

    Arguments as for ``write_consents``.
    """
    rng = stream(delivery.seed, "requests")
    people, timeline = len(world.people), delivery.timeline
    counts = [max(3, round(share * people)) for share in _REQUEST_SHARES]
    person = rng.choice(people, sum(counts), replace=False)
    kind = np.repeat(np.arange(len(_KINDS)), counts)
    known = np.maximum(world.people.since[person], timeline.today - 300)
    at = known * DAY + np.floor(rng.random(len(person)) * (timeline.end - known * DAY)).astype(
        np.int64
    )
    order = np.argsort(at, kind="stable")
    person, kind, at = person[order], kind[order], at[order]
    named = _name_people(rng, world, person, files, np.array([0.5, 0.2, 0.3]))
    columns = {
        "request_id": join("Q", digits(7001 + np.arange(len(person)))),
        "kind": take(text(_KINDS), kind),
        "email": named.email,
        "phone": named.phone,
        "person_source": named.source,
        "person_key": named.key,
        "received_at": zulu_moments(at),
    }
    delivery.csv("privacy/requests", columns, PLAIN)
    return Requests(person=person, kind=kind, received_at=at)
