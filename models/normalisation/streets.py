"""Street addresses: display form and a form for comparisons."""

import re

import pyarrow as pa

from models.normalisation.casing import display_form
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.person_numbers import holds_person_number
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean, comparison_form, is_repaired, readable

# Words for street, road and square in comparison form: as the end of a name of at least two more
# letters, or alone. Abbreviations of one letter count only as an end: 'G. Nygaards vei' has a name.
# Each becomes one sign, so that Storgatan, Storgata, Storgaten, Storgade, Storgt. and Storg. agree.
_KINDS = {
    "g": ("gatan", "gaten", "gata", "gate", "gade", "gatu", "gat", "gt", "g."),
    "v": ("vagen", "veien", "vegen", "vag", "vei", "veg", "vej", "v."),
    "p": ("platsen", "plassen", "pladsen", "plats", "plass", "plads", "pl."),
    "str": ("strasse", "str."),
    "k": ("katu", "k."),
}
_SIGN = {word: sign for sign, words in _KINDS.items() for word in words}
_WORDS = "|".join(word for word in _SIGN if not word.endswith("."))
_ENDS = "|".join(re.escape(word) for word in _SIGN if word.endswith("."))
# The first letters stand in front because they rule out most places at once.
_KIND = re.compile(
    rf"(?=[gvpsk])(?:(?:(?<=[a-z]{{2}})|\b)(?:{_WORDS})\b|(?<=[a-z]{{2}})(?:{_ENDS}))"
)
_EDGES = " ,;"
_PUNCTUATION = re.compile(r"[\W_]+")
_HOUSE_LETTER = re.compile(r"\b([0-9]+) ([a-z])\b")

_Row = tuple[str | None, str | None, str | None]


def normalise_streets(values: pa.Table) -> pa.Table:
    """Street addresses in display and in comparison form.

    Args:
        values: column street_raw (text or null), distinct.

    Returns:
        street_raw; street: NFC, single spaces, one-case text in title case; street_match: lower
        case without accents (å, ä -> a; ö, ø -> o; æ -> ae) and punctuation, words for street, road
        and square harmonised over the Nordic languages, the house letter joined to its number;
        warning: W_PLACEHOLDER for text that stands for nothing and W_PERSON_NUMBER, with both null,
        W_MOJIBAKE (they are the repaired text) or null. One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "street_raw")
    rows = [_street(text) for text in raw]
    return lookup_table(
        {"street_raw": raw},
        rows,
        street=pa.string(),
        street_match=pa.string(),
        warning=pa.string(),
    )


def _street(raw: str | None) -> _Row:
    shown = readable(raw, _EDGES) if raw else ""
    if is_placeholder(shown):
        return None, None, "W_PLACEHOLDER" if raw and clean(raw) else None
    if holds_person_number(shown):
        return None, None, "W_PERSON_NUMBER"
    street = display_form(shown, _EDGES)
    match = _KIND.sub(lambda kind: _SIGN[kind.group()], comparison_form(street))
    match = _HOUSE_LETTER.sub(r"\1\2", _PUNCTUATION.sub(" ", match).strip())
    return street, match or None, "W_MOJIBAKE" if raw and is_repaired(raw, shown, _EDGES) else None
