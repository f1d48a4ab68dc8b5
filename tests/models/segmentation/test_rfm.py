import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.rfm import BINS, GRID, NAMES, assign_rfm, score_rfm

buyers = st.lists(
    st.tuples(
        st.integers(0, 2000),
        st.integers(1, 60),
        st.one_of(st.none(), st.floats(-50, 1e9, allow_nan=False)),
    ),
    min_size=1,
    max_size=60,
)


def features(rows, **columns):
    frame = pd.DataFrame(rows, columns=["recency_days", "orders", "revenue_eur"])
    frame["revenue_eur"] = frame["revenue_eur"].astype(float)
    frame["orders_365d"] = np.where(frame["recency_days"] < 365, 1, 0)
    frame["customer_id"] = [f"p_{place:03d}" for place in range(len(frame))]
    return frame.assign(is_profiling_allowed=True).assign(**columns)


def test_the_grid_gives_each_cell_one_of_eleven_names():
    assert sorted(GRID) == [1, 2, 3, 4, 5]
    assert all(len(row) == BINS for row in GRID.values())
    assert len(NAMES) == 11


def test_the_latest_most_frequent_biggest_spender_scores_top_and_the_least_scores_bottom():
    rows = [(days, 1 + place, 10.0 + place) for place, days in enumerate(range(500, 0, -10))]
    scores = score_rfm(features(rows))
    assert scores.iloc[-1].tolist() == [5, 5, 5]
    assert scores.iloc[0].tolist() == [1, 1, 1]


def test_reason_and_segment_say_exactly_what_was_counted():
    rows = [(12, 7, 1410.4)] + [(300 + n, 1, 20.0 + n) for n in range(20)]
    frame = features(rows)
    frame.loc[0, "orders_365d"] = 3
    row = assign_rfm(frame).to_pylist()[0]
    assert row["segment_id"] == "rfm.champions"
    assert row["reason"] == "7 orders (3 in 365 days), last 12 days ago, 1410 EUR in all: r5 f3 m5"


def test_a_single_order_is_never_frequent_however_common_it_is():
    rows = [(n, 1, 50.0) for n in range(95)] + [(n, 2, 100.0) for n in range(5)]
    scores = score_rfm(features(rows))
    assert set(scores["f"][:95]) == {1}
    assert (scores["f"][95:] > 1).all()
    names = set(assign_rfm(features(rows[:95]))["segment_id"].to_pylist())
    assert names == {
        "rfm.new_customers",
        "rfm.promising",
        "rfm.about_to_sleep",
        "rfm.hibernating",
        "rfm.lost",
    }


def test_one_absurd_order_moves_nobody_elses_score():
    rows = [(n, 1 + n % 9, float(n)) for n in range(1, 80)]
    absurd = [*rows[:-1], (79, rows[-1][1], 1e12)]
    pd.testing.assert_frame_equal(score_rfm(features(rows)), score_rfm(features(absurd)))


def test_everybody_equal_is_in_the_middle_and_unknown_revenue_too():
    assert score_rfm(features([(5, 2, None)] * 7)).drop_duplicates().values.tolist() == [[3, 3, 3]]


def test_who_denies_profiling_or_never_ordered_stays_unassigned_without_figures(customers):
    memberships = assign_rfm(customers).to_pandas().set_index("customer_id")
    source = customers.set_index("customer_id").loc[memberships.index]
    denied, never = ~source["is_profiling_allowed"], source["orders"] == 0
    assert set(memberships["reason"][denied]) == {"no profiling"}
    assert set(memberships["reason"][never & ~denied]) == {"no orders"}
    unassigned = memberships["segment_id"] == "rfm.unassigned"
    pd.testing.assert_series_equal(unassigned, denied | never, check_names=False)


def test_who_denies_profiling_moves_nobody_elses_score(customers):
    denied = ~customers["is_profiling_allowed"]
    changed = customers.assign(revenue_eur=customers["revenue_eur"].where(~denied, 1e9))
    pd.testing.assert_frame_equal(score_rfm(customers), score_rfm(changed))


@given(buyers)
def test_scores_are_in_range_and_follow_the_order_of_values(rows):
    frame = features(rows)
    scores = score_rfm(frame)
    assert scores.min().min() >= 1
    assert scores.max().max() <= BINS
    for measure, score, sign in (
        ("recency_days", "r", -1),
        ("orders", "f", 1),
        ("revenue_eur", "m", 1),
    ):
        known = frame[frame[measure].notna()]
        ranked = known.assign(score=scores[score].to_numpy()[known.index], by=sign * known[measure])
        by_value = ranked.sort_values("by").groupby("by", sort=True)["score"]
        assert (by_value.nunique() == 1).all()
        assert by_value.first().is_monotonic_increasing


@given(buyers, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    frame = features(rows)
    shuffled = frame.iloc[random.sample(range(len(frame)), len(frame))]
    assert assign_rfm(frame).equals(assign_rfm(shuffled))


@given(buyers)
def test_each_customer_has_one_segment_a_strength_and_a_reason(rows):
    memberships = assign_rfm(features(rows)).to_pandas()
    assert len(memberships) == len(rows)
    assert set(memberships["segment_id"]) <= {f"rfm.{name}" for name in NAMES}
    assert memberships["strength"].between(0, 1).all()
    assert memberships["reason"].str.len().min() > 20


def test_strength_tells_the_heart_of_a_segment_from_its_border():
    rows = [(500 - 10 * n, 1 + n, 10.0 + n) for n in range(50)]
    memberships = assign_rfm(features(rows)).to_pandas()
    assert memberships["strength"].iloc[-1] > 0.8
    middling = memberships[memberships["segment_id"] == "rfm.needs_attention"]
    assert len(middling) > 0
    assert (middling["strength"] < 0.5).all()


def test_orders_without_a_recency_are_refused():
    with pytest.raises(ValueError, match="1 customers with orders have no recency_days"):
        score_rfm(features([(5, 2, 10.0), (6, 2, 10.0)], recency_days=[5, np.nan]))


def test_one_bin_is_refused():
    with pytest.raises(ValueError, match="bins is 1"):
        score_rfm(features([(5, 2, 10.0)]), bins=1)
