"""Phone numbers: ways of writing, placeholders, and the fast reading against the library."""

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.normalisation import normalise_phones
from models.normalisation.numbering_plans import read_plain
from models.normalisation.text import clean

NORDICS = ("SE", "DK", "NO", "FI", "IS", "AX", "SJ", "FO", "GL")
# Countries with a trunk prefix, shared calling codes, leading zeros or another way to dial abroad.
OTHERS = (
    *("DE", "GB", "GG", "IT", "VA", "US", "CA", "NL", "PL", "EE", "FR", "ES", "HU", "RU", "JP"),
    *("IN", "AU", "BR", "CN", "MX", "AR", "TR", "CH", "AT", "BE", "IE", "ZA"),
)


def phones(*pairs: tuple[str | None, str | None]) -> list[dict[str, str | None]]:
    raw, countries = zip(*pairs, strict=True)
    table = pa.table(
        {"phone_raw": pa.array(raw, pa.string()), "country_raw": pa.array(countries, pa.string())}
    )
    rows: list[dict[str, str | None]] = normalise_phones(table).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("070-123 45 67", "SE", "+46701234567"),
        ("070-123 45 67", "Sverige", "+46701234567"),
        ("0701234567", "SE", "+46701234567"),
        ("701234567", "SE", "+46701234567"),
        ("46701234567", "SE", "+46701234567"),
        ("+46 (0)70 123 45 67", "SE", "+46701234567"),
        ("tel: 070/123 45 67", "SE", "+46701234567"),
        ("０７０－１２３ ４５ ６７", "SE", "+46701234567"),
        ("\u202a+46\u00a070\u00a0123\u00a045\u00a067\u202c", None, "+46701234567"),
        ("08-123 456 78", "SE", "+46812345678"),
        ("08-123 456 78 ext 12", "SE", "+46812345678"),
        ("0701234567, 0707654321", "SE", "+46701234567"),
        ("+47 22 12 34 56", "NO", "+4722123456"),
        ("22 12 34 56", "Norge", "+4722123456"),
        ("02800", "NO", "+4702800"),
        ("79 02 12 34", "NO", "+4779021234"),
        ("0045 32 12 34 56", "DK", "+4532123456"),
        ("45 12 34 56", "DK", "+4545123456"),
        ("040 123 4567", "FI", "+358401234567"),
        ("+358 (0)50 123 4567", "Suomi", "+358501234567"),
        ("018 12345", "AX", "+3581812345"),
        ("0046701234567", None, "+46701234567"),
        ("0046701234567", "US", "+46701234567"),
        ("06 698 12345", "IT", "+390669812345"),
        ("+1 (212) 555-2368", None, "+12125552368"),
    ],
)
def test_a_number_is_read_in_every_way_it_is_written(
    raw: str, country: str | None, expected: str
) -> None:
    (row,) = phones((raw, country))
    assert (row["phone"], row["phone_match"], row["warning"]) == (expected, expected, None)


@pytest.mark.parametrize(
    ("raw", "country", "match", "warning"),
    [
        ("070-12", "SE", "+4607012", "W_PHONE"),
        ("0701234567", None, "0701234567", "W_PHONE"),
        ("0701234567", "Narnia", "0701234567", "W_PHONE"),
        ("ring kontoret", "SE", None, "W_PHONE"),
        ("1", "SE", "1", "W_PHONE"),
        ("0045 12 34 56 78", "DK", "+4512345678", "W_PLACEHOLDER"),
        ("123456789", "SE", "+46123456789", "W_PLACEHOLDER"),
        ("0123456789", None, "0123456789", "W_PLACEHOLDER"),
        ("98765432", "NO", "+4798765432", "W_PLACEHOLDER"),
        ("11111111", "DK", "+4511111111", "W_PLACEHOLDER"),
        ("00000000", None, "00000000", "W_PLACEHOLDER"),
        ("0700000000", "SE", "+46700000000", "W_PLACEHOLDER"),
        ("saknas", "SE", None, "W_PLACEHOLDER"),
        ("-", "SE", None, "W_PLACEHOLDER"),
        ("", "SE", None, None),
        (" \u200b", "SE", None, None),
        (None, "SE", None, None),
        (None, None, None, None),
    ],
)
def test_what_is_no_number_is_never_called_but_stays_comparable(
    raw: str | None, country: str | None, match: str | None, warning: str | None
) -> None:
    (row,) = phones((raw, country))
    assert (row["phone"], row["phone_match"], row["warning"]) == (None, match, warning)


def by_library(text: str, region: str | None) -> str | None:
    """The valid number as the library alone reads it; without a way to dial, 00 is read as +."""
    readings = [(text, region)]
    digits = phonenumbers.normalize_digits_only(text)
    if digits.startswith("00") and "+" not in text:
        readings.append(("+" + digits[2:], None))
    for reading, dialled_from in readings:
        try:
            number = phonenumbers.parse(reading, dialled_from)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, str | None]:
    """Numbers near a real one of some region, with any prefix, separators and record country."""
    region = draw(st.sampled_from(NORDICS + OTHERS))
    kind = draw(st.sampled_from(range(10)))
    example = phonenumbers.example_number_for_type(region, kind)
    example = example or phonenumbers.example_number(region)
    assert example
    digits = list(phonenumbers.national_significant_number(example))
    for position in draw(st.lists(st.integers(0, len(digits) - 1), max_size=4)):
        digits[position] = draw(st.sampled_from("0123456789"))
    digits += draw(st.lists(st.sampled_from("0123456789"), max_size=1))
    code = str(example.country_code)
    prefix = draw(
        st.sampled_from(["", "0", "00", "1", f"+{code}", f"00{code}", code, f"+{code}(0)", "99"])
    )
    separators = st.sampled_from(["", "", "", " ", "-", ".", "/", " (", ") "])
    text = prefix + "".join(digit + draw(separators) for digit in digits)
    country = draw(st.sampled_from([region, region, None, "SE", "US"]))
    return text.strip(), country


@settings(max_examples=700, deadline=None, derandomize=True)
@given(written_numbers())
def test_the_fast_reading_gives_what_the_library_gives(written: tuple[str, str | None]) -> None:
    (row,) = phones(written)
    expected = by_library(*written)
    if row["warning"] == "W_PLACEHOLDER":
        assert expected in (None, row["phone_match"])
    else:
        assert row["phone"] == expected


@settings(max_examples=1_500, deadline=None, derandomize=True)
@given(
    st.text(st.sampled_from("0123456789 -./()+"), min_size=4, max_size=24)
    | st.from_regex(r"(?:\+|00|0|)[0-9]{6,13}", fullmatch=True),
    st.sampled_from([None, *sorted(phonenumbers.SUPPORTED_REGIONS)]),
)
def test_whatever_the_fast_reading_answers_the_library_answers(
    text: str, region: str | None
) -> None:
    found = read_plain(clean(text), region)
    assert found is None or found[0] == by_library(clean(text), region)


@pytest.mark.parametrize("region", ["SE", "DK", "NO", "FI", "DE", "FR", "IN"])
def test_the_fast_reading_answers_usual_numbers_itself(region: str) -> None:
    """Else the property above would hold of nothing. British numbers, with two trunk prefixes, are the library's."""
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    found = read_plain(e164, None)
    assert found is not None
    assert found[0] == e164


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_country_s_example_numbers_are_valid(region: str) -> None:
    examples = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for kind in range(11)
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]
    pairs = [(example, None) for example in examples]
    rows = [row for row in phones(*pairs) if row["warning"] != "W_PLACEHOLDER"]
    assert all(row["phone"] == row["phone_raw"] for row in rows)
    assert rows
