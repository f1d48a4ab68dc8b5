"""Recency, frequency, monetary value: scores from 1 to 5 and eleven named segments.

What to do about each segment stands in ``descriptions``.

Sources: A. M. Hughes (1994), *Strategic Database Marketing*, Probus, for scores of equal population
and their use; the names and the grid of recency against frequency and value follow the customary
reading of it (e.g. Putler, https://www.putler.com/rfm-analysis/), made free of overlap: each cell
has exactly one name. Equal quintiles by ``ntile`` tear equal customers apart; here they never do.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.memberships import (
    NO_ORDERS,
    NO_PROFILING,
    has_profiling,
    membership_table,
    spread,
)
from models.segmentation.wording import choose, counted, sentence, whole

DEFINITION_VERSION = "1"
BINS = 5

# Rows: recency 5 (latest) to 1. Columns: frequency and value, 1 (a single order) to 5.
GRID: dict[int, tuple[str, str, str, str, str]] = {
    5: ("new_customers", "potential_loyalists", "potential_loyalists", "champions", "champions"),
    4: ("promising", "potential_loyalists", "potential_loyalists", "loyal", "loyal"),
    3: ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "lost", "at_risk", "at_risk", "cannot_lose"),
}
NAMES = tuple(sorted({name for row in GRID.values() for name in row}))

_COLUMNS = (
    "orders",
    "orders_365d",
    "recency_days",
    "revenue_eur",
    "is_profiling_allowed",
)


def score_rfm(features: FeatureData, *, bins: int = BINS) -> pd.DataFrame:
    """Score each customer who ordered from 1 (weakest) to ``bins`` on recency, frequency and spend.

    A score is the customer's place among all scored customers: ``ceil(bins * mid-rank share)``, so
    that only the order of values counts, however skewed, and equal values share one score. ``r``
    ranks ``recency_days`` (fewer is better), ``m`` all-time ``revenue_eur``. ``f`` is 1 for a
    single order, whatever share of customers that is, and 2..``bins`` by rank of ``orders`` among
    those who came back: in most shops half the customers ordered once, and a rank alone would call
    them frequent. All-time counts, because customers who used to buy much and stopped ("cannot
    lose") have nothing in the last 365 days.

    Args:
        features: ``customer_id``, ``orders``, ``orders_365d``, ``recency_days``, ``revenue_eur``,
            ``is_profiling_allowed``; one row per customer, any order.
        bins: number of scores, at least 2.

    Returns:
        Indexed by ``customer_id``, ascending: ``r``, ``f``, ``m`` (int64, 1..bins). Customers
        without orders, or who deny profiling, are not scored. Unknown revenue scores the middle.

    Raises:
        ValueError: bins below 2, or a customer with orders has no, or a negative, recency.
    """
    if bins < 2:
        raise ValueError(f"bins is {bins}; at least 2 are needed. Use 5, the customary number.")
    table = read_features(features, _COLUMNS)
    scored = table.where(_is_scored(table))
    r, f, m = _scores(scored, bins)
    index = pd.Index(scored.customer_ids.to_pandas(), name="customer_id")
    return pd.DataFrame({"r": r, "f": f, "m": m}, index=index)


def assign_rfm(features: FeatureData, *, scheme: str = "rfm") -> pa.Table:
    """Put each customer into one segment of the scheme, ``rfm`` or ``company_rfm``.

    Frequency and value together are the mean of ``f`` and ``m``, halves up; a single order (f = 1)
    is always column 1. ``strength`` is the share of the six possible steps (r, f, m one up or one
    down) that would leave the customer in the same segment.

    Args:
        features: as for ``score_rfm``.
        scheme: what the segments are called by.

    Returns:
        A membership per customer (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``.

    Raises:
        ValueError: as ``score_rfm``.
    """
    table = read_features(features, _COLUMNS)
    is_scored = _is_scored(table)
    scored = table.where(is_scored)
    r, f, m = _scores(scored, BINS)
    codes = _SEGMENT_CODES[r - 1, f - 1, m - 1]
    segments = pa.DictionaryArray.from_arrays(
        pa.array(codes), pa.array([f"{scheme}.{name}" for name in NAMES])
    )
    strength = np.ones(len(table))
    strength[is_scored] = _STRENGTHS[r - 1, f - 1, m - 1]
    without_figures = choose([(~has_profiling(table), NO_PROFILING)], NO_ORDERS)
    reasons = spread(_reasons(scored, r, f, m), is_scored, without_figures)
    segment_ids = spread(segments.cast(pa.string()), is_scored, f"{scheme}.unassigned")
    return membership_table(table, segment_ids, strength, reasons)


def _is_scored(table: FeatureTable) -> NDArray[np.bool_]:
    return has_profiling(table) & (table.numbers("orders") > 0)


def _scores(scored: FeatureTable, bins: int) -> tuple[NDArray[np.int64], ...]:
    recency = scored.numbers("recency_days")
    if not (recency >= 0).all():
        raise ValueError(
            f"{int((~(recency >= 0)).sum())} customers with orders have no recency_days, or a "
            "negative one; it must be 0 or more at as_of. Check that the features were computed "
            "for the same as_of as their orders."
        )
    orders = scored.numbers("orders")
    frequency = np.ones(len(scored), dtype=np.int64)
    returned = orders > 1
    frequency[returned] = 1 + _rank_scores(orders[returned], bins - 1)
    revenue = scored.numbers("revenue_eur")
    value = np.full(len(scored), (bins + 1) // 2, dtype=np.int64)
    known = ~np.isnan(revenue)
    value[known] = _rank_scores(revenue[known], bins)
    return _rank_scores(-recency, bins), frequency, value


def _rank_scores(values: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """``ceil(bins * (mid-rank - 1/2) / n)`` in whole numbers, so that no rounding decides."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    doubled = 2 * below + counts  # twice (mid-rank - 1/2) of each distinct value
    n = max(len(values), 1)
    return np.asarray(-(-doubled * bins // (2 * n)), dtype=np.int64)[place]


def _reasons(
    scored: FeatureTable, r: NDArray[np.int64], f: NDArray[np.int64], m: NDArray[np.int64]
) -> pa.Array:
    """'7 orders (3 in 365 days), last 12 days ago, 1410 EUR in all: r5 f4 m4'."""
    recency = scored.numbers("recency_days")
    revenue = scored.numbers("revenue_eur")
    when = choose([(recency == 0, "today")], sentence(counted(recency, "day", "days"), " ago"))
    spent = choose([(np.isnan(revenue), "spend in EUR unknown")], sentence(whole(revenue), " EUR"))
    return sentence(
        counted(scored.numbers("orders"), "order", "orders"),
        " (",
        whole(scored.numbers("orders_365d")),
        " in 365 days), last ",
        when,
        ", ",
        spent,
        " in all: r",
        whole(r),
        " f",
        whole(f),
        " m",
        whole(m),
    )


def _segment_codes() -> NDArray[np.int64]:
    """Place in NAMES by (r - 1, f - 1, m - 1)."""
    codes = np.empty((BINS, BINS, BINS), dtype=np.int64)
    for r, f, m in np.ndindex(codes.shape):
        column = 0 if f == 0 else (f + m + 1) // 2
        codes[r, f, m] = NAMES.index(GRID[r + 1][column])
    return codes


def _strengths(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the six steps that keep the segment; a step off the grid keeps it."""
    padded = np.pad(codes, 1, mode="edge")
    centre = slice(1, -1)
    kept = np.zeros(codes.shape)
    for axis in range(3):
        for step in (slice(0, -2), slice(2, None)):
            window = [centre, centre, centre]
            window[axis] = step
            kept += padded[tuple(window)] == codes
    return kept / 6


_SEGMENT_CODES = _segment_codes()
_STRENGTHS = _strengths(_SEGMENT_CODES)
