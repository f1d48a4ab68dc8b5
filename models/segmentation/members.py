"""Figures over the members of segments, by segment: sums on numbers, not on names.

Used by ``profiles`` and ``evaluation``.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Members:
    """Which rows of the features belong to which segment.

    Attributes:
        segments: segment ids, ascending.
        segment: per membership, place in ``segments``.
        customer: per membership, row of the features.
    """

    segments: list[str]
    segment: NDArray[np.int64]
    customer: NDArray[np.int64]

    @classmethod
    def of(cls, memberships: pa.Table, customer_ids: pa.Array) -> "Members":
        """Look up memberships (``customer_id``, ``segment_id``) among the customers.

        Memberships come to lie in the order of customers, so that sums are the same in whatever
        order they were given.

        Raises:
            ValueError: a member is not among the customers.
        """
        keys = memberships["customer_id"].cast(pa.string())
        found = pc.index_in(keys, value_set=customer_ids)
        if found.null_count:
            raise ValueError(
                f"{found.null_count} memberships are of customers without features; each member "
                "needs a row. Take memberships and features of the same run."
            )
        names = memberships["segment_id"].cast(pa.string())
        segments = sorted(pc.unique(names).to_pylist())
        codes = pc.index_in(names, value_set=pa.array(segments, pa.string()))
        customer = np.asarray(found.to_numpy(), dtype=np.int64)
        segment = np.asarray(codes.to_numpy(), dtype=np.int64)
        order = np.argsort(customer, kind="stable")
        return cls(segments, segment[order], customer[order])

    def counts(self, is_counted: NDArray[np.bool_]) -> Floats:
        """Members by segment for whom the flag (of n customers) is true."""
        chosen = self.segment[is_counted[self.customer]]
        return np.bincount(chosen, minlength=len(self.segments)).astype(np.float64)

    def sums(self, values: Floats) -> Floats:
        """Sum of a value (of n customers) by segment, NaN left out."""
        weights = np.nan_to_num(values)[self.customer]
        sums = np.bincount(self.segment, weights=weights, minlength=len(self.segments))
        return sums.astype(np.float64)

    def means(self, values: Floats) -> Floats:
        """Mean of a value (of n customers) by segment over members with one; NaN without any."""
        counts = self.counts(~np.isnan(values))
        empty = np.full(len(counts), np.nan)
        return np.asarray(np.divide(self.sums(values), counts, out=empty, where=counts > 0))
