"""Countries: codes, names in the Nordic languages and abbreviations."""

import pyarrow as pa
import pycountry
import pytest

from models.normalisation import normalise_countries


def countries(*raw: str | None) -> list[tuple[str | None, str | None]]:
    table = normalise_countries(pa.table({"country_raw": pa.array(raw, pa.string())}))
    return [(row["country_code"], row["warning"]) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("SE", ["se", "SWE", "Sverige", "SVERIGE", " sweden ", "Ruotsi", "Svíþjóð", "S", "752"]),
        ("DK", ["DK", "dnk", "Danmark", "Denmark", "Tanska", "Danm."]),
        ("NO", ["NO", "Norge", "Noreg", "Norway", "Norja", "N"]),
        ("FI", ["FI", "Suomi", "Finland", "Suomi-Finland", "SF"]),
        ("IS", ["Island", "Iceland", "Ísland", "Islanti"]),
        ("AX", ["Åland", "Ahvenanmaa", "Aland Islands"]),
        ("FO", ["Färöarna", "Færøerne", "Faroe Islands"]),
        ("GL", ["Grönland", "Grønland", "Kalaallit Nunaat"]),
        ("DE", ["Tyskland", "Saksa", "Germany", "D"]),
        ("GB", ["UK", "U.K.", "Storbritannien", "England", "Great Britain", "Iso-Britannia"]),
        ("US", ["USA", "U.S.A.", "United States", "Förenta staterna", "Yhdysvallat"]),
        ("NL", ["Holland", "The Netherlands", "Nederländerna", "Alankomaat"]),
        ("RU", ["Ryssland", "Rusland", "Russland", "Venäjä", "Russia"]),
        ("IR", ["Iran", "Iran, Islamic Republic of"]),
        ("GR", ["Grekland", "EL", "Kreikka", "Ελλάδα"]),
        ("DE", ["Deutschland", "Allemagne", "Alemania", "Niemcy", "Duitsland", "ドイツ"]),
        ("FR", ["Frankrike", "Frankreich", "Francia", "Ranska"]),
        ("ES", ["España", "Espagne", "Hiszpania"]),
        ("PL", ["Polska", "Polen", "Pologne"]),
        ("AT", ["Österreich", "Autriche", "Austria"]),
        ("CH", ["Schweiz", "Suisse", "Svizzera"]),
        ("IN", ["India", "Indien", "Inde", "भारत", "IND", "356"]),
        ("CN", ["China", "Kina", "中国", "CHN"]),
        ("JP", ["日本", "Japon"]),
        ("BR", ["Brasil", "Brésil", "Brazil"]),
        ("EE", ["Eesti", "Viro", "Estland"]),
        ("CZ", ["Česko", "Czech Republic", "Tjeckien"]),
        ("HU", ["Magyarország", "Ungern"]),
        ("UA", ["Україна", "Ukraine"]),
        ("KR", ["South Korea", "Korea, South", "Sydkorea", "대한민국"]),
        ("CI", ["Côte d'Ivoire", "Cote d Ivoire", "Elfenbenskusten"]),
    ],
)
def test_a_country_has_one_code(code: str, names: list[str]) -> None:
    assert countries(*names) == [(code, None)] * len(names)


def test_every_code_and_name_of_iso_3166_is_its_own_country() -> None:
    for attribute in ("alpha_2", "alpha_3", "numeric", "name"):
        given = [getattr(country, attribute) for country in pycountry.countries]
        expected = [(country.alpha_2, None) for country in pycountry.countries]
        assert countries(*given) == expected


@pytest.mark.parametrize("ambiguous_or_unknown", ["Narnia", "Korea", "-", "?", "ZZ"])
def test_what_is_no_country_warns(ambiguous_or_unknown: str) -> None:
    assert countries(ambiguous_or_unknown) == [(None, "W_COUNTRY")]


def test_an_empty_country_does_not_warn() -> None:
    assert countries(None, "", " ") == [(None, None)] * 3
