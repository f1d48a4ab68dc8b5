"""Which records are one person: scored pairs of records.

Here: using a fitted model. Fitting it is in ``training``; closing the pairs to clusters is in
``clustering``; giving the clusters lasting ids is in ``stable_ids``.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from models.identity.candidates import create_candidates
from models.identity.clustering import PAIR_SCHEMA, UNLIKELY
from models.identity.components import component_labels
from models.identity.connection import connect
from models.identity.evidence import BIRTH_DATE, EMAIL, PHONE, create_family_macro, pair_columns
from models.identity.increments import choose_all_pairs, choose_pairs, contents
from models.identity.preparation import Exclusions, load_nodes
from models.identity.scoring import open_linker
from models.identity.training import NO_LABELS, SCHEMA_VERSION, fit

CONTRADICTION = (
    f"({BIRTH_DATE.is_any('different')} or ({PHONE.is_any('other phone')} and "
    f"{EMAIL.is_any(*EMAIL.outcomes[2:])}))"
)
"""What keeps two records apart even where a chain of others connects them.

On synthetic people of two generators, pairs so connected were one person in 2 % of those with two
birth dates and in 17 % of those with other phone and e-mail, but in 93 % of those that merely had
two given names: these are nicknames.
"""


@dataclass(frozen=True)
class Linked:
    """What scoring gave, and what the next run needs in order to score only what changed.

    Attributes:
        pairs: person_pairs (``clustering.PAIR_SCHEMA``), by record ids.
        nodes: (first_id, content) of each distinct identity; content is a hash of all that is
            compared, its blocking keys included.
    """

    pairs: pa.Table
    nodes: pa.Table


def link(records: pa.Table, model: dict[str, Any], *, review: float = 0.5) -> pa.Table:
    """``link_changes`` of records that were never linked before; its pairs alone."""
    return link_changes(records, model, None, review=review).pairs


def link_changes(
    records: pa.Table, model: dict[str, Any], before: Linked | None, *, review: float = 0.5
) -> Linked:
    """Score all pairs of records that may be one person.

    Records that agree in all they say are one node; only nodes are compared. An e-mail or phone on
    more than ``preparation.SHARING_CAP`` nodes is nobody's, by the model's list and by these
    records.

    Args:
        records: the columns of int_identity__person_records; any but record_id may be all null.
        model: what ``training.train`` or ``training.prior_model`` returned.
        before: what this function gave for other records by the same model, review limit and code:
            pairs of nodes that are as they were then are not scored again. The result is the same.
        review: lowest probability of a pair that is reported, from ``clustering.UNLIKELY`` to 1.

    Returns:
        ``Linked``, with record_id_l < record_id_r in its pairs.
        decided_by ``model``: two nodes, named by their first records, with Splink's
        match_probability and match_weight (bits). Pairs below ``clustering.UNLIKELY`` appear only
        where a chain of reported pairs connects them and they contradict each other: ``cluster``
        keeps them apart.
        decided_by ``exact``: a node's first record with each of its others, probability 1, weight
        null, since nothing was scored.

    Raises:
        ValueError: a needed column is missing, record_id is null or repeated, ``review`` is out of
            range, or the model was made for another version of this room.
    """
    _check_version(model)
    _check_limit(review)
    with connect() as con:
        load_nodes(con, records, Exclusions.from_model(model))
        create_family_macro(con, families=model["has_families"])
        if before is None:
            create_candidates(con)
            pairs = choose_all_pairs(con)
        else:
            pairs = choose_pairs(con, before.nodes, before.pairs)
        return _score(con, model, pairs, review)


def fit_and_link(
    records: pa.Table, *, seed: int, review: float = 0.5
) -> tuple[dict[str, Any], Linked]:
    """What ``training.train`` and then ``link_changes`` give for these records.

    The same, sooner: records are prepared and blocked once, which is half of the time of either.
    """
    _check_limit(review)
    with connect() as con:
        model = fit(con, records, seed=seed, prior=None, labels=NO_LABELS)
        return model, _score(con, model, choose_all_pairs(con), review)


def _score(
    con: duckdb.DuckDBPyConnection, model: dict[str, Any], pairs: str, review: float
) -> Linked:
    linker = open_linker(con, model["settings"], model["term_frequencies"], pairs)
    scored = linker.inference.predict(warning_mode="never").physical_name
    _keep_reported(con, scored, review, CONTRADICTION if model["has_families"] else "false")
    reported = con.execute("""
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
    """).to_arrow_table()
    return Linked(reported.cast(PAIR_SCHEMA), contents(con))


def _check_limit(review: float) -> None:
    if not UNLIKELY <= review <= 1:
        raise ValueError(
            f"The review limit was {review} and must lie from {UNLIKELY} to 1: a pair below "
            f"{UNLIKELY} in the table means that its records are kept apart."
        )


def _check_version(model: dict[str, Any]) -> None:
    if model.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(
            f"The linkage model has schema version {model.get('schema_version')} and this room "
            f"reads {SCHEMA_VERSION}. Fit it anew with training.train."
        )


def _keep_reported(
    con: duckdb.DuckDBPyConnection, scored: str, review: float, contradiction: str
) -> None:
    """Table ``reported``: pairs from ``review`` up, and contradictions inside what those connect."""
    size = con.execute("select coalesce(max(node), 0) + 1 from nodes").fetchall()[0][0]
    likely = con.execute(
        f"""
        select node_l, node_r from {scored} where match_probability >= $review
        union all select node_l, node_r from kept where match_probability >= $review
        """,
        {"review": review},
    ).to_arrow_table()
    labels = component_labels(size, *(column.to_numpy() for column in likely.columns))
    con.register("components", pa.table({"node": np.arange(size), "component": labels}))
    sides = pair_columns(*BIRTH_DATE.columns, *EMAIL.columns, *PHONE.columns)
    con.execute(
        f"""
        create table reported as
        with unlikely as (
            select node_l, node_r, match_probability, match_weight, false as contradicts from {scored}
            where match_probability < {UNLIKELY}
            union all
            select node_l, node_r, match_probability, match_weight, true from kept
            where match_probability < {UNLIKELY}
        ),
        inside as (
            select unlikely.* from unlikely
            join components as l on l.node = node_l
            join components as r on r.node = node_r and r.component = l.component
        ),
        described as (
            select node_l, node_r, match_probability, match_weight, contradicts, {sides} from inside
            join nodes as l on l.node = node_l join nodes as r on r.node = node_r
        )
        select node_l, node_r, match_probability, match_weight from {scored}
        where match_probability >= $review
        union all
        select node_l, node_r, match_probability, match_weight from kept
        where match_probability >= $review
        union all
        select node_l, node_r, match_probability, match_weight from described
        where contradicts or {contradiction}
        """,
        {"review": review},
    )
