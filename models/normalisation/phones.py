"""Phone numbers -> E.164. How plain numbers are read fast: ``numbering_plans``."""

import re

import phonenumbers
import pyarrow as pa

from models.normalisation.countries import country_code_of
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.numbering_plans import read_plain
from models.normalisation.person_numbers import is_person_number
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean

_UP = "01234567890123456789"
_SHORTEST_RUN, _LONGEST_RUN = 5, 12
_RUNS = frozenset(
    digits[start : start + length]
    for digits in (_UP, _UP[::-1])
    for length in range(_SHORTEST_RUN, _LONGEST_RUN + 1)
    for start in range(len(digits) - length + 1)
)
# A prefix and then nothing but zeros (0700 000 000); up to six zeros can be a switchboard.
_PREFIX_AND_ZEROS = re.compile(r"[0-9]{1,2}0{7,}")
_SHORTEST_REPEAT = 3
# Between two numbers in one field. A bare slash also parts area code and number.
_SEVERAL = re.compile(r"[,;|]| / | (?:eller|el|och|og|or|tai)\b")
_MOST_NUMBERS = 4

_Row = tuple[str | None, str | None, str | None]


def normalise_phones(values: pa.Table) -> pa.Table:
    """Phone numbers as E.164 text.

    Args:
        values: columns phone_raw and country_raw (text or null; the country of the record as
            delivered), distinct pairs.

    Returns:
        phone_raw, country_raw; phone: E.164, null unless valid for its country and no placeholder;
        phone_match: E.164 wherever the text can be parsed, else its digits, null without digits;
        warning: W_PHONE, W_PLACEHOLDER (one digit repeated, a run such as 123456789, a prefix and
        zeros, or words such as 'saknas'), W_PERSON_NUMBER (no valid phone, but a valid national
        person number, of which nothing is kept) or null. A national number without a known country cannot
        be placed: W_PHONE. Extensions are dropped; of several numbers the first valid one counts.
        One row per input row, in input order.

    Raises:
        ValueError: a column is missing.
    """
    raw, countries = read_texts(values, "phone_raw", "country_raw")
    regions = {country: country_code_of(country) for country in set(countries)}
    rows = [_phone(text, regions[country]) for text, country in zip(raw, countries, strict=True)]
    return lookup_table(
        {"phone_raw": raw, "country_raw": countries},
        rows,
        phone=pa.string(),
        phone_match=pa.string(),
        warning=pa.string(),
    )


def _phone(raw: str | None, region: str | None) -> _Row:
    text = clean(raw) if raw else ""
    if not text:
        return None, None, None
    plain = read_plain(text, region)
    if plain is None:
        row = _phone_by_library(text, region)
        # The library reads a Finnish person number as a phone number, without its last letter.
        may_be_person = row[0] is None or text[-1].isalpha()
        is_person = may_be_person and is_person_number(text, region)
        return (None, None, "W_PERSON_NUMBER") if is_person else row
    e164, national = plain
    return (None, e164, "W_PLACEHOLDER") if _is_filler(national) else (e164, e164, None)


def _phone_by_library(text: str, region: str | None) -> _Row:
    digits = phonenumbers.normalize_digits_only(text)
    if not digits:
        return None, None, "W_PLACEHOLDER" if is_placeholder(text) else "W_PHONE"
    number = _parse(text, digits, region)
    if number is None:
        return None, digits, "W_PLACEHOLDER" if _is_filler(digits) else "W_PHONE"
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _is_filler(phonenumbers.national_significant_number(number)):
        return None, e164, "W_PLACEHOLDER"
    return (e164, e164, None) if phonenumbers.is_valid_number(number) else (None, e164, "W_PHONE")


def _parse(text: str, digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The first valid reading, else the first possible one.

    Dialled from the region; 00 as +, whatever prefix the region itself dials; each of several.
    """
    readings = [(text, region)]
    if digits.startswith("00") and "+" not in text:
        readings.append(("+" + digits[2:], None))
    several = _SEVERAL.split(text, maxsplit=_MOST_NUMBERS)
    if len(several) > 1:
        readings.extend((one, region) for one in several)
    parsed = []
    for reading, dialled_from in readings:
        try:
            parsed.append(phonenumbers.parse(reading, dialled_from))
        except phonenumbers.NumberParseException:
            continue
    return next(filter(phonenumbers.is_valid_number, parsed), parsed[0] if parsed else None)


def _is_filler(national: str) -> bool:
    digits = national.lstrip("0")
    if len(set(digits)) <= 1:
        return len(national) >= _SHORTEST_REPEAT
    return digits in _RUNS or _PREFIX_AND_ZEROS.fullmatch(digits) is not None
