"""The true population: households and the people in them, before any source has written them down.

Their e-mail addresses and phones are in ``contact_details``; how sources see them in ``records``.
"""

from dataclasses import dataclass

import numpy as np

from demo.addresses import Addresses, draw_places, write_streets
from demo.company import COUNTRY_SHARES, PERSONAS, persona_values
from demo.draws import Array, chance, pick, running_number, stream
from demo.names import FEMALE, FROM_ELSEWHERE, MALE, draw_first_names, draw_surnames
from demo.timeline import NEVER, YEAR_DAYS, Timeline, years_of

_HOUSEHOLD_SIZES = np.array([0.48, 0.32, 0.11, 0.07, 0.02])  # customers, not inhabitants
_MIDDLE_NAME_SHARE = np.array([0.02, 0.16, 0.13, 0.01])
_FROM_ELSEWHERE_SHARE = np.array([0.13, 0.09, 0.11, 0.05])
_CHILD_PERSONAS = ("city_layer", "trail_runner", "summit_seeker", "bargain_hunter")


@dataclass(frozen=True)
class People:
    """The population, one row per person; members of a household are neighbours in row order.

    Attributes:
        country: Position in ``COUNTRIES``.
        household: 0, 1, 2, ...
        sex: FEMALE or MALE.
        born: Day of birth.
        persona: Position in ``PERSONAS``.
        first, surname: Rows of ``NameBook``.
        birth_surname, wed_on: The name before the wedding and its day; NEVER if no change.
        middle: Surname used as a middle name (Danish and Norwegian use), -1 for none.
        home, old_home, moved_on: Rows of ``Addresses``; NEVER if they did not move.
        since: Day on which the person first met the company.
    """

    country: Array
    household: Array
    sex: Array
    born: Array
    persona: Array
    first: Array
    surname: Array
    birth_surname: Array
    wed_on: Array
    middle: Array
    home: Array
    old_home: Array
    moved_on: Array
    since: Array

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.country)


def _draw_households(rng: np.random.Generator, people: int) -> tuple[Array, Array]:
    """Return each person's household and position in it (0 and 1 are adults, then children)."""
    sizes = pick(rng, _HOUSEHOLD_SIZES, people) + 1
    households = int(np.searchsorted(np.cumsum(sizes), people)) + 1
    household = np.repeat(np.arange(households), sizes[:households])[:people]
    return household, running_number(household)


def _folded(ages: Array, low: float, high: float) -> Array:
    """Mirror ages at the bounds: cutting them off would give thousands the same birthday."""
    up = low + np.abs(ages - low)
    inside = high - np.abs(high - up)
    return np.asarray(np.where(inside < low, low + (low - inside) % (high - low), inside))


def _draw_traits(
    rng: np.random.Generator, head: Array, position: Array, today: int
) -> tuple[Array, Array, Array]:
    """Return persona, sex and day of birth; a partner resembles the head of the household."""
    people = len(head)
    shares = persona_values("share")
    persona = pick(rng, shares, people)
    # Whoever lives with children mostly camps with them.
    has_child = np.bincount(head, weights=position >= 2, minlength=people)[head] > 0
    persona[has_child & chance(rng, 0.5, people)] = 2
    alike = (position == 1) & chance(rng, 0.45, people)
    persona = np.where(alike, persona[head], persona)
    names = [entry.name for entry in PERSONAS]
    young = np.array([names.index(name) for name in _CHILD_PERSONAS])
    persona = np.where(position >= 2, young[rng.integers(0, len(young), people)], persona)

    sex = np.where(chance(rng, persona_values("female")[persona], people), FEMALE, MALE)
    other = chance(rng, 0.96, people)
    sex = np.where((position == 1) & other, 1 - sex[head], sex)

    age = _folded(persona_values("age")[persona] + rng.normal(0, 11, people), 18, 92)
    age = np.where(has_child & (position == 0), _folded(age, 40, 58), age)
    age = np.where(position == 1, _folded(age[head] + rng.normal(0, 3, people), 18, 95), age)
    age = np.where(position >= 2, rng.uniform(16, 23, people), age)
    # One pair of younger siblings in forty are twins.
    twin = np.flatnonzero((position == 3) & chance(rng, 0.025, people))
    age[twin] = age[twin - 1]
    return persona, sex, (today - age * YEAR_DAYS).astype(np.int64)


def _draw_names(
    rng: np.random.Generator, country: Array, head: Array, position: Array, sex: Array, born: Array
) -> tuple[Array, Array, Array, Array]:
    """Return first name, surname, own surname by birth, and pool of names."""
    people = len(head)
    pool = np.where(
        chance(rng, _FROM_ELSEWHERE_SHARE[country], people), FROM_ELSEWHERE, country
    ).astype(np.int8)
    pool = np.where((position == 0) | chance(rng, 0.12, people), pool, pool[head])
    first = draw_first_names(rng, pool, sex, years_of(born))
    own = draw_surnames(rng, pool)
    shares_name = (position > 0) & chance(rng, np.where(position == 1, 0.66, 0.88), people)
    surname = np.where(shares_name, own[head], own)
    return first, surname.astype(np.int32), own, shares_name


def _draw_moves(
    rng: np.random.Generator, household: Array, timeline: Timeline
) -> tuple[Array, Array]:
    """Return each person's old address (an id after all households, or -1) and day of moving."""
    people, households = len(household), int(household[-1]) + 1
    together = chance(rng, 0.11, households)[household]
    alone = ~together & chance(rng, 0.05, people)
    together_on = rng.integers(timeline.today - 1500, timeline.today, households)[household]
    alone_on = rng.integers(timeline.today - 1500, timeline.today, people)
    moved_on = np.where(together, together_on, np.where(alone, alone_on, NEVER))
    old_key = np.where(together, household, np.where(alone, households + np.arange(people), -1))
    known, old = np.unique(old_key, return_inverse=True)
    first = 1 if len(known) and known[0] == -1 else 0
    return np.where(old_key == -1, -1, households + old - first), moved_on


def draw_people(people: int, seed: int, timeline: Timeline) -> tuple[People, Addresses]:
    """Draw the population and all its addresses.

    Args:
        people: How many people, 1 or more.
        seed: The seed of the whole delivery.
        timeline: Ages, moves and weddings count back from its last day.
    """
    rng = stream(seed, "people")
    household, position = _draw_households(rng, people)
    head = np.flatnonzero(position == 0)[household]
    country = pick(rng, COUNTRY_SHARES, int(household[-1]) + 1)[household].astype(np.int8)
    persona, sex, born = _draw_traits(rng, head, position, timeline.today)
    first, surname, own, shares_name = _draw_names(rng, country, head, position, sex, born)

    weds = shares_name & (position == 1) & (sex == FEMALE) & chance(rng, 0.16, people)
    wed_on = np.where(weds, rng.integers(timeline.today - 1600, timeline.today, people), NEVER)
    has_middle = chance(rng, _MIDDLE_NAME_SHARE[country], people)
    middle = np.where(has_middle, draw_surnames(rng, country), -1)

    rng = stream(seed, "addresses")
    old_home, moved_on = _draw_moves(rng, household, timeline)
    addresses = int(max(old_home.max(), household[-1])) + 1
    address_country = np.empty(addresses, dtype=np.int8)
    address_country[household] = country
    address_country[old_home[old_home >= 0]] = country[old_home >= 0]
    place = draw_places(rng, address_country)
    # Four of ten movers stay in their city: the old place is near the new one in row order.
    stays = (old_home >= 0) & chance(rng, 0.4, people)
    place[old_home[stays]] = place[household[stays]]

    # The base grows: a third more people joined in the last year than seven years ago.
    ago = 2600 * rng.random(people) ** 1.15
    return People(
        country=country,
        household=household,
        sex=sex,
        born=born,
        persona=persona.astype(np.int8),
        first=first,
        surname=surname,
        birth_surname=np.where(weds, own, surname).astype(np.int32),
        wed_on=wed_on,
        middle=middle.astype(np.int32),
        home=household,
        old_home=old_home,
        moved_on=moved_on,
        since=(timeline.today - ago).astype(np.int64),
    ), Addresses(place=place, street=write_streets(rng, address_country))
