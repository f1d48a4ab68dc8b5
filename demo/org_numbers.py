"""Valid organisation numbers of SE, DK, NO and FI by the million."""

import numpy as np

from demo.draws import Array

# Weights of the digits before the check digit; source: python-stdnum's dk.cvr, no.orgnr, fi.alv,
# which check numbers one by one.
_WEIGHTS = {
    "DK": np.array([2, 7, 6, 5, 4, 3, 2]),
    "NO": np.array([3, 2, 7, 6, 5, 4, 3, 2]),
    "FI": np.array([7, 9, 10, 5, 8, 4, 2]),
}
# First number of the sequence without check digit, and how many follow it.
_RANGES = {
    "SE": (556_000_000, 3_900_000),
    "DK": (2_500_000, 2_300_000),
    "NO": (91_000_000, 1_900_000),
    "FI": (1_000_000, 1_400_000),
}
_SCATTER = 611_953  # prime and in none of the ranges' factors: distinct serials, distinct numbers


def _digits_of(numbers: Array, width: int) -> Array:
    return np.asarray(numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10)


def _luhn(stems: Array) -> Array:
    doubled = _digits_of(stems, 9) * np.array([2, 1, 2, 1, 2, 1, 2, 1, 2])
    return np.asarray((10 - (doubled // 10 + doubled % 10).sum(axis=1) % 10) % 10)


def org_numbers(country: str, size: int) -> Array:
    """Return ``size`` distinct valid numbers with their check digit, as int64.

    Args:
        country: SE (10 digits), DK (8), NO (9) or FI (8; written as 1234567-8).
        size: How many; up to about a million in NO.
    """
    start, span = _RANGES[country]
    # One stem in eleven has no check digit in DK, NO and FI: draw a fifth more.
    stems = start + np.arange(1, size + size // 5 + 20) * _SCATTER % span
    if country == "SE":
        return np.asarray((stems * 10 + _luhn(stems))[:size])
    weights = _WEIGHTS[country]
    rest = (_digits_of(stems, len(weights)) * weights).sum(axis=1) % 11
    check = (11 - rest) % 11
    return np.asarray((stems * 10 + check)[check < 10][:size])
