"""``social/engagements.csv``: likes, comments and shares, some without an address."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from demo.company import CATEGORIES, PERSONAS
from demo.delivery import Delivery
from demo.draws import Array, chance, lookup_table, pick, pick_from, stream
from demo.names import load_names
from demo.records import World
from demo.text import Text, digits, join, take, text, where
from demo.timeline import DAY, clock, iso_moments
from demo.writers import PLAIN

SOCIAL_SHARE = 0.10
_NETWORKS = ("facebook", "instagram", "linkedin", "tiktok")
_ACTIONS = ("like", "comment", "share", "follow", "message")
_FIRST_KEY = 3_000_001


@dataclass(frozen=True)
class Engagements:
    """Who engaged: one row per engagement.

    Attributes:
        key: ``engagement_id``.
        person: Row of ``People``.
        is_readable: Whether the line can be read.
    """

    key: Text
    person: Array
    is_readable: Array


def social_people(people: int, seed: int) -> Array:
    """Return the people who engage on social media, at least one."""
    rows = np.flatnonzero(chance(stream(seed, "social_people"), SOCIAL_SHARE, people))
    return rows if len(rows) else np.array([0])


def write_engagements(delivery: Delivery, world: World, members: Array) -> Engagements:
    """Write the engagements in order of time.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        members: See ``social_people``.
    """
    rng = stream(delivery.seed, "social")
    people, timeline = world.people, delivery.timeline
    person = np.repeat(members, 1 + rng.poisson(1.6, len(members)))
    size = len(person)
    first = np.maximum(people.since[person], timeline.start_day)
    day = first + np.floor(rng.random(size) * (timeline.today - first + 1)).astype(np.int64)
    at = day * DAY + clock(rng, size)
    order = np.argsort(at, kind="stable")
    person, at = person[order], at[order]
    # A person shows their address on all networks or on none.
    shows = (chance(rng, 0.7, len(people)) & ~world.contact.shares_email)[person]
    network = (person + (rng.random(size) < 0.25)) % 2
    network = np.where(chance(rng, 0.15, size), 2 + rng.integers(0, 2, size), network)
    interest = lookup_table(np.array([entry.categories for entry in PERSONAS]))
    topic = pick_from(rng, interest, people.persona[person])
    handle = join(
        "@", take(load_names().first_ascii, people.first[person]), digits(person * 37 % 9973)
    )
    key = join("E", digits(_FIRST_KEY + np.arange(size)))
    columns = {
        "engagement_id": key,
        "network": take(text(_NETWORKS), network),
        "email": where(shows, take(world.contact.email, person), ""),
        "handle": where(chance(rng, 0.1, size), "", handle),
        "action": take(text(_ACTIONS), pick(rng, np.array([60, 14, 8, 12, 6]), size)),
        "topic": pc.replace_substring(take(text(CATEGORIES), topic), "_", " "),
        "at": iso_moments(at),
    }
    broken = delivery.csv("social/engagements", columns, PLAIN)
    return Engagements(key=key, person=person, is_readable=~broken)
