"""Registration numbers: the ways Nordic and European companies write them."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.normalisation import normalise_org_numbers


def org_number(raw: str | None, country: str | None) -> tuple[str | None, str | None, str | None]:
    table = pa.table(
        {
            "org_number_raw": pa.array([raw], pa.string()),
            "country_raw": pa.array([country], pa.string()),
        }
    )
    (row,) = normalise_org_numbers(table).to_pylist()
    return row["org_number"], row["org_number_match"], row["warning"]


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("556036-0793", "SE", "5560360793"),
        ("5560360793", "Sverige", "5560360793"),
        ("SE556036079301", "SE", "5560360793"),
        ("se 556036-0793 01", None, "5560360793"),
        ("16556036-0793", "SE", "5560360793"),
        ("556036-0793", None, "5560360793"),
        ("13585628", "DK", "13585628"),
        ("DK 13 58 56 28", "SE", "13585628"),
        ("923 609 016", "NO", "923609016"),
        ("NO 923 609 016 MVA", None, "923609016"),
        ("0112038-9", "FI", "01120389"),
        ("112038-9", "FI", "01120389"),
        ("FI01120389", "FI", "01120389"),
        ("0112038-9", None, "01120389"),
        ("136695976", "Tyskland", "DE136695976"),
        ("DE 136 695 976", "SE", "DE136695976"),
        ("094259216", "GR", "EL094259216"),
        ("303 265 045", "FR", "FR40303265045"),
        ("30326504500017", "France", "FR40303265045"),
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("0403.019.261", "Belgien", "BE0403019261"),
        ("27AAPFU0939F1ZV", "Indien", "27AAPFU0939F1ZV"),
        ("91-1144442", "US", "911144442"),
        ("SC123456", "UK", "SC123456"),
        ("GB 980 7806 84", "GB", "980780684"),
        ("CHE-107.787.577 IVA", "CH", "CHE107787577"),
        ("CHE-107.787.577", "Schweiz", "CHE107787577"),
        ("83 914 571 673", "AU", "83914571673"),
        ("16.727.230/0001-97", "BR", "16727230000197"),
    ],
)
def test_a_valid_number_has_one_form(raw: str, country: str | None, expected: str) -> None:
    assert org_number(raw, country) == (expected, expected, None)


@pytest.mark.parametrize(
    ("raw", "country", "match"),
    [
        ("556036-0794", "SE", "5560360794"),
        ("13585629", "DK", "13585629"),
        ("923609017", "NO", "923609017"),
        ("0112038-8", "FI", "01120388"),
        ("5560360793", None, "5560360793"),
        ("DE123", "DE", "DE123"),
        ("07-3456789", "US", "073456789"),
        ("16.727.230.0001-98", "BR", "16727230000198"),
        ("12345", "Narnia", "12345"),
        ("okänt", "SE", "OKNT"),
        ("000000-0000", "SE", "0000000000"),
        ("00000000", "FI", "00000000"),
        ("SE0000000000", "SE", "SE0000000000"),
        ("FI", None, "FI"),
        ("-", "SE", None),
    ],
)
def test_an_invalid_number_is_null_but_stays_comparable(
    raw: str, country: str | None, match: str | None
) -> None:
    assert org_number(raw, country) == (None, match, "W_ORG_NUMBER")


@pytest.mark.parametrize("raw", [None, "", " "])
def test_an_empty_number_does_not_warn(raw: str | None) -> None:
    assert org_number(raw, "SE") == (None, None, None)


@given(st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_noticed(position: int, digit: int) -> None:
    right = "5560360793"
    wrong = right[:position] + str(digit) + right[position + 1 :]
    assert (org_number(wrong, "SE")[0] is None) == (wrong != right)
