"""Bands of a predicted amount: where to draw the limits so that those in one band are alike.

What is predicted, and how, is in ``value_fitting``; who is in which band, in ``value``.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_BANDS = 8
SMALLEST_SHARE = 0.002  # of the customers
SMALLEST_BAND = 30  # customers; below it a band's mean is one person's luck
CELLS = 256  # places where a limit may lie

# Highest first, by the number of bands.
BAND_NAMES: dict[int, tuple[str, ...]] = {
    8: (
        "top", "very_high", "high", "upper_middle", "middle", "lower_middle", "low", "minimal",
    ),
    5: ("top", "high", "middle", "low", "minimal"),
    3: ("high", "middle", "low"),
}  # fmt: skip


def band_limits(predicted: Floats) -> list[float]:
    """Where bands begin, ascending, for as many bands as the customers allow: 8, 5 or 3.

    The grouping on a line that leaves the least variance within groups (W. D. Fisher 1958, "On
    grouping for maximum homogeneity", *JASA* 53), found by dynamic programming over 256 cells, half
    of them equally full and half equally wide, with at least 0.2 % of the customers, and 30, in each.

    Args:
        predicted: of n customers.

    Returns:
        One limit less than there are bands, rounded to cents; empty where three bands do not fit.
    """
    smallest = max(SMALLEST_BAND, int(np.ceil(SMALLEST_SHARE * len(predicted))))
    for bands in sorted(BAND_NAMES, reverse=True):
        limits = _limits(np.sort(predicted), bands, smallest)
        if len(limits) == bands - 1:
            return limits
    return []


def bands_of(predicted: Floats, limits: list[float]) -> NDArray[np.int64]:
    """The band of each amount, 0 the lowest; an amount at a limit is above it."""
    return np.asarray(np.searchsorted(limits, predicted, side="right"), dtype=np.int64)


def _limits(values: Floats, bands: int, smallest: int) -> list[float]:
    if len(values) < bands * smallest:
        return []
    even = np.quantile(values, np.linspace(0, 1, CELLS // 2 + 1)[1:-1])
    wide = np.linspace(values[0], values[-1], CELLS // 2 + 1)[1:-1]
    cuts = np.unique(np.round(np.concatenate([even, wide]), 2))
    ends = np.concatenate([[0], np.searchsorted(values, cuts, side="left"), [len(values)]])
    sums, squares = (np.concatenate([[0.0], np.cumsum(values**power)])[ends] for power in (1, 2))
    # Of every stretch from cell i to cell j: its sum of squares within, or no way where it is too small.
    members = (ends[None, :] - ends[:, None]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = (squares[None, :] - squares[:, None]) - (
            sums[None, :] - sums[:, None]
        ) ** 2 / members
    within = np.where(members >= smallest, np.maximum(within, 0), np.inf)
    best, cut_at = within[0], []
    for _ in range(bands - 1):
        total = best[:, None] + within
        cut_at.append(total.argmin(axis=0))
        best = total.min(axis=0)
    if not np.isfinite(best[-1]):
        return []
    limits, place = [], len(ends) - 1
    for choice in reversed(cut_at):
        place = choice[place]
        limits.append(float(cuts[place - 1]))
    return sorted(limits)
