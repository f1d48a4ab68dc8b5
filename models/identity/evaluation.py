"""How well predicted clusters agree with the truth.

Here: pairwise, B-cubed and whole-cluster figures of a partition. They are computed from the table
of overlaps, so 1,000,000 records need no pairs.
"""

import pandas as pd
import pyarrow as pa


def clustering_scores(predicted: pa.Table, truth: pa.Table) -> dict[str, float]:
    """Precision, recall and F1 of a partition, in three readings.

    Args:
        predicted: (record_id, cluster_id), each record once.
        truth: (record_id, cluster_id), each record once; records that are in only one of the two
            tables are left out.

    Returns:
        ``pair_*``: over pairs of records in one cluster, that is of the transitive closure.
        ``bcubed_*``: mean over records (Bagga & Baldwin 1998, *Entity-based cross-document
        coreferencing using the vector space model*). ``cluster_*``: over clusters that are
        exactly right. All in 0..1; a share of nothing is 1.

    Raises:
        ValueError: the tables have no record in common.
    """
    both = (
        predicted.select(["record_id", "cluster_id"])
        .to_pandas()
        .merge(truth.select(["record_id", "cluster_id"]).to_pandas(), on="record_id")
    )
    if both.empty:
        raise ValueError(
            "Prediction and truth have no record_id in common, so nothing can be scored. "
            "Both must use the record_id of int_identity__person_records."
        )
    overlap = both.groupby(["cluster_id_x", "cluster_id_y"]).size().rename("n").reset_index()
    predicted_size = both.groupby("cluster_id_x").size()
    true_size = both.groupby("cluster_id_y").size()
    n = overlap["n"]
    p = overlap["cluster_id_x"].map(predicted_size)
    t = overlap["cluster_id_y"].map(true_size)
    exact = float(((n == p) & (n == t)).sum())
    return {
        **_scores("pair", _pairs(n), _pairs(predicted_size), _pairs(true_size)),
        **_f1("bcubed", float((n * n / p).sum() / n.sum()), float((n * n / t).sum() / n.sum())),
        **_scores("cluster", exact, float(len(predicted_size)), float(len(true_size))),
    }


def _pairs(sizes: "pd.Series[int]") -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _scores(name: str, right: float, predicted: float, true: float) -> dict[str, float]:
    return _f1(name, right / predicted if predicted else 1.0, right / true if true else 1.0)


def _f1(name: str, precision: float, recall: float) -> dict[str, float]:
    total = precision + recall
    return {
        f"{name}_precision": precision,
        f"{name}_recall": recall,
        f"{name}_f1": 2 * precision * recall / total if total else 0.0,
    }
