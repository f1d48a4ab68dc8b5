"""Building sentences for a million customers at once, as Arrow text arrays.

What the sentences say is decided where the segment is decided; here are only the joints: numbers
to text, singular and plural, and choosing a variant per row.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.segmentation.features import Feature

Words: TypeAlias = pa.Array | str
MAX_SHOWN = 1e15  # beyond this a float no longer holds every whole number


def sentence(*pieces: Words) -> pa.Array:
    """Join text arrays of n (at least one) and fixed words into one text array; null reads ''."""
    parts = [pa.scalar(piece) if isinstance(piece, str) else piece for piece in pieces]
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def whole(values: NDArray[Any]) -> pa.Array:
    """Numbers of n as text without decimals (410.5 -> '410', ties to even); NaN becomes null."""
    return _text(values, 0)


def one_decimal(values: NDArray[Any]) -> pa.Array:
    """Numbers of n as text with at most one decimal (2.0 -> '2'); NaN becomes null."""
    return _text(values, 1)


def counted(values: NDArray[Any], one: str, many: str) -> pa.Array:
    """Counts of n with their noun: '1 order', '3 orders'."""
    is_one = pa.array(np.asarray(values) == 1)
    return sentence(whole(values), pc.if_else(is_one, f" {one}", f" {many}"))


def choose(cases: Sequence[tuple[NDArray[np.bool_], Words]], otherwise: Words) -> pa.Array:
    """Per row the words of the first case whose mask (of n) is true, else ``otherwise``."""
    chosen: Any = otherwise
    for mask, words in reversed(cases):
        chosen = pc.if_else(pa.array(mask), words, chosen)
    return chosen


def with_unit(feature: Feature, values: NDArray[Any]) -> pa.Array:
    """A feature's values as people read them: '44 %', '410 EUR', '42 years', '3'; NaN 'unknown'.

    ``predicates`` says the same in SQL (``_shown``).
    """
    if feature.unit == "share":
        text = sentence(whole(100 * np.asarray(values)), " %")
    elif feature.unit in {"EUR", "years"}:
        text = sentence(whole(values), f" {feature.unit}")
    else:
        text = one_decimal(values)
    return pc.if_else(pa.array(np.isnan(values)), "unknown", text)


def _text(values: NDArray[Any], decimals: int) -> pa.Array:
    rounded = np.round(np.asarray(values, dtype=np.float64), decimals)
    bounded = np.clip(rounded, -MAX_SHOWN, MAX_SHOWN) + 0.0  # + 0.0 turns -0 into 0
    numbers = pa.array(bounded, from_pandas=True)
    if decimals == 0:
        numbers = numbers.cast(pa.int64())
    return numbers.cast(pa.string())
