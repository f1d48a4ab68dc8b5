"""Placing customers in the clusters of a fitted model: plain numpy, nothing is fitted here.

Fitting: ``clustering``. Names: ``stable_labels``.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.segmentation.behaviour_space import (
    NEEDED_FEATURES,
    Matrix,
    Space,
    has_behaviour,
    project,
)
from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.memberships import (
    NO_ORDERS,
    NO_PROFILING,
    has_profiling,
    membership_table,
    spread,
)
from models.segmentation.nearest import nearest_centres
from models.segmentation.wording import choose, sentence, with_unit

UNASSIGNED = "behaviour.unassigned"
NO_MODEL = "too few customers to find groups"

_BY_NAME = {feature.name: feature for feature in PERSON_FEATURES}


def score_behaviour(features: FeatureData, model: dict[str, Any]) -> pa.Table:
    """Put each customer into one segment of the scheme ``behaviour``.

    ``strength`` is 1 - d1 / d2 by distance to the nearest and the second nearest centre. The reason
    gives the two features that pull the customer most towards the cluster, with the mean of all
    customers the model was fitted on: 'orders at weekends: 80 % (all 31 %), ...'.

    Args:
        features: ``behaviour_space.NEEDED_FEATURES`` and ``customer_id``, any order.
        model: fitted by ``clustering.fit_behaviour``, named by ``stable_labels.label_clusters``.

    Returns:
        A membership per customer (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``.

    Raises:
        ValueError: the model has no names yet, or a column is missing.
    """
    if len(model["labels"]) != model["k"]:
        raise ValueError(
            f"The behaviour model has {len(model['labels'])} names for {model['k']} clusters; each "
            "needs one. Pass it through label_clusters before scoring."
        )
    table = read_features(features, NEEDED_FEATURES)
    is_scored = has_behaviour(table) & (model["k"] > 0)
    without = choose(
        [(~has_profiling(table), NO_PROFILING), (~(table.numbers("orders") > 0), NO_ORDERS)],
        NO_MODEL,
    )
    strength = np.ones(len(table))
    if not model["k"]:
        return membership_table(table, pa.repeat(UNASSIGNED, len(table)), strength, without)
    scored = table.where(is_scored)
    points = project(scored, model["space"])
    centroids = np.array(model["centroids"])
    nearest = nearest_centres(points, centroids)
    strength[is_scored] = nearest.margin
    names = pa.array([label["segment_id"] for label in model["labels"]])
    segment_ids = names.take(pa.array(nearest.labels))
    pulls = points * centroids[nearest.labels]
    reasons = _reasons(scored, model["space"], pulls)
    return membership_table(
        table,
        spread(segment_ids, is_scored, UNASSIGNED),
        strength,
        spread(reasons, is_scored, without),
    )


def _reasons(scored: FeatureTable, space: Space, pulls: Matrix) -> pa.Array:
    pulls = np.round(pulls, 9)
    first = pulls.argmax(axis=1)
    np.put_along_axis(pulls, first[:, None], -np.inf, axis=1)
    second = pulls.argmax(axis=1)
    said = _figures(scored, space, [first, second])
    return sentence(said[0], ", ", said[1])


def _figures(scored: FeatureTable, space: Space, picks: list[NDArray[np.int64]]) -> list[pa.Array]:
    """For each pick (place of an axis per customer, n) the words 'label: value (all base)'."""
    order = [np.argsort(pick, kind="stable") for pick in picks]
    words: list[list[pa.Array]] = [[] for _ in picks]
    for place, axis in enumerate(space):
        feature = _BY_NAME[axis["feature"]]
        values = scored.numbers(feature.name)
        base = with_unit(feature, np.array([axis["base"]]))[0].as_py()
        for pick, chunks in zip(picks, words, strict=True):
            own = with_unit(feature, values[pick == place])
            chunks.append(sentence(f"{feature.label}: ", own, f" (all {base})"))
    return [
        pa.concat_arrays(chunks).take(pa.array(np.argsort(places, kind="stable")))
        for chunks, places in zip(words, order, strict=True)
    ]
