"""Pairs of an earlier run are taken only where all that they were made of is the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_project.defs.identity.kept_pairs import (
    keep_pairs,
    keep_scores,
    kept_pairs,
    kept_scores,
    made_of,
    scored_by,
)
from dagster_project.home import Home
from dagster_project.warehouse import Warehouse
from models.identity.clustering import PAIR_SCHEMA
from models.identity.resolution import Linked
from models.identity.steward import DECISION_SCHEMA

RECORDS = pa.table({"record_id": ["crm:1", "shop:2"], "email": ["a@firma.example", None]})
PAIRS = pa.Table.from_pylist(
    [dict(zip(PAIR_SCHEMA.names, ("crm:1", "shop:2", 0.9, 3.0, "model"), strict=True))],
    schema=PAIR_SCHEMA,
)
MODEL: dict[str, Any] = {"settings": {"weight": 1.5}}
NONE = DECISION_SCHEMA.empty_table()
ONE = pa.Table.from_pylist(
    [{"record_id": "crm:1", "other_record_id": "shop:2", "decision": "must_link"}], DECISION_SCHEMA
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Two records, and the pairs that were made of them."""
    Home(tmp_path).create()
    made = Warehouse(root=str(tmp_path))
    made.replace("identity.int_identity__person_records", RECORDS)
    keep_pairs(made, PAIRS, made_of(made, MODEL, NONE, 0.5))
    return made


def test_the_same_run_again_keeps_its_pairs(warehouse: Warehouse) -> None:
    assert kept_pairs(warehouse, made_of(warehouse, MODEL, NONE, 0.5)) == PAIRS


CHANGES: dict[str, Callable[[Warehouse], str]] = {
    "a decision": lambda warehouse: made_of(warehouse, MODEL, ONE, 0.5),
    "the model": lambda warehouse: made_of(warehouse, {"settings": {"weight": 1.6}}, NONE, 0.5),
    "what is reported": lambda warehouse: made_of(warehouse, MODEL, NONE, 0.6),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_them_anew(warehouse: Warehouse, what: str) -> None:
    assert kept_pairs(warehouse, CHANGES[what](warehouse)) is None


MOVED = RECORDS.set_column(1, "email", pa.array([None, "a@firma.example"]))
OTHER_RECORDS = {
    "one gone": RECORDS.slice(1),
    "one more": pa.concat_tables([RECORDS, RECORDS.slice(1)]),
    "a value at another record": MOVED,
}


@pytest.mark.parametrize("what", OTHER_RECORDS)
def test_other_records_make_them_anew(warehouse: Warehouse, what: str) -> None:
    warehouse.replace("identity.int_identity__person_records", OTHER_RECORDS[what])
    assert kept_pairs(warehouse, made_of(warehouse, MODEL, NONE, 0.5)) is None


def test_pairs_whose_run_died_before_it_said_what_they_are_made_of_are_not_kept(
    warehouse: Warehouse,
) -> None:
    warehouse.replace("identity.person_pairs", PAIRS)
    assert kept_pairs(warehouse, made_of(warehouse, MODEL, NONE, 0.5)) is None


LINKED = Linked(PAIRS, pa.table({"first_id": ["crm:1"], "content": pa.array([7], pa.uint64())}))


def test_scores_are_kept_for_the_same_model_whatever_the_records(warehouse: Warehouse) -> None:
    assert kept_scores(warehouse, scored_by(MODEL, 0.5)) is None
    keep_scores(warehouse, LINKED, scored_by(MODEL, 0.5))
    warehouse.replace("identity.int_identity__person_records", RECORDS.slice(1))
    assert kept_scores(warehouse, scored_by(MODEL, 0.5)) == LINKED
    for other in (scored_by(MODEL, 0.6), scored_by({"settings": {"weight": 1.6}}, 0.5)):
        assert kept_scores(warehouse, other) is None


def test_scores_whose_run_died_between_their_tables_are_not_kept(warehouse: Warehouse) -> None:
    keep_scores(warehouse, LINKED, scored_by(MODEL, 0.5))
    warehouse.replace("identity.scored_nodes", LINKED.nodes)
    assert kept_scores(warehouse, scored_by(MODEL, 0.5)) is None
