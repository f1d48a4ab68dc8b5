"""Does membership say anything about what comes? What members of a day gone by spent since, next to all.

How predictions of value are judged is ``value_fitting``; what sets members apart today is ``profiles``.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.segmentation.members import Floats, Members

_NORMAL_95 = 1.96

LIFT_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
        pa.field("later_revenue_eur", pa.float64(), nullable=False),
        pa.field("lift", pa.float64()),
        pa.field("lift_low", pa.float64()),
        pa.field("lift_high", pa.float64()),
    ]
)


def later_lift(memberships: pa.Table, customer_ids: pa.Array, spent: pa.Table) -> pa.Table:
    """Compare what each segment's members spent after a day with what all customers did.

    Args:
        memberships: ``customer_id``, ``segment_id`` on the day, of one customer type.
        customer_ids: all customers of that type on the day, each once.
        spent: ``customer_id``, ``revenue_eur`` (EUR, null = 0) in the time after it; who is missing
            spent nothing.

    Returns:
        ``LIFT_SCHEMA``, by segment: ``customers`` on the day; ``later_revenue_eur`` per member;
        ``lift``, that over the mean of all customers; ``lift_low`` and ``lift_high``, its interval of
        95 % by the normal distribution, the mean of all taken as known. Null where all spent nothing,
        the interval also below two members.

    Raises:
        ValueError: a member is not among the customers.
    """
    place = pc.index_in(customer_ids, value_set=spent["customer_id"].combine_chunks())
    revenue = pc.fill_null(pc.take(spent["revenue_eur"].combine_chunks(), place), 0.0)
    values = np.asarray(revenue.to_numpy(zero_copy_only=False), dtype=np.float64)
    members = Members.of(memberships, customer_ids)
    means = members.means(values)
    base = values.mean() if len(values) else 0.0
    lift = means / base if base > 0 else np.full(len(means), np.nan)
    margin = _NORMAL_95 * _standard_errors(members, values, means) / (base or 1.0)
    return pa.table(
        [
            pa.array(members.segments, pa.string()),
            pa.array(members.counts(np.ones(len(values), bool)).astype(np.int64)),
            pa.array(np.round(means, 6)),
            *(
                pa.array(np.round(figure, 6), from_pandas=True)
                for figure in (lift, lift - margin, lift + margin)
            ),
        ],
        schema=LIFT_SCHEMA,
    )


def _standard_errors(members: Members, values: Floats, means: Floats) -> Floats:
    """Of the mean by segment; NaN below two members."""
    counts = members.counts(np.ones(len(values), bool))
    variance = np.maximum(members.means(values**2) - means**2, 0.0)
    unknown = np.full(len(counts), np.nan)
    return np.asarray(np.sqrt(np.divide(variance, counts - 1, out=unknown, where=counts > 1)))
