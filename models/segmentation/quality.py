"""Is a segment good enough to act on? Each measure with its limit; a draft that fails one is not approved.

How alike members are comes from ``evaluation``, what sets them apart from ``profiles``; what might be done
about a segment is proposed in ``priority``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

QUALITY_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("has_passed", pa.bool_()),
        pa.field("refuses_approval", pa.bool_(), nullable=False),
    ]
)
# Matched people below which a platform shows no advertisement, as its help pages said in 2026.
CHANNEL_MINIMA = {"meta": 100, "linkedin": 300, "google": 1_000}
FEWEST_VOICES = 3  # of people who gave feedback; fewer are no judgement


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a segment must keep to.

    Attributes:
        fewest: members.
        broadest: share of the customers of its type.
        stalest: mean share of facts that are no longer true.
        least_separation: how far some feature of the members lies from that of all, as a share of it.
        least_lift: how far what members later spent may lie from what all did, as a share of it, by
            the interval of 95 %: below, they surely spend like all.
        greatest_change: growth or loss since the day published before, as a share.
        least_agreement: of the people who gave feedback.
    """

    fewest: int
    broadest: float
    stalest: float = 0.5
    least_separation: float = 0.2
    least_lift: float = 0.1
    greatest_change: float = 0.5
    least_agreement: float = 0.5


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    of: Callable[[dict[str, Any]], float | None]
    low: float | None = None
    high: float | None = None


def judge(segments: pa.Table, limits: QualityLimits, asking: Collection[str]) -> pa.Table:
    """Hold each segment against the limits.

    Args:
        segments: one row per segment: ``segment_id``; ``customers``; ``share`` of its type, 0..1;
            ``reach``, members who may be addressed over what the most demanding of its channels
            asks for, null without such a channel; ``customers_before`` as published before, null if
            never; ``stale_fact_share``, 0..1, null where nothing is dated; ``separation``, 0 or more,
            null without members; ``lift_low`` and ``lift_high`` of ``lift.later_lift``, null where
            they are unknown; ``agreeing`` and ``disagreeing``, people who gave feedback;
            ``homogeneity``, 0..1, and ``least_homogeneity``, which its rule asks for, null if not.
        limits: what is asked.
        asking: segments that were drafts and are now marked approved.

    Returns:
        ``QUALITY_SCHEMA``, by segment and measure: ``size``, ``reach``, ``breadth``, ``freshness``,
        ``separation``, ``lift``, ``stability``, ``feedback``, ``homogeneity``. ``has_passed`` is null
        where nothing is known or asked; that fails nothing.
    """
    measures = (
        _Measure("size", lambda row: row["customers"], low=limits.fewest),
        _Measure("reach", lambda row: row["reach"], low=1.0),
        _Measure("breadth", lambda row: row["share"], high=limits.broadest),
        _Measure("freshness", lambda row: row["stale_fact_share"], high=limits.stalest),
        _Measure("separation", lambda row: row["separation"], low=limits.least_separation),
        _Measure("lift", _distance_of_lift, low=limits.least_lift),
        _Measure("stability", _change, high=limits.greatest_change),
        _Measure("feedback", _agreement, low=limits.least_agreement),
    )
    rows = [
        _judged(row, measure, row["segment_id"] in asking)
        for row in segments.sort_by("segment_id").to_pylist()
        for measure in (
            *measures,
            _Measure("homogeneity", _homogeneity, low=row["least_homogeneity"]),
        )
    ]
    return pa.Table.from_pylist(rows, schema=QUALITY_SCHEMA)


def _judged(row: dict[str, Any], measure: _Measure, is_asking: bool) -> dict[str, Any]:
    value = measure.of(row)
    passed = None
    if value is not None:
        passed = (measure.low is None or value >= measure.low) and (
            measure.high is None or value <= measure.high
        )
    return {
        "segment_id": row["segment_id"],
        "measure": measure.name,
        "value": None if value is None else round(float(value), 6),
        "low": measure.low,
        "high": measure.high,
        "has_passed": passed,
        "refuses_approval": is_asking and passed is False,
    }


def _distance_of_lift(row: dict[str, Any]) -> float | None:
    if row["lift_low"] is None:
        return None
    return float(max(abs(row["lift_low"] - 1), abs(row["lift_high"] - 1)))


def _homogeneity(row: dict[str, Any]) -> float | None:
    return None if row["least_homogeneity"] is None else row["homogeneity"]


def _change(row: dict[str, Any]) -> float | None:
    before = row["customers_before"]
    return abs(row["customers"] / before - 1) if before else None


def _agreement(row: dict[str, Any]) -> float | None:
    voices = row["agreeing"] + row["disagreeing"]
    return row["agreeing"] / voices if voices >= FEWEST_VOICES else None
