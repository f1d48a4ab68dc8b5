"""Streets and postal codes."""

import pyarrow as pa
import pytest

from models.normalisation import normalise_postal_codes, normalise_streets


def street(raw: str | None) -> tuple[str | None, str | None]:
    (row,) = normalise_streets(pa.table({"street_raw": pa.array([raw], pa.string())})).to_pylist()
    return row["street"], row["street_match"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("STORGATAN 5 B", "Storgatan 5 B"),
        ("norra vägen 12a", "Norra Vägen 12A"),
        ("  Ærøvej   4, ", "Ærøvej 4"),
        ("Gamle gt. 3", "Gamle gt. 3"),
        ("StorgÃ¥rdsvÃ¤gen 1", "Storgårdsvägen 1"),
        ("-", None),
        ("Okänd", None),
        ("", None),
        (None, None),
    ],
)
def test_a_street_is_shown_tidily(raw: str | None, shown: str | None) -> None:
    assert street(raw)[0] == shown


@pytest.mark.parametrize(
    "same",
    [
        ["Storgatan 5 B", "STORGATAN 5B", "Storg. 5b", "Storgat. 5 b", "Storgata 5B", "Storgt 5B"],
        ["Sveavägen 12", "sveav. 12", "Sveaveien 12", "Sveavej 12"],
        ["Kungs väg 1", "Kungs Vägen 1", "KUNGS VEI 1"],
        ["Ågatan 1-3", "Agatan 1 - 3"],
        ["Rådhuspladsen 2", "Rådhuspl. 2", "Rådhusplassen 2"],
        ["Hämeenkatu 7", "Hämeenk. 7"],
    ],
)
def test_one_street_has_one_comparison_form(same: list[str]) -> None:
    assert len({street(raw)[1] for raw in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Storgatan 5", "Storgatan 6"),
        ("Storgatan 5", "Storvägen 5"),
        ("Storgatan 5A", "Storgatan 5B"),
        ("Storgatan 1-3", "Storgatan 13"),
        ("G. Nygaards vei 2", "Vei 2"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert street(one)[1] != street(other)[1]


@pytest.mark.parametrize(
    ("raw", "country", "expected", "warning"),
    [
        ("411 01", "SE", "41101", None),
        ("SE-411 01", "SE", "41101", None),
        ("s-41101", None, "41101", None),
        ("411-01", "Sverige", "41101", None),
        ("DK-2100", "DK", "2100", None),
        ("0800", "DK", "0800", None),
        ("0150", "NO", "0150", None),
        ("00100", "FI", "00100", None),
        ("FIN-00100", None, "00100", None),
        ("101", "IS", "101", None),
        ("sw1a  1aa", "GB", "SW1A1AA", None),
        ("SE1 7PB", "GB", "SE17PB", None),
        ("SW1A", "GB", "SW1A", None),
        ("1012 ab", "NL", "1012AB", None),
        ("K1A-0B1", "Kanada", "K1A0B1", None),
        ("D02 AF30", "IE", "D02AF30", None),
        ("00-950", "PL", "00950", None),
        ("110 00", "CZ", "11000", None),
        ("1000-205", "PT", "1000205", None),
        ("01310-100", "BR", "01310100", None),
        ("100-0001", "JP", "1000001", None),
        ("560 001", "IN", "560001", None),
        ("90210-1234", "US", "90210", None),
        ("2139", "US", "02139", None),
        ("1067", "DE", "01067", None),
        ("F-75001", None, "75001", None),
        ("CH-8001", "Schweiz", "8001", None),
        ("LV-1010", "LV", "1010", None),
        ("999077", "HK", "999077", None),
        ("123", "DE", None, "W_POSTAL_CODE"),
        ("7500I", "FR", None, "W_POSTAL_CODE"),
        ("12345", "IN", None, "W_POSTAL_CODE"),
        ("411 01", None, "411 01", None),
        ("D-10115", "DE", "10115", None),
        ("4110", "SE", None, "W_POSTAL_CODE"),
        ("150", "NO", None, "W_POSTAL_CODE"),
        ("41101A", "SE", None, "W_POSTAL_CODE"),
        ("-", "GB", None, "W_POSTAL_CODE"),
        ("", "SE", None, None),
        (None, "SE", None, None),
    ],
)
def test_a_postal_code_has_the_form_of_its_country(
    raw: str | None, country: str | None, expected: str | None, warning: str | None
) -> None:
    table = pa.table(
        {
            "postal_code_raw": pa.array([raw], pa.string()),
            "country_raw": pa.array([country], pa.string()),
        }
    )
    (row,) = normalise_postal_codes(table).to_pylist()
    assert (row["postal_code"], row["warning"]) == (expected, warning)
