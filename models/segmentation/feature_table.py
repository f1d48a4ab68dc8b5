"""Reading a features table: typed columns as numpy or Arrow arrays, in the order of customer_id.

What the columns mean stands in ``features``. Every function of this room that takes features takes
them through here, so that shuffled input gives the same bytes and nulls mean the same everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

FeatureData: TypeAlias = pa.Table | pd.DataFrame


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Selected features, sorted by ``customer_id``, which is unique and never null."""

    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def customer_ids(self) -> pa.Array:
        """The keys, ascending by bytes: text array of n."""
        return self.table["customer_id"].combine_chunks()

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A numeric or boolean feature as float64 of n, missing as NaN."""
        column = self.table[name]
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return np.asarray(values, dtype=np.float64)

    def days(self, name: str) -> NDArray[np.float64]:
        """A date feature as days since 1970-01-01, float64 of n, missing as NaN."""
        dates = self.table[name].cast(pa.date32(), safe=False).cast(pa.int32())
        return np.asarray(dates.cast(pa.float64()).to_numpy(zero_copy_only=False))

    def flags(self, name: str) -> NDArray[np.bool_]:
        """A boolean feature of n; missing counts as false, the careful answer for a permission."""
        filled = pc.fill_null(self.table[name].cast(pa.bool_()), False)
        return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def texts(self, name: str) -> pa.Array:
        """A text feature of n, missing as null."""
        return self.table[name].cast(pa.string()).combine_chunks()

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """A number per customer that looks drawn and stays: samples and folds keep their people."""
        keys = self.customer_ids.to_numpy(zero_copy_only=False)
        return np.asarray(pd.util.hash_array(keys, categorize=False))

    def where(self, mask: NDArray[np.bool_]) -> "FeatureTable":
        """The customers for which ``mask`` (of n) is true, in the same order."""
        return FeatureTable(self.table.filter(pa.array(mask)))


def read_features(features: FeatureData, columns: Iterable[str]) -> FeatureTable:
    """Take ``customer_id`` and ``columns`` out of a features table and sort them by customer.

    Args:
        features: one row per customer, as Arrow table or pandas frame, in any order.
        columns: the features needed; others are ignored.

    Returns:
        The columns, sorted by ``customer_id``.

    Raises:
        ValueError: a column is missing, or ``customer_id`` is null or not unique.
    """
    wanted = list(dict.fromkeys(["customer_id", *columns]))
    names = features.column_names if isinstance(features, pa.Table) else list(features.columns)
    missing = sorted(set(wanted) - set(names))
    if missing:
        raise ValueError(
            f"The features table lacks {', '.join(missing)}; it needs {', '.join(wanted)}. "
            "Add them to customers.customer_features; models/segmentation/features.py says what "
            "each one means."
        )
    return FeatureTable(sort_by_customer(_arrow(features, wanted)))


def sort_by_customer(table: pa.Table) -> pa.Table:
    """Sort a table by its unique text key ``customer_id``, at no cost if it is sorted already.

    Raises:
        ValueError: the key is null or not unique.
    """
    keys = table["customer_id"].combine_chunks().cast(pa.string())
    if keys.null_count:
        raise ValueError(
            f"customer_id is null in {keys.null_count} rows; every row needs its customer. "
            "Filter rows without a customer before segmentation."
        )
    if not _is_increasing(keys):
        table = table.take(pc.sort_indices(keys))
        keys = table["customer_id"].combine_chunks().cast(pa.string())
        if not _is_increasing(keys):
            raise ValueError(
                f"customer_id repeats: {len(keys)} rows hold {len(pc.unique(keys))} customers; "
                "one row per customer is needed. Aggregate before segmentation."
            )
    return table.set_column(table.column_names.index("customer_id"), "customer_id", keys)


def _arrow(features: FeatureData, columns: list[str]) -> pa.Table:
    if isinstance(features, pa.Table):
        return features.select(columns).combine_chunks()
    arrays: dict[str, Any] = {name: pa.array(features[name], from_pandas=True) for name in columns}
    return pa.table(arrays)


def _is_increasing(keys: pa.Array) -> bool:
    if len(keys) < 2:
        return True
    return bool(pc.all(pc.less(keys[:-1], keys[1:])).as_py())
