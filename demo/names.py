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


def _surnames_of(pool: str) -> list[str]:
    """The frequent names by rank, then stem + ending in an order that mixes both."""
    stems, endings = (part.split() for part in SURNAME_PARTS[pool])
    tail = [
        stem + endings[(row + shift) % len(endings)]
        for shift in range(len(endings))
        for row, stem in enumerate(stems)
    ]
    return list(dict.fromkeys(SURNAMES[pool].split() + tail))


def _ascii_local(name: str) -> str:
    """The form used in e-mail addresses: a-z only."""
    plain = strip_letters(name).lower()
    return "".join(letter for letter in plain if "a" <= letter <= "z")


@lru_cache(maxsize=1)
def load_names() -> NameBook:
    """Build the book: about 1,200 first names and 3,000 surnames."""
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
                names = half.split()
                first_lists[number, sex, bool(young)] = (len(first), zipf(len(names), 0.8))
                first += names
        names = _surnames_of(pool)
        surname_lists[number] = (len(surnames), zipf(len(names), 0.85))
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
