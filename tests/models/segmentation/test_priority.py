"""Scores of segments, their order, and what is proposed."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.priority import PRIORITY_SCHEMA, Limits, Weights, prioritise

EVEN = Weights(1, 1, 1, 1, 1)
LIMITS = Limits(fewest=50, broadest=0.6)
SCHEMA = pa.schema(
    [
        ("segment_id", pa.string()),
        ("customer_type", pa.string()),
        ("customers", pa.int64()),
        ("share", pa.float64()),
        ("customers_before", pa.int64()),
        ("revenue_per_member_eur", pa.float64()),
        ("average_order_eur", pa.float64()),
        ("buying_share", pa.float64()),
        ("goal_fit", pa.float64()),
    ]
)


def segment(name: str, **figures: Any) -> dict[str, Any]:
    usual = {
        "customer_type": "person",
        "customers": 100,
        "share": 0.1,
        "customers_before": 100,
        "revenue_per_member_eur": 50.0,
        "average_order_eur": 20.0,
        "buying_share": 0.2,
        "goal_fit": 0.0,
    }
    return {"segment_id": name, **usual, **figures}


def told(*segments: dict[str, Any], weights: Weights = EVEN) -> dict[str, dict[str, Any]]:
    table = pa.Table.from_pylist(list(segments), schema=SCHEMA)
    rows = prioritise(table, weights, LIMITS)
    assert rows.schema == PRIORITY_SCHEMA
    return {row["segment_id"]: row for row in rows.to_pylist()}


def test_the_segment_worth_most_per_member_comes_first_whatever_the_distance() -> None:
    rows = told(
        segment("rfm.a", revenue_per_member_eur=1e6),
        segment("rfm.b", revenue_per_member_eur=60.0),
        segment("rfm.c", revenue_per_member_eur=10.0),
        weights=Weights(1, 0, 0, 0, 0),
    )
    assert [rows[name]["rank"] for name in ("rfm.a", "rfm.b", "rfm.c")] == [1, 2, 3]
    assert [rows[name]["score"] for name in ("rfm.a", "rfm.b", "rfm.c")] == [1, 0.5, 0]


def test_ranks_are_within_a_customer_type_and_the_unknown_is_neither_good_nor_bad() -> None:
    rows = told(
        segment("rfm.a", revenue_per_member_eur=10.0),
        segment("rfm.b", revenue_per_member_eur=20.0),
        segment("firmographic.c", customer_type="company", revenue_per_member_eur=1e6),
        segment("rfm.d", revenue_per_member_eur=None),
    )
    assert rows["rfm.b"]["profitability"] == 1
    assert rows["firmographic.c"]["profitability"] == rows["rfm.d"]["profitability"] == 0.5


def test_each_proposal_comes_with_its_figures() -> None:
    rows = told(
        segment("audience.empty", customers=0, share=0.0, buying_share=None),
        segment("audience.few", customers=49, share=0.01),
        segment("audience.broad", customers=900, share=0.7),
        segment("audience.good", customers=110, revenue_per_member_eur=900.0),
        segment("audience.calm"),
    )
    actions = {name: row["recommended_action"] for name, row in rows.items()}
    assert actions == {
        "audience.empty": "retire",
        "audience.few": "merge",
        "audience.broad": "split",
        "audience.good": "develop",
        "audience.calm": "keep",
    }
    assert "49 members, 1.0% of the base, -51% since" in rows["audience.few"]["reason"]
    assert "+10%" in rows["audience.good"]["reason"]


def test_a_segment_new_today_has_no_growth_to_tell() -> None:
    rows = told(segment("rfm.a", customers_before=None), segment("rfm.b", customers_before=50))
    assert rows["rfm.a"]["growth"] == 0.5
    assert "since" not in rows["rfm.a"]["reason"]


def test_one_member_is_one() -> None:
    rows = told(segment("rfm.a", customers=1), segment("rfm.b", customers=2))
    assert rows["rfm.a"]["reason"].startswith("1 member, ")
    assert rows["rfm.b"]["reason"].startswith("2 members, ")


def test_weights_that_weigh_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="one must be above zero"):
        told(segment("rfm.a"), weights=Weights(0, 0, 0, 0, 0))


@given(
    st.permutations([segment(f"rfm.{n}", revenue_per_member_eur=float(n % 3)) for n in range(6)])
)
def test_the_order_of_rows_changes_nothing(segments: list[dict[str, Any]]) -> None:
    rows = told(*segments)
    assert rows == told(*sorted(segments, key=lambda row: row["segment_id"]))
    assert sorted(row["rank"] for row in rows.values()) == list(range(1, 7))
    assert all(0 <= row["score"] <= 1 for row in rows.values())


def test_no_segments_have_no_ranks() -> None:
    assert told() == {}
