"""Which pairs of nodes teach the model, and how many pairs each stands for.

Here: strata that together cover all pairs. Candidates of the blocking keys; others of one name or
one birth date, who are too rare among random pairs to be weighed by them; all others. The estimation
that counts them is in ``estimation``.
"""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from models.identity.estimation import Patterns
from models.identity.evidence import MACROS, pair_columns
from models.identity.families import most_twins
from models.identity.preparation import IDENTITY
from models.identity.scoring import TERM_COLUMNS, create_term_tables
from models.identity.settings import Comparison, comparisons

CANDIDATE_PAIRS = 250_000
"""About how many candidate pairs are counted; of more, a hash of their first node chooses."""

SHARED = ("full_name", "given_key", "family", "birth_text")
"""Columns of which two people often share one value; a stratum each, without those of the earlier."""

DRAWN_PAIRS = 40_000
"""About how many pairs are drawn per other stratum: they weigh only what is common there."""

_HASHES = 2.0**64


def count_patterns(
    con: duckdb.DuckDBPyConnection,
    terms: dict[str, dict[str, Any]],
    *,
    families: bool,
    seed: int,
    labels: pa.Table,
) -> Patterns:
    """Agreement patterns of all pairs of nodes, by strata.

    Args:
        con: the connection that holds ``nodes`` and ``candidates``.
        terms: term frequencies of the same nodes.
        families: whether people live together (``families.has_families``).
        seed: chooses the drawn pairs.
        labels: (record_id, person_id) of records whose person is known; may be empty.

    Returns:
        The patterns, in a fixed order. Candidates are open to estimation unless labelled; drawn
        pairs are taken as non-matches: one stands for a thousand, and must not outvote candidates.
    """
    create_term_tables(con, terms)
    _shuffle(con, seed, labels)
    scales = {
        "candidate": _draw_candidates(con),
        **{shared: _draw_neighbours(con, shared) for shared in SHARED},
    }
    _draw_others(con)
    con.execute("""
        create table counted_pairs as
        select * from drawn_pairs where stratum = 'candidate'
        union all
        select * from drawn_pairs anti join candidates using (join_key_l, join_key_r)
        where stratum <> 'candidate'
    """)
    scales["other"] = _scale_of_others(con, scales)
    counted = _count(con)
    most_kin = {"twins": most_twins(con), "housemates": np.inf if families else 1.0}
    return _as_patterns(counted, scales, most_kin)


def _shuffle(con: duckdb.DuckDBPyConnection, seed: int, labels: pa.Table) -> None:
    """Table ``shuffled``: each node with a place by hash, its full name and its label.

    The hash is of what the node says and not of its ids: those of engagements hold a secret key, and
    what is learnt must not depend on it. Nodes that say the same are numbered.
    """
    con.register("labels_in", labels)
    con.execute(f"""
        create table shuffled as
        with labelled as (
            select record_id as first_id, min(person_id) as person_id from labels_in group by 1
        ),
        hashed as (
            select *, md5_number_lower(concat(row({IDENTITY})::varchar, '#{seed}')) as said from nodes
        )
        select node, person_id, given_key || '|' || family as full_name, given_key, family, birth_text,
            md5_number_lower(concat(said, '#', row_number() over (partition by said order by node)))
                as place
        from hashed left join labelled using (first_id)
    """)
    con.execute("""
        create table drawn_pairs (
            join_key_l bigint, join_key_r bigint, weight bigint, stratum varchar)
    """)


def _draw_candidates(con: duckdb.DuckDBPyConnection) -> float:
    """Draw candidates; returns how many each stands for."""
    candidates = con.execute("select count(*) from candidates").fetchall()[0][0]
    bound = min(1.0, CANDIDATE_PAIRS / max(candidates, 1)) * _HASHES
    con.execute(
        """
        insert into drawn_pairs
        select join_key_l, join_key_r, 1, 'candidate' from candidates
        join shuffled on node = join_key_l where place <= ?::double
        """,
        [bound],
    )
    drawn = con.execute("select count(*) from drawn_pairs").fetchall()[0][0]
    return float(candidates / max(drawn, 1))


def _draw_neighbours(con: duckdb.DuckDBPyConnection, shared: str) -> float:
    """Draw nodes with the next that shares a value; returns what their weights are to be scaled by.

    Pairs of an earlier stratum are left out. n nodes of one value are n - 1 neighbours and
    n (n - 1) / 2 pairs. A weight is n, twice what a neighbour stands for, so that sums stay whole and
    exact.
    """
    con.execute(f"""
        create or replace table neighbours as
        with neighbours as (
            select node as one, lead(node) over by_value as other, place,
                count(*) over (partition by {shared}) as weight
            from shuffled where {shared} is not null
            window by_value as (partition by {shared} order by place)
        )
        select * from neighbours where other is not null
    """)
    earlier = SHARED[: SHARED.index(shared)]
    differs = "".join(f" and (l.{column} = r.{column}) is not true" for column in earlier)
    con.execute(f"""
        insert into drawn_pairs
        select least(one, other), greatest(one, other), weight, '{shared}'
        from (from neighbours order by place limit {DRAWN_PAIRS})
        join shuffled as l on l.node = one join shuffled as r on r.node = other{differs}
    """)
    all_of_them = con.execute("select count(*) from neighbours").fetchall()[0][0]
    return 0.5 * float(max(all_of_them / DRAWN_PAIRS, 1.0))


def _draw_others(con: duckdb.DuckDBPyConnection) -> None:
    """Nodes with their neighbours in the order of the hash, those who share a value left out."""
    nodes = con.execute(
        f"select node, {', '.join(SHARED)} from shuffled order by place limit {DRAWN_PAIRS}"
    ).fetchnumpy()
    count = len(nodes["node"])
    steps = max(1, min(DRAWN_PAIRS // max(count, 1), (count - 1) // 2))
    one = np.tile(np.arange(count), steps)
    other = np.concatenate([np.roll(np.arange(count), -step) for step in range(1, steps + 1)])
    differ = one != other
    for column in SHARED:
        values = np.ma.filled(nodes[column], "")
        differ &= (values[one] != values[other]) | (values[one] == "")
    one, other = nodes["node"][one[differ]], nodes["node"][other[differ]]
    con.register(
        "other_pairs", pa.table({"l": np.minimum(one, other), "r": np.maximum(one, other)})
    )
    con.execute("insert into drawn_pairs select distinct l, r, 1, 'other' from other_pairs")


def _scale_of_others(con: duckdb.DuckDBPyConnection, scales: dict[str, float]) -> float:
    """What each drawn pair that is in no other stratum stands for."""
    nodes = con.execute("select count(*) from nodes").fetchall()[0][0]
    drawn = dict(
        con.execute("select stratum, sum(weight) from counted_pairs group by 1").fetchall()
    )
    covered = sum(float(drawn.get(key, 0)) * scale for key, scale in scales.items())
    return float((nodes * (nodes - 1) / 2 - covered) / max(float(drawn.get("other", 0)), 1.0))


def _count(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """One row per pattern and stratum, with its weight as a whole number."""
    shown = ", ".join(f"{c.level_shown} as level_{c.name}" for c in comparisons())
    columns = (x for macro in MACROS for x in macro.columns)
    bits = ", ".join(
        f"case when level_{c.name} in ({', '.join(map(str, places))}) then"
        f" round(log2(greatest({column}_l.tf_{column}, {column}_r.tf_{column})))::integer end as bits_{c.name}"
        for c in comparisons()
        for column, places in _frequency_levels(c).items()
    )
    terms = " ".join(
        f"left join tf_{column} as {column}_{side} on {column}_{side}.{column} = pairs.{column}_{side}"
        for column in TERM_COLUMNS
        for side in "lr"
    )
    return con.execute(f"""
        with pairs as (
            select stratum, weight, join_key_l, join_key_r, {pair_columns(*columns, "mailbox_shared")}
            from counted_pairs
            join nodes as l on l.node = join_key_l join nodes as r on r.node = join_key_r
        ),
        shown as (select *, {shown} from pairs)
        select stratum, (one.person_id = other.person_id)::integer::double as label,
            columns('^level_'), {bits}, sum(weight)::bigint as weight
        from shown as pairs {terms}
        join shuffled as one on one.node = join_key_l
        join shuffled as other on other.node = join_key_r
        group by all order by all
    """).to_arrow_table()


def _frequency_levels(comparison: Comparison) -> dict[str, list[int]]:
    """Column with term frequencies -> places of the levels that they refine in full."""
    found: dict[str, list[int]] = {}
    for place, level in enumerate(comparison.levels):
        if level.frequencies and level.frequency_weight == 1:
            found.setdefault(level.frequencies, []).append(place)
    return found


def _as_patterns(
    counted: pa.Table, scales: dict[str, float], most_kin: dict[str, float]
) -> Patterns:
    """Counted rows as arrays; each pair weighs as many as it stands for."""
    named = {column: counted.column(column).to_numpy() for column in counted.column_names}
    levels, log_shares = [], []
    for c in comparisons():
        levels.append(named[f"level_{c.name}"])
        bits = named.get(f"bits_{c.name}", np.full(counted.num_rows, np.nan))
        log_shares.append(bits.astype(np.float64) * np.log(2))
    is_candidate = named["stratum"] == "candidate"
    label = named["label"].astype(np.float64)
    return Patterns(
        levels=np.column_stack(levels).astype(np.int64),
        log_shares=np.column_stack(log_shares),
        pairs=named["weight"] * np.array([scales[stratum] for stratum in named["stratum"]]),
        is_match=np.where(is_candidate, label, 0.0),
        is_labelled=is_candidate & ~np.isnan(label),
        most_kin=most_kin,
    )
