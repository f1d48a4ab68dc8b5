"""Which records are one person: scored pairs of records.

Here: using a fitted model. Fitting it is in ``training``; closing the pairs to clusters is in
``clustering``; giving the clusters lasting ids is in ``stable_ids``.
"""

from typing import Any

import duckdb
import pyarrow as pa

from models.identity.clustering import PAIR_SCHEMA, reported
from models.identity.preparation import Exclusions, connect, load_nodes
from models.identity.scoring import open_linker
from models.identity.training import SCHEMA_VERSION


def link(records: pa.Table, model: dict[str, Any], *, review: float = 0.5) -> pa.Table:
    """Score all pairs of records that may be one person.

    Records that agree in all they say are one node; only nodes are compared. An e-mail or phone on
    more than ``preparation.SHARING_CAP`` nodes is nobody's, by the model's list and by these
    records.

    Args:
        records: the columns of int_identity__person_records; any but record_id may be all null.
        model: what ``training.train`` or ``training.prior_model`` returned.
        review: lowest probability of a pair that is reported, in (0, 1).

    Returns:
        person_pairs (``clustering.PAIR_SCHEMA``), by record ids; record_id_l < record_id_r.
        decided_by ``model``: two nodes, named by their first records, with Splink's
        match_probability and match_weight (bits). Pairs below ``review`` appear only as conflicts:
        a chain of reported pairs connects them, yet they score at most ``clustering.CONFLICT``.
        decided_by ``exact``: a node's first record with each of its others, probability 1, weight
        null, since nothing was scored.

    Raises:
        ValueError: a needed column is missing, record_id is null or repeated, or the model was
            made for another version of this room.
    """
    _check_version(model)
    with connect() as con:
        load_nodes(con, records, Exclusions.from_model(model))
        linker = open_linker(con, model["settings"], model["term_frequencies"])
        scored = linker.inference.predict(warning_mode="never").physical_name
        _keep_reported(con, scored, review)
        return con.execute("""
            with pairs as (
                select l.first_id as one, r.first_id as other, match_probability, match_weight,
                    'model' as decided_by
                from reported
                join nodes as l on l.node = reported.node_l
                join nodes as r on r.node = reported.node_r
                union all
                select first_id, record_id, 1.0, null, 'exact'
                from members where first_id <> record_id
            )
            select least(one, other) as record_id_l, greatest(one, other) as record_id_r,
                match_probability, match_weight, decided_by
            from pairs order by 1, 2
        """).fetch_arrow_table().cast(PAIR_SCHEMA)


def _check_version(model: dict[str, Any]) -> None:
    if model.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(
            f"The linkage model has schema version {model.get('schema_version')} and this room "
            f"reads {SCHEMA_VERSION}. Fit it anew with the job train_identity."
        )


def _keep_reported(con: duckdb.DuckDBPyConnection, scored: str, review: float) -> None:
    """Table ``reported``: the scored pairs that are worth telling."""
    size = con.execute("select coalesce(max(node), 0) + 1 from nodes").fetchall()[0][0]
    pairs = con.execute(
        f"select node_l, node_r, match_probability, match_weight from {scored}"  # noqa: S608
    ).fetchnumpy()
    keep = reported(size, pairs["node_l"], pairs["node_r"], pairs["match_probability"], review)
    con.register("reported", pa.table({name: values[keep] for name, values in pairs.items()}))
