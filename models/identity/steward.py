"""What people decided about two records: it wins over everything that was computed.

Where the decisions come from is ``dagster_project.decisions``; how pairs become clusters, with a
steward's first, is ``clustering``.
"""

import itertools

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.identity.clustering import PAIR_SCHEMA, UNLIKELY
from models.identity.components import component_labels

MUST_LINK, CANNOT_LINK = "must_link", "cannot_link"

DECISION_SCHEMA = pa.schema(
    [("record_id", pa.string()), ("other_record_id", pa.string()), ("decision", pa.string())]
)


def decide(record_ids: pa.ChunkedArray, pairs: pa.Table, decisions: pa.Table) -> pa.Table:
    """The pairs with what people decided in the place of what was computed.

    What must be linked has probability 1, what cannot be 0; both have no weight and are
    ``decided_by`` steward. Between records that people said are one, nothing computed keeps apart.

    Args:
        record_ids: all records; a decision about any other has no effect.
        pairs: person_pairs or company pairs (``clustering.PAIR_SCHEMA``).
        decisions: ``DECISION_SCHEMA``; decision is ``MUST_LINK`` or ``CANNOT_LINK``.

    Returns:
        ``clustering.PAIR_SCHEMA``, by record ids; record_id_l < record_id_r.
    """
    known = pc.and_(
        pc.is_in(decisions["record_id"], value_set=record_ids),
        pc.is_in(decisions["other_record_id"], value_set=record_ids),
    )
    decisions = decisions.filter(known)
    if not decisions.num_rows:
        return pairs
    decided = _as_pairs(decisions)
    pairs = _spelled_out(pairs, decided)
    ids = pc.unique(
        pa.chunked_array(
            [c.combine_chunks() for t in (pairs, decided) for c in _sides(t)], pa.string()
        )
    )
    must = decided.filter(pc.equal(decided["match_probability"], 1.0))
    said_one = pa.concat_tables([must, pairs.filter(pc.equal(pairs["decided_by"], "exact"))])
    group = component_labels(len(ids), *_positions(ids, said_one))
    left, right = _positions(ids, pairs)
    overruled = (group[left] == group[right]) & (pairs["match_probability"].to_numpy() < UNLIKELY)
    keys, decided_keys = _keys(pairs), _keys(decided)
    overruled |= pc.is_in(keys, value_set=decided_keys).to_numpy(zero_copy_only=False)
    kept = pairs.filter(pa.array(~overruled))
    return pa.concat_tables([kept, decided]).sort_by(
        [("record_id_l", "ascending"), ("record_id_r", "ascending")]
    )


def contradicted(decisions: pa.Table) -> list[int]:
    """Row numbers of ``CANNOT_LINK`` decisions about two records that others say are one."""
    decided = _as_pairs(decisions, is_distinct=False)
    ids = pc.unique(pa.chunked_array([c.combine_chunks() for c in _sides(decided)], pa.string()))
    is_must = pc.equal(decisions["decision"], MUST_LINK)
    group = component_labels(len(ids), *_positions(ids, decided.filter(is_must)))
    left, right = _positions(ids, decided)
    together = (group[left] == group[right]) & ~is_must.to_numpy()
    return [int(row) for row in np.flatnonzero(together)]


def _spelled_out(pairs: pa.Table, decided: pa.Table) -> pa.Table:
    """The pairs with every pair of a node of which a record cannot be linked with some other.

    A node of equal records is told by its first one: were that taken out, the others would fall
    apart. So all pairs of such a node are written out, each of its records standing for it.
    """
    cannot = decided.filter(pc.equal(decided["match_probability"], 0.0))
    named = pc.unique(pa.chunked_array([c.combine_chunks() for c in _sides(cannot)], pa.string()))
    is_exact = pc.equal(pairs["decided_by"], "exact")
    nodes: dict[str, list[str]] = {}
    for row in pairs.filter(is_exact).select(["record_id_l", "record_id_r"]).to_pylist():
        nodes.setdefault(row["record_id_l"], [row["record_id_l"]]).append(row["record_id_r"])
    touched = set(named.to_pylist())
    nodes = {first: records for first, records in nodes.items() if touched.intersection(records)}
    if not nodes:
        return pairs
    firsts = pa.array(list(nodes), pa.string())
    is_of_one = pc.or_(*(pc.is_in(side, value_set=firsts) for side in _sides(pairs)))
    rows = []
    for row in pairs.filter(pc.and_(is_of_one, pc.invert(is_exact))).to_pylist():
        for one in nodes.get(row["record_id_l"], [row["record_id_l"]]):
            for other in nodes.get(row["record_id_r"], [row["record_id_r"]]):
                rows.append(row | {"record_id_l": min(one, other), "record_id_r": max(one, other)})
    for records in nodes.values():
        for one, other in itertools.combinations(sorted(records), 2):
            exact = (one, other, 1.0, None, "exact")
            rows.append(dict(zip(PAIR_SCHEMA.names, exact, strict=True)))
    others = pairs.filter(pc.invert(is_of_one))
    return pa.concat_tables([others, pa.Table.from_pylist(rows, schema=PAIR_SCHEMA)])


def _as_pairs(decisions: pa.Table, *, is_distinct: bool = True) -> pa.Table:
    one, other = decisions["record_id"], decisions["other_record_id"]
    probability = pc.cast(pc.equal(decisions["decision"], MUST_LINK), pa.float64())
    count = decisions.num_rows
    columns = [
        pc.min_element_wise(one, other),
        pc.max_element_wise(one, other),
        probability,
        pa.nulls(count, pa.float64()),
        pa.array(["steward"] * count, pa.string()),
    ]
    table = pa.table(columns, schema=PAIR_SCHEMA)
    if not is_distinct:
        return table
    by_pair = table.group_by(table.column_names, use_threads=False).aggregate([])
    return by_pair.select(PAIR_SCHEMA.names).cast(PAIR_SCHEMA)


def _sides(pairs: pa.Table) -> list[pa.ChunkedArray]:
    return [pairs["record_id_l"], pairs["record_id_r"]]


def _positions(ids: pa.Array, pairs: pa.Table) -> list[npt.NDArray[np.int64]]:
    return [pc.index_in(side, value_set=ids).to_numpy().astype(np.int64) for side in _sides(pairs)]


def _keys(pairs: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*_sides(pairs), "\x1f")
