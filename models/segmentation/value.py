"""Value: what a customer will likely spend in the next 90 days, and the band that puts them in.

Nothing is fitted here: ``value_fitting`` does that, on days gone by.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from models.segmentation.descriptions import SegmentText
from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.memberships import NO_PROFILING, has_profiling, membership_table
from models.segmentation.trees import Matrix, predicted
from models.segmentation.value_bands import BAND_NAMES, bands_of
from models.segmentation.wording import choose, counted, sentence, whole

NO_MODEL = "too few customers to predict from"
PREDICTION_SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("predicted_value_90d_eur", pa.float64(), nullable=False),
    ]
)
_SHOWN = ("revenue_90d_eur", "revenue_365d_eur", "recency_days")


def predict_value(features: FeatureData, model: dict[str, Any], *, season: float) -> pa.Table:
    """Predict what each customer who allows profiling will spend in the 90 days after the day.

    Args:
        features: the model's features, ``customer_id`` and ``is_profiling_allowed``, any order.
        model: fitted by ``value_fitting.fit_value``.
        season: what the coming 90 days bring next to those that the model learnt from, 1 where that
            is unknown; the bands do not look at it.

    Returns:
        ``PREDICTION_SCHEMA``, ascending by ``customer_id``, in EUR to the cent, not below 0; no rows
        where there is no model.

    Raises:
        ValueError: a column is missing, or customers repeat.
    """
    if not model["trees"]:
        return PREDICTION_SCHEMA.empty_table()
    table = read_features(features, [*model["features"], "is_profiling_allowed"])
    table = table.where(has_profiling(table))
    amounts = np.round(np.maximum(_raw(table, model), 0) * season, 2)
    return pa.table([table.customer_ids, pa.array(amounts)], schema=PREDICTION_SCHEMA)


def assign_value(features: FeatureData, model: dict[str, Any], *, scheme: str) -> pa.Table:
    """Put each customer into one band of the scheme, ``value`` or ``company_value``.

    ``strength`` is how far the prediction lies from the nearest limit of its band, as a share of half
    the band: 0 at a limit, 1 in the middle or beyond where the band has one end.

    Args:
        features: the model's features, ``customer_id``, ``is_profiling_allowed``, any order.
        model: fitted by ``value_fitting.fit_value``.
        scheme: what the segments are called by.

    Returns:
        A membership per customer (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``.

    Raises:
        ValueError: a column is missing, or customers repeat.
    """
    table = read_features(features, [*model["features"], *_SHOWN, "is_profiling_allowed"])
    unassigned = f"{scheme}.unassigned"
    denied = ~has_profiling(table)
    if not model["limits"]:
        nobody = choose([(denied, NO_PROFILING)], pa.repeat(NO_MODEL, len(table)))
        return membership_table(
            table, pa.repeat(unassigned, len(table)), np.ones(len(table)), nobody
        )
    amounts = _raw(table, model)
    band = bands_of(amounts, model["limits"])
    names = pa.array([f"{scheme}.{name}" for name in reversed(_band_names(model))])
    recency = table.numbers("recency_days")
    last = choose(
        [(np.isnan(recency), "no orders yet")],
        sentence("last order ", counted(recency, "day", "days"), " ago"),
    )
    reasons = sentence(
        "about ",
        whole(np.maximum(amounts, 0)),
        " EUR expected in 90 days: ",
        whole(np.nan_to_num(table.numbers("revenue_90d_eur"))),
        " EUR in the last 90 days, ",
        whole(np.nan_to_num(table.numbers("revenue_365d_eur"))),
        " EUR in 365 days, ",
        last,
    )
    return membership_table(
        table,
        choose([(denied, unassigned)], names.take(pa.array(band))),
        np.where(denied, 1.0, _strength(amounts, band, model["limits"])),
        choose([(denied, NO_PROFILING)], reasons),
    )


def value_texts(model: dict[str, Any]) -> dict[str, SegmentText]:
    """Title and description of each band, by the name after the scheme, highest first."""
    limits = [0.0, *(round(limit) for limit in model["limits"])]
    names = _band_names(model)
    texts = {}
    for place, name in enumerate(names):
        low = limits[len(names) - 1 - place]
        high = None if place == 0 else limits[len(names) - place]
        reach = f"from {low:,.0f} EUR" if high is None else f"from {low:,.0f} to {high:,.0f} EUR"
        texts[name] = SegmentText(
            f"{name.replace('_', ' ').capitalize()} value",
            f"Expected to spend {reach} in the next 90 days, judged by what they did before. "
            f"{_ADVICE[min(place * 3 // len(names), 2)]}",
        )
    return texts


_ADVICE = (
    "Serve them in person, keep stock for them, and find out early when they cool down.",
    "Widen what they buy; an offer pays where it brings an order forward or a second category.",
    "Keep the cost per contact low; let newsletters and seasons do the work.",
)


def _band_names(model: dict[str, Any]) -> tuple[str, ...]:
    return BAND_NAMES[len(model["limits"]) + 1] if model["limits"] else ()


def _raw(table: FeatureTable, model: dict[str, Any]) -> Matrix:
    points = np.column_stack([table.numbers(name) for name in model["features"]])
    return predicted(points, model["base"], model["trees"])


def _strength(amounts: Matrix, band: Any, limits: list[float]) -> Matrix:
    low = np.array([-np.inf, *limits])[band]
    high = np.array([*limits, np.inf])[band]
    # An open band is as wide as the limit it has is high.
    width = np.where(np.isinf(low), np.abs(high), np.where(np.isinf(high), low, high - low))
    nearest = np.minimum(amounts - low, high - amounts)
    strength: Matrix = np.clip(2 * nearest / np.maximum(width, 1e-9), 0, 1)
    return strength
