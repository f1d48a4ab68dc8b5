"""Fitting the prediction of what a customer will spend in the next 90 days, and saying how good it is.

Learnt from days gone by: features as they stood 90 days ago, and what was spent since. The fitted model
is JSON (``trees``, ``value_bands``) and is applied in ``value``. scikit-learn is imported only while
fitting.

Sources: A. Vanderveld et al. (2016), "An engagement-based customer lifetime value system for e-commerce",
KDD, for boosted trees on recency, frequency, value and engagement; J. Friedman (2001), "Greedy function
approximation", *Annals of Statistics* 29. The naive figure beside it is what customers spent in the 90
days before: whoever cannot beat that needs no model.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.memberships import has_profiling
from models.segmentation.threads import one_thread
from models.segmentation.trees import Matrix, predicted, trees_of
from models.segmentation.value_bands import band_limits, bands_of

HORIZON_DAYS = 90
MODEL_FORMAT = 1
FEATURES: tuple[str, ...] = (
    "orders",
    "orders_365d",
    "orders_90d",
    "revenue_eur",
    "revenue_365d_eur",
    "revenue_90d_eur",
    "recency_days",
    "mean_order_gap_days",
    "previous_order_gap_days",
    "average_order_eur",
    "items_per_order",
    "discount_share",
    "refund_share",
    "categories",
)
"""Of both customer types."""
PERSON_ENGAGEMENT = ("tenure_days", "visits_365d", "email_clicks_365d", "web_events_90d")
"""Of persons besides."""
FOLDS = 5
MIN_CUSTOMERS = 200
MIN_BUYERS = 50  # customers who ordered in the 90 days; fewer teach nothing that lasts
MOST_CUSTOMERS = 200_000  # more change the third digit of what is explained, and take longer
TREES = 60
_SHAPE = {"max_iter": TREES, "learning_rate": 0.1, "max_depth": 4, "min_samples_leaf": 20}


def fit_value(
    features: FeatureData,
    spent: pa.Table,
    *,
    names: Sequence[str],
    fitted_on: date,
    earlier: tuple[FeatureData, pa.Table] | None = None,
    seed: int,
) -> dict[str, Any]:
    """Fit the scheme ``value`` on customers who allow profiling.

    Bands are drawn on predictions of five folds, each made by trees that did not see the customer, so
    that their limits do not believe what was learnt by heart.

    Args:
        features: ``customer_id``, ``is_profiling_allowed`` and ``names``, as of the day ``fitted_on``.
        spent: ``customer_id``, ``revenue_eur`` of the 90 days after it; who is not in it spent nothing.
        names: the features to learn from.
        fitted_on: the day.
        earlier: features and spending as of a day at least 90 days earlier: trees that know nothing
            else are judged on the later one.
        seed: decides the folds.

    Returns:
        JSON-able: ``format``, ``features``, ``base`` and ``trees`` (see ``trees``), ``limits`` of the
        bands in EUR, ``evaluation`` (per data set, "out of fold" and "later in time", the share of the
        variance of spending that each of naive, linear, model and bands explains, and the customers
        counted),
        ``customers``, ``buyers``, ``fitted_on``, ``definition_version``, ``choice`` (in words), ``seed``.
        ``trees`` and ``limits`` are empty for fewer than 200 customers or 50 buyers.

    Raises:
        ValueError: a column is missing, or customers repeat.
    """
    table, points, target = _sample(features, spent, names)
    buyers = int((target > 0).sum())
    model: dict[str, Any] = {
        "format": MODEL_FORMAT,
        "features": list(names),
        "base": 0.0,
        "trees": [],
        "limits": [],
        "evaluation": [],
        "customers": len(table),
        "buyers": buyers,
        "fitted_on": fitted_on.isoformat(),
        "choice": f"{len(table)} customers, of whom {buyers} bought in 90 days: too few to predict from",
        "seed": seed,
    }
    if len(table) >= MIN_CUSTOMERS and buyers >= MIN_BUYERS:
        with one_thread():
            model |= _fitted(table, points, target, names, seed)
            if earlier is not None and model["limits"]:
                judged = _judged_later(earlier, points, target, names, seed)
                model["evaluation"].append(judged)
    return model | {"definition_version": _version(model)}


def must_fit(model: dict[str, Any] | None) -> bool:
    """Whether there is nothing yet to predict with."""
    return model is None or not model["limits"]


def _fitted(
    table: FeatureTable, points: Matrix, target: Matrix, names: Sequence[str], seed: int
) -> dict[str, Any]:
    fold = (table.hashes + np.uint64(seed)) % np.uint64(FOLDS)
    unseen = np.empty(len(target))
    for one in range(FOLDS):
        held = fold == one
        unseen[held] = _applied(_boosted(points[~held], target[~held], seed), points[held])
    limits = band_limits(unseen)
    if not limits or not _tells_apart(unseen, target):
        return {"choice": f"{len(table)} customers: too few, or too much alike, to predict from"}
    final = _boosted(points, target, seed)
    figures = {
        "naive": _explained_by_line(target, _column(points, names, "revenue_90d_eur")),
        "linear": _explained_by_lines(points, target, fold),
        "model": _explained(target, unseen),
        "bands": _explained_by_groups(target, bands_of(unseen, limits)),
    }
    words = (
        f"{len(limits) + 1} bands explain {figures['bands']:.0%} of what customers spend in 90 days, the "
        f"prediction {figures['model']:.0%}, spending of the 90 days before {figures['naive']:.0%}"
    )
    return {
        "base": final["base"],
        "trees": final["trees"],
        "limits": limits,
        "evaluation": [{"data": "out of fold", "customers": len(target), **figures}],
        "choice": words,
    }


def _boosted(points: Matrix, target: Matrix, seed: int) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingRegressor

    learner = HistGradientBoostingRegressor(
        **_SHAPE, l2_regularization=10.0, early_stopping=False, random_state=seed
    ).fit(points, target)
    # The mean of what is learnt is what every tree departs from.
    return {"base": float(target.mean()), "trees": trees_of(learner)}


def _applied(model: dict[str, Any], points: Matrix) -> Matrix:
    return predicted(points, model["base"], model["trees"])


def _judged_later(
    earlier: tuple[FeatureData, pa.Table],
    points: Matrix,
    target: Matrix,
    names: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """What a prediction is worth in the next 90 days: by its order and spread, whatever the season."""
    _, earlier_points, earlier_target = _sample(*earlier, names)
    model = _boosted(earlier_points, earlier_target, seed)
    limits = band_limits(_applied(model, earlier_points))
    guess = _applied(model, points)
    return {
        "data": "later in time",
        "customers": len(target),
        "naive": _explained_by_line(target, _column(points, names, "revenue_90d_eur")),
        "linear": None,
        "model": _explained_by_line(target, guess),
        "bands": _explained_by_groups(target, bands_of(guess, limits)),
    }


def _sample(
    features: FeatureData, spent: pa.Table, names: Sequence[str]
) -> tuple[FeatureTable, Matrix, Matrix]:
    table = read_features(features, [*names, "is_profiling_allowed"])
    table = table.where(has_profiling(table))
    if len(table) > MOST_CUSTOMERS:
        limit = np.partition(table.hashes, MOST_CUSTOMERS)[MOST_CUSTOMERS]
        table = table.where(table.hashes < limit)
    points = np.column_stack([table.numbers(name) for name in names])
    place = pc.index_in(table.customer_ids, value_set=spent["customer_id"].combine_chunks())
    amounts = spent["revenue_eur"].combine_chunks().cast(pa.float64()).take(place)
    # What was given back beyond what was bought is no spending.
    target = np.maximum(np.nan_to_num(amounts.to_numpy(zero_copy_only=False)), 0.0)
    return table, points, target


def _tells_apart(guess: Matrix, target: Matrix) -> bool:
    """Whether those of whom more was expected spent more; the means of folds alone go the other way."""
    return bool(guess.std() > 0 and np.corrcoef(guess, target)[0, 1] > 0)


def _column(points: Matrix, names: Sequence[str], name: str) -> Matrix:
    return np.nan_to_num(points[:, list(names).index(name)])


def _explained(target: Matrix, guess: Matrix) -> float:
    """Share of the variance explained, R2."""
    total = ((target - target.mean()) ** 2).sum()
    return round(float(1 - ((target - guess) ** 2).sum() / total), 4) if total > 0 else 0.0


def _explained_by_line(target: Matrix, figure: Matrix) -> float:
    """R2 of the best straight line through one figure."""
    if figure.std() == 0 or target.std() == 0:
        return 0.0
    return round(float(np.corrcoef(target, figure)[0, 1] ** 2), 4)


def _explained_by_lines(points: Matrix, target: Matrix, fold: NDArray[np.uint64]) -> float:
    """R2 out of fold of a linear regression on all features, as they are and as log(1 + x)."""
    known = np.nan_to_num(points)
    columns = np.column_stack([np.ones(len(known)), known, np.log1p(np.maximum(known, 0))])
    scale = np.abs(columns).max(axis=0)
    columns = columns / np.where(scale > 0, scale, 1.0)
    guess = np.empty(len(target))
    for one in range(FOLDS):
        held = fold == one
        weights, *_ = np.linalg.lstsq(columns[~held], target[~held], rcond=None)
        guess[held] = columns[held] @ weights
    return _explained(target, guess)


def _explained_by_groups(target: Matrix, group: NDArray[np.int64]) -> float:
    """R2 of the mean of one's group."""
    counts = np.maximum(np.bincount(group), 1)
    means = np.bincount(group, weights=target) / counts
    return _explained(target, means[group])


def _version(model: dict[str, Any]) -> str:
    """Changes exactly when a customer's band could change."""
    decided = (model["features"], model["base"], model["trees"], model["limits"])
    return hashlib.sha256(repr(decided).encode()).hexdigest()[:12]
