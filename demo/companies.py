"""The true companies. Who acts for them is in ``roles``, their files are in ``company_files``."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from demo.addresses import draw_places, write_streets
from demo.company import COUNTRIES, COUNTRY_SHARES
from demo.company_facts import FANCY_WORDS, LEGAL_FORMS, TRADES
from demo.draws import Array, chance, pick, running_number, stream
from demo.names import draw_surnames, load_names, strip_letters
from demo.org_numbers import org_numbers
from demo.places import load_places
from demo.text import Text, digits, join, take, text, where
from demo.timeline import Timeline

PEOPLE_PER_COMPANY = 25
# National numbers from which switchboards count up, in the order of ``COUNTRIES``.
_SWITCHBOARDS = np.array([85_000_000, 70_100_000, 21_000_000, 93_000_000])


@dataclass(frozen=True)
class Companies:
    """The companies, one row each.

    Attributes:
        country: Position in ``COUNTRIES``.
        org_number: Digits with check digit.
        name: Name without its legal form.
        form, long_form: The legal form, short and written out.
        domain: Mail and web domain.
        nace: NACE class, ``62.01``.
        employees: Headcount, 0 or more.
        revenue: EUR a year.
        founded: Day of founding.
        closed_on: Day of closing, or after the last day of the timeline.
        place, street, phone: Address and switchboard (national digits).
    """

    country: Array
    org_number: Text
    name: Text
    form: Text
    long_form: Text
    domain: Text
    nace: Text
    employees: Array
    revenue: Array
    founded: Array
    closed_on: Array
    place: Array
    street: Text
    phone: Text

    def __len__(self) -> int:
        """Return the number of companies."""
        return len(self.country)


def _draw_names(rng: np.random.Generator, country: Array, place: Array, trade: Array) -> Text:
    """Name companies after their owner, their city or a fancy word, and their trade."""
    size = len(country)
    words = text([word for words, _, _ in TRADES for word in words.split("|")])
    trade_word = take(words, trade * len(COUNTRIES) + country)
    owner = take(load_names().surname, draw_surnames(rng, country))
    # Swedish puts the owner in the genitive: Lindbergs Bygg.
    owner = where(country == 0, pc.replace_substring_regex(owner, "([^s])$", "\\1s"), owner)
    fancies = text(FANCY_WORDS.split())
    fancy, second = (take(fancies, rng.integers(0, len(fancies), size)) for _ in range(2))
    city = take(load_places().city, place)
    style = rng.random(size)
    named = where(style < 0.45, join(owner, " ", trade_word), join(fancy, " ", trade_word))
    named = where((style >= 0.66) & (style < 0.78), join(city, " ", trade_word), named)
    named = where((style >= 0.78) & (style < 0.86), join(owner, " & ", fancy), named)
    return where(style >= 0.86, join(fancy, " ", second, " ", trade_word), named)


def _draw_forms(rng: np.random.Generator, country: Array) -> tuple[Text, Text]:
    forms = [entry for code in COUNTRIES for entry in LEGAL_FORMS[code]]
    row = np.empty(len(country), dtype=np.int64)
    start = 0
    for position, code in enumerate(COUNTRIES):
        mask = country == position
        chances = np.array([share for _, _, share in LEGAL_FORMS[code]])
        row[mask] = start + pick(rng, chances, int(mask.sum()))
        start += len(chances)
    return take(text([f[0] for f in forms]), row), take(text([f[1] for f in forms]), row)


def _domains(name: Text) -> Text:
    """Derive a domain from the name; the second of the same name gets a number."""
    plain = text([strip_letters(value).lower() for value in name.to_pylist()])
    plain = pc.replace_substring_regex(plain, "[^a-z]", "")
    nth = running_number(pc.dictionary_encode(plain).indices.to_numpy())
    return join(where(nth > 0, join(plain, digits(nth + 1)), plain), ".example")


def _org_numbers(country: Array) -> Text:
    numbers = np.empty(len(country), dtype=np.int64)
    for position, code in enumerate(COUNTRIES):
        mask = country == position
        numbers[mask] = org_numbers(code, int(mask.sum()))
    return digits(numbers)


def draw_companies(people: int, seed: int, timeline: Timeline) -> Companies:
    """Draw one company per 25 people, at least eight.

    Args:
        people: Size of the population that they are drawn for.
        seed: The seed of the whole delivery.
        timeline: Founding and closing days end with it.
    """
    rng = stream(seed, "companies")
    size = max(8, people // PEOPLE_PER_COMPANY)
    country = pick(rng, COUNTRY_SHARES, size).astype(np.int8)
    place = draw_places(rng, country)
    trade = pick(rng, np.array([weight for _, _, weight in TRADES]), size)
    name = _draw_names(rng, country, place, trade)
    form, long_form = _draw_forms(rng, country)
    # Most companies are tiny, a few employ thousands.
    employees = np.minimum(np.floor(np.exp(rng.normal(1.6, 1.5, size))), 20_000).astype(np.int64)
    per_head = np.exp(rng.normal(np.log(160_000), 0.5, size))
    founded = timeline.today - rng.exponential(5500, size).astype(np.int64) - 400
    closes = chance(rng, 0.06, size)
    closed_on = np.where(closes, timeline.today - rng.integers(5, 900, size), timeline.today + 1)
    return Companies(
        country=country,
        org_number=_org_numbers(country),
        name=name,
        form=form,
        long_form=long_form,
        domain=_domains(name),
        nace=take(text([nace for _, nace, _ in TRADES]), trade),
        employees=employees,
        revenue=np.round(np.maximum(employees, 0.5) * per_head, -2),
        founded=founded,
        closed_on=np.maximum(closed_on, founded + 200),
        place=place,
        street=write_streets(rng, country),
        phone=digits(_SWITCHBOARDS[country] + np.arange(size) % 10**5),
    )
