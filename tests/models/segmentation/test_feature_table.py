from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.segmentation.feature_table import read_features

COLUMNS = ("orders", "last_order_on", "gender", "is_prospect", "discount_share")


def test_pandas_arrow_and_duckdb_frames_read_the_same(customers):
    shuffled = customers.sample(frac=1, random_state=1)
    arrow = pa.Table.from_pandas(shuffled, preserve_index=False)
    relation = duckdb.connect().from_arrow(arrow)
    tables = [
        read_features(features, COLUMNS)
        for features in (customers, arrow, relation.df(), relation.to_arrow_table())
    ]
    first = tables[0]
    assert first.customer_ids.to_pylist() == sorted(customers["customer_id"])
    for other in tables[1:]:
        assert other.customer_ids.equals(first.customer_ids)
        np.testing.assert_array_equal(other.numbers("orders"), first.numbers("orders"))
        np.testing.assert_array_equal(
            other.numbers("discount_share"), first.numbers("discount_share")
        )
        np.testing.assert_array_equal(other.days("last_order_on"), first.days("last_order_on"))
        np.testing.assert_array_equal(other.flags("is_prospect"), first.flags("is_prospect"))
        assert other.texts("gender").equals(first.texts("gender"))


def test_dates_count_days_since_1970_and_missing_is_nan():
    features = pd.DataFrame({"customer_id": ["b", "a"], "last_order_on": [None, date(1970, 1, 11)]})
    np.testing.assert_array_equal(
        read_features(features, ["last_order_on"]).days("last_order_on"), [10, np.nan]
    )


def test_an_unknown_permission_is_no_permission():
    features = pa.table({"customer_id": ["a", "b"], "is_profiling_allowed": [None, True]})
    flags = read_features(features, ["is_profiling_allowed"]).flags("is_profiling_allowed")
    assert flags.tolist() == [False, True]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"lacks nps, orders; .*features\.py"):
        read_features(pa.table({"customer_id": ["a"]}), ["orders", "nps"])


@pytest.mark.parametrize(
    ("keys", "words"),
    [(["a", "a"], "customer_id repeats: 2 rows hold 1"), (["a", None], "null in 1")],
)
def test_customers_must_be_known_and_unique(keys, words):
    with pytest.raises(ValueError, match=words):
        read_features(pa.table({"customer_id": pa.array(keys, pa.string())}), [])


def test_no_customers_at_all_is_no_error():
    table = read_features(pa.table({"customer_id": pa.array([], pa.string())}), [])
    assert len(table) == 0
