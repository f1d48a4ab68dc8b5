"""How a source sees a person: which of the true facts, how old, and how written.

Who is in which source is in ``membership``; the files are in ``crm_contacts``, ``shop_customers``,
``bookings`` and ``subscribers``.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from demo.addresses import Addresses
from demo.companies import Companies
from demo.company import COUNTRIES
from demo.contact_details import Contact
from demo.draws import Array, chance
from demo.misspelling import misspell, restyle
from demo.names import load_names
from demo.people import People
from demo.phones import PLACEHOLDERS, write_phones
from demo.places import load_places
from demo.roles import Roles
from demo.text import Text, is_empty, join, take, text, where
from demo.timeline import DAY, NEVER

_LANGUAGES = ("sv", "da", "no", "fi", "en")


@dataclass(frozen=True)
class World:
    """Everything that is true, before anyone writes it down."""

    people: People
    addresses: Addresses
    contact: Contact
    companies: Companies
    roles: Roles


@dataclass(frozen=True)
class Habits:
    """How a source writes; all shares are 0..1.

    Attributes:
        typo, nickname, swapped: Share of records with such a name.
        styles: Share with aa for å, a for å, UPPER, lower, blank at the end.
        phone_styles: Chances of the five ways to write a number.
        no_email, no_phone, no_birth, no_street: Share of records without it.
        landline, second_email, placeholder: Share that has this instead of their own.
    """

    typo: float
    nickname: float
    swapped: float
    styles: tuple[float, float, float, float, float]
    phone_styles: Array
    no_email: float
    no_phone: float
    no_birth: float
    no_street: float
    landline: float
    second_email: float
    placeholder: float


@dataclass(frozen=True)
class Seen:
    """People as one source has written them down; text, "" where it has nothing.

    Attributes:
        birth: Day of birth, NEVER where unknown.
        place: Row of ``Places``, for further columns of the address.
    """

    first: Text
    last: Text
    email: Text
    phone: Text
    birth: Array
    street: Text
    postal_code: Text
    city: Text
    place: Array


def _see_names(
    rng: np.random.Generator, people: People, rows: Array, seen_on: Array, habits: Habits
) -> tuple[Text, Text]:
    book = load_names()
    size = len(rows)
    first = take(book.first, people.first[rows])
    nickname = take(book.nickname, people.first[rows])
    first = where(~is_empty(nickname) & chance(rng, habits.nickname, size), nickname, first)
    # Anna-Karin is Anna to some.
    halved = pc.replace_substring_regex(first, "-.*", "")
    first = where(chance(rng, 0.12, size), halved, first)
    # A new name reaches a source when it next writes the record, and not always then.
    is_old = (seen_on < people.wed_on[rows]) | (
        (people.wed_on[rows] != NEVER) & chance(rng, 0.15, size)
    )
    last = take(book.surname, np.where(is_old, people.birth_surname[rows], people.surname[rows]))
    middle = people.middle[rows]
    shows_middle = (middle >= 0) & chance(rng, 0.4, size)
    last = where(shows_middle, join(take(book.surname, np.maximum(middle, 0)), " ", last), last)
    first, last = misspell(rng, first, habits.typo), misspell(rng, last, habits.typo)
    swapped = chance(rng, habits.swapped, size)
    return where(swapped, last, first), where(swapped, first, last)


def _see_email(
    rng: np.random.Generator, world: World, rows: Array, is_main: Array, habits: Habits
) -> Text:
    size = len(rows)
    email, second = take(world.contact.email, rows), take(world.contact.second_email, rows)
    uses_second = ~is_empty(second) & ~is_main & chance(rng, habits.second_email, size)
    email = where(uses_second, second, email)
    email = where(chance(rng, habits.no_email, size) & ~is_main, "", email)
    # Addresses typed by hand come in capitals now and then.
    return where(chance(rng, 0.02, size), pc.utf8_capitalize(email), email)


def _see_phone(
    rng: np.random.Generator, world: World, rows: Array, seen_on: Array, is_main: Array,
    habits: Habits,
) -> Text:  # fmt: skip
    contact, size = world.contact, len(rows)
    is_old = (seen_on < contact.changed_on[rows]) & ~is_main
    number = where(is_old, take(contact.old_mobile, rows), take(contact.mobile, rows))
    landline = take(contact.landline, rows)
    number = where(
        ~is_empty(landline) & ~is_main & chance(rng, habits.landline, size), landline, number
    )
    number = where(chance(rng, habits.no_phone, size) & ~is_main, "", number)
    written = write_phones(rng, number, world.people.country[rows], habits.phone_styles)
    fakes = take(text(PLACEHOLDERS), rng.integers(0, len(PLACEHOLDERS), size))
    return where(chance(rng, habits.placeholder, size) & ~is_main, fakes, written)


def _see_address(
    rng: np.random.Generator, world: World, rows: Array, seen_on: Array, habits: Habits
) -> tuple[Text, Text, Text, Array]:
    people, size = world.people, len(rows)
    moved_on = people.moved_on[rows]
    is_old = (seen_on < moved_on) | ((moved_on != NEVER) & chance(rng, 0.12, size))
    home = np.where(is_old, people.old_home[rows], people.home[rows])
    place = world.addresses.place[home]
    street = take(world.addresses.street, home)
    # Flat and floor are left out by some.
    street = where(
        chance(rng, 0.15, size),
        pc.replace_substring_regex(street, r"( lgh|,| H0| A ).*", ""),
        street,
    )
    missing = chance(rng, habits.no_street, size)
    code = take(load_places().code, place)
    code = where(chance(rng, 0.3, size), pc.replace_substring(code, " ", ""), code)
    prefixed = join(take(text(COUNTRIES), people.country[rows]), "-", code)
    code = where(chance(rng, 0.02, size), prefixed, code)
    city = take(load_places().city, place)
    city = where(chance(rng, 0.04, size), pc.utf8_upper(city), city)
    return where(missing, "", street), where(missing, "", code), where(missing, "", city), place


def see(
    rng: np.random.Generator, world: World, rows: Array, seen_at: Array, is_main: Array,
    habits: Habits,
) -> Seen:  # fmt: skip
    """Write people down.

    Args:
        rng: The source's own stream.
        world: What is true.
        rows: The person of each record.
        seen_at: Moment of each record's last change: what was true then is written.
        is_main: Records that carry the person's main address and number, so that other records
            can be linked to them; without one a person could not be told by anyone.
        habits: How the source writes.
    """
    seen_on = seen_at // DAY
    size = len(rows)
    first, last = _see_names(rng, world.people, rows, seen_on, habits)
    email = _see_email(rng, world, rows, is_main, habits)
    phone = _see_phone(rng, world, rows, seen_on, is_main, habits)
    street, code, city, place = _see_address(rng, world, rows, seen_on, habits)
    first, last, street, city = restyle(rng, [first, last, street, city], np.array(habits.styles))
    birth = np.where(chance(rng, habits.no_birth, size), NEVER, world.people.born[rows])
    # 1 January 1970 and 1900 are what forms hold when nobody filled them in.
    fakes = np.array([0, -25_567])[rng.integers(0, 2, size)]
    birth = np.where(chance(rng, habits.placeholder * (birth != NEVER), size), fakes, birth)
    return Seen(
        first=first, last=last, email=email, phone=phone, birth=birth, street=street,
        postal_code=code, city=city, place=place,
    )  # fmt: skip


def languages(rng: np.random.Generator, country: Array) -> Text:
    """Return the language of each record: the country's, English for a few."""
    english = chance(rng, 0.04, len(country))
    return take(text(_LANGUAGES), np.where(english, len(_LANGUAGES) - 1, country))
