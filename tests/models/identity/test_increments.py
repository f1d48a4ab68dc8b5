"""Scoring what changed gives what scoring everything gives, to the last pair."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from models.identity import increments
from models.identity.preparation import SHARING_CAP
from models.identity.resolution import Linked, link_changes
from models.identity.training import prior_model, train

Row = dict[str, Any]
Records = Callable[[list[Row]], pa.Table]
People = tuple[list[Row], dict[str, int]]


@pytest.fixture(scope="module")
def model(people: People, as_records: Records) -> dict[str, Any]:
    return train(as_records(people[0]), seed=1)


def changed(chance: random.Random, rows: list[Row]) -> list[Row]:
    """Some records gone, some changed, some new; a mailbox crosses the sharing cap or falls below it."""
    kept = [dict(row) for row in rows if chance.random() > 0.01]
    for row in chance.sample(kept, 12):
        column = chance.choice(["email_match", "phone_match", "street", "last_name", "birth_date"])
        row[column] = chance.choice(kept).get(column)
    new = [
        chance.choice(kept) | {"record_id": f"new:{n}:{chance.randrange(10**9)}", "street": None}
        for n in range(10)
    ]
    shared = chance.sample(kept, SHARING_CAP + 1) if chance.random() < 0.5 else []
    for row in shared:
        row["email_match"] = "kontakt@example.se"
    return [*kept, *new]


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_a_chain_of_changes_ends_as_if_all_were_scored(
    people: People, as_records: Records, model: dict[str, Any], seed: int
) -> None:
    chance = random.Random(seed)
    rows, before = people[0], link_changes(as_records(people[0]), model, None)
    for _ in range(3):
        rows = changed(chance, rows)
        records = as_records(rows)
        whole, part = link_changes(records, model, None), link_changes(records, model, before)
        assert part.pairs.equals(whole.pairs)
        assert part.nodes.equals(whole.nodes)
        before = part


def test_a_newcomer_between_two_people_brings_their_contradiction(as_records: Records) -> None:
    """Both were there before, and nothing connected them."""
    name = {"first_name": "Kirsten", "last_name": "Nielsen"}
    elder = {"record_id": "crm:1", "birth_date": date(1950, 5, 5), "email_match": "kr50@example.dk"}
    younger = {"record_id": "crm:2", "birth_date": date(1988, 8, 18), "phone_match": "+4520100099"}
    bridge = {"record_id": "shop:1", "email_match": "kr50@example.dk", "phone_match": "+4520100099"}
    others = [
        {"record_id": f"crm:9{n}", "first_name": "Anna", "last_name": f"Lund{n}"} for n in range(20)
    ]
    rows, model = [name | elder, name | younger, *others], prior_model()
    before = link_changes(as_records(rows), model, None)
    records = as_records([*rows, name | bridge])
    part = link_changes(records, model, before)
    assert part.pairs.equals(link_changes(records, model, None).pairs)
    contradiction = {("crm:1", "crm:2")}
    pairs = {(p["record_id_l"], p["record_id_r"]): p for p in part.pairs.to_pylist()}
    assert contradiction <= pairs.keys()
    assert pairs["crm:1", "crm:2"]["match_probability"] < 0.5


def test_only_pairs_near_a_change_are_scored(
    people: People, as_records: Records, model: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = as_records(people[0])
    before = link_changes(records, model, None)
    # What was known is told wrongly: it comes back as told, so it was not scored again.
    told = before.pairs.set_column(
        3, "match_weight", pa.array([77.0] * before.pairs.num_rows, pa.float64())
    )
    again = link_changes(records, model, Linked(told, before.nodes))
    scored = [p["match_weight"] for p in again.pairs.to_pylist() if p["decided_by"] == "model"]
    assert set(scored) == {77.0}
    monkeypatch.setattr(increments, "MOST_CHANGED", -1.0)
    assert link_changes(records, model, Linked(told, before.nodes)).pairs.equals(before.pairs)
