"""From features to the space in which behaviour is compared: fitted once, then only applied.

A *space* is JSON: for each axis the feature, its transform, the limits it is clipped to, what
stands in for a missing value, mean and scale. Clustering, scoring, naming and homogeneity all
measure in it. What the features mean is in ``features``; how k is chosen, in ``clustering``.

Axes belong to themes, and each theme weighs the same: three channel shares say one thing thrice and
must not count three times.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.segmentation.feature_table import FeatureTable
from models.segmentation.memberships import has_profiling

Matrix = NDArray[np.float64]
Space = list[dict[str, Any]]

CLIP_SHARE = 0.005  # each tail: one absurd order must not stretch the axis for everybody
NO_SPREAD = 1e-9  # an axis with a smaller deviation says nothing and is left out


@dataclass(frozen=True, slots=True)
class Axis:
    """A feature of behaviour; ``is_log``, read as log(1 + x), for amounts whose ratios matter."""

    feature: str
    theme: str
    is_log: bool


AXES: tuple[Axis, ...] = (
    Axis("orders", "rhythm", True),
    Axis("recency_days", "rhythm", True),
    Axis("average_order_eur", "value", True),
    Axis("discount_share", "price", False),
    Axis("online_share", "channel", False),
    Axis("store_share", "channel", False),
    Axis("app_share", "channel", False),
    Axis("weekend_share", "time", False),
    Axis("categories", "assortment", True),
    Axis("top_category_share", "assortment", False),
    Axis("visits_365d", "visits", True),
    Axis("email_open_share", "e-mail", False),
    Axis("email_clicks_365d", "e-mail", True),
    Axis("web_sessions_days_90d", "web", True),
)
COMPANY_AXES = tuple(
    axis for axis in AXES if axis.theme in {"rhythm", "value", "price", "assortment"}
)
"""What is known of how a company behaves: whoever orders for it is not asked for channel or hour."""
AXIS_FEATURES = tuple(axis.feature for axis in AXES)
NEEDED_FEATURES = (*AXIS_FEATURES, "is_profiling_allowed")


def has_behaviour(features: FeatureTable) -> NDArray[np.bool_]:
    """Who can be compared: ordered at least once and allows profiling; bool of n."""
    return has_profiling(features) & (features.numbers("orders") > 0)


def raw_values(features: FeatureTable, names: Sequence[str]) -> Matrix:
    """Feature values as they are, (n, len(names)), missing as NaN."""
    return np.column_stack([features.numbers(name) for name in names])


def fit_space(features: FeatureTable, axes: Sequence[Axis] = AXES) -> Space:
    """Measure limits, mean and scale of each axis on these customers.

    Args:
        features: at least one customer; the features of the axes.
        axes: what is compared.

    Returns:
        One entry per axis that varies: ``feature``, ``theme``, ``is_log``, ``low`` and ``high``
        (clip limits, in transformed units: the 0.5th and 99.5th percentile), ``fill`` (their
        median, for missing values), ``mean`` and ``scale`` (after clipping; scale is the deviation
        times the root of the number of axes in the theme), ``base`` (mean of the known raw values).
        Rounded to 9 digits.
    """
    measured = [(axis, _axis(features.numbers(axis.feature), axis)) for axis in axes]
    varying = [(axis, entry) for axis, entry in measured if entry["scale"] > NO_SPREAD]
    themes = Counter(axis.theme for axis, _ in varying)
    return [
        entry | {"scale": round(entry["scale"] * themes[axis.theme] ** 0.5, 9)}
        for axis, entry in varying
    ]


def project(features: FeatureTable, space: Space) -> Matrix:
    """Customers as points, (n, axes): transformed, clipped, filled, centred and scaled."""
    points = np.empty((len(features), len(space)))
    for column, entry in enumerate(space):
        values = _transformed(features.numbers(entry["feature"]), entry["is_log"])
        values = np.clip(values, entry["low"], entry["high"])
        values = np.where(np.isnan(values), entry["fill"], values)
        points[:, column] = (values - entry["mean"]) / entry["scale"]
    return points


def _axis(values: Matrix, axis: Axis) -> dict[str, Any]:
    transformed = _transformed(values, axis.is_log)
    known = transformed[~np.isnan(transformed)]
    if len(known) == 0:
        known = np.zeros(1)
    low, fill, high = np.quantile(known, [CLIP_SHARE, 0.5, 1 - CLIP_SHARE])
    clipped = np.clip(np.where(np.isnan(transformed), fill, transformed), low, high)
    figures = {
        "low": low,
        "high": high,
        "fill": fill,
        "mean": clipped.mean(),
        "scale": clipped.std(),
        "base": np.nanmean(values) if (~np.isnan(values)).any() else 0.0,
    }
    rounded = {name: round(float(figure), 9) for name, figure in figures.items()}
    return {"feature": axis.feature, "theme": axis.theme, "is_log": axis.is_log} | rounded


def _transformed(values: Matrix, is_log: bool) -> Matrix:
    return np.log1p(np.maximum(values, 0)) if is_log else values
