"""Fitting the linkage model to the records at hand.

Here: which pairs are counted, what is pinned with the model, when the data cannot teach and the
prior speaks. The estimation itself is in ``estimation``; using a model is in ``resolution``.
"""

import hashlib
import json
from importlib import resources
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from models.identity.estimation import Estimate, Patterns, estimate
from models.identity.preparation import Exclusions, connect, load_nodes
from models.identity.scoring import TERM_COLUMNS, open_linker, term_frequencies
from models.identity.settings import comparisons, splink_settings

SCHEMA_VERSION = 1

MIN_RECORDS = 500
"""Fewer records cannot teach: the prior is used, with the exclusions found in the records."""

CANDIDATE_PAIRS = 400_000
"""Most candidate pairs that are counted; more are sampled by hash."""

RANDOM_PAIRS = 40_000
"""Pairs drawn outside the candidates: only common levels are weighed by them, so few suffice."""

COUNTING = {
    "retain_matching_columns": True,
    "retain_intermediate_calculation_columns": True,
}
"""Splink's switches under which a scored pair shows its levels and term frequencies."""


def prior_model() -> dict[str, Any]:
    """The model that ships with the project, fitted to synthetic Nordic customers."""
    text = resources.files("models.identity").joinpath("prior.json").read_text("utf-8")
    model: dict[str, Any] = json.loads(text)
    return model


def train(records: pa.Table, *, seed: int, prior: dict[str, Any] | None = None) -> dict[str, Any]:
    """Fit the linkage model to person records.

    The result does not depend on the order of rows, and equals itself on every run: pairs are
    drawn by hash, sums are taken in a fixed order, probabilities are rounded to six digits.

    Args:
        records: the columns of int_identity__person_records, any but record_id may be all null.
        seed: chooses the random pairs; any integer.
        prior: a model to start from; the shipped one if None.

    Returns:
        The model as JSON-able data: ``settings`` (Splink's), ``term_frequencies`` per column,
        ``exclusions``, ``trained_on`` (records, nodes, pairs, whether the prior was kept),
        ``fingerprint`` of the records, ``schema_version``.

    Raises:
        ValueError: a needed column is missing, or record_id is null or repeated.
    """
    base = prior_model() if prior is None else prior
    with connect() as con:
        excluded = load_nodes(con, records, Exclusions())
        nodes = con.execute("select count(*) from nodes").fetchall()[0][0]
        model = {
            "schema_version": SCHEMA_VERSION,
            "fingerprint": fingerprint(con),
            "exclusions": {
                "emails": list(excluded.emails),
                "phones": list(excluded.phones),
                "birth_dates": list(excluded.birth_dates),
            },
        }
        if records.num_rows < MIN_RECORDS or nodes < MIN_RECORDS:
            kept = {key: base[key] for key in ("settings", "term_frequencies")}
            return model | kept | {"trained_on": _account(records.num_rows, nodes, None)}
        terms = {column: term_frequencies(con, column) for column in TERM_COLUMNS}
        patterns = _count_patterns(con, base["settings"], terms, nodes, seed)
        prior_estimate = read_estimate(base["settings"])
        fitted = estimate(patterns, comparisons(), prior_estimate, min_share=0.01 / nodes)
        return model | {
            "settings": splink_settings(fitted.match, fitted.chance, float(f"{fitted.share:.6g}")),
            "term_frequencies": terms,
            "trained_on": _account(records.num_rows, nodes, fitted),
        }


def read_estimate(settings: dict[str, Any]) -> Estimate:
    """The probabilities held in Splink settings that ``splink_settings`` wrote."""
    match: dict[str, dict[str, float]] = {}
    chance: dict[str, dict[str, float]] = {}
    for comparison in settings["comparisons"]:
        levels = [x for x in comparison["comparison_levels"] if not x.get("is_null_level")]
        name = comparison["output_column_name"]
        match[name] = {x["label_for_charts"]: x["m_probability"] for x in levels}
        chance[name] = {x["label_for_charts"]: x["u_probability"] for x in levels}
    share = settings["probability_two_random_records_match"]
    return Estimate(match, chance, share, matched_pairs=0.0, iterations=0)


def fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """Digest of the prepared records, equal for equal records in any order."""
    digest = hashlib.sha256()
    rows = con.execute("""
        select count(*), sum(md5_number_lower(concat_ws('|', record_id, given, family, birth_date,
            email, phone, street, house_no, postal, city))::hugeint) from people
    """).fetchall()
    digest.update(repr(rows).encode())
    return digest.hexdigest()


def _account(records: int, nodes: int, fitted: Estimate | None) -> dict[str, Any]:
    return {
        "records": records,
        "nodes": nodes,
        "prior_kept": fitted is None,
        "matched_pairs": round(fitted.matched_pairs) if fitted else None,
        "iterations": fitted.iterations if fitted else None,
    }


def _count_patterns(
    con: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    terms: dict[str, dict[str, Any]],
    nodes: int,
    seed: int,
) -> Patterns:
    """Agreement patterns of candidate pairs and of a sample of all other pairs."""
    linker = open_linker(con, settings | COUNTING, terms)
    blocked = linker.inference.compute_blocked_pairs_for_predict().physical_name
    weights = _draw_pairs(con, blocked, nodes, seed)
    linker.table_management.register_blocked_pairs_for_predict(
        linker._db_api.register("counted_pairs")
    )
    predicted = linker.inference.predict(warning_mode="never").physical_name
    gammas = ", ".join(f"gamma_{c.name}" for c in comparisons())
    shares = ", ".join(
        f"case when gamma_{c.name} = {len(c.levels) - 1}"
        f" then round(log2(greatest(tf_{column}_l, tf_{column}_r)))::integer end as bits_{c.name}"
        for c in comparisons()
        if (column := c.levels[0].frequencies)
    )
    table = con.execute(f"""
        select match_key as stratum, {gammas}, {shares}, count(*)::double as pairs
        from {predicted} group by all order by all
    """).fetch_arrow_table()
    globals()["LASTW"] = weights
    return _as_patterns(table, weights)


def _as_patterns(table: pa.Table, weights: dict[str, float]) -> Patterns:
    """Counted rows as arrays; each sampled pair weighs as many as it stands for."""
    named = {column: table.column(column).to_numpy() for column in table.column_names}
    levels, log_shares = [], []
    for c in comparisons():
        gamma = named[f"gamma_{c.name}"]
        levels.append(np.where(gamma < 0, -1, len(c.levels) - 1 - gamma))
        bits = named.get(f"bits_{c.name}", np.full(len(gamma), np.nan))
        log_shares.append(bits.astype(np.float64) * np.log(2))
    return Patterns(
        levels=np.column_stack(levels).astype(np.int64),
        log_shares=np.column_stack(log_shares),
        pairs=named["pairs"] * np.array([weights[stratum] for stratum in named["stratum"]]),
        is_candidate=named["stratum"] == "candidate",
    )


def _draw_pairs(
    con: duckdb.DuckDBPyConnection, blocked: str, nodes: int, seed: int
) -> dict[str, float]:
    """Table ``counted_pairs``, and how many pairs each one of a stratum stands for.

    Three strata cover all pairs: candidates of the blocking keys; other namesakes, who are too rare
    among random pairs to be weighed by them; all others.
    """
    con.execute(f"""
        create table drawn_pairs (join_key_l bigint, join_key_r bigint, stratum varchar);
        insert into drawn_pairs select join_key_l, join_key_r, 'candidate' from {blocked}
            order by md5(join_key_l || '-' || join_key_r || '-{seed}') limit {CANDIDATE_PAIRS};
        create table shuffled as
            select node, given_key || '|' || family as name, md5(node || '-{seed}') as place
            from nodes
    """)
    _draw_neighbours(con, "select node from shuffled where name is not null order by name, place", "namesake", 4)
    _draw_neighbours(con, "select node from shuffled order by place", "other", 1)
    con.execute(f"""
        create table counted_pairs as
        with named as (
            select drawn_pairs.*, coalesce(l.name = r.name, false) as are_namesakes
            from drawn_pairs
            join shuffled as l on l.node = join_key_l join shuffled as r on r.node = join_key_r
        )
        select join_key_l, join_key_r, stratum as match_key from named
        where stratum = 'candidate' or (
            are_namesakes = (stratum = 'namesake')
            and not exists (from {blocked} as b where b.join_key_l = named.join_key_l
                and b.join_key_r = named.join_key_r))
    """)
    candidates, namesakes, blocked_namesakes = con.execute(f"""
        select (select count(*) from {blocked}),
            (select coalesce(sum(n * (n - 1) / 2), 0)
                from (select count(*) as n from shuffled where name is not null group by name)),
            (select count(*) from {blocked} join shuffled as l on l.node = join_key_l
                join shuffled as r on r.node = join_key_r where l.name = r.name)
    """).fetchall()[0]
    total = {
        "candidate": candidates,
        "namesake": namesakes - blocked_namesakes,
        "other": nodes * (nodes - 1) / 2 - candidates - (namesakes - blocked_namesakes),
    }
    counts = con.execute("select match_key, count(*) from counted_pairs group by 1").fetchall()
    return {stratum: float(total[stratum]) / drawn for stratum, drawn in counts}


def _draw_neighbours(con: duckdb.DuckDBPyConnection, query: str, stratum: str, steps: int) -> None:
    """Add pairs of nodes that stand near each other in the order of ``query``."""
    nodes = con.execute(f"{query} limit {RANDOM_PAIRS}").fetchnumpy()["node"]
    steps = max(1, min(RANDOM_PAIRS // max(len(nodes), 1), (len(nodes) - 1) // 2))
    one = np.tile(nodes, steps)
    other = np.concatenate([np.roll(nodes, -step) for step in range(1, steps + 1)])
    pairs = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
    con.register("neighbours", pa.table({"l": pairs[:, 0], "r": pairs[:, 1]}))
    con.execute(f"insert into drawn_pairs select l, r, '{stratum}' from neighbours where l <> r")
