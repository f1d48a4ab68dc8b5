import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor

from models.segmentation.trees import predicted, trees_of
from models.segmentation.value import assign_value, predict_value, value_texts
from models.segmentation.value_bands import band_limits, bands_of
from models.segmentation.value_fitting import (
    FEATURES,
    PERSON_ENGAGEMENT,
    fit_value,
    must_fit,
)

NAMES = (*FEATURES, *PERSON_ENGAGEMENT)
DAY = date(2025, 12, 31)


def spending(customers, seed=3):
    """What customers spend next follows their year, with luck."""
    rng = np.random.default_rng(seed)
    expected = customers["revenue_365d_eur"].to_numpy() / 4
    spent = np.round(expected * rng.gamma(2.0, 0.5, len(customers)), 2)
    bought = spent > 0
    return pa.table(
        {"customer_id": customers["customer_id"][bought].tolist(), "revenue_eur": spent[bought]}
    )


def fitted_on(customers, **changed):
    arguments = {"names": NAMES, "fitted_on": DAY, "seed": 1} | changed
    return fit_value(customers, spending(customers), **arguments)


@pytest.fixture(scope="module")
def model(customers):
    return fitted_on(customers, earlier=(customers, spending(customers, seed=5)))


def test_trees_as_json_predict_as_scikit_learn_does():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(4000, 4))
    points[rng.random(points.shape) < 0.2] = np.nan
    target = np.nan_to_num(points[:, 0]) * 10 + np.isnan(points[:, 1]) * 5
    learner = HistGradientBoostingRegressor(max_iter=20, max_depth=4, early_stopping=False)
    learner.fit(points, target)
    restored = json.loads(json.dumps(trees_of(learner)))
    ours = predicted(points, float(target.mean()), restored)
    assert np.abs(ours - learner.predict(points)).max() < 1e-4


def test_the_model_is_json_and_is_applied_without_being_fitted(customers, model):
    restored = json.loads(json.dumps(model))
    rows = assign_value(customers, restored, scheme="value")
    assert rows.equals(assign_value(customers, model, scheme="value"))
    shuffled = customers.sample(frac=1, random_state=2)
    assert rows.equals(assign_value(shuffled, model, scheme="value"))
    spent = spending(customers)
    again, anew = (
        fit_value(rows, spent.take(list(order)), names=NAMES, fitted_on=DAY, seed=1)
        for rows, order in (
            (customers, range(spent.num_rows)),
            (shuffled, range(spent.num_rows - 1, -1, -1)),
        )
    )
    assert again == anew


def test_bands_are_told_in_the_order_of_what_is_spent(customers, model):
    rows = assign_value(customers, model, scheme="value").to_pandas()
    names = list(value_texts(model))
    assert names[0] == "top"
    spent = spending(customers, seed=9).to_pandas().set_index("customer_id")["revenue_eur"]
    rows["spent"] = rows["customer_id"].map(spent).fillna(0)
    means = rows.groupby("segment_id")["spent"].mean()
    ordered = [means[f"value.{name}"] for name in names if f"value.{name}" in means]
    assert len(ordered) >= 5
    assert ordered == sorted(ordered, reverse=True)
    assert rows["strength"].between(0, 1).all()
    assert "EUR expected in 90 days" in rows["reason"].iloc[0]


def test_what_was_learnt_is_judged_on_what_was_not_seen(model):
    unseen, later = model["evaluation"]
    assert (unseen["data"], later["data"]) == ("out of fold", "later in time")
    for judged in (unseen, later):
        assert judged["model"] > judged["naive"] > 0
        assert judged["bands"] >= 0.9 * judged["model"]


def test_who_denies_profiling_has_no_value_and_teaches_none(customers, model):
    denied = set(customers["customer_id"][~customers["is_profiling_allowed"]])
    predictions = predict_value(customers, model, season=1.0)
    assert denied.isdisjoint(predictions["customer_id"].to_pylist())
    rows = assign_value(customers, model, scheme="value").to_pandas().set_index("customer_id")
    assert set(rows.loc[sorted(denied), "reason"]) == {"no profiling"}
    assert set(rows.loc[sorted(denied), "segment_id"]) == {"value.unassigned"}
    changed = customers.assign(
        revenue_365d_eur=customers["revenue_365d_eur"].where(customers["is_profiling_allowed"], 1e6)
    )
    assert fitted_on(changed)["trees"] == fitted_on(customers)["trees"]


def test_the_season_moves_what_is_predicted_and_nobodys_band(customers, model):
    calm, busy = (predict_value(customers, model, season=s).to_pandas() for s in (1.0, 2.0))
    assert np.allclose(
        busy["predicted_value_90d_eur"], 2 * calm["predicted_value_90d_eur"], atol=0.02
    )
    assert (calm["predicted_value_90d_eur"] >= 0).all()


def test_too_few_to_learn_from_is_said_and_nothing_is_made_up(customers):
    few = customers.head(150)
    model = fitted_on(few)
    assert must_fit(model)
    assert must_fit(None)
    assert "too few" in model["choice"]
    assert predict_value(few, model, season=1.0).num_rows == 0
    rows = assign_value(few, model, scheme="company_value").to_pandas()
    assert set(rows["segment_id"]) == {"company_value.unassigned"}
    assert set(rows["reason"]) == {"too few customers to predict from", "no profiling"}
    assert not must_fit(fitted_on(customers))


def test_customers_who_are_all_alike_give_no_bands_and_no_model(customers):
    alike = customers.assign(**dict.fromkeys(NAMES, 1.0))
    model = fitted_on(alike)
    assert (model["trees"], model["limits"]) == ([], [])
    assert must_fit(model)
    other = fit_value(alike, spending(customers, seed=8), names=NAMES, fitted_on=DAY, seed=1)
    assert other["definition_version"] == model["definition_version"]


def test_nobody_at_all_is_no_error(customers):
    nobody = customers.head(0)
    empty = pa.table(
        {"customer_id": pa.array([], pa.string()), "revenue_eur": pa.array([], pa.float64())}
    )
    model = fit_value(nobody, empty, names=NAMES, fitted_on=DAY, earlier=(nobody, empty), seed=1)
    assert assign_value(nobody, model, scheme="value").num_rows == 0


amounts = st.lists(
    st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 2)), min_size=0, max_size=600
)


@given(amounts)
def test_limits_ascend_and_no_band_is_too_small(values):
    predictions = np.array(values)
    limits = band_limits(predictions)
    assert len(limits) + 1 in (1, 3, 5, 8)
    assert limits == sorted(set(limits))
    if limits:
        assert np.bincount(bands_of(predictions, limits)).min() >= 30


@given(amounts.filter(lambda values: len(values) > 300))
def test_bands_leave_no_more_within_than_equally_full_ones(values):
    predictions = np.array(values)
    limits = band_limits(predictions)

    def within(limits):
        groups = bands_of(predictions, limits)
        return sum(
            ((predictions[groups == g] - predictions[groups == g].mean()) ** 2).sum()
            for g in set(groups)
        )

    if limits:
        even = sorted(np.quantile(predictions, np.arange(1, len(limits) + 1) / (len(limits) + 1)))
        smallest = np.bincount(bands_of(predictions, even), minlength=len(limits) + 1).min()
        if smallest >= 30:
            assert within(limits) <= within(even) * 1.02 + 1e-6
