"""Names and ids of clusters that survive a refit, and the refusal to keep one that no longer fits.

The same customers are placed by the old model and by the new one, with today's features, so that
what moves is the model and not the customers. Old and new clusters are matched one to one for the
greatest total overlap (H. W. Kuhn 1955, *Naval Research Logistics Quarterly* 2, the Hungarian
method); overlap is Jaccard's: shared members / members of either. At or above 0.5 the id and name
are carried; at most one old cluster can reach more than 0.5 with a given new one. Below, the new
cluster gets a new name (``cluster_names``), and no id is ever given to another group again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.segmentation.behaviour_space import (
    NEEDED_FEATURES,
    has_behaviour,
    project,
    raw_values,
)
from models.segmentation.cluster_names import describe_cluster, name_cluster, slug
from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.nearest import nearest_centres

LEAST_OVERLAP = 0.5

Model = dict[str, Any]


def label_clusters(model: Model, features: FeatureData, *, previous: Model | None = None) -> Model:
    """Give each cluster of a freshly fitted model its id, name and description.

    Args:
        model: from ``clustering.fit_behaviour``.
        features: the customers of today, ``behaviour_space.NEEDED_FEATURES``.
        previous: the labelled model in use until now; None for the first.

    Returns:
        A copy of ``model`` with ``labels``, one per cluster: ``segment_id``, ``name``,
        ``description`` (with figures of today), ``is_carried``, ``overlap`` with the best matching
        old cluster and that cluster's id ``matched_id`` (null without); and with ``used_ids``,
        every id that this scheme ever gave.
    """
    table = read_features(features, NEEDED_FEATURES)
    compared = table.where(has_behaviour(table))
    used = set(previous["used_ids"]) if previous else set()
    if not model["k"]:
        return model | {"labels": [], "used_ids": sorted(used)}
    centroids = np.array(model["centroids"])
    members = _members(model, compared)
    labels = _matches(members, compared, model["k"], previous)
    taken = {segment_id.removeprefix("behaviour.") for segment_id in used}
    means = _means(raw_values(compared, [axis["feature"] for axis in model["space"]]), members)
    for cluster, label in enumerate(labels):
        if not label["is_carried"]:
            name = name_cluster(centroids[cluster], model["space"], taken)
            taken.add(slug(name))
            label |= {"segment_id": f"behaviour.{slug(name)}", "name": name}
        label["description"] = describe_cluster(centroids[cluster], model["space"], means[cluster])
    used |= {label["segment_id"] for label in labels}
    return model | {"labels": labels, "used_ids": sorted(used)}


def _members(model: Model, customers: FeatureTable) -> NDArray[np.bool_]:
    """Who is in which cluster: bool (k, n)."""
    points = project(customers, model["space"])
    nearest = nearest_centres(points, np.array(model["centroids"]))
    return np.asarray(np.arange(model["k"])[:, None] == nearest.labels)


def _matches(
    members: NDArray[np.bool_], customers: FeatureTable, k: int, previous: Model | None
) -> list[dict[str, Any]]:
    from scipy.optimize import linear_sum_assignment

    nothing: dict[str, Any] = {"is_carried": False, "overlap": None, "matched_id": None}
    labels = [dict(nothing) for _ in range(k)]
    if not previous or not previous["k"]:
        return labels
    overlap = _jaccard(members, _members(previous, customers))
    for new, old in zip(*linear_sum_assignment(-overlap), strict=True):
        label = previous["labels"][old]
        labels[new] |= {
            "overlap": round(float(overlap[new, old]), 6),
            "matched_id": label["segment_id"],
        }
        if overlap[new, old] >= LEAST_OVERLAP:
            labels[new] |= {"is_carried": True, "segment_id": label["segment_id"]}
            labels[new]["name"] = label["name"]
    return labels


def _jaccard(new: NDArray[np.bool_], old: NDArray[np.bool_]) -> NDArray[np.float64]:
    shared = new.astype(np.float64) @ old.T.astype(np.float64)
    either = new.sum(axis=1)[:, None] + old.sum(axis=1)[None, :] - shared
    return np.asarray(np.divide(shared, either, out=np.zeros_like(shared), where=either > 0))


def _means(values: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean known value per cluster and axis, (k, axes); NaN where no member has one."""
    known = ~np.isnan(values)
    sums = members.astype(np.float64) @ np.where(known, values, 0.0)
    counts = members.astype(np.float64) @ known.astype(np.float64)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
