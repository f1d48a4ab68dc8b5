"""What goes wrong when a name is written down: typing errors, lost letters, upper case.

Which records suffer from it is decided in ``records``.
"""

from collections.abc import Callable

import numpy as np

from demo.draws import Array, chance
from demo.names import expand_letters, strip_letters
from demo.text import Text, rewrite

_NEIGHBOURS = {
    "a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "s": "d", "t": "r", "r": "e", "l": "k",
    "k": "l", "d": "f", "m": "n", "g": "h", "h": "j", "v": "b", "å": "p", "ä": "ö", "ö": "ä",
    "ø": "æ", "æ": "ø",
}  # fmt: skip


def with_typo(word: str, draw: int) -> str:
    """Make one typing error: swap two letters, lose one, double one or hit the key beside it.

    The first letter stays: people look at it. Words under four letters stay as they are.
    """
    if len(word) < 4:
        return word
    kind, place = draw % 4, 1 + draw // 4 % (len(word) - 2)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[:place] + word[place] + word[place:]
    letter = _NEIGHBOURS.get(word[place], word[place])
    return word[:place] + letter + word[place + 1 :]


def garble(value: str) -> str:
    """Read UTF-8 as Windows-1252: Åsa -> Ã…sa."""
    return value.encode().decode("cp1252", "ignore")


def misspell(rng: np.random.Generator, column: Text, share: float) -> Text:
    """Put a typing error in a share of the rows."""
    rows = np.flatnonzero(chance(rng, share, len(column)))
    draws = rng.integers(0, 4000, len(rows))
    return rewrite(column, rows, lambda word, number: with_typo(word, int(draws[number])))


def restyle(rng: np.random.Generator, columns: list[Text], shares: Array) -> list[Text]:
    """Write whole records in another style, the same one in all their columns.

    Args:
        rng: The stream to draw from.
        columns: Text columns of one record.
        shares: Share of records with letters expanded (aa), stripped (a), in upper case, in lower
            case and with a blank at the end.
    """
    drawn = rng.random(len(columns[0]))
    steps = np.cumsum(shares)
    styles = (expand_letters, strip_letters, str.upper, str.lower, lambda word: word + " ")
    for position, style in enumerate(styles):
        low = steps[position - 1] if position else 0.0
        rows = np.flatnonzero((drawn >= low) & (drawn < steps[position]))
        columns = [_restyle_rows(column, rows, style) for column in columns]
    return columns


def _restyle_rows(column: Text, rows: Array, style: Callable[[str], str]) -> Text:
    return rewrite(column, rows, lambda word, _: style(word))
