import json

import pandas as pd
import pyarrow as pa
import pytest

from models.segmentation.needs import assign_needs, fit_needs, needs_texts

SCALES = ("adventure", "comfort", "price")


def people(count, denied=()):
    ids = [f"p_{n:03d}" for n in range(count)]
    return pd.DataFrame(
        {"customer_id": ids, "is_profiling_allowed": [i not in denied for i in ids]}
    )


def answers(*rows):
    """Rows of customer, then answers in the order of the scales; None is unanswered."""
    told = [
        (customer, scale, value)
        for customer, *values in rows
        for scale, value in zip(SCALES, values, strict=True)
        if value is not None
    ]
    return pa.table(
        {
            "customer_id": pa.array([t[0] for t in told], pa.string()),
            "scale": pa.array([t[1] for t in told], pa.string()),
            "value": pa.array([t[2] for t in told], pa.int32()),
        }
    )


@pytest.fixture
def asked():
    """Sixty who answered; nearly all agree about the price."""
    return answers(
        *((f"p_{n:03d}", 1 + n % 5, 1 + (n // 5) % 5, 5 if n % 6 else 4) for n in range(60))
    )


def placed(told, features=None, model=None):
    features = people(61) if features is None else features
    rows = assign_needs(features, told, model or fit_needs(features, told)).to_pylist()
    return {row["customer_id"]: row for row in rows}


def test_what_is_put_above_others_counts_and_not_what_all_agree_to(asked):
    model = fit_needs(people(61), asked)
    told = answers(("p_000", 5, 1, 5), ("p_001", 1, 5, 5), ("p_002", 1, 1, 5))
    rows = placed(told, model=model)
    assert rows["p_000"]["segment_id"] == "needs.adventure"
    assert rows["p_001"]["segment_id"] == "needs.comfort"
    assert rows["p_002"]["segment_id"] == "needs.price"
    assert rows["p_000"]["reason"] == "adventure above all: 5 of 5 (mean 3.0)"


def test_missing_answers_stay_missing(asked):
    model = fit_needs(people(61), asked)
    told = answers(("p_000", 4, 2, None), ("p_001", 5, None, None))
    rows = placed(told, model=model)
    assert rows["p_000"]["segment_id"] == "needs.adventure"
    for silent in ("p_001", "p_060"):
        assert rows[silent]["segment_id"] == "needs.unassigned"
        assert rows[silent]["reason"] == "too few answers"


def test_who_denies_profiling_is_neither_learnt_from_nor_placed(asked):
    features = people(61, denied=[f"p_{n:03d}" for n in range(40)])
    assert fit_needs(features, asked)["scales"] == []
    model = fit_needs(people(61), asked)
    row = placed(asked, features, model)["p_000"]
    assert (row["segment_id"], row["reason"]) == ("needs.unassigned", "no profiling")


def test_without_surveys_everybody_is_unassigned():
    rows = placed(answers())
    assert {row["segment_id"] for row in rows.values()} == {"needs.unassigned"}


def test_the_order_of_rows_changes_nothing_and_the_model_is_json(asked):
    features = people(61)
    model = fit_needs(features, asked)
    shuffled = asked.take(list(reversed(range(asked.num_rows))))
    assert fit_needs(features.iloc[::-1], shuffled) == model
    restored = json.loads(json.dumps(model))
    assert assign_needs(features, shuffled, restored).equals(assign_needs(features, asked, model))


def test_each_scale_describes_its_segment(asked):
    texts = needs_texts(fit_needs(people(61), asked))
    assert set(texts) == set(SCALES)
    assert texts["price"].name == "Price first"


def test_two_spellings_of_a_scale_are_one_segment():
    told = pa.table(
        {
            "customer_id": [f"p_{n:03d}" for n in range(60) for _ in range(3)],
            "scale": ["Price!", "price", "comfort"] * 60,
            "value": pa.array([1 + n % 5 for n in range(180)], pa.int32()),
        }
    )
    model = fit_needs(people(60), told)
    assert sorted(scale["segment"] for scale in model["scales"]) == ["comfort", "price"]
