"""Nearest and second nearest centre of each point, in plain numpy: used to fit, score and match."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 65_536  # points at a time: keeps the distance table in cache and memory flat


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per point: ``labels`` (place of the nearest centre) and ``margin``.

    ``margin`` is 1 - d1 / d2 by distance to the nearest and the second nearest centre: 0 halfway
    between two, 1 at a centre; 1 where there is only one centre.
    """

    labels: NDArray[np.int64]
    margin: NDArray[np.float64]


def nearest_centres(points: NDArray[np.float64], centres: NDArray[np.float64]) -> Nearest:
    """Find the centre each point belongs to; of equally near ones the first.

    Args:
        points: (n, axes).
        centres: (k, axes), k at least 1.
    """
    labels = np.empty(len(points), dtype=np.int64)
    margin = np.ones(len(points))
    norms = (centres**2).sum(axis=1)
    for start in range(0, len(points), BLOCK):
        block = points[start : start + BLOCK]
        squares = (block**2).sum(axis=1)[:, None] - 2 * block @ centres.T + norms
        # 9 digits: the last ones depend on the number of threads, and must not decide a tie.
        squares = np.maximum(np.round(squares, 9), 0)
        labels[start : start + BLOCK] = squares.argmin(axis=1)
        if len(centres) > 1:
            two = np.partition(squares, 1, axis=1)[:, :2]
            ratio = np.divide(two[:, 0], two[:, 1], out=np.ones(len(two)), where=two[:, 1] > 0)
            margin[start : start + BLOCK] = 1 - np.sqrt(ratio)
    return Nearest(labels, margin)
