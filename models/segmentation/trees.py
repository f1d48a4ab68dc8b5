"""Boosted regression trees as plain JSON: taken out of scikit-learn once, then applied in numpy.

What they are fitted to is decided in ``value_fitting``. A tree is the columns of its nodes: ``feature``
(place in the list of features), ``threshold``, ``left`` and ``right`` (nodes; a leaf points at itself),
``goes_left`` (1 where a missing value does) and ``value``. Its root is node 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Tree = dict[str, list[Any]]
DIGITS = 6


def trees_of(fitted: Any) -> list[Tree]:
    """The trees of a fitted ``HistGradientBoostingRegressor`` on numbers.

    scikit-learn publishes no way to read them, so its ``_predictors`` are read; a test compares with
    ``predict``, and the version is pinned.
    """
    return [_columns(predictor[0].nodes) for predictor in fitted._predictors]


def predicted(points: Matrix, base: float, trees: list[Tree]) -> Matrix:
    """The sum of the leaves that each point falls into.

    Args:
        points: (n, features), missing as NaN.
        base: what every point begins with.
        trees: of one model.

    Returns:
        float64 of n.
    """
    columns = np.asfortranarray(points)
    rows = np.arange(len(points))
    total = np.full(len(points), base)
    for tree in trees:
        total += _leaves(columns, rows, tree)
    return total


def _columns(nodes: Any) -> Tree:
    is_leaf = nodes["is_leaf"].astype(bool)
    itself = np.arange(len(nodes))
    threshold = np.where(is_leaf, 0.0, nodes["num_threshold"])
    return {
        "feature": np.where(is_leaf, 0, nodes["feature_idx"]).tolist(),
        # Shortest text that reads as the same float: a rounded limit would move customers across it.
        "threshold": [float(limit) if np.isfinite(limit) else 1e308 for limit in threshold],
        "left": np.where(is_leaf, itself, nodes["left"]).tolist(),
        "right": np.where(is_leaf, itself, nodes["right"]).tolist(),
        "goes_left": nodes["missing_go_to_left"].astype(int).tolist(),
        "value": np.round(nodes["value"], DIGITS).tolist(),
    }


def _leaves(points: Matrix, rows: NDArray[np.int64], tree: Tree) -> Matrix:
    feature, left, right = (np.array(tree[name]) for name in ("feature", "left", "right"))
    threshold, value = np.array(tree["threshold"]), np.array(tree["value"])
    goes_left = np.array(tree["goes_left"], dtype=bool)
    node = np.zeros(len(points), dtype=np.int64)
    while True:
        seen = points[rows, feature[node]]
        is_left = np.where(np.isnan(seen), goes_left[node], seen <= threshold[node])
        following = np.where(is_left, left[node], right[node])
        if (following == node).all():
            leaves: Matrix = value[node]
            return leaves
        node = following
