"""Street addresses: display form and a form for comparisons."""

import re

import pyarrow as pa

from models.normalisation.casing import name_case
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean, comparison_form, repair_mojibake

# Words for street, road and square in comparison form: as the end of a name of at least two more
# letters, or alone. Abbreviations of one letter count only as an end: 'G. Nygaards vei' has a name.
# Each becomes one sign, so that Storgatan, Storgata, Storgaten, Storgade, Storgt. and Storg. agree.
_KINDS = tuple(
    (re.compile(rf"(?:(?<=[a-z]{{2}})|\b)(?:{words})\b\.?|(?<=[a-z]{{2}})(?:{ends})"), sign)
    for words, ends, sign in (
        ("gatan|gaten|gata|gate|gade|gatu|gat|gt", r"g\.", "g"),
        ("vagen|veien|vegen|vag|vei|veg|vej", r"v\.", "v"),
        ("platsen|plassen|pladsen|plats|plass|plads", r"pl\.", "p"),
        ("strasse", r"str\.", "str"),
        ("katu", r"k\.", "k"),
    )
)
_PUNCTUATION = re.compile(r"[\W_]+")
_HOUSE_LETTER = re.compile(r"\b([0-9]+) ([a-z])\b")

_Row = tuple[str | None, str | None]


def normalise_streets(values: pa.Table) -> pa.Table:
    """Street addresses in display and in comparison form.

    Args:
        values: column street_raw (text or null), distinct.

    Returns:
        street_raw; street: NFC, single spaces, one-case text in title case; street_match: lower
        case without accents (å, ä -> a; ö, ø -> o; æ -> ae) and punctuation, words for street, road
        and square harmonised over the Nordic languages, the house letter joined to its number. Both
        null when the text is empty or stands for nothing. One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "street_raw")
    rows = [_street(text) for text in raw]
    return lookup_table({"street_raw": raw}, rows, street=pa.string(), street_match=pa.string())


def _street(raw: str | None) -> _Row:
    street = clean(repair_mojibake(raw)).strip(" ,;") if raw else ""
    if not street or is_placeholder(street):
        return None, None
    match = comparison_form(street)
    for kind, sign in _KINDS:
        match = kind.sub(sign, match)
    match = _HOUSE_LETTER.sub(r"\1\2", _PUNCTUATION.sub(" ", match).strip())
    return name_case(street), match or None
