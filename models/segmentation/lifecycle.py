"""Lifecycle: prospect, new, active, at risk, lapsed, won back, by each customer's own rhythm.

A customer who orders every week and one who orders every summer are late at different times. The
expected gap between orders is the customer's own mean gap, drawn towards the typical gap of all
customers where there are few orders. What to do about each stage stands in ``descriptions``.

Sources: purchases at a customer's own rate, rates differing by a gamma distribution: A. S. C.
Ehrenberg (1959), *Applied Statistics* 8(1), and the "buy till you die" models built on it
(Fader, Hardie & Lee 2005, *Marketing Science* 24(2)). The posterior mean of such a rate is the
shrinkage used here: ``(sum of own gaps + PRIOR_GAPS * typical gap) / (own gaps + PRIOR_GAPS)``.
With exponential gaps a silence longer than 1.5 expected gaps happens to 22 % of the customers who
are still with us, one longer than 3 to 5 %: hence the two limits.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.memberships import NO_PROFILING, has_profiling, membership_table
from models.segmentation.wording import Words, choose, counted, one_decimal, sentence, whole

DEFINITION_VERSION = "1"
STAGES = ("prospect", "new", "active", "at_risk", "lapsed", "won_back")

PRIOR_GAPS = 2.0  # a customer's own rhythm counts for half after three orders
LATE = 1.5  # expected gaps of silence until at risk
GONE = 3.0  # expected gaps of silence until lapsed
SHORTEST_GAP_DAYS = 14.0  # three orders in one weekend do not make a customer late next Friday
LONGEST_GAP_DAYS = 730.0  # nobody is waited for longer than GONE * 730 days = six years
DEFAULT_GAP_DAYS = 365.0  # typical gap where nobody has ordered twice yet
NEW_DAYS = 365  # a single order older than this is no longer new, however slow the trade

_COLUMNS = (
    "orders",
    "last_order_on",
    "mean_order_gap_days",
    "previous_order_gap_days",
    "is_profiling_allowed",
)
_Floats = NDArray[np.float64]
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """Per customer, n each: silence, what is expected, and what the last pause was against it."""

    orders: _Floats
    silence: _Floats  # days since the last order, NaN without orders
    expected: _Floats  # days between orders
    pause: _Floats  # days between the last two orders, NaN below two orders
    pause_limit: _Floats  # a longer pause meant: lapsed, by the rhythm before it


def assign_lifecycle(features: FeatureData, *, as_of: date, scheme: str = "lifecycle") -> pa.Table:
    """Put each customer into one stage of the scheme, ``lifecycle`` or ``company_lifecycle``.

    - prospect: no order yet.
    - new: a single order, at most 365 days and 1.5 expected gaps ago.
    - won back: the last order ended a pause longer than 3 gaps of the rhythm before it, and is at
      most 1.5 expected gaps ago.
    - active: else, the last order is at most 1.5 expected gaps ago.
    - at risk: 1.5 to 3 expected gaps ago. lapsed: longer.

    The typical gap is the median of ``mean_order_gap_days`` over customers with two orders or more
    who allow profiling. Expected gaps are kept within 14 and 730 days. ``strength`` is the distance
    to the nearest limit on silence: 0 at it, 1 right after an order, halfway between the limits, or
    long gone. Limits of the method: a rhythm that the seasons set (yearly fairs) is seen as slow,
    not as seasonal; two orders on one day count as a gap of 0.

    Args:
        features: ``customer_id``, ``orders``, ``last_order_on``, ``mean_order_gap_days``,
            ``previous_order_gap_days``, ``is_profiling_allowed``; one row per customer, any order.
        as_of: the day at whose end the features hold.
        scheme: what the segments are called by.

    Returns:
        A membership per customer (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``.

    Raises:
        ValueError: a customer with orders has no ``last_order_on``, or one after ``as_of``.
    """
    table = read_features(features, _COLUMNS)
    rhythm = _rhythm(table, as_of)
    ratio = rhythm.silence / rhythm.expected
    stages = _stages(rhythm, ratio)
    denied = ~has_profiling(table)
    segment_ids = choose(
        [
            (denied, f"{scheme}.unassigned"),
            *((mask, f"{scheme}.{stage}") for stage, mask in stages.items()),
        ],
        f"{scheme}.active",
    )
    strength = np.where(denied | stages["prospect"], 1.0, _distance_to_limit(ratio))
    reasons = choose([(denied, NO_PROFILING)], _reasons(rhythm, ratio, stages))
    return membership_table(table, segment_ids, strength, reasons)


def _rhythm(table: FeatureTable, as_of: date) -> _Rhythm:
    orders = table.numbers("orders")
    silence = float((as_of - date(1970, 1, 1)).days) - table.days("last_order_on")
    wrong = (orders > 0) & ~(silence >= 0)
    if wrong.any():
        raise ValueError(
            f"{int(wrong.sum())} customers with orders have no last_order_on, or one after "
            f"{as_of}; it must lie on or before as_of. Compute the features for {as_of}."
        )
    gaps = np.maximum(orders - 1, 0)
    own = table.numbers("mean_order_gap_days")
    typical = _typical_gap(own[has_profiling(table) & (gaps > 0)])
    total = np.where(gaps > 0, np.nan_to_num(own, nan=typical) * gaps, 0.0)
    pause = table.numbers("previous_order_gap_days")
    earlier = np.maximum(total - np.nan_to_num(pause), 0.0)
    return _Rhythm(
        orders=orders,
        silence=silence,
        expected=_expected_gap(total, gaps, typical),
        pause=pause,
        pause_limit=GONE * _expected_gap(earlier, np.maximum(gaps - 1, 0), typical),
    )


def _typical_gap(own: _Floats) -> float:
    known = own[~np.isnan(own)]
    typical = float(np.median(known)) if len(known) else DEFAULT_GAP_DAYS
    return float(np.clip(typical, SHORTEST_GAP_DAYS, LONGEST_GAP_DAYS))


def _expected_gap(total: _Floats, gaps: _Floats, typical: float) -> _Floats:
    shrunk = (total + PRIOR_GAPS * typical) / (gaps + PRIOR_GAPS)
    return np.clip(shrunk, SHORTEST_GAP_DAYS, LONGEST_GAP_DAYS)


def _stages(rhythm: _Rhythm, ratio: _Floats) -> dict[str, _Mask]:
    """Masks in the order of decision; who is in none is active."""
    return {
        "prospect": ~(rhythm.orders > 0),
        "lapsed": ratio > GONE,
        "at_risk": ratio > LATE,
        "new": (rhythm.orders == 1) & (rhythm.silence <= NEW_DAYS),
        "won_back": rhythm.pause > rhythm.pause_limit,
    }


def _distance_to_limit(ratio: _Floats) -> _Floats:
    known = np.nan_to_num(ratio, nan=0.0)
    middle = (LATE + GONE) / 2
    late = 1 - np.abs(known - middle) / (GONE - middle)
    gone = 1 - GONE / np.maximum(known, GONE)
    return np.where(known > GONE, gone, np.where(known > LATE, late, 1 - known / LATE))


def _reasons(rhythm: _Rhythm, ratio: _Floats, stages: dict[str, _Mask]) -> pa.Array:
    """'5 orders, last 130 days ago: 2.7 times the 48 days expected'."""
    silence = counted(rhythm.silence, "day", "days")
    when: Words = choose([(rhythm.silence == 0, "today")], sentence(silence, " ago"))
    times = sentence(
        counted(rhythm.orders, "order", "orders"),
        ", last ",
        when,
        ": ",
        one_decimal(ratio),
        " times the ",
        whole(rhythm.expected),
        " days expected",
    )
    is_back = stages["won_back"] & ~stages["at_risk"] & ~stages["lapsed"] & ~stages["new"]
    back = sentence(
        times,
        "; came back after ",
        whole(rhythm.pause),
        " days, when more than ",
        whole(rhythm.pause_limit),
        " meant lapsed",
    )
    return choose([(stages["prospect"], "no orders yet"), (is_back, back)], times)
