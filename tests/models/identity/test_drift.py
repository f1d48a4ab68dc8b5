"""When a pinned model no longer fits, and when its scores have shifted."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from models.identity.clustering import PAIR_SCHEMA
from models.identity.drift import UNSTABLE, drift, filled, score_histogram, stability_index
from models.identity.training import train

Row = dict[str, Any]
Records = Callable[[list[Row]], pa.Table]


def rows(count: int, **absent: None) -> list[Row]:
    return [
        {
            "record_id": f"crm:{n}",
            "first_name": "Anna",
            "last_name": f"Name{n}",
            "email_match": f"a{n}@example.se",
        }
        | absent
        for n in range(count)
    ]


def test_the_same_records_fit(as_records: Records) -> None:
    records = as_records(rows(60))
    model = train(records, seed=1)
    assert drift(model["trained_on"], records) == []
    assert model["trained_on"]["filled"]["email_match"] == 1
    assert model["trained_on"]["filled"]["birth_date"] == 0


def test_a_model_of_far_fewer_records_does_not_fit(as_records: Records) -> None:
    trained_on = train(as_records(rows(60)), seed=1)["trained_on"]
    assert drift(trained_on, as_records(rows(119))) == []
    assert drift(trained_on, as_records(rows(120))) == ["there were 60 records and are 120"]


def test_a_field_that_went_is_named(as_records: Records) -> None:
    trained_on = train(as_records(rows(60)), seed=1)["trained_on"]
    found = drift(trained_on, as_records(rows(60, email_match=None)))
    assert found == ["email_match was filled in 100% of records and is in 0%"]


def test_no_records_fill_nothing_and_have_not_doubled(as_records: Records) -> None:
    assert drift(train(as_records([]), seed=1)["trained_on"], as_records([])) == []
    assert set(filled(as_records([])).values()) == {0.0}


def pairs(probabilities: list[float], decided_by: str = "model") -> pa.Table:
    return pa.Table.from_pylist(
        [
            dict(zip(PAIR_SCHEMA.names, (f"a{n}", f"b{n}", p, 1.0, decided_by), strict=True))
            for n, p in enumerate(probabilities)
        ],
        schema=PAIR_SCHEMA,
    )


def test_scores_that_moved_are_unstable_and_others_are_not() -> None:
    before = score_histogram(pairs([0.99] * 900 + [0.7] * 100))
    assert sum(before) == pytest.approx(1)
    assert stability_index(before, before) == 0
    assert stability_index(before, score_histogram(pairs([0.99] * 905 + [0.7] * 95))) < 0.01
    assert stability_index(before, score_histogram(pairs([0.99] * 500 + [0.7] * 500))) > UNSTABLE


def test_only_what_the_model_scored_counts() -> None:
    assert set(score_histogram(pairs([1.0] * 5, "exact"))) == {0.0}
