"""Postal codes: digits in the Nordic countries, upper case elsewhere."""

import re

import pyarrow as pa

from models.normalisation.countries import country_code_of
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.text import clean

# Digits of a code. Leading zeros are part of it: 0150 Oslo, 00100 Helsinki.
_DIGITS = {"SE": 5, "DK": 4, "NO": 4, "FI": 5, "AX": 5, "IS": 3, "FO": 3, "GL": 4, "SJ": 4}
_PREFIX = {"S": "SE", "N": "NO", "FIN": "FI", "SF": "FI"} | {code: code for code in _DIGITS}
_PREFIXED = re.compile(rf"({'|'.join(sorted(_PREFIX, key=len, reverse=True))})[ -]?([0-9][0-9 ]*)")
_GROUPED = re.compile(r"[0-9][0-9 -]*")

_Row = tuple[str | None, str | None]


def normalise_postal_codes(values: pa.Table) -> pa.Table:
    """Postal codes in one spelling.

    Args:
        values: columns postal_code_raw and country_raw (text or null), distinct pairs.

    Returns:
        postal_code_raw, country_raw; postal_code: for the Nordic countries (by the record's country
        or by a prefix such as 'SE-') the digits alone, null when their number is wrong; for others
        upper case with single spaces, null without letter or digit; warning: W_POSTAL_CODE or null.
        One row per input row, in input order.

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
    if country in _DIGITS:
        digits = re.sub("[ -]", "", code) if _GROUPED.fullmatch(code) else ""
        return (digits, None) if len(digits) == _DIGITS[country] else (None, "W_POSTAL_CODE")
    if not any(char.isalnum() for char in text):
        return None, "W_POSTAL_CODE"
    return text, None


def _without_prefix(text: str, country: str | None) -> tuple[str, str | None]:
    """The code behind a Nordic prefix and the prefix's country; else the text as it stands."""
    prefixed = _PREFIXED.fullmatch(text)
    if not prefixed:
        return text, country
    return prefixed.group(2), _PREFIX[prefixed.group(1)]
