"""What people decided wins over what was computed, and touches nothing else."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.identity.clustering import PAIR_SCHEMA, cluster
from models.identity.steward import (
    CANNOT_LINK,
    DECISION_SCHEMA,
    MUST_LINK,
    contradicted,
    decide,
)

RECORDS = [f"r{i}" for i in range(8)]
Pair = tuple[str, str, float, float | None, str]
Line = tuple[str, str, str]


def customers(pairs: list[Pair], decisions: list[Line]) -> set[frozenset[str]]:
    """The clusters of more than one record."""
    ids = pa.chunked_array([RECORDS])
    decided = decide(ids, table(pairs, PAIR_SCHEMA), table(decisions, DECISION_SCHEMA))
    found = (
        cluster(ids, decided, threshold=0.95)
        .group_by("cluster_id")
        .aggregate([("record_id", "list")])
    )
    groups = found["record_id_list"].to_pylist()
    return {frozenset(group) for group in groups if len(group) > 1}


def table(rows: list[Pair] | list[Line], schema: pa.Schema) -> pa.Table:
    named = [dict(zip(schema.names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(named, schema=schema)


def groups(*names: str) -> set[frozenset[str]]:
    return {frozenset(f"r{digit}" for digit in name) for name in names}


def one(left: str, right: str, weight: float = 9.0) -> Pair:
    return (left, right, 0.99, weight, "model")


def apart(left: str, right: str) -> Pair:
    return (left, right, 0.01, -9.0, "model")


def equal(left: str, right: str) -> Pair:
    return (left, right, 1.0, None, "exact")


CASES = {
    "what must be linked is": ([one("r1", "r2")], [("r2", "r3", MUST_LINK)], groups("123")),
    "against a contradiction": ([apart("r1", "r2")], [("r1", "r2", MUST_LINK)], groups("12")),
    "over a third record": (
        [apart("r1", "r3")],
        [("r1", "r2", MUST_LINK), ("r3", "r2", MUST_LINK)],
        groups("123"),
    ),
    "with what equals it": (
        [equal("r1", "r2"), apart("r1", "r3")],
        [("r2", "r3", MUST_LINK)],
        groups("123"),
    ),
    "what cannot be linked is not": ([one("r1", "r2")], [("r2", "r1", CANNOT_LINK)], set()),
    "nor over a chain; the weaker link goes": (
        [one("r1", "r2", 12.0), one("r2", "r3", 5.0)],
        [("r1", "r3", CANNOT_LINK)],
        groups("12"),
    ),
    "nor where both are equal": ([equal("r1", "r2")], [("r1", "r2", CANNOT_LINK)], set()),
    "the rest stays together when the first of equals goes": (
        [equal("r1", "r2"), equal("r1", "r3"), one("r1", "r4")],
        [("r1", other, CANNOT_LINK) for other in ("r2", "r3", "r4")],
        groups("234"),
    ),
    "two of equals go together": (
        [equal("r1", "r2"), equal("r1", "r3"), one("r1", "r4")],
        [(leaving, other, CANNOT_LINK) for leaving in ("r1", "r2") for other in ("r3", "r4")],
        groups("12", "34"),
    ),
    "records that are gone decide nothing": (
        [one("r1", "r2")],
        [("r1", "gone", CANNOT_LINK), ("gone", "r2", MUST_LINK)],
        groups("12"),
    ),
    "a decision told twice": (
        [one("r1", "r2")],
        [("r1", "r3", MUST_LINK), ("r3", "r1", MUST_LINK)],
        groups("123"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_decision_wins(name: str) -> None:
    pairs, decisions, expected = CASES[name]
    assert customers(pairs, decisions) == expected


RECORD = st.sampled_from(RECORDS)
TWO = st.tuples(RECORD, RECORD).filter(lambda pair: pair[0] < pair[1])


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        TWO, st.tuples(st.sampled_from([0.1, 0.6, 0.99]), st.floats(-9, 20)), max_size=12
    ),
    st.dictionaries(TWO, st.sampled_from([MUST_LINK, CANNOT_LINK]), max_size=5),
)
def test_no_cluster_goes_against_a_decision(
    scored: dict[tuple[str, str], tuple[float, float]], decided: dict[tuple[str, str], str]
) -> None:
    lines = [(*pair, decision) for pair, decision in decided.items()]
    if contradicted(table(lines, DECISION_SCHEMA)):
        return
    pairs: list[Pair] = [(*pair, p, weight, "model") for pair, (p, weight) in scored.items()]
    found = customers(pairs, lines)
    for left, right, decision in lines:
        together = any({left, right} <= group for group in found)
        assert together == (decision == MUST_LINK)


def test_decisions_that_cannot_all_hold_are_found() -> None:
    lines = [
        ("r1", "r2", MUST_LINK),
        ("r5", "r6", CANNOT_LINK),
        ("r2", "r3", MUST_LINK),
        ("r3", "r1", CANNOT_LINK),
    ]
    assert contradicted(table(lines, DECISION_SCHEMA)) == [3]


def test_without_decisions_nothing_changes() -> None:
    pairs = table([one("r1", "r2")], PAIR_SCHEMA)
    assert decide(pa.chunked_array([RECORDS]), pairs, DECISION_SCHEMA.empty_table()).equals(pairs)
