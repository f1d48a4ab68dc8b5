"""From pairs to clusters: which records end up as one person or company.

Here: the closure of the pairs that reach the threshold, cut where it would put together what the
pairs themselves say is apart. Scoring the pairs is in ``resolution`` and ``companies``.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.identity.bridges import weak_bridges
from models.identity.components import component_labels

UNLIKELY = 0.5
"""Below this match probability a pair is rather two than one. A table of pairs holds such a pair
only if its records contradict each other, or a steward keeps them apart: they must not end in one
cluster."""

TORN = 2.0
"""Bits by which a record must fit one of two people better, to belong to either."""

PAIR_SCHEMA = pa.schema(
    [
        ("record_id_l", pa.string()),
        ("record_id_r", pa.string()),
        ("match_probability", pa.float64()),
        ("match_weight", pa.float64()),
        ("decided_by", pa.string()),
    ]
)

_Ints = npt.NDArray[np.int64]


def cluster(
    record_ids: pa.ChunkedArray | pa.Array, pairs: pa.Table, *, threshold: float
) -> pa.Table:
    """Close the pairs that reach the threshold to clusters.

    Where a cluster would hold a pair that is to be kept apart, its pairs are joined one by one, the
    surest first (steward, exact, then by weight), and one that would bring such a pair together is
    left out: the weakest bridge is cut. A record that fits both of two such people about equally
    well is left on its own. A pair that alone joins two groups of records is cut too if it is weak
    (``bridges``).

    Args:
        record_ids: all records, each once, in any order.
        pairs: person_pairs or company pairs (``PAIR_SCHEMA``), in any order.
        threshold: lowest match_probability that joins, from ``UNLIKELY`` to 1.

    Returns:
        (record_id, cluster_id), each record once, by record_id; a cluster is named by its smallest
        record id. The same for any order of the inputs.

    Raises:
        ValueError: the threshold is out of range, or a pair names a record that is not among
            ``record_ids``.
    """
    if not UNLIKELY <= threshold <= 1:
        raise ValueError(
            f"The threshold was {threshold} and must lie from {UNLIKELY} to 1: pairs below "
            f"{UNLIKELY} are reported to be kept apart, not to be joined."
        )
    ids = pc.take(record_ids, pc.sort_indices(record_ids))
    left, right = (_positions(ids, pairs.column(c)) for c in ("record_id_l", "record_id_r"))
    probability = pairs.column("match_probability").to_numpy()
    joins, conflicts = probability >= threshold, probability < UNLIKELY
    labels = component_labels(len(ids), left[joins], right[joins])
    together = labels[left] == labels[right]
    if (together & conflicts).any():
        in_conflict = np.isin(labels[left], labels[left[together & conflicts]]) & together
        order = _surest_first(pairs, left, right)
        to_join = order[(in_conflict & joins)[order]]
        apart = np.flatnonzero(in_conflict & conflicts)
        to_join = _without_torn(left, right, pairs, to_join, apart)
        kept = _join_without_conflict(left, right, to_join, apart)
        joins = joins & ~in_conflict
        joins[kept] = True
    joins[_bridging(len(ids), left, right, pairs, joins, threshold)] = False
    labels = component_labels(len(ids), left[joins], right[joins])
    _, first, cluster_of = np.unique(labels, return_index=True, return_inverse=True)
    return pa.table({"record_id": ids, "cluster_id": pc.take(ids, pa.array(first[cluster_of]))})


def _bridging(
    size: int,
    left: _Ints,
    right: _Ints,
    pairs: pa.Table,
    joins: npt.NDArray[np.bool_],
    threshold: float,
) -> _Ints:
    """Rows of the pairs that join, but are too weak for what they join."""
    is_scored = pc.equal(pairs.column("decided_by"), "model").to_numpy()
    is_sure = joins & ~is_scored
    node_of = component_labels(size, left[is_sure], right[is_sure])
    one, other = node_of[left], node_of[right]
    rows = np.flatnonzero(joins & is_scored & (one != other))
    weight = pairs.column("match_weight").to_numpy()[rows]
    return rows[weak_bridges(one[rows], other[rows], weight, threshold)]


def _positions(ids: pa.ChunkedArray, named: pa.ChunkedArray) -> _Ints:
    found = pc.index_in(named, value_set=ids)
    if found.null_count:
        raise ValueError(
            f"{found.null_count} pairs name a record that is not among the records to cluster. "
            "Link and cluster the same records."
        )
    positions: _Ints = found.to_numpy().astype(np.int64)
    return positions


def _surest_first(pairs: pa.Table, left: _Ints, right: _Ints) -> _Ints:
    """Row numbers of the pairs: steward, exact, then falling weight; ties by record."""
    decided_by = pairs.column("decided_by")
    rank = 2 - pc.index_in(decided_by, value_set=pa.array(["model", "exact", "steward"])).to_numpy()
    weight = pairs.column("match_weight").to_numpy()
    return np.lexsort((right, left, -np.nan_to_num(weight), rank))


def _without_torn(
    left: _Ints, right: _Ints, pairs: pa.Table, to_join: _Ints, apart: _Ints
) -> _Ints:
    """Rows of ``to_join`` but for records that fit two people, who are apart, about equally well."""
    weight = pairs.column("match_weight").to_numpy()
    row_of: dict[int, dict[int, int]] = {}
    for row in to_join:
        one, other = int(left[row]), int(right[row])
        row_of.setdefault(one, {})[other] = int(row)
        row_of.setdefault(other, {})[one] = int(row)
    torn: set[int] = set()
    for row in apart:
        to_one, to_other = row_of.get(int(left[row]), {}), row_of.get(int(right[row]), {})
        for node in to_one.keys() & to_other.keys():
            both = to_one[node], to_other[node]
            if abs(weight[both[0]] - weight[both[1]]) < TORN:
                torn.update(both)
    return np.array([row for row in to_join if int(row) not in torn], dtype=np.int64)


def _join_without_conflict(left: _Ints, right: _Ints, joined: _Ints, apart: _Ints) -> list[int]:
    """Rows of ``joined`` that can be kept, taken in order, so that no row of ``apart`` closes."""
    leader: dict[int, int] = {}
    enemies: dict[int, set[int]] = {}
    for row in apart:
        one, other = int(left[row]), int(right[row])
        enemies.setdefault(one, set()).add(other)
        enemies.setdefault(other, set()).add(one)

    def find(node: int) -> int:
        while leader.setdefault(node, node) != node:
            leader[node] = node = leader[leader[node]]
        return node

    kept = []
    for row in joined:
        one, other = find(int(left[row])), find(int(right[row]))
        if other in enemies.get(one, ()):
            continue
        kept.append(int(row))
        if one == other:
            continue
        leader[other] = one
        for enemy in enemies.pop(other, set()):
            enemies[enemy].discard(other)
            enemies[enemy].add(one)
            enemies.setdefault(one, set()).add(enemy)
    return kept
