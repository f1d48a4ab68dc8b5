import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.segmentation.features import PERSON_FEATURES
from models.segmentation.lifecycle import assign_lifecycle
from models.segmentation.profiles import profile_segments
from models.segmentation.rfm import assign_rfm


def memberships(*pairs):
    return pa.table({"customer_id": [c for c, _ in pairs], "segment_id": [s for _, s in pairs]})


@pytest.fixture
def four(customers):
    return customers.head(4).assign(
        customer_id=["a", "b", "c", "d"],
        age_years=[20.0, 40.0, np.nan, 60.0],
        gender=["female", None, "male", "female"],
        orders=[0, 0, 0, 0],
        nps=np.nan,
        is_prospect=[True, True, False, False],
    )


def figures(table, segment_id, feature):
    rows = [
        row
        for row in table.to_pylist()
        if (row["segment_id"], row["feature"]) == (segment_id, feature)
    ]
    assert len(rows) == 1
    return rows[0]["value"], rows[0]["base_value"], rows[0]["index_vs_base"]


def test_means_and_shares_leave_the_unknown_out(four):
    table = profile_segments(
        memberships(("a", "s.x"), ("b", "s.x"), ("c", "s.y")), four, PERSON_FEATURES
    )
    assert figures(table, "s.x", "age_years") == (30.0, 40.0, 75.0)
    assert figures(table, "s.y", "age_years") == (None, 40.0, None)
    share = figures(table, "s.x", "gender=female")
    assert share == pytest.approx((1.0, 2 / 3, 150.0))
    assert figures(table, "s.x", "is_prospect") == (1.0, 0.5, 200.0)


def test_a_category_of_few_customers_is_not_told(customers):
    texts = customers["top_category"].to_list()
    texts[:9], texts[9:19] = ["ring anna ek"] * 9, ["kayaks"] * 10
    table = profile_segments(
        assign_rfm(customers), customers.assign(top_category=texts), PERSON_FEATURES
    )
    features = set(table["feature"].to_pylist())
    assert "top_category=kayaks" in features
    assert "top_category=ring anna ek" not in features


def test_nothing_known_or_nothing_there_is_null_not_an_error(four):
    table = profile_segments(memberships(("a", "s.x")), four, PERSON_FEATURES)
    assert figures(table, "s.x", "nps") == (None, None, None)
    assert figures(table, "s.x", "orders") == (0.0, 0.0, None)


def test_segments_of_a_scheme_average_to_the_base(customers):
    members = assign_rfm(customers)
    table = profile_segments(members, customers, PERSON_FEATURES).to_pandas()
    sizes = members.to_pandas()["segment_id"].value_counts()
    orders = table[table["feature"] == "orders"].set_index("segment_id")
    assert (orders["value"] * sizes).sum() / sizes.sum() == pytest.approx(
        customers["orders"].mean()
    )
    assert set(table["feature"]) >= {"country_code=SE", "top_category=wine", "revenue_eur"}


def test_the_order_of_rows_changes_nothing(customers, as_of):
    members = assign_lifecycle(customers, as_of=as_of)
    mixed = members.take(pa.array(np.random.default_rng(0).permutation(members.num_rows)))
    shuffled = customers.sample(frac=1, random_state=2)
    assert profile_segments(mixed, shuffled, PERSON_FEATURES).equals(
        profile_segments(members, customers, PERSON_FEATURES)
    )


def test_only_the_most_common_categories_are_told(customers):
    many = customers.assign(top_category=[f"c{n % 50:02d}" for n in range(len(customers))])
    table = profile_segments(assign_rfm(many), many, PERSON_FEATURES).to_pandas()
    told = table[table["feature"].str.startswith("top_category=")]["feature"].nunique()
    assert told == 20


def test_no_members_no_rows(customers):
    empty = memberships().cast(
        pa.schema([("customer_id", pa.string()), ("segment_id", pa.string())])
    )
    assert profile_segments(empty, customers, PERSON_FEATURES).num_rows == 0


def test_a_member_without_features_is_refused(four):
    with pytest.raises(ValueError, match="1 memberships are of customers without features"):
        profile_segments(memberships(("a", "s.x"), ("z", "s.x")), four, PERSON_FEATURES)


def test_values_are_finite_or_null(customers):
    frame: pd.DataFrame = profile_segments(
        assign_rfm(customers), customers, PERSON_FEATURES
    ).to_pandas()
    assert all(math.isfinite(value) for value in frame["index_vs_base"].dropna())
