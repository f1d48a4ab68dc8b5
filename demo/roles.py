"""What people do for companies: their employer, title and address at work."""

from dataclasses import dataclass

import numpy as np

from demo.companies import Companies
from demo.company import COUNTRIES
from demo.company_facts import TITLE_CHANCES, TITLES
from demo.draws import Array, chance, pick, stream, zipf
from demo.names import load_names
from demo.people import People
from demo.text import Text, join, take, text, where
from demo.timeline import YEAR_DAYS, Timeline

_ACTS_SHARE = 0.09  # of people of working age


@dataclass(frozen=True)
class Roles:
    """What people do for companies, one row per person.

    Attributes:
        company: Row of ``Companies``, -1 for none.
        title: Job title in the language of the country, "" for none.
        email: Address at work, "" for none.
    """

    company: Array
    title: Text
    email: Text


def draw_roles(people: People, companies: Companies, seed: int, timeline: Timeline) -> Roles:
    """Choose who acts for which company: nine of a hundred people of working age.

    Args:
        people: The population.
        companies: The companies, one of the person's own country is chosen where there is one.
        seed: The seed of the whole delivery.
        timeline: Ages count to its last day.
    """
    rng = stream(seed, "roles")
    size = len(people)
    age = (timeline.today - people.born) / YEAR_DAYS
    acts = chance(rng, _ACTS_SHARE, size) & (age > 22) & (age < 67)
    company = np.full(size, -1, dtype=np.int64)
    title = np.full(size, -1, dtype=np.int64)
    for position in range(len(COUNTRIES)):
        mask = acts & (people.country == position)
        own = np.flatnonzero(companies.country == position)
        if len(own):
            # Larger companies have more people who deal with us.
            weights = zipf(len(own), 0.6) * np.log(companies.employees[own] + 2)
            company[mask] = own[pick(rng, weights, int(mask.sum()))]
            title[mask] = position * len(TITLE_CHANCES) + pick(
                rng, np.array(TITLE_CHANCES), int(mask.sum())
            )
    titles = text([word for code in COUNTRIES for word in TITLES[code].split("|")] + [""])
    book = load_names()
    local = join(
        take(book.first_ascii, people.first), ".", take(book.surname_ascii, people.surname)
    )
    acts = company >= 0
    email = join(local, "@", take(companies.domain, np.maximum(company, 0)))
    return Roles(
        company=company,
        title=take(titles, np.where(acts, title, len(titles) - 1)),
        email=where(acts & chance(rng, 0.7, size), email, ""),
    )
