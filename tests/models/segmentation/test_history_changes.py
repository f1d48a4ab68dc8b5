"""A segment's growth by cause, and where its members came from, over days told one after another."""

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from models.segmentation.history import IdentityChanges, Run, advance_history
from models.segmentation.history_changes import (
    CHANGE_SCHEMA,
    FLOW_SCHEMA,
    changes_by_cause,
    departures,
    flows,
)

DAY = date(2026, 1, 1)
VERSIONS = {"rfm": "1", "behaviour": "a", "audience.x": "v1", "audience.y": "v1"}
CUSTOMERS = "abcdef"
Members = dict[str, list[str]]


def advance(
    history: pa.Table | None,
    number: int,
    members: Members,
    *,
    versions: dict[str, str] = VERSIONS,
    previous: Run | None = None,
    stirred: tuple[str, ...] = (),
    identity: IdentityChanges | None = None,
) -> pa.Table:
    pairs = [(customer, name) for customer, names in members.items() for name in names]
    return advance_history(
        history,
        pa.table(
            {
                "customer_id": pa.array([customer for customer, _ in pairs], pa.string()),
                "segment_id": pa.array([name for _, name in pairs], pa.string()),
            }
        ),
        run=Run(DAY + timedelta(days=number), versions),
        previous_run=previous,
        last_events=pa.table(
            {
                "customer_id": pa.array(list(stirred), pa.string()),
                "last_event_on": pa.array(
                    [DAY + timedelta(days=number)] * len(stirred), pa.date32()
                ),
            }
        ),
        identity=identity or IdentityChanges(),
    )


def changed(before: pa.Table | None, after: pa.Table, day: date) -> tuple[pa.Table, pa.Table]:
    """Changes by cause, and flows."""
    departed = departures(before, after, day, None)
    return changes_by_cause(before, after, departed, day), flows(before, after, departed, day)


def told(table: pa.Table) -> set[tuple[object, ...]]:
    return {tuple(row.values())[1:] for row in table.to_pylist()}


def sizes(history: pa.Table | None) -> Counter[str]:
    rows = history.to_pylist() if history is not None else []
    return Counter(row["segment_id"] for row in rows if row["valid_to"] is None)


def test_a_first_day_brings_everybody_from_nowhere() -> None:
    history = advance(None, 0, {"a": ["rfm.loyal", "audience.x"], "b": ["rfm.lost"]})
    assert changed(None, history, DAY)[0].schema == CHANGE_SCHEMA
    assert told(changed(None, history, DAY)[0]) == {
        ("audience.x", "new", 1),
        ("rfm.lost", "new", 1),
        ("rfm.loyal", "new", 1),
    }
    assert changed(None, history, DAY)[1].schema == FLOW_SCHEMA
    assert told(changed(None, history, DAY)[1]) == {
        ("rfm", None, "rfm.loyal", 1),
        ("rfm", None, "rfm.lost", 1),
    }


def test_who_moves_leaves_by_what_brings_them_elsewhere_and_who_stays_is_counted_as_staying() -> (
    None
):
    before = advance(None, 0, {"a": ["rfm.loyal"], "b": ["rfm.loyal"], "c": ["rfm.lost"]})
    after = advance(
        before,
        5,
        {"a": ["rfm.lost"], "b": ["rfm.loyal"], "c": ["rfm.loyal"]},
        previous=Run(DAY, VERSIONS),
        stirred=("c",),
    )
    day = DAY + timedelta(days=5)
    assert told(changed(before, after, day)[0]) == {
        ("rfm.loyal", "time", -1),
        ("rfm.loyal", "behaviour", 1),
        ("rfm.lost", "time", 1),
        ("rfm.lost", "behaviour", -1),
    }
    assert told(changed(before, after, day)[1]) == {
        ("rfm", "rfm.loyal", "rfm.lost", 1),
        ("rfm", "rfm.lost", "rfm.loyal", 1),
        ("rfm", "rfm.loyal", "rfm.loyal", 1),
    }


def test_the_erased_leave_by_erasure_though_no_row_of_theirs_is_left() -> None:
    before = advance(None, 0, {"a": ["rfm.loyal", "audience.x"], "b": ["rfm.loyal"]})
    after = advance(
        before,
        1,
        {"b": ["rfm.loyal"]},
        previous=Run(DAY, VERSIONS),
        identity=IdentityChanges(erased=frozenset("a")),
    )
    day = DAY + timedelta(days=1)
    assert told(changed(before, after, day)[0]) == {
        ("rfm.loyal", "erasure", -1),
        ("audience.x", "erasure", -1),
    }
    assert told(changed(before, after, day)[1]) == {
        ("rfm", "rfm.loyal", None, 1),
        ("rfm", "rfm.loyal", "rfm.loyal", 1),
    }


def test_a_new_version_that_moves_nobody_changes_nothing() -> None:
    before = advance(None, 0, {"a": ["rfm.loyal", "audience.x"]})
    versions = VERSIONS | {"rfm": "2", "audience.x": "v2"}
    after = advance(
        before,
        1,
        {"a": ["rfm.loyal", "audience.x"]},
        versions=versions,
        previous=Run(DAY, VERSIONS),
    )
    assert after.num_rows == 4
    assert changed(before, after, DAY + timedelta(days=1))[0].num_rows == 0


@st.composite
def stories(
    draw: st.DrawFn,
) -> list[tuple[Members, dict[str, str], tuple[str, ...], IdentityChanges]]:
    """Days with memberships, versions, who stirred, and merges, erasures and removals."""
    days, gone = [], set[str]()
    for _ in range(draw(st.integers(1, 5))):
        alive = [customer for customer in CUSTOMERS if customer not in gone]
        leaving = draw(st.sets(st.sampled_from(alive), max_size=2)) if days and alive else set()
        staying = [customer for customer in alive if customer not in leaving]
        kinds = {customer: draw(st.sampled_from("mer")) for customer in sorted(leaving)}
        identity = IdentityChanges(
            merged_into={c: staying[0] for c, kind in kinds.items() if kind == "m" and staying},
            erased=frozenset(c for c, kind in kinds.items() if kind == "e"),
        )
        gone |= leaving
        members = {
            customer: [
                draw(st.sampled_from(["rfm.loyal", "rfm.lost", "rfm.unassigned"])),
                *draw(st.sets(st.sampled_from(["audience.x", "audience.y"]))),
            ]
            for customer in staying
        }
        versions = {name: draw(st.sampled_from("12")) for name in VERSIONS}
        days.append((members, versions, tuple(draw(st.sets(st.sampled_from(CUSTOMERS)))), identity))
    return days


@settings(max_examples=40, deadline=None)
@given(stories(), st.booleans())
def test_the_causes_add_up_to_the_change_and_the_flows_to_both_days(
    story: list[tuple[Members, dict[str, str], tuple[str, ...], IdentityChanges]], run_twice: bool
) -> None:
    history, previous = None, None
    for number, (members, versions, stirred, identity) in enumerate(story):
        start, day = sizes(history), DAY + timedelta(days=number)
        departed, before = None, history
        # A second run of the day reads the history that its first run published.
        for _ in range(1 + run_twice):
            before, history = (
                history,
                advance(
                    history,
                    number,
                    members,
                    versions=versions,
                    previous=previous,
                    stirred=stirred,
                    identity=identity,
                ),
            )
            departed = departures(before, history, day, departed)
        change = Counter[str]()
        for row in changes_by_cause(before, history, departed, day).to_pylist():
            assert row["cause"] is not None
            change[row["segment_id"]] += row["customers"]
        end = sizes(history)
        assert {s: n for s, n in change.items() if n} == {
            s: end[s] - start[s] for s in {*start, *end} if end[s] != start[s]
        }
        moved = flows(before, history, departed, day).to_pylist()
        for side, size in (("from_segment_id", start), ("to_segment_id", end)):
            counted = Counter[str]()
            for row in moved:
                counted[row[side]] += row["customers"]
            del counted[None]  # type: ignore[arg-type]
            assert counted == Counter({s: n for s, n in size.items() if s.startswith("rfm") and n})
        previous = Run(day, versions)
