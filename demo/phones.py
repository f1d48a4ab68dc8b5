"""The ways in which people and systems write a phone number."""

import numpy as np
import pyarrow.compute as pc

from demo.company import COUNTRIES
from demo.draws import Array, pick
from demo.text import Text, is_empty, join, stack, take, text

_CODES = {"SE": "46", "DK": "45", "NO": "47", "FI": "358"}
# Chances of the five styles below, by source: a system that checks input writes E.164.
TIDY = np.array([0.9, 0.06, 0.02, 0.02, 0.0])
TYPED = np.array([0.25, 0.27, 0.32, 0.05, 0.11])
PLACEHOLDERS = ("0000000000", "0700000000", "12345678", "00000000", "99999999", "070-000 00 00")


def _groups(national: Text, *widths: int) -> Text:
    """Split digits in groups with blanks; what is left over stays in the last group."""
    parts: list[Text | str] = []
    start = 0
    for number, width in enumerate(widths):
        last = number == len(widths) - 1
        parts += [" ", pc.utf8_slice_codeunits(national, start, None if last else start + width)]
        start += width
    return join(*parts[1:])


def _styles(code: str, national: Text) -> tuple[Text, ...]:
    """Write national digits (no leading zero) as E.164, plain, grouped, 00 and +CC grouped."""
    dial = _CODES[code]
    trunk = "0" if code in ("SE", "FI") else ""
    if code == "SE":
        grouped = join("0", pc.utf8_slice_codeunits(national, 0, 2), "-",
                       _groups(pc.utf8_slice_codeunits(national, 2), 3, 2, 2))  # fmt: skip
    elif code == "FI":
        grouped = join("0", _groups(national, 2, 3, 4))
    elif code == "NO":
        grouped = _groups(national, 3, 2, 3)
    else:
        grouped = _groups(national, 2, 2, 2, 2)
    return (
        join("+", dial, national),
        join(trunk, national),
        grouped,
        join("00", dial, national),
        join("+", dial, " ", _groups(national, 2, 3, 4)),
    )


def write_phones(rng: np.random.Generator, national: Text, country: Array, styles: Array) -> Text:
    """Write numbers in mixed styles.

    Args:
        rng: The stream to draw from.
        national: National digits without leading zero; "" stays "".
        country: Position in ``COUNTRIES``.
        styles: Chances of the five styles (``TIDY``, ``TYPED``).
    """
    size = len(national)
    style = pick(rng, styles, size)
    empty = is_empty(national)
    blocks: list[Text] = []
    order = np.full(size, -1, dtype=np.int64)
    start = 0
    for position, code in enumerate(COUNTRIES):
        rows = np.flatnonzero((country == position) & ~empty)
        written = _styles(code, take(national, rows))
        for number, block in enumerate(written):
            mask = style[rows] == number
            blocks.append(take(block, np.flatnonzero(mask)))
            order[rows[mask]] = start + np.arange(int(mask.sum()))
            start += int(mask.sum())
    blocks.append(text([""]))
    order[order < 0] = start
    return take(stack(blocks), order)
