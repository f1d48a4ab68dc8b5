"""Company registration and VAT numbers, checked by python-stdnum."""

import re
from functools import cache
from importlib import import_module
from typing import Any

import pyarrow as pa
from stdnum import get_cc_module
from stdnum.dk import cvr
from stdnum.eu import vat
from stdnum.fi import ytunnus
from stdnum.fr import siren
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from models.normalisation.countries import country_code_of
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.person_numbers import is_person_number
from models.normalisation.text import clean

_NORDICS = frozenset(("SE", "DK", "NO", "FI"))
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
# Without a country only a national way of writing tells it: 556036-0793 and 1234567-8.
_WRITTEN_IN = {"SE": re.compile(r"[0-9]{6}-[0-9]{4}"), "FI": re.compile(r"[0-9]{7}-[0-9]")}
# A placeholder, though its check digits are often right: zeros in three of the four countries.
_REPEATED = re.compile(r"^[A-Z]*([0-9])\1*$")
_SE_LENGTH, _SE_LONG = 10, 12
_SE_CENTURIES = ("16", "19", "20")  # 16 marks a company, 19 and 20 a sole trader
_SE_VAT_END = "01"
_FI_LENGTH = 8
# Greece is EL in VAT numbers.
_EU_PREFIXES = frozenset(code.upper() for code in vat.MEMBER_STATES) - {"GR"} | {"EL"}

# Where companies are known by another number than the VAT number that stdnum picks, or by none.
_OTHER_MODULES = {
    "AU": ("au.abn", "au.acn"),
    "CH": ("ch.uid",),
    "IN": ("in_.gstin", "in_.pan"),
    "US": ("us.ein",),
}
_BRITISH = re.compile(r"(?:[0-9]{2}|[A-Z]{2}|R0)[0-9]{6}")  # of Companies House; no check digit
_SWISS_VAT_END = re.compile(r"(?:MWST|TVA|IVA|TPV)$")
_FR_SIREN, _FR_SIRET = 9, 14

_Row = tuple[str | None, str | None, str | None]


def normalise_org_numbers(values: pa.Table) -> pa.Table:
    """Registration numbers of companies, compact.

    Args:
        values: columns org_number_raw and country_raw (text or null), distinct pairs.

    Returns:
        org_number_raw, country_raw; org_number: digits only for Sweden, Denmark, Norway and Finland
        (VAT numbers lose prefix and suffix), VAT number with prefix elsewhere in the EU (made from
        a French SIREN or SIRET), the country's own number elsewhere; null when the check digits are
        wrong or the country has no known form; org_number_match: org_number where valid, else the
        letters and digits as delivered, null when empty; warning: W_ORG_NUMBER, W_PERSON_NUMBER or
        null. A sole trader's number may be the person's: then both are that number, for a pseudonym
        to take its place. One row per input row, in input order.

    Raises:
        ValueError: a column is missing.
    """
    raw, countries = read_texts(values, "org_number_raw", "country_raw")
    codes = {country: country_code_of(country) for country in set(countries)}
    rows = [_org_number(text, codes[country]) for text, country in zip(raw, countries, strict=True)]
    return lookup_table(
        {"org_number_raw": raw, "country_raw": countries},
        rows,
        org_number=pa.string(),
        org_number_match=pa.string(),
        warning=pa.string(),
    )


def _org_number(raw: str | None, country: str | None) -> _Row:
    text = clean(raw).upper() if raw else ""
    compact = _NOT_ALPHANUMERIC.sub("", text)
    if not compact:
        return None, None, "W_ORG_NUMBER" if text else None
    country = country or _country_by_writing(text)
    if person := _person_number(text, compact, country):
        return person, person, "W_PERSON_NUMBER"
    number = _valid(compact, country)
    if number and _REPEATED.search(number):
        number = None
    return number, number or compact, None if number else "W_ORG_NUMBER"


def _country_by_writing(text: str) -> str | None:
    return next((code for code, form in _WRITTEN_IN.items() if form.fullmatch(text)), None)


def _valid(compact: str, country: str | None) -> str | None:
    """The number in its normal form; a prefix in the number wins over the record's country."""
    prefix = compact[:2]
    if prefix in _NORDICS:
        return _nordic(prefix, compact[2:])
    if prefix in _EU_PREFIXES:
        return _eu(compact)
    if country in _NORDICS:
        return _nordic(country, compact)
    prefix = "EL" if country == "GR" else country or ""
    return _eu(prefix + compact) if prefix in _EU_PREFIXES else _elsewhere(compact, country)


def _person_number(text: str, compact: str, country: str | None) -> str | None:
    """A person's number in one spelling, or null; the country may stand before the number."""
    prefix = compact[:2] if compact[:2].isalpha() else country
    digits = compact.removeprefix(prefix or "")
    if prefix == "SE" and len(digits) == _SE_LONG and digits.endswith(_SE_VAT_END):
        digits = digits[:_SE_LENGTH]
    if _REPEATED.search(digits):
        return None
    if not any(is_person_number(form, prefix) for form in (digits, text)):
        return None
    return digits[-_SE_LENGTH:] if prefix == "SE" else digits


def _elsewhere(compact: str, country: str | None) -> str | None:
    """Outside the EU: the numbers that stdnum knows for the country, in its compact form."""
    if country is None:
        return None
    if country == "GB" and _BRITISH.fullmatch(compact):
        return compact
    if country == "CH":
        compact = _SWISS_VAT_END.sub("", compact)
    for module in _modules(country):
        if module.is_valid(compact):
            return str(module.compact(compact))
    return None


@cache
def _modules(country: str) -> tuple[Any, ...]:
    named = tuple(import_module(f"stdnum.{name}") for name in _OTHER_MODULES.get(country, ()))
    return named or tuple(filter(None, [get_cc_module(country, "vat")]))


def _eu(prefixed: str) -> str | None:
    if prefixed.startswith("FR"):
        return _french(prefixed)
    return str(vat.compact(prefixed)) if vat.is_valid(prefixed) else None


def _french(prefixed: str) -> str | None:
    """SIREN and SIRET are written into the VAT number, so that all three join."""
    digits = prefixed[2:]
    if len(digits) in (_FR_SIREN, _FR_SIRET) and siren.is_valid(digits[:_FR_SIREN]):
        return f"FR{siren.to_tva(digits[:_FR_SIREN])}"
    return str(vat.compact(prefixed)) if vat.is_valid(prefixed) else None


def _nordic(country: str, digits: str) -> str | None:
    if country == "SE":
        return _swedish(digits)
    if country == "NO":
        digits = digits.removesuffix("MVA")
        return digits if no_orgnr.is_valid(digits) else None
    if country == "FI":
        if len(digits) == _FI_LENGTH - 1:
            digits = "0" + digits  # numbers of before 1978 are written without it
        return digits if ytunnus.is_valid(digits) else None
    return digits if cvr.is_valid(digits) else None


def _swedish(digits: str) -> str | None:
    """Ten digits; also out of twelve, as a VAT number (...01) or with a century (16...)."""
    readings = [digits]
    if len(digits) == _SE_LONG and digits.endswith(_SE_VAT_END):
        readings.append(digits[:_SE_LENGTH])
    if len(digits) == _SE_LONG and digits.startswith(_SE_CENTURIES):
        readings.append(digits[-_SE_LENGTH:])
    return next((reading for reading in readings if se_orgnr.is_valid(reading)), None)
