"""Names of people: who is called what, and the other ways in which one name gets written.

The lists are in ``name_lists``; which record carries which spelling is decided in ``records``.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from demo.company import COUNTRIES
from demo.draws import Array, pick, zipf
from demo.name_lists import FIRST_NAMES, NICKNAMES, SURNAME_PARTS, SURNAMES
from demo.text import Text, text

FEMALE, MALE = 0, 1
_POOLS = (*COUNTRIES, "*")  # the last pool: families from elsewhere
FROM_ELSEWHERE = len(COUNTRIES)
# Share of people whose surname is in their country's list of frequent ones; the others have one of
# many. Frequent names fall by this power of their rank. So Nielsen is 4 % of Danes and Korhonen
# 0.4 % of Finns, as national name statistics have it.
_FREQUENT_SHARE = {"SE": 0.38, "DK": 0.56, "NO": 0.33, "FI": 0.25, "*": 0.60}
_FALL = {"SE": 0.75, "DK": 0.77, "NO": 0.55, "FI": 0.15, "*": 0.5}
_DOUBLE_SHARE = 0.05  # of first names: Anna-Karin, Per-Olof
_EXPAND = str.maketrans(
    {"å": "aa", "ä": "ae", "ö": "oe", "ø": "oe", "æ": "ae", "ü": "ue", "é": "e",
     "Å": "Aa", "Ä": "Ae", "Ö": "Oe", "Ø": "Oe", "Æ": "Ae", "Ü": "Ue", "É": "E"}
)  # fmt: skip
_STRIP = str.maketrans("åäöøüéÅÄÖØÜÉ", "aaooueAAOOUE") | {ord("æ"): "ae", ord("Æ"): "Ae"}


def expand_letters(name: str) -> str:
    """Write Nordic letters as two: å -> aa, ä and æ -> ae, ö and ø -> oe."""
    return name.translate(_EXPAND)


def strip_letters(name: str) -> str:
    """Drop the rings and dots: å and ä -> a, ö and ø -> o; æ -> ae."""
    return name.translate(_STRIP)


@dataclass(frozen=True)
class NameBook:
    """All names of all countries, once each list, with the chances to be drawn.

    Attributes:
        first, first_ascii, nickname: Text; nickname is empty where none is used.
        surname, surname_ascii: Text.
        first_lists: (pool, sex, is_young) -> (first row, chances).
        surname_lists: pool -> (first row, chances).
    """

    first: Text
    first_ascii: Text
    nickname: Text
    surname: Text
    surname_ascii: Text
    first_lists: dict[tuple[int, int, bool], tuple[int, Array]]
    surname_lists: dict[int, tuple[int, Array]]


def _surnames_of(pool: str) -> tuple[list[str], Array]:
    """The frequent names by rank, then all of stem + ending; and their chances."""
    frequent = list(dict.fromkeys(SURNAMES[pool].split()))
    stems, endings = (part.split() for part in SURNAME_PARTS[pool])
    many = dict.fromkeys(stem + ending for ending in endings for stem in stems)
    rare = [name for name in many if name not in frequent]
    share = _FREQUENT_SHARE[pool]
    chances = [share * zipf(len(frequent), _FALL[pool]), (1 - share) * zipf(len(rare), 0.2, 20)]
    return frequent + rare, np.concatenate(chances)


def _first_names_of(half: str) -> tuple[list[str], Array]:
    """The names of one half of a list by rank, then double names of its first dozen."""
    names = half.split()
    single = [name for name in names if "-" not in name][:12]
    double = [f"{one}-{other}" for one in single for other in single if one != other]
    rare = [name for name in double if name not in names]
    chances = [
        (1 - _DOUBLE_SHARE) * zipf(len(names), 0.45, 3.0),
        np.full(len(rare), _DOUBLE_SHARE / len(rare)),
    ]
    return names + rare, np.concatenate(chances)


def _ascii_local(name: str) -> str:
    """The form used in e-mail addresses: a-z only."""
    plain = strip_letters(name).lower()
    return "".join(letter for letter in plain if "a" <= letter <= "z")


@lru_cache(maxsize=1)
def load_names() -> NameBook:
    """Build the book: about 4,000 first names, most of them double, and 7,000 surnames."""
    nicknames: dict[str, str] = {}
    for pair in NICKNAMES.split():
        full, short = pair.split(":")
        nicknames.setdefault(full, short)
    first: list[str] = []
    first_lists = {}
    surnames: list[str] = []
    surname_lists = {}
    for number, pool in enumerate(_POOLS):
        for sex, letter in ((FEMALE, "F"), (MALE, "M")):
            for young, half in enumerate(FIRST_NAMES[f"{pool} {letter}"].split("|")):
                names, chances = _first_names_of(half)
                first_lists[number, sex, bool(young)] = (len(first), chances)
                first += names
        names, chances = _surnames_of(pool)
        surname_lists[number] = (len(surnames), chances)
        surnames += names
    return NameBook(
        first=text(first),
        first_ascii=text([_ascii_local(name) for name in first]),
        nickname=text([nicknames.get(name, "") for name in first]),
        surname=text(surnames),
        surname_ascii=text([_ascii_local(name) for name in surnames]),
        first_lists=first_lists,
        surname_lists=surname_lists,
    )


def draw_first_names(rng: np.random.Generator, pool: Array, sex: Array, born: Array) -> Array:
    """Draw a row of ``NameBook.first`` for each person.

    Args:
        rng: The stream to draw from.
        pool: Position in ``COUNTRIES``, or ``FROM_ELSEWHERE``.
        sex: FEMALE or MALE.
        born: Year of birth; around 1980 the fashion of names turns.
    """
    book = load_names()
    young = rng.random(len(pool)) < 1.0 / (1.0 + np.exp(-(born - 1980) / 4.0))
    rows = np.empty(len(pool), dtype=np.int32)
    for (number, which, is_young), (start, chances) in book.first_lists.items():
        mask = (pool == number) & (sex == which) & (young == is_young)
        rows[mask] = start + pick(rng, chances, int(mask.sum()))
    return rows


def draw_surnames(rng: np.random.Generator, pool: Array) -> Array:
    """Draw a row of ``NameBook.surname`` for each entry of ``pool``."""
    book = load_names()
    rows = np.empty(len(pool), dtype=np.int32)
    for number, (start, chances) in book.surname_lists.items():
        mask = pool == number
        rows[mask] = start + pick(rng, chances, int(mask.sum()))
    return rows
