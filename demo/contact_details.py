"""The true e-mail addresses and phone numbers of people, each one's own unless meant to be shared.

All mail domains end in ``.example``, which no one can register (RFC 2606): a demo address never
belongs to a real person. How a source writes a number is in ``records``.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from demo.company import COUNTRIES
from demo.draws import Array, chance, pick, running_number, stream, zipf
from demo.names import load_names
from demo.people import People
from demo.text import Text, digits, join, take, text, where
from demo.timeline import NEVER, Timeline, years_of

_MAIL_DOMAINS = {
    "SE": "gmejl hotpost utpost telemejl icloudy live-se bredmejl comhem postlada tele2mejl",
    "DK": "gmejl hotpost utpost icloudy live-dk stofamail jubipost yousepost mailpost",
    "NO": "gmejl hotpost utpost online-no icloudy live-no lysepost frisurfmail",
    "FI": "gmejl hotpost utpost luukkuposti icloudy kolumbi elisaposti saunaposti",
}
_HANDLES = """skidakare loparen frilufts fjallraven nordan havet bergtagen stigfinnare vandrare
 cykeltok fisketuren tur sol kaffe norrsken vinter klatre hygge bolge utemenneske skogsmus
 tunturi retki kala polku lumi ulko kettu ilves orm bjornen storm dimma"""
# Prefixes of mobile numbers and landlines after the country code, and how many digits follow: all
# valid in Google's phone metadata. In Denmark the third digit is never 0.
_MOBILE_PREFIXES: dict[str, tuple[list[str], int]] = {
    "SE": (["70", "72", "73", "76", "79"], 7),
    "DK": ([f"{head}{digit}" for head in (20, 22, 29, 30, 40, 42, 50, 51, 53, 60, 61, 71, 81, 91)
            for digit in range(1, 10)], 5),
    "NO": (["40", "41", "46", "47", "48", "90", "91", "92", "93", "94", "95", "97", "98", "99"], 6),
    "FI": (["40", "41", "44", "45", "46", "50"], 7),
}  # fmt: skip
_LANDLINE_PREFIXES: dict[str, tuple[list[str], int]] = {
    "SE": (["8"], 7),
    "DK": ([f"{head}{digit}" for head in (36, 38, 86) for digit in (1, 3, 4, 6)], 5),
    "NO": (["22", "23", "55"], 6),
    "FI": ([f"9{digit}" for digit in range(1, 9)], 6),
}
# One-to-one over 0..10^k-1 (odd and not a multiple of 5), so no two people share a number.
_SCATTER = 6_700_417


@dataclass(frozen=True)
class Contact:
    """True contact details, one row per person; text without country code, "" = has none.

    Attributes:
        email, second_email: Lower case.
        mobile, old_mobile: National digits without leading zero.
        changed_on: Day of the change from the old number; NEVER if it never changed.
        landline: National digits, shared by the household.
        shares_email: Whether ``email`` is the household's and not the person's own.
    """

    email: Text
    second_email: Text
    mobile: Text
    old_mobile: Text
    changed_on: Array
    landline: Text
    shares_email: Array


def _numbers(country: Array, serial: Array, prefixes: dict[str, tuple[list[str], int]]) -> Text:
    """Turn serial numbers, distinct within a country, into distinct phone numbers."""
    values = np.zeros(len(country), dtype=np.int64)
    for position, code in enumerate(COUNTRIES):
        words, width = prefixes[code]
        starts = np.array([int(word) for word in words])
        mask = country == position
        scattered = serial[mask] * _SCATTER % (10**width * len(starts))
        values[mask] = starts[scattered % len(starts)] * 10**width + scattered // len(starts)
    return digits(values)


def _local_parts(rng: np.random.Generator, people: People) -> Text:
    """Write the part before the @: a dozen habits, most with the name in them."""
    size = len(people)
    book = load_names()
    first, last = take(book.first_ascii, people.first), take(book.surname_ascii, people.surname)
    initial = pc.utf8_slice_codeunits(first, 0, 1)
    year = digits(years_of(people.born) % 100, 2)
    number = digits(rng.integers(1, 1000, size))
    handle = take(text(_HANDLES.split()), rng.integers(0, len(_HANDLES.split()), size))
    forms = (
        (0.17, join(first, ".", last)),
        (0.18, join(first, ".", last, year)),
        (0.07, join(first, last)),
        (0.09, join(initial, ".", last, number)),
        (0.05, join(first, "_", last)),
        (0.11, join(first, year, number)),
        (0.04, join(last, ".", first)),
        (0.17, join(first, ".", last, number)),
        (0.12, join(handle, number)),
    )
    habit = pick(rng, np.array([share for share, _ in forms]), size)
    written = forms[0][1]
    for position, (_, form) in enumerate(forms[1:], start=1):
        written = where(habit == position, form, written)
    return written


def _make_unique(emails: Text) -> Text:
    """Give the second and later owner of the same address a number of their own."""
    codes = pc.dictionary_encode(emails).indices.to_numpy()
    nth = running_number(codes)
    parts = pc.split_pattern(emails, "@", max_splits=1)
    local, domain = pc.list_element(parts, 0), pc.list_element(parts, 1)
    # Scattered, so that neighbours in line do not get look-alike addresses.
    tail = digits(nth * 7919 % 99_991 + 1000)
    return where(nth > 0, join(local, ".", tail, "@", domain), emails)


def _domains(rng: np.random.Generator, country: Array) -> Text:
    names: list[str] = []
    chosen = np.empty(len(country), dtype=np.int64)
    for position, code in enumerate(COUNTRIES):
        own = _MAIL_DOMAINS[code].split()
        mask = country == position
        chosen[mask] = len(names) + pick(rng, zipf(len(own), 1.1), int(mask.sum()))
        names += [f"{name}.example" for name in own]
    return take(text(names), chosen)


def draw_contact(people: People, work_email: Text, seed: int, timeline: Timeline) -> Contact:
    """Draw contact details.

    Args:
        people: The population.
        work_email: Each person's address at work, "" without one; it becomes their second.
        seed: The seed of the whole delivery.
        timeline: Numbers changed in its last four years.
    """
    rng = stream(seed, "contact")
    size = len(people)
    twice = People(
        **{name: np.tile(getattr(people, name), 2) for name in People.__dataclass_fields__}
    )
    both = _make_unique(join(_local_parts(rng, twice), "@", _domains(rng, twice.country)))
    email, second = both[:size], both[size:]
    has_second = chance(rng, 0.16, size)
    second = where(has_second, second, "")
    second = where(np.asarray(pc.not_equal(work_email, "")), work_email, second)

    # In one household of 33 everyone uses one address.
    head = np.concatenate([[True], people.household[1:] != people.household[:-1]])
    first_member = np.flatnonzero(head)[people.household]
    together = chance(rng, 0.03, int(people.household[-1]) + 1)[people.household]
    shares = together & ~head
    email = where(shares, take(email, first_member), email)
    has_mates = np.bincount(people.household)[people.household] > 1

    serial = np.arange(size)
    changes = chance(rng, 0.11, size)
    changed_on = rng.integers(timeline.today - 1500, timeline.today, size)
    has_line = chance(rng, 0.14, int(people.household[-1]) + 1)[people.household]
    return Contact(
        email=email,
        second_email=second,
        mobile=_numbers(people.country, serial * 2, _MOBILE_PREFIXES),
        old_mobile=_numbers(people.country, serial * 2 + 1, _MOBILE_PREFIXES),
        changed_on=np.where(changes, changed_on, NEVER),
        landline=where(
            has_line, _numbers(people.country, people.household, _LANDLINE_PREFIXES), ""
        ),
        shares_email=together & has_mates,
    )
