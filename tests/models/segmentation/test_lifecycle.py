from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.lifecycle import STAGES, assign_lifecycle

AS_OF = date(2026, 3, 31)


def features(*rows):
    """Rows of orders, days since the last, mean gap, gap before the last."""
    frame = pd.DataFrame(
        rows, columns=["orders", "silence", "mean_order_gap_days", "previous_order_gap_days"]
    ).astype(float)
    days = [None if np.isnan(s) else AS_OF - timedelta(days=int(s)) for s in frame["silence"]]
    return frame.drop(columns="silence").assign(
        customer_id=[f"p_{place:03d}" for place in range(len(rows))],
        last_order_on=pd.Series(days, dtype=object),
        is_profiling_allowed=True,
    )


def stages(*rows):
    segments = assign_lifecycle(features(*rows), as_of=AS_OF)["segment_id"].to_pylist()
    return [segment.removeprefix("lifecycle.") for segment in segments]


def test_the_same_silence_is_late_for_one_and_early_for_another():
    weekly, monthly, yearly = (50, 60, 7, 7), (50, 60, 31, 31), (50, 60, 365, 365)
    assert stages(weekly, monthly, yearly) == ["lapsed", "at_risk", "active"]


def test_one_order_is_new_until_a_second_is_overdue():
    typical = (10, 10, 100, 100)
    one = [(1, silence, None, None) for silence in (0, 149, 151, 299, 301)]
    assert stages(typical, *one)[1:] == ["new", "new", "at_risk", "at_risk", "lapsed"]


def test_one_old_order_in_a_slow_trade_is_active_but_no_longer_new():
    assert stages((10, 10, 700, 700), (1, 366, None, None), (1, 365, None, None))[1:] == [
        "active",
        "new",
    ]


def test_few_orders_lean_on_the_typical_gap():
    typical = [(40, 5, 100, 100)] * 5
    # Own gap 20, once: expected (20 + 2 * 100) / 3 = 73 days, not 20.
    assert stages(*typical, (2, 100, 20, 20))[-1] == "active"
    assert stages(*typical, (40, 100, 20, 20))[-1] == "lapsed"


def test_coming_back_after_lapsing_is_won_back_until_it_is_routine():
    typical = [(40, 5, 30, 30)] * 5
    rows = [(11, 20, 65, 380), (11, 20, 30, 30), (11, 400, 65, 380), (12, 5, 62, 31)]
    assert stages(*typical, *rows)[5:] == ["won_back", "active", "lapsed", "active"]


def test_never_ordered_is_a_prospect_and_no_profiling_is_unassigned():
    frame = features((0, None, None, None), (3, 5, 10, 10)).assign(
        is_profiling_allowed=[True, False]
    )
    rows = assign_lifecycle(frame, as_of=AS_OF).to_pylist()
    assert [row["segment_id"] for row in rows] == ["lifecycle.prospect", "lifecycle.unassigned"]
    assert [row["reason"] for row in rows] == ["no orders yet", "no profiling"]


def test_the_reason_gives_the_rhythm_in_days():
    rows = assign_lifecycle(features(*[(41, 90, 30, 30)] * 3), as_of=AS_OF).to_pylist()
    assert rows[0]["reason"] == "41 orders, last 90 days ago: 3 times the 30 days expected"
    back = assign_lifecycle(features(*[(40, 5, 30, 30)] * 5, (11, 0, 65, 380)), as_of=AS_OF)
    assert back["reason"].to_pylist()[-1] == (
        "11 orders, last today: 0 times the 59 days expected; "
        "came back after 380 days, when more than 90 meant lapsed"
    )


def test_days_going_by_move_a_silent_customer_one_way_only(customers):
    order = ["new", "won_back", "active", "at_risk", "lapsed"]
    ranks = []
    for days in (0, 60, 200, 700, 3000):
        memberships = assign_lifecycle(customers, as_of=AS_OF + timedelta(days=days)).to_pandas()
        stage = memberships["segment_id"].str.removeprefix("lifecycle.")
        ranks.append(stage.map({name: max(place, 2) for place, name in enumerate(order)}))
    for earlier, later in pairwise(ranks):
        known = earlier.notna()
        assert (later[known] >= earlier[known]).all()


customer = st.one_of(
    st.just((0, None, None, None)),
    st.tuples(st.just(1), st.integers(0, 4000), st.none(), st.none()),
    st.tuples(st.integers(2, 200), st.integers(0, 4000), st.floats(0, 3000), st.integers(0, 6000)),
)


@given(st.lists(customer, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_everybody_has_exactly_one_stage_whatever_the_order_of_rows(rows, random):
    frame = features(*rows)
    memberships = assign_lifecycle(frame, as_of=AS_OF)
    assert set(memberships["segment_id"].to_pylist()) <= {f"lifecycle.{stage}" for stage in STAGES}
    assert memberships["customer_id"].to_pylist() == frame["customer_id"].tolist()
    strength = np.array(memberships["strength"])
    assert ((strength >= 0) & (strength <= 1)).all()
    shuffled = frame.iloc[random.sample(range(len(frame)), len(frame))]
    assert assign_lifecycle(shuffled, as_of=AS_OF).equals(memberships)


def test_an_order_after_as_of_is_refused():
    with pytest.raises(
        ValueError, match="1 customers with orders have no last_order_on, or one after 2026-03-30"
    ):
        assign_lifecycle(features((3, 0, 10, 10)), as_of=AS_OF - timedelta(days=1))
