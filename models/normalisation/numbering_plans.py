"""Phone numbers of plain shape read without the library's parser, by the library's own metadata.

``phonenumbers.parse`` and ``is_valid_number`` take 50-100 us a number; most numbers consist of
digits and separators, and those follow three steps: take the calling code or the national prefix
off, then match the rest against the patterns of the country. A number is answered here only if
those steps end in a valid number, so that the library decides every doubtful case.
tests/models/normalisation/test_phones.py proves both equal.

Source: libphonenumber, PhoneNumberUtil.parse / isValidNumber, as ported in phonenumbers 9.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

_PLAIN = re.compile(r"\+?\(?[0-9][0-9 \-./()]{3,40}")
_SEPARATORS = str.maketrans("", "", " -./()")
_LONGEST_CALLING_CODE = 3
_TYPES = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan"),
    *("voicemail", "fixed_line", "mobile"),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the numbers of one region are dialled; ``is_valid`` judges the national number."""

    calling_code: str
    national_prefix: str
    match_international_prefix: Callable[[str], re.Match[str] | None]
    is_valid: Callable[[str], re.Match[str] | None]


def read_plain(text: str, region: str | None) -> tuple[str, str] | None:
    """E.164 and national number of a valid number of plain shape; None leaves it to the library.

    Args:
        text: cleaned text.
        region: ISO alpha-2 code that a number without calling code belongs to, if known.
    """
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.translate(_SEPARATORS)
    if digits[0] == "+":
        return _international(digits[1:])
    if region is None:
        return _international(digits[2:]) if digits.startswith("00") else None
    plan = _plan_of(region)
    if plan is None:
        return None
    prefix = plan.match_international_prefix(digits)
    if prefix:
        return _international(digits[2:]) if prefix.group() == "00" else None
    # Digits that begin with the country's own calling code may be either; the library weighs it.
    return None if digits.startswith(plan.calling_code) else _national(digits, plan)


def _international(digits: str) -> tuple[str, str] | None:
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        plan = _plan_by_calling_code(digits[:length])
        if plan is not None:
            return _national(digits[length:], plan)
    return None


def _national(digits: str, plan: _Plan) -> tuple[str, str] | None:
    number = digits.removeprefix(plan.national_prefix)
    return (f"+{plan.calling_code}{number}", number) if plan.is_valid(number) else None


@cache
def _plan_by_calling_code(calling_code: str) -> _Plan | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code or 0))
    return _plan_of(regions[0]) if regions and not calling_code.startswith("0") else None


@cache
def _plan_of(region: str) -> _Plan | None:
    """The plan of a region whose national prefix is plain digits or absent, else None."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.country_code is None or metadata.international_prefix is None:
        return None
    prefix = metadata.national_prefix_for_parsing or ""
    if metadata.national_prefix_transform_rule or not (prefix == "" or prefix.isdecimal()):
        return None
    return _Plan(
        calling_code=str(metadata.country_code),
        national_prefix=prefix,
        match_international_prefix=re.compile(metadata.international_prefix).match,
        is_valid=re.compile(_valid_number(metadata.country_code)).fullmatch,
    )


def _valid_number(calling_code: int) -> str:
    """One pattern for the valid national numbers of all regions that share a calling code.

    Regions with leading digits own every number that begins so, in the order of the list; the
    others own what one of their types matches.
    """
    regions = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    alternatives, taken = [], ""
    for metadata in (PhoneMetadata.metadata_for_region(region, None) for region in regions):
        if metadata is None:
            continue
        types = [described for name in _TYPES if (described := _pattern(getattr(metadata, name)))]
        pattern = f"(?={_pattern(metadata.general_desc)}\\Z)(?:{'|'.join(types)})"
        if metadata.leading_digits and len(regions) > 1:
            alternatives.append(f"{taken}(?={metadata.leading_digits}){pattern}")
            taken += f"(?!{metadata.leading_digits})"
        else:
            alternatives.append(taken + pattern)
    return "|".join(alternatives)


def _pattern(description: PhoneNumberDesc | None) -> str:
    """The numbers of one type; empty if the region has none (then its only length is -1)."""
    if description is None or not description.national_number_pattern:
        return ""
    lengths = [f"[0-9]{{{length}}}" for length in description.possible_length if length > 0]
    return f"(?=(?:{'|'.join(lengths)})\\Z)(?:{description.national_number_pattern})"
