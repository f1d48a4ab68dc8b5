"""Which people each source knows, how often, since when and under which key."""

from dataclasses import dataclass

import numpy as np

from demo.company import SEASON, persona_values
from demo.draws import Array, chance, growing_keys, pick, stream
from demo.people import People
from demo.text import Text, digits, join
from demo.timeline import DAY, Timeline, clock, months_of

# Share of people in each source, a little below the share wanted: who is in none gets one.
_SHARES = {"crm": 0.36, "shop": 0.60, "tickets": 0.28, "newsletter": 0.42}
_FALLBACK = {"crm": 0.25, "shop": 0.45, "tickets": 0.15, "newsletter": 0.15}
_SECOND_SHARE = 0.08
_SURVEY_SHARE = 0.10
_KEYS = {
    "crm": ("", 6, 100_000),
    "shop": ("C", 8, 10_000_000),
    "tickets": ("B", 8, 20_000_000),
    "newsletter": ("N", 7, 1_000_000),
    "survey": ("R", 7, 1_000_000),
}
# Days before the last day on which the three survey waves went out.
WAVE_DAYS = (880, 515, 150)


@dataclass(frozen=True)
class Records:
    """The records of one source in the order of their keys, that is, of creation.

    Attributes:
        source: ``crm``, ``shop``, ``tickets``, ``newsletter`` or ``survey``.
        key: The source's own key, text.
        person: Row of ``People``.
        created, updated: Moments; updated is never before created.
    """

    source: str
    key: Text
    person: Array
    created: Array
    updated: Array

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.person)


def _members(people: People, acts: Array, seed: int) -> dict[str, Array]:
    """Choose the people in the four person sources: each person in at least one."""
    size = len(people)
    rng = stream(seed, "membership")
    opens = persona_values("opens")[people.persona]
    shares = {name: np.full(size, share) for name, share in _SHARES.items()}
    shares["newsletter"] = shares["newsletter"] * (0.5 + 0.5 * opens / opens.mean())
    shares["crm"] = np.where(acts, 0.93, shares["crm"])
    chosen = {name: chance(rng, share, size) for name, share in shares.items()}
    none = ~np.logical_or.reduce(list(chosen.values()))
    instead = pick(rng, np.array(list(_FALLBACK.values())), size)
    for position, name in enumerate(_FALLBACK):
        chosen[name] |= none & (instead == position)
    return {name: np.flatnonzero(mask) for name, mask in chosen.items()}


def _sorted_records(
    rng: np.random.Generator, source: str, person: Array, created: Array, updated: Array
) -> Records:
    order = np.argsort(created, kind="stable")
    prefix, width, start = _KEYS[source]
    keys = growing_keys(rng, len(order), start)
    return Records(
        source=source,
        key=join(prefix, digits(keys, width)),
        person=person[order].astype(np.int32),
        created=created[order],
        updated=updated[order],
    )


def _accounts(source: str, rows: Array, people: People, seed: int, timeline: Timeline) -> Records:
    """Make the records of a source with one record per person, and two for some."""
    rng = stream(seed, "accounts", source)
    person = np.concatenate([rows, rows[chance(rng, _SECOND_SHARE, len(rows))]])
    size = len(person)
    since = people.since[person]
    # Most sources meet a person soon after the first one did; a second record comes later.
    late = np.where(np.arange(size) < len(rows), rng.random(size) ** 3, rng.uniform(0.2, 1, size))
    created_on = since + np.floor((timeline.today - since) * late).astype(np.int64)
    created = created_on * DAY + clock(rng, size)
    untouched = chance(rng, 0.35, size)
    lag = 1 - rng.random(size) ** 1.8
    updated_on = created_on + np.floor((timeline.today - created_on) * lag).astype(np.int64)
    updated = np.maximum(updated_on * DAY + clock(rng, size), created)
    return _sorted_records(rng, source, person, created, np.where(untouched, created, updated))


def _bookings(rows: Array, people: People, seed: int, timeline: Timeline) -> Records:
    """Make one to three bookings per person, by season, in opening hours of Copenhagen.

    Their moments are wall-clock time there: between 7 and 22 o'clock it is the same day in UTC.
    """
    rng = stream(seed, "bookings")
    person = np.repeat(rows, 1 + pick(rng, np.array([0.6, 0.28, 0.12]), len(rows)))
    first_day = np.maximum(people.since[person], timeline.start_day)
    span = timeline.today - first_day + 1
    # Of three candidate days the one with the most demand for trips is kept: a mild season.
    days = first_day + np.floor(rng.random((3, len(person))) * span).astype(np.int64)
    demand = SEASON[7][months_of(days.ravel())].reshape(days.shape)
    day = days[np.argmax(demand * rng.random(days.shape), axis=0), np.arange(len(person))]
    booked = day * DAY + clock(rng, len(person), 7, 22)
    return _sorted_records(rng, "tickets", person, booked, booked)


def _responses(invited: Array, seed: int, timeline: Timeline) -> Records:
    """Make one response per person and survey wave; most people answer one wave."""
    rng = stream(seed, "responses")
    rows = np.flatnonzero(chance(rng, _SURVEY_SHARE, len(invited)) & invited)
    if not len(rows):
        rows = np.flatnonzero(invited)[:1]
    wave = pick(rng, np.array([0.25, 0.35, 0.4]), len(rows))
    again = chance(rng, 0.25, len(rows))
    person = np.concatenate([rows, rows[again]])
    wave = np.concatenate([wave, (wave[again] + 1) % 3])
    sent_on = timeline.today - np.array(WAVE_DAYS)[wave]
    delay = np.minimum(rng.exponential(5, len(person)), 40).astype(np.int64)
    answered = (sent_on + delay) * DAY + clock(rng, len(person))
    return _sorted_records(rng, "survey", person, answered, answered)


def draw_records(
    people: People, acts: Array, invited: Array, seed: int, timeline: Timeline
) -> dict[str, Records]:
    """Draw the records of all person sources.

    Args:
        people: The population.
        acts: Whether each person acts for a company; nearly all of those are in the CRM.
        invited: Whether each person may be invited to a survey.
        seed: The seed of the whole delivery.
        timeline: All moments end with it.

    Returns:
        Records by source: crm, shop, tickets, newsletter, survey.
    """
    members = _members(people, acts, seed)
    records = {
        source: _accounts(source, members[source], people, seed, timeline)
        for source in ("crm", "shop", "newsletter")
    }
    records["tickets"] = _bookings(members["tickets"], people, seed, timeline)
    records["survey"] = _responses(invited, seed, timeline)
    return records


def main_records(records: dict[str, Records], people: int, seed: int) -> dict[str, Array]:
    """Choose the record that carries each person's main address and number.

    It is the first of shop, CRM, tickets. Two people in a thousand have none, as in life.

    Returns:
        For each of the three sources, whether each record is its person's main one.
    """
    rng = stream(seed, "main_records")
    open_people = ~chance(rng, 0.002, people)
    mains: dict[str, Array] = {}
    for source in ("shop", "crm", "tickets"):
        person = records[source].person
        first = np.zeros(len(person), dtype=bool)
        first[np.unique(person, return_index=True)[1]] = True
        mains[source] = first & open_people[person]
        open_people[person] = False
    return mains
