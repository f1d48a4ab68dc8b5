import pyarrow as pa
import pytest

from models.segmentation.lift import LIFT_SCHEMA, later_lift

CUSTOMERS = pa.array(["a", "b", "c", "d"])
MEMBERSHIPS = pa.table(
    {
        "customer_id": ["d", "a", "b", "c", "a"],
        "segment_id": ["s.low", "s.high", "s.low", "s.low", "audience.one"],
    }
)


def lifts(spent, memberships=MEMBERSHIPS):
    names, amounts = list(spent), pa.array(list(spent.values()), pa.float64())
    table = pa.table({"customer_id": pa.array(names, pa.string()), "revenue_eur": amounts})
    rows = later_lift(memberships, CUSTOMERS, table)
    assert rows.schema.equals(LIFT_SCHEMA)
    return {row["segment_id"]: row for row in rows.to_pylist()}


def test_it_is_what_members_spent_over_what_all_did():
    found = lifts({"a": 60.0, "b": 30.0, "c": None})
    assert {name: row["lift"] for name, row in found.items()} == pytest.approx(
        {"audience.one": 60 / 22.5, "s.high": 60 / 22.5, "s.low": 10 / 22.5}, abs=1e-6
    )
    assert found["s.low"]["customers"] == 3
    assert found["s.low"]["later_revenue_eur"] == 10
    # b, c and d spent 30, 0 and 0: standard deviation sqrt(300), standard error 10.
    margin = 1.96 * 10 / 22.5
    low, high = found["s.low"]["lift_low"], found["s.low"]["lift_high"]
    assert (low, high) == pytest.approx((10 / 22.5 - margin, 10 / 22.5 + margin), abs=1e-5)
    assert found["s.high"]["lift_low"] is None, "one member has no spread"


def test_nothing_is_said_where_nobody_spent():
    assert {row["lift"] for row in lifts({}).values()} == {None}
    assert lifts({}, MEMBERSHIPS.slice(0, 0)) == {}


def test_a_member_must_be_a_customer():
    stranger = pa.table({"customer_id": ["x"], "segment_id": ["s.high"]})
    with pytest.raises(ValueError, match="without features"):
        lifts({}, stranger)
