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
        ("12-3456789", "US", "123456789"),
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
