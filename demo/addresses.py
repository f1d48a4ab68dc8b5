"""Addresses: a postal code of ``places`` and an invented street. ``people`` live at them."""

from dataclasses import dataclass

import numpy as np

from demo.company import COUNTRIES
from demo.draws import Array, pick
from demo.name_lists import STREETS
from demo.places import load_places
from demo.text import Text, digits, join, take, text, where

# Apartment on top of the house number: share by country, and how it is written.
_APARTMENTS = ((0.3, " lgh 1{}0{}"), (0.35, ", {}. tv"), (0.08, " H0{}0{}"), (0.4, " A {}{}"))


@dataclass(frozen=True)
class Addresses:
    """Every address that anyone lives or lived at.

    Attributes:
        place: Row of ``Places``.
        street: Street, number and apartment.
    """

    place: Array
    street: Text


def write_streets(rng: np.random.Generator, country: Array) -> Text:
    """Invent a street address in each entry's country."""
    size = len(country)
    names: list[str] = []
    starts = [0]
    for code in COUNTRIES:
        stems, endings = (part.split() for part in STREETS[code])
        # Östra gatan, Gammel vej: adjectives stand alone before the ending, nouns grow into it.
        names += [stem + ending for stem in stems for ending in endings]
        starts.append(len(names))
    counts = np.diff(starts)[country]
    number = (rng.random(size) ** 1.5 * counts).astype(np.int64) + np.array(starts)[country]
    house = 1 + np.floor(rng.exponential(22, size)).astype(np.int64) % 180
    street = join(take(text(names), number), " ", digits(house))
    floor, door = digits(rng.integers(1, 6, size)), digits(rng.integers(1, 5, size))
    has_flat = rng.random(size)
    for position, (share, pattern) in enumerate(_APARTMENTS):
        parts = pattern.split("{}")
        flat = join(parts[0], floor, parts[1], *((door, parts[2]) if len(parts) > 2 else ()))
        street = where((country == position) & (has_flat < share), join(street, flat), street)
    return street


def draw_places(rng: np.random.Generator, country: Array) -> Array:
    """Draw a postal code in each entry's country, by inhabitants."""
    places = load_places()
    rows = np.empty(len(country), dtype=np.int32)
    for number in range(len(COUNTRIES)):
        mask = country == number
        start, stop = places.starts[number], places.starts[number + 1]
        rows[mask] = start + pick(rng, places.weight[start:stop], int(mask.sum()))
    return rows
