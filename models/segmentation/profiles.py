"""What the members of a segment are like, next to all customers.

How well a segment hangs together is measured in ``evaluation``; clusters take their names from
their centres, not from here.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.features import Feature
from models.segmentation.members import Members

PROFILE_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("feature", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("base_value", pa.float64()),
        pa.field("index_vs_base", pa.float64()),
    ]
)
CATEGORICAL = ("gender", "country_code", "industry_section", "usual_hours", "top_category")
MOST_CATEGORIES = 20  # per feature, by number of customers: the tail says nothing about a segment
# Of a product category: it is delivered as free text, and what fewer hold may name one of them.
FEWEST_CUSTOMERS = {"top_category": 10}


def profile_segments(
    memberships: pa.Table, features: FeatureData, documented: Sequence[Feature]
) -> pa.Table:
    """Compare each segment of one customer type with all customers of it, feature by feature.

    Missing values are left out, of the segment as of the base: a mean is over the customers for
    whom the feature is known, a share over those whose category is known.

    Args:
        memberships: ``customer_id``, ``segment_id``; of one scheme or of many.
        features: all customers of the type.
        documented: what their columns are: numbers and flags give means, those of ``CATEGORICAL``
            that are among them give shares.

    Returns:
        ``PROFILE_SCHEMA``, by segment, features in documented order: ``feature`` (a feature's name,
        or ``gender=female`` for the share of a category, the 20 most common of each, of
        product categories those that at least 10 customers hold), ``value``
        (mean or share in the segment), ``base_value`` (of all customers), ``index_vs_base``
        (100 = as the base). Null where nobody's value is known; the index also where the base is 0
        or below.

    Raises:
        ValueError: a column is missing, customers repeat, or a member is not among the customers.
    """
    measured, categorical = measured_names(documented), categorical_names(documented)
    table = read_features(features, (*measured, *categorical))
    members = Members.of(memberships, table.customer_ids)
    names, values, bases = [], [], []
    for name, column in _columns(table, measured, categorical):
        names.append(name)
        values.append(members.means(column))
        known = column[~np.isnan(column)]
        bases.append(known.mean() if len(known) else np.nan)
    return _table(members, names, np.array(values).T, np.array(bases))


def measured_names(documented: Sequence[Feature]) -> list[str]:
    """Features whose mean is told."""
    return [
        feature.name
        for feature in documented
        if feature.data_type in {"integer", "number", "boolean"} and feature.unit != "degrees"
    ]


def categorical_names(documented: Sequence[Feature]) -> list[str]:
    """Features whose categories are told as shares."""
    return [feature.name for feature in documented if feature.name in CATEGORICAL]


def _columns(
    table: FeatureTable, measured: Sequence[str], categorical: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for name in measured:
        yield name, table.numbers(name)
    for name in categorical:
        texts = table.texts(name)
        counts = pc.value_counts(texts.drop_null()).to_pylist()
        common = sorted(counts, key=lambda item: (-item["counts"], item["values"]))
        for item in common[:MOST_CATEGORIES]:
            if item["counts"] < FEWEST_CUSTOMERS.get(name, 1):
                break
            has_it = pc.equal(texts, item["values"]).cast(pa.int8()).cast(pa.float64())
            yield f"{name}={item['values']}", has_it.to_numpy(zero_copy_only=False)


def _table(
    members: Members,
    names: list[str],
    values: NDArray[np.float64],
    bases: NDArray[np.float64],
) -> pa.Table:
    base = np.tile(bases, len(members.segments))
    value = np.round(values.reshape(-1), 9)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.where(base > 0, np.round(100 * value / base, 3), np.nan)
    columns = [
        pa.array(np.repeat(np.array(members.segments, dtype=object), len(names)), pa.string()),
        pa.array(names * len(members.segments), pa.string()),
        pa.array(value, from_pandas=True),
        pa.array(np.round(base, 9), from_pandas=True),
        pa.array(index, from_pandas=True),
    ]
    return pa.table(columns, schema=PROFILE_SCHEMA)
