"""Columns of text as Arrow arrays: join, choose, replace. Nothing here knows what the text means.

Arrow holds a million strings in one buffer, where numpy would hold a million Python objects.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.draws import Array

Text = Any  # pyarrow.Array of type string: pyarrow ships no types


def text(values: Sequence[str] | Array) -> Text:
    """Make a text column from Python strings."""
    return pa.array(values, pa.string())


def digits(numbers: Array, width: int = 0) -> Text:
    """Write whole numbers as text, padded with zeros to ``width``."""
    written = pa.array(np.asarray(numbers)).cast(pa.string())
    return pc.utf8_lpad(written, width, "0") if width else written


def join(*parts: Text | str) -> Text:
    """Glue columns and constants together, row by row; nulls count as empty."""
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def take(choices: Text, positions: Array) -> Text:
    """Pick a text for each position."""
    return pc.take(choices, pa.array(positions))


def where(mask: Array, yes: Text | str, no: Text | str) -> Text:
    """Choose row by row."""
    return pc.if_else(pa.array(mask), yes, no)


def stack(parts: Sequence[Text]) -> Text:
    """Put columns below each other."""
    return pa.concat_arrays(list(parts))


def is_empty(column: Text) -> Array:
    """Return true where the text is ""."""
    return np.asarray(pc.equal(column, ""))


def rewrite(column: Text, rows: Array, change: Callable[[str, int], str]) -> Text:
    """Change a few rows by a Python function.

    Args:
        column: The text column.
        rows: Distinct row numbers to change: a small share, since this is a Python loop.
        change: Called with the old text and the running number of the change.
    """
    if not len(rows):
        return column
    rows = np.sort(rows)
    old = take(column, rows).to_pylist()
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    new = text([change(value or "", number) for number, value in enumerate(old)])
    return pc.replace_with_mask(column, pa.array(mask), new)
