"""Random draws: one independent stream per subject, and the few shapes of draw that demo data need.

What is drawn, and with which chances, lives with its subject (``people``, ``orders``, ...).
"""

from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Entries of a lookup table: chances are rounded to 1/4096, and a draw is one integer and one take.
_TABLE_SIZE = 4096


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """Return the random stream of one subject.

    Streams of different paths are independent, so that one more draw in a subject never moves
    another one. Names enter by CRC-32, not by ``hash``, which changes with PYTHONHASHSEED.

    Args:
        seed: The seed of the whole delivery, 0 or greater.
        path: The subject, for example ``"order_lines", 17`` for its 17th chunk.
    """
    key = tuple(crc32(part.encode()) if isinstance(part, str) else part for part in path)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def zipf(size: int, exponent: float = 1.0, offset: float = 2.0) -> Array:
    """Return ``size`` chances that fall with rank and add up to 1 (Zipf-Mandelbrot)."""
    weights = 1.0 / (np.arange(size) + offset) ** exponent
    return np.asarray(weights / weights.sum())


def pick(rng: np.random.Generator, chances: Array, size: int) -> Array:
    """Draw ``size`` positions of ``chances`` (any positive weights), as int64."""
    steps = np.cumsum(np.asarray(chances, dtype=np.float64))
    drawn = np.searchsorted(steps, rng.random(size) * steps[-1], side="right")
    return np.asarray(np.minimum(drawn, len(steps) - 1), dtype=np.int64)


def lookup_table(chances: Array) -> Array:
    """Turn rows of chances into rows of 4096 positions, for draws by the million.

    Args:
        chances: Shape (rows, choices); each row any positive weights.

    Returns:
        uint8 or uint16 array of shape (rows, 4096).
    """
    chances = np.atleast_2d(np.asarray(chances, dtype=np.float64))
    steps = np.cumsum(chances, axis=1)
    steps /= steps[:, -1:]
    grid = (np.arange(_TABLE_SIZE) + 0.5) / _TABLE_SIZE
    kind = np.uint8 if chances.shape[1] <= 256 else np.uint16
    return np.stack([np.searchsorted(row, grid, side="right") for row in steps]).astype(kind)


def pick_from(rng: np.random.Generator, table: Array, rows: Array) -> Array:
    """Draw one position for each entry of ``rows`` from that row of a lookup table."""
    drawn = rng.integers(0, _TABLE_SIZE, size=len(rows), dtype=np.uint16)
    return np.asarray(table[rows, drawn])


def chance(rng: np.random.Generator, share: float | Array, size: int) -> Array:
    """Draw ``size`` booleans that are true with probability ``share``."""
    return np.asarray(rng.random(size) < share)


def running_number(groups: Array) -> Array:
    """Number the members of each group 0, 1, 2, ... in their order of appearance.

    Args:
        groups: Integer group of each row, in any order.

    Returns:
        int64 array of the same length.
    """
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    first = np.ones(len(groups), dtype=bool)
    first[1:] = sorted_groups[1:] != sorted_groups[:-1]
    starts = np.flatnonzero(first)
    within = np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))
    numbers = np.empty(len(groups), dtype=np.int64)
    numbers[order] = within
    return numbers


def growing_keys(rng: np.random.Generator, size: int, start: int) -> Array:
    """Return ``size`` increasing key numbers with gaps, as a real sequence has them."""
    return np.asarray(start + np.cumsum(rng.geometric(0.6, size)), dtype=np.int64)
