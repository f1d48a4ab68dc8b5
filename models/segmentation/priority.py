"""Which segments deserve attention first, and what might be done about each: a proposal with figures.

Nothing follows from it by itself: a segment changes when a person edits its rule. What a segment is
like is told in ``profiles``, whether it is one in ``evaluation``.

A score is a weighted mean of five components from 0 to 1. Amounts count by their rank among the
segments of one customer type (the share of the others that they exceed, ties by half: percentile
rank), so that one segment of great buyers does not press all others together.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIORITY_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("rank", pa.int64(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        *(
            pa.field(name, pa.float64(), nullable=False)
            for name in ("profitability", "purchasing_power", "conversion", "growth", "goal_fit")
        ),
        pa.field("recommended_action", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)

GROWING = 0.05
"""Growth since the day published before from which a valuable segment is one to develop."""
VALUABLE = 0.6
"""Profitability, as a rank, from which a segment is valuable."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each component counts for; they need not sum to one."""

    profitability: float
    purchasing_power: float
    conversion: float
    growth: float
    goal_fit: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What sizes a segment may have.

    Attributes:
        fewest: members below which it is not worth a campaign of its own.
        broadest: share of the customers of its type above which it says little about anyone in it.
    """

    fewest: int
    broadest: float


def prioritise(segments: pa.Table, weights: Weights, limits: Limits) -> pa.Table:
    """Score and rank segments, and propose what to do with each.

    Args:
        segments: one row per segment: ``segment_id``; ``customer_type``; ``customers``;
            ``share`` of the customers of its type, 0..1; ``customers_before``, members as published
            before, null if never; ``revenue_per_member_eur`` of 365 days and ``average_order_eur``,
            null without any; ``buying_share``, members who ordered in the last 90 days, 0..1, null
            without members; ``goal_fit``, 0..1.
        weights: of the components.
        limits: of size.

    Returns:
        ``PRIORITY_SCHEMA``, by rank; equal scores by segment_id. ``recommended_action`` is one of
        retire (nobody is in it), merge (too few), split (too broad), develop (valuable and growing)
        and keep; ``reason`` is a sentence with its figures.

    Raises:
        ValueError: all weights are zero, or one is negative.
    """
    parts = np.array([getattr(weights, name) for name in Weights.__slots__], dtype=np.float64)
    if parts.sum() <= 0 or (parts < 0).any():
        raise ValueError(
            f"The weights of priority are {parts.tolist()}; none may be negative and one must be "
            "above zero."
        )
    segments = segments.sort_by("segment_id")
    kind = np.array(segments["customer_type"].to_pylist(), dtype=object)
    change = _growth(segments)
    components = np.column_stack(
        [
            _ranks(_numbers(segments, "revenue_per_member_eur"), kind),
            _ranks(_numbers(segments, "average_order_eur"), kind),
            _ranks(_numbers(segments, "buying_share"), kind),
            _ranks(change, kind),
            _numbers(segments, "goal_fit"),
        ]
    ).round(4)
    scores = np.round(components @ parts / parts.sum(), 4)
    actions, reasons = _proposals(segments, components[:, 0], change, limits)
    order = np.lexsort((np.arange(len(scores)), -scores))
    rows = pa.table(
        [
            segments["segment_id"].combine_chunks(),
            pa.array(np.argsort(order) + 1, pa.int64()),
            pa.array(scores),
            *(pa.array(column) for column in components.T),
            pa.array(actions, pa.string()),
            pa.array(reasons, pa.string()),
        ],
        schema=PRIORITY_SCHEMA,
    )
    return rows.take(pa.array(order))


def _proposals(
    segments: pa.Table, profitability: Floats, change: Floats, limits: Limits
) -> tuple[list[str], list[str]]:
    told = [
        _proposal(row, worth, growth, limits)
        for row, worth, growth in zip(segments.to_pylist(), profitability, change, strict=True)
    ]
    return [action for action, _ in told], [reason for _, reason in told]


def _proposal(
    row: dict[str, int | float | None], worth: float, growth: float, limits: Limits
) -> tuple[str, str]:
    members, share = row["customers"] or 0, row["share"] or 0.0
    since = "" if np.isnan(growth) else f", {growth:+.0%} since the day published before"
    size = f"{members:,} {'member' if members == 1 else 'members'}, {share:.1%} of the base{since}"
    if not members:
        return "retire", "Nobody is in it; retire it, or widen its definition."
    if members < limits.fewest:
        return "merge", f"{size}: fewer than {limits.fewest:,}; merge it with a segment like it."
    if share > limits.broadest:
        return (
            "split",
            f"{size}: more than {limits.broadest:.0%}; split it by what sets members apart.",
        )
    if worth >= VALUABLE and growth >= GROWING:
        return (
            "develop",
            f"{size}: worth more per member than {worth:.0%} of segments, and growing.",
        )
    return "keep", f"{size}: worth more per member than {worth:.0%} of segments."


def _growth(segments: pa.Table) -> Floats:
    """Change in size over the size before; nan where nothing was published before."""
    before = _numbers(segments, "customers_before")
    with np.errstate(divide="ignore", invalid="ignore"):
        change = _numbers(segments, "customers") / before - 1
    return np.where(before > 0, change, np.nan)


def _ranks(values: Floats, kind: NDArray[np.object_]) -> Floats:
    """Share of the others of the kind that a value exceeds, ties by half; unknown ones 0.5."""
    ranks = np.full(len(values), 0.5)
    for one in set(kind):
        rows = np.flatnonzero((kind == one) & ~np.isnan(values))
        if len(rows) > 1:
            below = (values[rows, None] > values[rows]).sum(axis=1)
            equal = (values[rows, None] == values[rows]).sum(axis=1) - 1
            ranks[rows] = (below + 0.5 * equal) / (len(rows) - 1)
    return ranks


def _numbers(segments: pa.Table, name: str) -> Floats:
    values = pc.cast(segments[name], pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)
