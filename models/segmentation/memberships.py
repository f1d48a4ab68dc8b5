"""The shape in which every scheme says who belongs to which segment, how firmly and why.

Schemes live in ``rfm``, ``lifecycle`` and ``scoring``; memberships over time in ``history``.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureTable
from models.segmentation.wording import Words, choose

MEMBERSHIP_SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("strength", pa.float64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
NO_PROFILING = "no profiling"
NO_ORDERS = "no orders"


def membership_table(
    features: FeatureTable, segment_ids: Words, strength: NDArray[Any], reasons: Words
) -> pa.Table:
    """One row per customer: ``customer_id``, ``segment_id``, ``strength`` (0..1), ``reason``.

    Args:
        features: the customers, in their order.
        segment_ids: text array of n.
        strength: how firmly the customer belongs, 0 (at a border) to 1; kept to 4 decimals, which
            are the same on any number of threads.
        reasons: text array of n.
    """
    columns = [features.customer_ids, segment_ids, np.round(strength, 4), reasons]
    return pa.table(
        [
            pa.array(column, type=field.type) if isinstance(column, np.ndarray) else column
            for column, field in zip(columns, MEMBERSHIP_SCHEMA, strict=True)
        ],
        schema=MEMBERSHIP_SCHEMA,
    )


def has_profiling(features: FeatureTable) -> NDArray[np.bool_]:
    """Who may be put in a computed segment: bool of n. Others stay unassigned, without figures."""
    return features.flags("is_profiling_allowed")


def spread(values: pa.Array, onto: NDArray[np.bool_], elsewhere: Words) -> pa.Array:
    """Lay the words of m customers onto the m true places of a mask of n, others ``elsewhere``."""
    places = np.where(onto, np.cumsum(onto) - 1, -1)
    positions = pa.array(places, mask=~onto)
    return choose([(~onto, elsewhere)], values.take(positions))
