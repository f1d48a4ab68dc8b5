"""National person numbers: found so that they go no further than where they were delivered.

A sole trader's registration number is, in Sweden and elsewhere, that person's number, and people
write theirs where a phone number was asked for. Checked by python-stdnum where it reads no clock;
Sweden and Denmark by date and check digit, of which Denmark has had none since 2007.
"""

import hashlib
import hmac
import re
from functools import cache
from importlib import import_module
from typing import Any

from stdnum import luhn

# Countries whose person numbers differ in form from all their companies' numbers, by the module of
# stdnum. Iceland's and the Netherlands' do not, Croatia's are companies' too: they are left out.
_MODULES = {
    "BE": ("be.nn",),
    "BG": ("bg.egn",),
    "BR": ("br.cpf",),
    "CN": ("cn.ric",),
    "CZ": ("cz.rc",),
    "EE": ("ee.ik",),
    "ES": ("es.dni", "es.nie"),
    "FI": ("fi.hetu",),
    "FR": ("fr.nir",),
    "IN": ("in_.aadhaar",),
    "IT": ("it.codicefiscale",),
    "KR": ("kr.rrn",),
    "LT": ("lt.asmens",),
    "MX": ("mx.curp",),
    "NO": ("no.fodselsnummer",),
    "PL": ("pl.pesel",),
    "RO": ("ro.cnp",),
    "SI": ("si.emso",),
    "SK": ("sk.rc",),
    "TR": ("tr.tckimlik",),
    "ZA": ("za.idnr",),
}
# Month 01-12; day 01-31, or 61-91 for people who are not registered in Sweden.
_MONTH = "(?:0[1-9]|1[0-2])"
_SWEDISH = re.compile(
    rf"(?:18|19|20)?([0-9]{{2}}{_MONTH}(?:[06][1-9]|[1278][0-9]|[39][01]))[-+ ]?([0-9]{{4}})"
)
_WITH_CENTURY = re.compile(r"(?:18|19|20)[0-9]{6}[-+ ]?[0-9]{4}")
_DANISH = re.compile(rf"(?:0[1-9]|[12][0-9]|3[01]){_MONTH}[0-9]{{2}}[- ]?[0-9]{{4}}")
# Anywhere in a text, by its shape alone: what people type needs no check digits to be kept back.
# dbt/macros/typing.sql says the same in SQL.
SHAPE = (
    rf"(?:(?:18|19|20)?[0-9]{{2}}{_MONTH}[0-9]{{2}}[-+ ]?[0-9]{{4}}"
    rf"|(?:0[1-9]|[12][0-9]|3[01]){_MONTH}[0-9]{{2}}[- ]?[0-9]{{4}}"
    r"|[0-7][0-9][0145][0-9]{3} ?[0-9]{5}"
    r"|[0-3][0-9][01][0-9][0-9]{2}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z])"
)
HELD = rf"(?:^|[^0-9A-Za-z]){SHAPE}(?:[^0-9A-Za-z]|$)"
# Signs that the shortest of them has.
SHORTEST = 10
_HELD = re.compile(HELD)


def holds_person_number(text: str) -> bool:
    """Whether something of the shape of a Nordic person number stands in a cleaned text."""
    return _HELD.search(text) is not None


def pseudonym(number: str, secret: bytes) -> str:
    """What stands for a person number where it may not be read: the same for the same text and secret."""
    return "person-" + hmac.new(secret, number.encode(), hashlib.sha256).hexdigest()[:24]


def is_person_number(text: str, country: str | None) -> bool:
    """Whether a cleaned text is a person number of its country.

    Args:
        text: cleaned text, with or without its separators.
        country: ISO alpha-2. Without one only forms count that no phone or company number has:
            Swedish with the century, Norwegian and Finnish.
    """
    if country is None:
        is_swedish = _WITH_CENTURY.fullmatch(text) is not None and _is_swedish(text)
        return is_swedish or any(is_person_number(text, code) for code in ("NO", "FI"))
    if country == "SE":
        return _is_swedish(text)
    if country == "DK":
        return _DANISH.fullmatch(text) is not None
    return any(_module(name).is_valid(text) for name in _MODULES.get(country, ()))


def _is_swedish(text: str) -> bool:
    found = _SWEDISH.fullmatch(text)
    return found is not None and bool(luhn.is_valid(found.group(1) + found.group(2)))


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")
