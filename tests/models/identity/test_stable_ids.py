from datetime import datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.identity.stable_ids import Assignment, assign_ids, churn

Partition = dict[str, str]
START = datetime(2020, 1, 1)
RECORDS = [f"crm:{i}" for i in range(8)]
AGES = pa.table(
    {
        "record_id": RECORDS,
        "created_at": [START + timedelta(days=i * 3 % 5) for i in range(len(RECORDS))],
    }
)


def assign(
    partition: Partition, ledger: pa.Table | None = None, ages: pa.Table = AGES
) -> Assignment:
    clusters = pa.table(
        {
            "record_id": pa.array(partition.keys(), pa.string()),
            "cluster_id": pa.array(partition.values(), pa.string()),
        }
    )
    return assign_ids(clusters, ages, ledger, run_id="run", prefix="p_")


def ids(assignment: Assignment) -> dict[str, str]:
    table = assignment.identities
    return dict(zip(table["record_id"].to_pylist(), table["customer_id"].to_pylist(), strict=True))


def events(assignment: Assignment) -> set[tuple[str, str, str | None]]:
    return {(e["event"], e["id"], e["other_id"]) for e in assignment.events.to_pylist()}


def test_id_comes_from_the_oldest_record() -> None:
    # crm:0 and crm:5 are of one day; crm:2 is a day younger.
    alone = ids(assign({"crm:0": "x"}))["crm:0"]
    together = ids(assign({"crm:5": "y", "crm:0": "y", "crm:2": "y"}))
    assert set(together.values()) == {alone}
    assert alone.startswith("p_")
    assert len(alone) == 18


def test_on_a_merge_the_older_id_lives() -> None:
    before = assign({"crm:1": "a", "crm:0": "b"})
    after = assign({"crm:1": "a", "crm:0": "a"}, before.ledger)
    old, young = ids(before)["crm:0"], ids(before)["crm:1"]
    assert set(ids(after).values()) == {old}
    assert events(after) == {("merged", old, young), ("retired", young, old)}


def test_on_a_split_the_largest_part_keeps_the_id() -> None:
    before = assign(dict.fromkeys(["crm:0", "crm:1", "crm:2"], "a"))
    after = assign({"crm:0": "a", "crm:1": "b", "crm:2": "b"}, before.ledger)
    old = ids(before)["crm:0"]
    new = ids(after)["crm:0"]
    assert ids(after)["crm:1"] == ids(after)["crm:2"] == old
    assert new != old
    assert events(after) == {("split", old, new), ("created", new, old)}


def test_an_undone_merge_brings_the_retired_id_back() -> None:
    before = assign({"crm:1": "a", "crm:0": "b"})
    merged = assign({"crm:1": "a", "crm:0": "a"}, before.ledger)
    undone = assign({"crm:1": "a", "crm:0": "b"}, merged.ledger)
    assert ids(undone) == ids(before)
    old, young = ids(before)["crm:0"], ids(before)["crm:1"]
    assert events(undone) == {("restored", young, old), ("split", old, young)}


def test_a_retired_id_is_given_to_nobody_else_and_points_to_its_last_successor() -> None:
    first = assign({"crm:1": "a", "crm:2": "b", "crm:0": "c"})
    second = assign({"crm:1": "a", "crm:2": "a", "crm:0": "c"}, first.ledger)
    third = assign({"crm:1": "a", "crm:2": "a", "crm:0": "a"}, second.ledger)
    retired = {
        row["customer_id"]: row["successor_id"]
        for row in third.ledger.to_pylist()
        if row["status"] == "merged"
    }
    oldest = ids(first)["crm:0"]
    assert retired == {ids(first)["crm:1"]: oldest, ids(first)["crm:2"]: oldest}


def test_records_that_are_gone_retire_their_id() -> None:
    before = assign({"crm:0": "a", "crm:1": "b"})
    after = assign({"crm:1": "b"}, before.ledger)
    assert events(after) == {("retired", ids(before)["crm:0"], None)}
    assert after.ledger["record_id"].to_pylist() == ["crm:1"]


def test_churn_counts_customers_that_lost_their_id() -> None:
    before = assign({"crm:0": "a", "crm:1": "b", "crm:2": "c", "crm:3": "d"})
    after = assign({"crm:0": "a", "crm:1": "a", "crm:2": "c", "crm:4": "e"}, before.ledger)
    assert churn(before.ledger, after.identities) == {
        "surviving": 3,
        "changed": 1,
        "records_changed": 1,
        "records_new": 1,
    }


def test_records_without_age_and_empty_inputs() -> None:
    no_ages = AGES.slice(0, 0)
    found = assign({"crm:2": "a", "crm:1": "a"}, ages=no_ages)
    assert ids(found)["crm:2"] == ids(assign({"crm:1": "a"}, ages=no_ages))["crm:1"]
    assert assign({}).identities.num_rows == 0


def test_a_record_in_two_clusters_is_refused() -> None:
    clusters = pa.table({"record_id": ["crm:0", "crm:0"], "cluster_id": ["a", "b"]})
    with pytest.raises(ValueError, match="repeated or null record ids"):
        assign_ids(clusters, AGES, None, run_id="run")


PARTITIONS = st.dictionaries(
    st.sampled_from(RECORDS), st.sampled_from(["a", "b", "c", "d"]), min_size=1
)


def groups(partition: Partition) -> set[frozenset[str]]:
    by_cluster: dict[str, set[str]] = {}
    for record, name in partition.items():
        by_cluster.setdefault(name, set()).add(record)
    return {frozenset(group) for group in by_cluster.values()}


@settings(deadline=None, max_examples=10)
@given(st.lists(PARTITIONS, min_size=2, max_size=4))
def test_ids_over_runs(runs: list[Partition]) -> None:
    previous = assign(runs[0])
    for before, now in pairwise(runs):
        found = assign(now, previous.ledger)
        was, is_now = ids(previous), ids(found)
        # One id per cluster, one cluster per id; each record once.
        assert (
            len({(now[r], is_now[r]) for r in now}) == len(groups(now)) == len(set(is_now.values()))
        )
        # Untouched clusters keep their ids; every id that came or went has its event.
        for group in groups(before) & groups(now):
            assert {is_now[r] for r in group} == {was[r] for r in group}
        told = {(event, id_) for event, id_, _ in events(found)}
        came, went = (
            set(is_now.values()) - set(was.values()),
            set(was.values()) - set(is_now.values()),
        )
        assert {id_ for event, id_ in told if event in {"created", "restored"}} == came
        assert {id_ for event, id_ in told if event == "retired"} == went
        # The same again changes nothing, in any order of rows.
        again = assign(dict(reversed(now.items())), found.ledger)
        assert again.identities.equals(found.identities)
        assert again.ledger.equals(found.ledger)
        assert again.events.num_rows == 0
        previous = found


@settings(deadline=None, max_examples=8)
@given(PARTITIONS, st.randoms())
def test_a_rebuild_without_the_ledger_gives_the_same_ids(
    partition: Partition, chance: object
) -> None:
    # Records arrive in the order of their age, so no cluster ever merges or splits.
    by_age = sorted(partition, key=lambda r: (int(r.split(":")[1]) * 3 % 5, r))
    half = {r: partition[r] for r in by_age[: len(by_age) // 2 + 1]}
    step = assign(partition, assign(half).ledger)
    assert step.identities.equals(assign(partition).identities)
