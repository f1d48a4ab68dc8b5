"""Is a segment one? How alike its members are.

What they are like is told in ``profiles``; how stable the clusters are, in ``clustering``.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from models.segmentation.behaviour_space import (
    AXES,
    Axis,
    fit_space,
    has_behaviour,
    project,
)
from models.segmentation.feature_table import FeatureData, read_features
from models.segmentation.members import Members

HOMOGENEITY_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
        pa.field("homogeneity", pa.float64()),
    ]
)


def homogeneity(
    memberships: pa.Table, features: FeatureData, axes: Sequence[Axis] = AXES
) -> pa.Table:
    """Measure how much more alike the members of a segment are than customers at large.

    Homogeneity is ``1 - within / total``, not below 0: the mean squared distance of the members
    from their own centre, over that of all customers from the centre of all, in the behaviour space
    fitted on these customers (each theme of behaviour weighs the same; see ``behaviour_space``).
    1: all members behave the same. 0: as different from each other as any customers. It is the
    share of variance explained (R2, as in the pseudo-F of T. Calinski & J. Harabasz 1974,
    *Communications in Statistics* 3), taken segment by segment.

    Only customers who ordered and allow profiling count: the others show no behaviour to compare.

    Args:
        memberships: ``customer_id``, ``segment_id``; of one scheme or of many.
        features: all customers, the features of the axes, ``orders`` and ``is_profiling_allowed``.
        axes: what is compared: ``behaviour_space.COMPANY_AXES`` for companies.

    Returns:
        ``HOMOGENEITY_SCHEMA``, by segment: ``customers`` (all members), ``homogeneity`` (0..1, null
        below two members who count).

    Raises:
        ValueError: a column is missing, customers repeat, or a member is not among the customers.
    """
    names = [axis.feature for axis in axes]
    table = read_features(features, [*names, "orders", "is_profiling_allowed"])
    members = Members.of(memberships, table.customer_ids)
    counted = has_behaviour(table)
    compared = table.where(counted)
    space = fit_space(compared, axes) if len(compared) else []
    within = np.zeros(len(members.segments))
    points = project(compared, space)
    for column in range(len(space)):
        values = np.full(len(table), np.nan)
        values[counted] = points[:, column]
        means = members.means(values)
        within += np.maximum(members.means(values**2) - means**2, 0)
    total = points.var(axis=0).sum() if len(compared) else 0.0
    ratio = within / total if total > 0 else np.zeros_like(within)
    figures = np.round(np.clip(1 - ratio, 0, 1), 6)
    figures[members.counts(counted) < 2] = np.nan
    columns = [
        pa.array(members.segments, pa.string()),
        pa.array(members.counts(np.ones(len(table), dtype=np.bool_)).astype(np.int64)),
        pa.array(figures, from_pandas=True),
    ]
    return pa.table(columns, schema=HOMOGENEITY_SCHEMA)
