from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.history import Run, advance_history
from models.segmentation.replay import (
    edited_audiences,
    replay_days,
    replayed_rows,
    with_replays,
)

AS_OF = date(2026, 3, 31)
DAYS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 10)]
VERSIONS = {"audience.a": "v2", "audience.b": "w2"}


def members(*rows):
    return pa.table(
        {
            "as_of": pa.array([row[0] for row in rows], pa.date32()),
            "customer_id": pa.array([row[1] for row in rows], pa.string()),
            "segment_id": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def periods(*rows):
    table = replayed_rows(members(*rows), DAYS, AS_OF, VERSIONS)
    return [
        (row["customer_id"], row["segment_id"], row["valid_from"], row["valid_to"])
        for row in table.to_pylist()
    ]


def test_only_an_audience_that_was_there_before_and_changed_is_edited():
    before = {"audience.a": "v1", "audience.b": "w1", "rfm": "1", "audience.gone": "x"}
    now = {"audience.a": "v2", "audience.b": "w1", "rfm": "2", "audience.new": "y"}
    assert edited_audiences(now, before) == ["audience.a"]
    assert edited_audiences(now, {}) == []


def test_days_are_those_published_and_24_month_ends_before():
    days = replay_days([date(2026, 3, 10), AS_OF, date(2026, 2, 5)], AS_OF)
    assert days[-2:] == [date(2026, 2, 5), date(2026, 3, 10)]
    assert days[-3] == date(2026, 1, 31)
    assert days[0] == date(2024, 2, 29)
    assert len(days) == 26
    many = [AS_OF - timedelta(days=n) for n in range(1, 200)]
    assert replay_days(many, AS_OF)[-90:] == sorted(many)[-90:]
    assert len(replay_days(many, AS_OF)) == 114
    assert len(replay_days([], AS_OF)) == 24


def test_a_stay_ends_on_the_next_day_that_was_looked_at():
    first, second, third = DAYS
    assert periods(
        (first, "p_1", "audience.a"),
        (second, "p_1", "audience.a"),
        (first, "p_2", "audience.a"),
        (third, "p_2", "audience.a"),
        (third, "p_2", "audience.b"),
    ) == [
        ("p_1", "audience.a", first, third),
        ("p_2", "audience.a", first, second),
        ("p_2", "audience.a", third, AS_OF),
        ("p_2", "audience.b", third, AS_OF),
    ]
    assert periods() == []


memberships = st.sets(
    st.tuples(
        st.sampled_from(DAYS),
        st.sampled_from(["p_1", "p_2", "p_3"]),
        st.sampled_from(sorted(VERSIONS)),
    )
)


@given(memberships)
def test_periods_hold_the_members_of_each_day_and_nobody_else(rows):
    found = periods(*rows)
    for day in DAYS:
        inside = [(c, s) for c, s, begins, ends in found if begins <= day < ends]
        assert len(inside) == len(set(inside))
        assert set(inside) == {(c, s) for d, c, s in rows if d == day}


@pytest.fixture
def history():
    """Two published days of one audience, as it was first defined."""
    rows = None
    previous = None
    for day, who in ((DAYS[1], ["p_1", "p_2"]), (DAYS[2], ["p_1"])):
        run = Run(day, {"audience.a": "v1"})
        rows = advance_history(
            rows,
            pa.table({"customer_id": who, "segment_id": ["audience.a"] * len(who)}),
            run=run,
            previous_run=previous,
            last_events=pa.table(
                {
                    "customer_id": pa.array([], pa.string()),
                    "last_event_on": pa.array([], pa.date32()),
                }
            ),
        )
        previous = run
    return rows


def test_an_edit_and_its_undoing_leave_the_first_definitions_members(history):
    """The rule goes to v2 and back to v1; what v1 replays to is what was published under it."""
    on_each_day = [(DAYS[1], "p_1"), (DAYS[1], "p_2"), (DAYS[2], "p_1")]
    back = replayed_rows(
        members(*((day, who, "audience.a") for day, who in on_each_day)),
        DAYS[1:],
        AS_OF,
        {"audience.a": "v1"},
    )
    table = with_replays(history, back, [("audience.a", "v1")])
    rows = table.to_pylist()
    for day in DAYS[1:]:
        then, replayed = (
            {
                row["customer_id"]
                for row in rows
                if row["is_replayed"] is flag
                and row["valid_from"] <= day < (row["valid_to"] or date.max)
            }
            for flag in (False, True)
        )
        assert then == replayed


def test_replaying_again_replaces_the_same_definition_and_keeps_others(history):
    of_v2, of_v3 = (
        replayed_rows(members((DAYS[0], "p_3", "audience.a")), DAYS, AS_OF, {"audience.a": version})
        for version in ("v2", "v3")
    )
    table = with_replays(history, of_v2, [("audience.a", "v2")])
    table = with_replays(table, of_v3, [("audience.a", "v3")])
    again = with_replays(table, of_v3, [("audience.a", "v3")])
    assert again.num_rows == table.num_rows == history.num_rows + 2
    real = again.filter(pc.invert(again["is_replayed"]))
    assert real.equals(history)
    assert with_replays(None, of_v2, []) is None
