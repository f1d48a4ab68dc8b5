import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.segmentation.evaluation import homogeneity
from models.segmentation.rfm import assign_rfm
from models.segmentation.scoring import score_behaviour


def by_segment(memberships, customers):
    return {row["segment_id"]: row for row in homogeneity(memberships, customers).to_pylist()}


def segments(customers, names):
    return pa.table({"customer_id": customers["customer_id"], "segment_id": names})


def test_customers_who_behave_the_same_are_fully_homogeneous(customers):
    buyer = customers[customers["is_profiling_allowed"] & (customers["orders"] > 0)].head(1)
    twins = buyer.loc[buyer.index.repeat(5)].assign(customer_id=list("vwxyz"))
    rows = by_segment(segments(twins, ["s.same"] * 5), pd.concat([customers, twins]))
    assert rows["s.same"] == {"segment_id": "s.same", "customers": 5, "homogeneity": 1.0}


def test_drawn_by_lot_is_not_homogeneous_and_clusters_are(customers, model):
    lot = np.random.default_rng(4).choice(["s.a", "s.b"], len(customers))
    drawn = by_segment(segments(customers, lot), customers)
    assert all(row["homogeneity"] < 0.05 for row in drawn.values())
    found = by_segment(score_behaviour(customers, model), customers)
    for label in model["labels"]:
        assert found[label["segment_id"]]["homogeneity"] > 0.3


def test_it_is_between_0_and_1_and_null_where_nobody_shows_behaviour(customers):
    rows = by_segment(assign_rfm(customers), customers)
    assert rows["rfm.unassigned"]["homogeneity"] is None
    assert sum(row["customers"] for row in rows.values()) == len(customers)
    known = [row["homogeneity"] for name, row in rows.items() if name != "rfm.unassigned"]
    assert all(0 <= figure <= 1 for figure in known)


def test_the_order_of_rows_changes_nothing(customers):
    members = assign_rfm(customers)
    shuffled = customers.sample(frac=1, random_state=9)
    assert homogeneity(members, shuffled).equals(homogeneity(members, customers))


def test_one_member_is_no_measure(customers):
    one = customers[customers["is_profiling_allowed"] & (customers["orders"] > 0)].head(1)
    assert by_segment(segments(one, ["s.one"]), customers)["s.one"]["homogeneity"] is None


def test_a_member_without_features_is_refused(customers):
    strangers = pa.table({"customer_id": ["z"], "segment_id": ["s.x"]})
    with pytest.raises(ValueError, match="customers without features"):
        homogeneity(strangers, customers)
