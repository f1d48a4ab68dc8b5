"""Names of people: display form, and full names split into first and last name."""

import re

import pyarrow as pa

from models.normalisation.casing import PARTICLES, display_form
from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.person_numbers import holds_person_number
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean, is_repaired, readable

_EDGES = '"“”„«»,;:_*`´ '
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TITLES = frozenset(
    {
        *("dr", "prof", "professor", "doc", "herr", "hr", "fru", "frk", "fröken", "frøken", "mr"),
        *("mrs", "ms", "miss", "dipl", "ing", "civ", "lic", "mag", "ceo", "cto", "cfo", "coo"),
        *("vd", "phd", "md", "msc", "bsc", "mba", "jr", "sr", "jun", "sen", "direktör"),
        *("direktør", "adm", "dir"),
    }
)
# Between the names of two people: 'Jens og Anna Hansen', 'Jens/Anna Hansen'. 'And' is a name.
_AND = frozenset({"&", "+", "og", "OG", "och", "OCH", "und", "UND", "and"})
_SLASH = re.compile(r"(?<=\w\w)\s*/\s*(?=\w\w)")
# As companies write them; 'Asp' and 'As' are names, 'AS' after a name is a company.
_LEGAL_FORMS = frozenset(
    {
        *("AB", "A/S", "AS", "ASA", "ApS", "APS", "Oy", "OY", "Oyj", "OYJ", "HB", "KB", "GmbH"),
        *("GMBH", "Ltd", "LTD", "Inc", "INC", "LLC", "BV"),
    }
)


def normalise_names(values: pa.Table) -> pa.Table:
    """First names, last names or full names in display form.

    Args:
        values: column name_raw (text or null), distinct.

    Returns:
        name_raw; name: NFC, single spaces, one-case text in title case, null when it is empty, has
        no letter, stands for nothing or holds a national person number; warning: W_PLACEHOLDER,
        W_PERSON_NUMBER, W_MOJIBAKE (``name`` is the repaired text) or null. One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "name_raw")
    rows = [_name_and_warning(text) for text in raw]
    return lookup_table({"name_raw": raw}, rows, name=pa.string(), warning=pa.string())


def split_full_names(values: pa.Table) -> pa.Table:
    """Full names as first name(s) and surname.

    The last word is the surname, with the particles before it ('Anna von der Esch'); with a comma
    the surname comes first ('Svensson, Anna'); one word alone is a first name. Titles, brackets and
    employers after a comma are dropped; a company gives no name at all. Of two people the first is
    named, with the surname that they share ('Jens og Anna Hansen' is Jens Hansen): a record is of one
    person, and its e-mail and phone are rather the first one's. Whether the second word of 'Jens Peter
    og Anna Hansen' is a surname cannot be told; the first word stays. A surname of two words
    without hyphen or comma is not recognised: its first word stays with the first names.

    Args:
        values: column full_name_raw (text or null), distinct.

    Returns:
        full_name_raw; first_name, last_name: display form or null; first_name_warning,
        last_name_warning: as ``normalise_names`` warns, of what stands for nothing as a whole on
        both, as W_NAME does of what names no person (a company, a title alone). One row per input
        row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "full_name_raw")
    rows = [_first_and_last(text) for text in raw]
    return lookup_table(
        {"full_name_raw": raw},
        rows,
        first_name=pa.string(),
        first_name_warning=pa.string(),
        last_name=pa.string(),
        last_name_warning=pa.string(),
    )


def _name_and_warning(text: str | None) -> tuple[str | None, str | None]:
    shown = readable(text, _EDGES) if text else ""
    if not shown:
        return None, "W_PLACEHOLDER" if text and clean(text) else None
    if holds_person_number(shown):
        return None, "W_PERSON_NUMBER"
    name = display_form(shown, _EDGES)
    if is_placeholder(shown) or not any(char.isalpha() for char in name):
        return None, "W_PLACEHOLDER"
    return name, "W_MOJIBAKE" if text and is_repaired(text, shown, _EDGES) else None


def _first_and_last(text: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    """First name and its warning, last name and its warning."""
    if text is None:
        return None, None, None, None
    shown = readable(text)
    whole = clean(_BRACKETED.sub(" ", shown))
    if is_placeholder(whole):
        warning = "W_PLACEHOLDER" if whole else None
        return None, warning, None, warning
    parts = [words for part in whole.split(",") if (words := _person_words(part))]
    if not parts:
        return None, "W_NAME", None, "W_NAME"
    first, last = (_first_of(parts[1])[0], parts[0]) if len(parts) > 1 else _first_named(parts[0])
    was_mojibake = is_repaired(text, shown)
    return (*_piece(first, was_mojibake), *_piece(last, was_mojibake))


def _person_words(part: str) -> list[str]:
    """The words of one comma-separated part without titles; none if the part is a company."""
    words = part.split()
    if words and words[-1].rstrip(".") in _LEGAL_FORMS:
        return []
    before, others = _first_of(words)
    named = [word for word in others if not _is_title(word)]
    if len(named) == 1 < len(others):
        # 'Ola og fru Nordmann': what follows the title is their surname.
        words = before + named
    return [word for word in words if not _is_title(word)]


def _is_title(word: str) -> bool:
    return word.lower().strip(".") in _TITLES


def _first_named(words: list[str]) -> tuple[list[str], list[str]]:
    """Given names and surname of the first of the people whom the words name."""
    mine, others = _first_of(words)
    if not others:
        return _divide(mine)
    shared = _first_named(others)[1]
    if len(mine) == 1:
        return mine, shared
    given, own = _divide(mine)
    is_own = len(mine) > 2 or not shared or shared == own
    return (given, own) if is_own else (mine[:1], [])


def _divide(words: list[str]) -> tuple[list[str], list[str]]:
    if len(words) == 1:
        return words, []
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES | {"la", "le"}:
        start -= 1
    if start == 1 and words[0] in PARTICLES:
        start = 0
    return words[:start], words[start:]


def _first_of(words: list[str]) -> tuple[list[str], list[str]]:
    """The words of the first person, and those of others named with an 'and' between."""
    words = _SLASH.sub(" & ", " ".join(words)).split()
    between = (at for at, word in enumerate(words[:-1]) if at and word in _AND)
    place = next(between, len(words))
    return words[:place], words[place + 1 :]


def _piece(words: list[str], was_mojibake: bool) -> tuple[str | None, str | None]:
    name, warning = _name_and_warning(" ".join(words))
    if was_mojibake and name and not name.isascii():
        return name, "W_MOJIBAKE"
    return name, warning
