from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.segmentation.history import HISTORY_SCHEMA, IdentityChanges, Run, advance_history

DAY = date(2026, 1, 1)
VERSIONS = {"rfm": "1", "behaviour": "a", "audience.x": "v1", "audience.y": "v1"}


def day(number):
    return DAY + timedelta(days=number)


def table(members):
    """Memberships from {customer: [segments]}."""
    pairs = [(customer, segment) for customer, names in members.items() for segment in names]
    return pa.table(
        {
            "customer_id": pa.array([customer for customer, _ in pairs], pa.string()),
            "segment_id": pa.array([segment for _, segment in pairs], pa.string()),
        }
    )


def events(last):
    """Last events from {customer: day number}."""
    return pa.table(
        {
            "customer_id": pa.array(list(last), pa.string()),
            "last_event_on": pa.array([day(number) for number in last.values()], pa.date32()),
        }
    )


class Story:
    """Days told one after another, each with its memberships."""

    def __init__(self):
        self.history, self.run, self.before = None, None, None

    def tell(self, number, members, *, versions=VERSIONS, last=None, again=False, **identity):
        if not again:
            self.before, self.run = self.run, Run(day(number), versions)
        self.history = advance_history(
            self.history,
            table(members),
            run=Run(day(number), versions),
            previous_run=self.before,
            last_events=events(last or {}),
            identity=IdentityChanges(**identity),
        )
        return self

    def rows(self, customer):
        """(segment, from, to, cause) of a customer, in time."""
        rows = [row for row in self.history.to_pylist() if row["customer_id"] == customer]
        return [
            (
                row["segment_id"],
                (row["valid_from"] - DAY).days,
                (row["valid_to"] - DAY).days if row["valid_to"] else None,
                row["cause"],
            )
            for row in sorted(rows, key=lambda row: (row["valid_from"], row["segment_id"]))
        ]


def test_the_first_day_is_new_for_everybody_and_an_unchanged_day_adds_nothing():
    story = Story().tell(0, {"a": ["rfm.loyal", "audience.x"]})
    first = story.history
    assert first.schema == HISTORY_SCHEMA
    assert story.rows("a") == [("audience.x", 0, None, "new"), ("rfm.loyal", 0, None, "new")]
    assert story.tell(1, {"a": ["rfm.loyal", "audience.x"]}).history.equals(first)


def test_a_move_is_behaviour_if_something_happened_since_and_time_if_not():
    story = Story().tell(0, {"a": ["rfm.loyal"], "b": ["rfm.loyal"], "c": ["rfm.loyal"]})
    story.tell(5, {"a": ["rfm.lost"], "b": ["rfm.lost"], "c": ["rfm.lost"]}, last={"a": 1, "b": 0})
    assert story.rows("a") == [("rfm.loyal", 0, 5, "new"), ("rfm.lost", 5, None, "behaviour")]
    assert story.rows("b")[1] == ("rfm.lost", 5, None, "time")
    assert story.rows("c")[1] == ("rfm.lost", 5, None, "time")


def test_a_row_that_ends_without_another_says_why_it_ended():
    story = Story().tell(0, {"a": ["rfm.loyal", "audience.x", "audience.y"]})
    story.tell(3, {"a": ["rfm.loyal", "audience.y"]}, last={"a": 2})
    assert story.rows("a") == [
        ("audience.x", 0, 3, "behaviour"),
        ("audience.y", 0, None, "new"),
        ("rfm.loyal", 0, None, "new"),
    ]
    began = {row["segment_id"]: row["began_by"] for row in story.history.to_pylist()}
    assert began["audience.x"] == "new"


def test_a_changed_definition_closes_and_opens_every_row_of_it_and_of_nothing_else():
    members = {"a": ["rfm.loyal", "behaviour.b", "audience.x", "audience.y"]}
    story = Story().tell(0, members)
    story.tell(
        1, members, versions=VERSIONS | {"audience.x": "v2", "behaviour": "b"}, last={"a": 1}
    )
    assert story.rows("a") == [
        ("audience.x", 0, 1, "new"),
        ("audience.y", 0, None, "new"),
        ("behaviour.b", 0, 1, "new"),
        ("rfm.loyal", 0, None, "new"),
        ("audience.x", 1, None, "rule_change"),
        ("behaviour.b", 1, None, "refit"),
    ]


def test_a_new_audience_and_a_removed_one_are_rule_changes_an_empty_one_is_not():
    story = Story().tell(0, {"a": ["rfm.loyal", "audience.x"]}, versions=VERSIONS)
    without = {key: value for key, value in VERSIONS.items() if key != "audience.x"}
    versions = without | {"audience.new": "v1"}
    story.tell(
        1, {"a": ["rfm.loyal", "audience.new", "audience.y"]}, versions=versions, last={"a": 1}
    )
    assert story.rows("a") == [
        ("audience.x", 0, 1, "rule_change"),
        ("rfm.loyal", 0, None, "new"),
        ("audience.new", 1, None, "rule_change"),
        ("audience.y", 1, None, "behaviour"),
    ]


def test_a_merge_closes_the_retired_and_marks_what_it_changed_for_the_other():
    story = Story().tell(
        0, {"old": ["rfm.lost", "audience.x"], "stays": ["rfm.lost"], "c": ["rfm.lost"]}
    )
    merged = {"old": "stays", "long ago": "c"}
    story.tell(1, {"stays": ["rfm.loyal", "audience.x"], "c": ["rfm.loyal"]}, merged_into=merged)
    assert story.rows("old") == [("audience.x", 0, 1, "merge"), ("rfm.lost", 0, 1, "merge")]
    assert story.rows("stays") == [
        ("rfm.lost", 0, 1, "new"),
        ("audience.x", 1, None, "merge"),
        ("rfm.loyal", 1, None, "merge"),
    ]
    assert story.rows("c")[1][3] == "time"
    story.tell(2, {"stays": ["rfm.lost"], "c": ["rfm.loyal"]}, merged_into=merged)
    assert story.rows("stays")[-1] == ("rfm.lost", 2, None, "time")


def test_a_split_marks_the_new_customer_and_what_it_changed_for_the_old():
    story = Story().tell(0, {"whole": ["rfm.loyal"]})
    halves = {"whole": ["rfm.lost"], "half": ["rfm.loyal"], "c": ["rfm.lost"]}
    story.tell(1, halves, split_from={"half": "whole"})
    assert story.rows("whole")[1] == ("rfm.lost", 1, None, "split")
    assert story.rows("half") == [("rfm.loyal", 1, None, "split")]
    assert story.rows("c") == [("rfm.lost", 1, None, "new")]


def test_a_customer_undone_from_a_merge_comes_back_by_split():
    story = Story().tell(0, {"a": ["rfm.lost"], "b": ["rfm.lost"]})
    story.tell(1, {"a": ["rfm.loyal"]}, merged_into={"b": "a"})
    story.tell(2, {"a": ["rfm.lost"], "b": ["rfm.lost"]}, split_from={"b": "a"})
    assert story.rows("b") == [("rfm.lost", 0, 1, "merge"), ("rfm.lost", 2, None, "split")]
    assert story.rows("a")[-1] == ("rfm.lost", 2, None, "split")


def test_erasure_removes_every_row_and_a_vanished_customer_ends_by_erasure():
    story = Story().tell(0, {"a": ["rfm.lost"], "b": ["rfm.lost"], "c": ["rfm.lost"]})
    story.tell(1, {"c": ["rfm.lost"]}, erased=frozenset({"a"}))
    assert story.rows("a") == []
    assert story.rows("b") == [("rfm.lost", 0, 1, "erasure")]


def test_the_same_day_again_replaces_what_that_day_decided():
    story = Story().tell(0, {"a": ["rfm.loyal", "audience.x"], "b": ["rfm.lost"]})
    story.tell(1, {"a": ["rfm.lost"], "n": ["rfm.lost"]}, merged_into={"b": "a"})
    story.tell(1, {"a": ["rfm.loyal", "audience.x"], "b": ["rfm.lost"]}, again=True)
    assert story.rows("a") == [("audience.x", 0, None, "new"), ("rfm.loyal", 0, None, "new")]
    assert story.rows("b") == [("rfm.lost", 0, None, "new")]
    assert story.rows("n") == []


def test_replayed_rows_pass_through_untouched():
    story = Story().tell(0, {"a": ["rfm.loyal"]})
    row = {
        "customer_id": "a",
        "scheme": "audience",
        "segment_id": "audience.x",
        "definition_version": "v2",
        "valid_from": day(-30),
        "valid_to": day(1),
        "cause": "rule_change",
        "is_replayed": True,
        "began_by": "rule_change",
    }
    replayed = pa.Table.from_pylist([row], schema=HISTORY_SCHEMA)
    story.history = pa.concat_tables([story.history, replayed])
    story.tell(1, {"a": ["rfm.lost"]}).tell(1, {"a": ["rfm.lost"]}, again=True)
    assert row in story.history.to_pylist()


def test_going_back_in_time_is_refused():
    story = Story().tell(0, {"a": ["rfm.loyal"]}).tell(5, {"a": ["rfm.lost"]})
    with pytest.raises(ValueError, match="The history reaches 2026-01-06, after 2026-01-04"):
        story.tell(3, {"a": ["rfm.lost"]}, again=True)
    with pytest.raises(
        ValueError, match="The previous run is of 2026-01-06, this one of 2026-01-06"
    ):
        story.tell(5, {"a": ["rfm.lost"]})
    story = Story().tell(0, {"a": ["rfm.loyal"]})
    with pytest.raises(ValueError, match="no previous run is given"):
        story.tell(1, {"a": ["rfm.loyal"]}, again=True)


def test_two_segments_of_one_scheme_or_a_missing_version_are_refused():
    with pytest.raises(ValueError, match="1 memberships are too many"):
        Story().tell(0, {"a": ["rfm.loyal", "rfm.lost"]})
    with pytest.raises(ValueError, match="1 memberships are too many"):
        Story().tell(0, {"a": ["audience.x", "audience.x"]})
    with pytest.raises(ValueError, match="No definition version is given for value"):
        Story().tell(0, {"a": ["value.high"]})


def test_nobody_at_all_is_no_error():
    assert Story().tell(0, {}).tell(1, {}).history.num_rows == 0


CUSTOMERS = "abcde"


@st.composite
def days(draw):
    """Some days: memberships of whoever exists, definitions, events, and a merge now and then."""
    told, alive = [], {customer: draw(st.integers(0, 2)) for customer in CUSTOMERS}
    for number in range(draw(st.integers(1, 5))):
        merged = {}
        existing = [customer for customer in CUSTOMERS if 0 <= alive[customer] <= number]
        if len(existing) > 2 and draw(st.integers(0, 3)) == 0:
            gone, stays = draw(st.permutations(existing))[:2]
            merged, alive[gone] = {gone: stays}, -1
        members = {
            customer: [
                draw(st.sampled_from(["rfm.loyal", "rfm.lost"])),
                draw(st.sampled_from(["behaviour.p", "behaviour.q", "behaviour.unassigned"])),
                *draw(st.sets(st.sampled_from(["audience.x", "audience.y"]))),
            ]
            for customer in existing
            if alive[customer] >= 0
        }
        versions = VERSIONS | {
            key: draw(st.sampled_from("12"))
            for key in draw(st.sets(st.sampled_from(list(VERSIONS))))
        }
        last = {customer: draw(st.integers(0, number)) for customer in members}
        told.append((members, versions, last, merged))
    return told


def tell_all(told):
    story = Story()
    for number, (members, versions, last, merged) in enumerate(told):
        story.tell(number, members, versions=versions, last=last, merged_into=merged)
    return story


@settings(max_examples=60, deadline=None)
@given(days())
def test_each_past_day_can_be_read_back_exactly_without_gap_or_overlap(told):
    history = tell_all(told).history.to_pylist()
    for number, (members, versions, _, _) in enumerate(told):
        valid = [
            (row["customer_id"], row["segment_id"], row["definition_version"])
            for row in history
            if row["valid_from"] <= day(number)
            and (row["valid_to"] is None or day(number) < row["valid_to"])
        ]
        expected = [
            (customer, name, versions[name if name.startswith("audience.") else name.split(".")[0]])
            for customer, names in members.items()
            for name in names
        ]
        assert sorted(valid) == sorted(expected)
    assert all(row["valid_to"] is None or row["valid_from"] < row["valid_to"] for row in history)
    seats = [(r["customer_id"], r["scheme"]) for r in history if r["valid_to"] is None]
    exclusive = [seat for seat in seats if seat[1] != "audience"]
    assert len(set(exclusive)) == len(exclusive)


@settings(max_examples=40, deadline=None)
@given(days(), days())
def test_a_day_run_again_leaves_no_trace_of_its_first_run(told, other):
    once = tell_all(told)
    number = len(told) - 1
    members, versions, last, merged = told[-1]
    wrong_members, wrong_versions, wrong_last, _ = other[-1]
    twice = tell_all(told[:-1])
    twice.tell(number, wrong_members, versions=wrong_versions, last=wrong_last)
    twice.tell(number, members, versions=versions, last=last, merged_into=merged, again=True)
    assert twice.history.equals(once.history)
    twice.tell(number, members, versions=versions, last=last, merged_into=merged, again=True)
    assert twice.history.equals(once.history)


@settings(max_examples=40, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(told, random):
    story = tell_all(told)
    members, versions, last, _ = told[-1]
    number = len(told)

    def mixed(rows):
        return rows.take(pa.array(random.sample(range(rows.num_rows), rows.num_rows), pa.int64()))

    runs = {"run": Run(day(number), versions), "previous_run": story.run}
    kept = {customer: names[1:] for customer, names in members.items()}
    arguments = story.history, table(kept), events(last)
    straight = advance_history(*arguments[:2], last_events=arguments[2], **runs)
    previous, current, lasts = (mixed(argument) for argument in arguments)
    assert advance_history(previous, current, last_events=lasts, **runs).equals(straight)


@settings(max_examples=40, deadline=None)
@given(days())
def test_entries_and_exits_by_cause_add_up_to_each_segments_change(told):
    """What ``fct_segment_change`` needs: every step in or out has exactly one cause."""
    sizes = {}
    for number in range(len(told)):
        history = tell_all(told[: number + 1]).history.to_pylist()
        now = {}
        for row in history:
            if row["valid_to"] is None:
                now[row["segment_id"]] = now.get(row["segment_id"], 0) + 1
        change = {}
        for row in history:
            assert row["cause"] in {"new", "merge", "rule_change", "refit", "behaviour", "time"}
            if row["valid_from"] == day(number):
                change[row["segment_id"]] = change.get(row["segment_id"], 0) + 1
            if row["valid_to"] == day(number):
                change[row["segment_id"]] = change.get(row["segment_id"], 0) - 1
        for segment in {*sizes, *now}:
            assert now.get(segment, 0) - sizes.get(segment, 0) == change.get(segment, 0)
        sizes = now
