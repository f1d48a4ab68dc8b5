"""Company names: display form and a form for comparisons without the legal form."""

import re

import pyarrow as pa

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.person_numbers import holds_person_number
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean, comparison_form, is_repaired, readable

# In comparison form and without dots and slashes (A/S -> as, S.A. -> sa), at either end of a name.
_LEGAL_FORMS = frozenset(
    {
        # Sweden
        *("ab", "publ", "hb", "kb", "aktiebolag", "aktiebolaget", "handelsbolag"),
        *("handelsbolaget", "kommanditbolag", "kommanditbolaget", "ekonomiskforening"),
        # Denmark, Norway
        *("as", "aps", "ivs", "is", "ks", "ps", "amba", "smba", "fmba", "asa", "ans", "da", "nuf"),
        *("enk", "ba", "sa", "bbl", "aktieselskab", "aktieselskabet", "aktieselskap"),
        *("anpartsselskab",),
        # Finland, Iceland
        *("oy", "oyj", "ky", "tmi", "osk", "osakeyhtio", "ehf", "hf", "slf"),
        # Elsewhere
        *("ltd", "limited", "llc", "llp", "inc", "incorporated", "corp", "corporation", "plc"),
        *("gmbh", "ag", "kg", "ug", "ev", "bv", "nv", "sarl", "sas", "srl", "spa", "sl", "ou"),
        *("uab", "sia"),
    }
)
_JOINED = (
    (re.compile(r"\b([aikp])/s\b"), r"\1s"),  # A/S, I/S, K/S, P/S
    (re.compile(r"\bek(?:onomisk|\.)? ?for(?:ening|\.)?(?!\w)"), "ekonomiskforening"),
    (re.compile(r"(?<=\b\w)\.(?=\w\b)"), ""),  # A.P. -> AP
)
_AND = frozenset(("och", "og", "and", "und"))
_SIGNS = re.compile(r"[\W_]+")

_Row = tuple[str | None, str | None, str | None]


def normalise_company_names(values: pa.Table) -> pa.Table:
    """Company names in display and in comparison form.

    Args:
        values: column name_raw (text or null), distinct.

    Returns:
        name_raw; name: NFC, single spaces, capitals as delivered; name_match: lower case without
        accents, punctuation, words for "and" and legal forms at either end ('AB Volvo (publ)' ->
        'volvo'); warning: W_PLACEHOLDER for text that stands for nothing and W_PERSON_NUMBER, with
        both names null, W_MOJIBAKE (they are the repaired text) or null. One row per input row, in
        input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "name_raw")
    rows = [_company(text) for text in raw]
    return lookup_table(
        {"name_raw": raw}, rows, name=pa.string(), name_match=pa.string(), warning=pa.string()
    )


def _company(raw: str | None) -> _Row:
    name = readable(raw) if raw else ""
    if is_placeholder(name):
        return None, None, "W_PLACEHOLDER" if raw and clean(raw) else None
    if holds_person_number(name):
        return None, None, "W_PERSON_NUMBER"
    warning = "W_MOJIBAKE" if raw and is_repaired(raw, name) else None
    return name, _without_legal_form(comparison_form(name)) or None, warning


def _without_legal_form(name: str) -> str:
    for pattern, joined in _JOINED:
        name = pattern.sub(joined, name)
    words = [word for word in _SIGNS.sub(" ", name).split() if word not in _AND]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in _LEGAL_FORMS:
        words.pop(0)
    return " ".join(words)
