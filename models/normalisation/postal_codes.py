"""Postal codes: one spelling per country, without the signs that people and systems part them by."""

import re

import pyarrow as pa

from models.normalisation.countries import country_code_of
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.text import clean

# Digits of a code, where it is digits alone. Leading zeros are part of it: 0150 Oslo, 01067 Dresden.
# Source: GeoNames, countryInfo, postal code formats; where it is out of date, left out.
_COUNTRIES_BY_DIGITS = {
    3: "FO IS",
    4: "AT AU BD BE BG CH CY DK GE GL HU LI LU LV MD MK NL NO NZ PH SI SJ TN ZA",
    5: "AX BA CR CZ DE DZ EE EG ES FI FR GR HR ID IT KE KR LT MA MC ME MX MY PE PK PL RS SA SE SK SM TH"
    " TR UA US VA",
    6: "AM BY CN CO IN KG KZ NG RO RU SG TJ TM UZ",
    7: "CL IL JP PT",
    8: "BR",
}
_DIGITS = {
    country: digits
    for digits, countries in _COUNTRIES_BY_DIGITS.items()
    for country in countries.split()
    if country != "NL"  # two letters follow
}
# Codes that begin with zero, and that a spreadsheet took the zero from.
_FROM_ZERO = frozenset(("DE", "ES", "FR", "IT", "US"))
_ZIP, _ZIP_PLUS_FOUR = 5, 9
_PLATES = {"S": "SE", "N": "NO", "FIN": "FI", "SF": "FI"} | {
    f"{plate}-": code
    for plate, code in (
        *(("A", "AT"), ("B", "BE"), ("D", "DE"), ("E", "ES"), ("F", "FR"), ("H", "HU")),
        *(("I", "IT"), ("L", "LU"), ("P", "PT")),
    )
}
_PREFIX = _PLATES | {code: code for code in _DIGITS}
_PREFIXED = re.compile(rf"({'|'.join(sorted(_PREFIX, key=len, reverse=True))})[ -]?([0-9][0-9 -]*)")
_GROUPED = re.compile(r"[0-9][0-9 -]*")
_SIGNS = re.compile(r"[ .-]")

_Row = tuple[str | None, str | None]


def normalise_postal_codes(values: pa.Table) -> pa.Table:
    """Postal codes in one spelling.

    Args:
        values: columns postal_code_raw and country_raw (text or null), distinct pairs.

    Returns:
        postal_code_raw, country_raw; postal_code: where the country is known (by the record or by a
        prefix such as 'SE-' or 'D-') without spaces and hyphens, 41101, SW1A1AA, 1012AB, and null
        where the country's codes are digits and their number is wrong; of an American ZIP+4 the
        first five; where it is not, upper case with single spaces; null without letter or digit;
        warning: W_POSTAL_CODE or null. One row per input row, in input order.

    Raises:
        ValueError: a column is missing.
    """
    raw, countries = read_texts(values, "postal_code_raw", "country_raw")
    codes = {country: country_code_of(country) for country in set(countries)}
    rows = [
        _postal_code(text, codes[country]) for text, country in zip(raw, countries, strict=True)
    ]
    return lookup_table(
        {"postal_code_raw": raw, "country_raw": countries},
        rows,
        postal_code=pa.string(),
        warning=pa.string(),
    )


def _postal_code(raw: str | None, country: str | None) -> _Row:
    text = clean(clean(raw).upper()) if raw else ""
    if not text:
        return None, None
    code, country = _without_prefix(text, country)
    if not any(char.isalnum() for char in text):
        return None, "W_POSTAL_CODE"
    if country in _DIGITS:
        digits = _digits(code, country) if _GROUPED.fullmatch(code) else ""
        return (digits, None) if len(digits) == _DIGITS[country] else (None, "W_POSTAL_CODE")
    return _SIGNS.sub("", text) if country else text, None


def _digits(code: str, country: str) -> str:
    digits = _SIGNS.sub("", code)
    if country == "US" and len(digits) == _ZIP_PLUS_FOUR:
        return digits[:_ZIP]
    return (
        digits.rjust(_DIGITS[country], "0")
        if country in _FROM_ZERO and len(digits) == _DIGITS[country] - 1
        else digits
    )


def _without_prefix(text: str, country: str | None) -> tuple[str, str | None]:
    """The code behind a prefix and the prefix's country; else the text as it stands."""
    prefixed = _PREFIXED.fullmatch(text)
    if not prefixed:
        return text, country
    return prefixed.group(2), _PREFIX[prefixed.group(1)]
