"""Why a membership began or ended: the first cause that fits, for all rows at once.

The causes and their order are told in ``history``.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.segmentation.history_rows import (
    Catalogue,
    Mask,
    Rows,
    definition_of,
    epoch_days,
    scheme_of,
)

FITTED_SCHEMES = frozenset({"behaviour", "needs", "value", "company_value"})


@dataclass(frozen=True, slots=True)
class Run:
    """A day for which segments are decided.

    Attributes:
        as_of: the day.
        definition_versions: version by scheme for exclusive schemes, by segment_id for audiences:
            of everything decided that day, also where nobody was in it.
    """

    as_of: date
    definition_versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IdentityChanges:
    """What happened to customers themselves since the previous run.

    Older events may be in it too: what is no news to the history is ignored.

    Attributes:
        merged_into: retired customer_id -> the one that goes on.
        split_from: new (or restored) customer_id -> the one it came out of.
        erased: customers whose rows must go.
    """

    merged_into: Mapping[str, str] = field(default_factory=dict)
    split_from: Mapping[str, str] = field(default_factory=dict)
    erased: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of each customer and each segment on the day, to tell a cause.

    Attributes:
        is_new, is_split, is_merged, is_gone, is_stirred: per customer.
        is_redefined, is_fitted: per segment.
    """

    is_new: Mask
    is_split: Mask
    is_merged: Mask
    is_gone: Mask
    is_stirred: Mask
    is_redefined: Mask
    is_fitted: Mask

    def causes(self, rows: Rows, chosen: Mask) -> pa.Array:
        """The causes of the chosen rows (m of n): text array of m."""
        customer, segment = rows.customer[chosen], rows.segment[chosen]
        redefined = self.is_redefined[segment]
        cases = {
            "split": self.is_split[customer],
            "new": self.is_new[customer],
            "merge": self.is_merged[customer],
            "erasure": self.is_gone[customer],
            "refit": redefined & self.is_fitted[segment],
            "rule_change": redefined,
            "behaviour": self.is_stirred[customer],
            "time": np.ones(len(customer), dtype=np.bool_),
        }
        first = np.argmax(np.column_stack(list(cases.values())), axis=1)
        return pa.array(list(cases), pa.string()).take(pa.array(first))


def circumstances(
    catalogue: Catalogue,
    *,
    was_open: NDArray[np.int64],
    is_current: NDArray[np.int64],
    run: Run,
    previous_run: Run | None,
    last_events: pa.Table,
    identity: IdentityChanges,
) -> Circumstances:
    """Gather what tells the causes.

    Args:
        catalogue: customers and segments.
        was_open: places of customers with an open row before the day.
        is_current: places of customers in any segment on the day.
        run: the day and its definitions.
        previous_run: the published day before it, None at first.
        last_events: ``customer_id``, ``last_event_on``.
        identity: merges and splits.
    """
    existed, exists = (_marked(catalogue, places) for places in (was_open, is_current))
    split, parent = _pairs(catalogue, identity.split_from)
    retired, survivor = _pairs(catalogue, identity.merged_into)
    is_split_news = exists[split] & ~existed[split]
    is_merge_news = existed[retired] & ~exists[retired]
    before = previous_run or Run(date.min, {})
    return Circumstances(
        is_new=~existed,
        is_split=_marked(catalogue, split[is_split_news], parent[is_split_news]),
        is_merged=_marked(catalogue, retired[is_merge_news], survivor[is_merge_news]),
        is_gone=~exists,
        is_stirred=_stirred(catalogue, last_events, before.as_of),
        is_redefined=np.array(
            [
                run.definition_versions.get(name) != before.definition_versions.get(name)
                for name in map(definition_of, catalogue.segments)
            ],
            dtype=np.bool_,
        ),
        is_fitted=np.array(
            [scheme_of(name) in FITTED_SCHEMES for name in catalogue.segments], dtype=np.bool_
        ),
    )


def _marked(catalogue: Catalogue, *places: NDArray[np.int64]) -> Mask:
    """Per customer, whether it is among the places; unknown ones (-1) mark a seat nobody has."""
    marks = np.zeros(len(catalogue.customers) + 1, dtype=np.bool_)
    for some in places:
        marks[some] = True
    return marks


def _pairs(
    catalogue: Catalogue, pairs: Mapping[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys, values = (
        catalogue.places(pa.chunked_array([list(side)], pa.string()))
        for side in (pairs.keys(), pairs.values())
    )
    return keys, values


def _stirred(catalogue: Catalogue, last_events: pa.Table, since: date) -> Mask:
    days = epoch_days(last_events["last_event_on"])
    limit = (since - date(1970, 1, 1)).days
    places = catalogue.places(last_events["customer_id"])
    return _marked(catalogue, places[days > limit])
