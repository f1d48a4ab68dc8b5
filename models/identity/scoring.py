"""Splink on prepared nodes: the one place that opens a linker.

Here: term frequencies, and a linker over the table ``nodes`` with a model's settings that scores
the pairs it is given. Which pairs those are is in ``candidates`` and ``increments``.
"""

from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

TERM_COLUMNS = ("given", "family")
"""Columns whose values weigh by their rarity."""

TERM_LIMIT = 5_000
"""Most names whose frequency is pinned; all rarer ones share one frequency."""


LEAST_SHARE = 1e-4
"""Lowest share of a name, whatever the data say: rare names run in families, so two bearers of one
are no more independent than two bearers of a name that one in 10,000 has."""


def term_frequencies(con: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    """Share of named nodes per common value of ``column``, and one share for all rarer ones.

    Values on fewer than three nodes are not listed: they say little more than "rare", and a model
    file should not list people.
    """
    rows = con.execute(f"""
        select {column}, count(*) as nodes from nodes where {column} is not null
        group by 1 having count(*) > 2 order by nodes desc, {column} limit {TERM_LIMIT}
    """).fetchall()
    named = con.execute(f"select count({column}) from nodes").fetchall()[0][0]
    rarest_listed = rows[-1][1] if rows else 2
    return {
        "values": {
            value: _six_digits(share)
            for value, count in rows
            if (share := count / named) >= LEAST_SHARE
        },
        "rare": _six_digits(max(max(1.5, rarest_listed / 2) / max(named, 1), LEAST_SHARE)),
    }


def open_linker(
    con: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    terms: dict[str, dict[str, Any]],
    pairs: str,
) -> Linker:
    """A Splink linker over ``nodes`` and these pairs, whose term frequencies are the given ones.

    Args:
        con: the connection that holds ``nodes`` (see ``preparation``).
        settings: what ``settings.splink_settings`` returned.
        terms: per column of ``TERM_COLUMNS`` what ``term_frequencies`` returned.
        pairs: table with join_key_l and join_key_r (nodes, the smaller one left): what it scores.
    """
    api = DuckDBAPI(con)
    con.execute(f"""
        create or replace view nodes_to_score as
        select * from nodes where node in (
            select join_key_l from {pairs} union all select join_key_r from {pairs})
    """)
    linker = Linker(
        api.register("nodes_to_score"), settings, validate_settings=False, log_level="WARNING"
    )
    create_term_tables(con, terms)
    for column in TERM_COLUMNS:
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
    _register_pairs(linker, con, pairs)
    return linker


def create_term_tables(con: duckdb.DuckDBPyConnection, terms: dict[str, dict[str, Any]]) -> None:
    """Create ``tf_<column>`` per column of ``TERM_COLUMNS``: each value of the nodes and its share."""
    for column in TERM_COLUMNS:
        pinned = terms[column]
        con.register(
            f"pinned_{column}",
            pa.table(
                {
                    column: pa.array(pinned["values"].keys(), pa.string()),
                    "share": pa.array(pinned["values"].values(), pa.float64()),
                }
            ),
        )
        con.execute(f"""
            create or replace table tf_{column} as
            select {column}, coalesce(share, {pinned["rare"]}) as tf_{column}
            from (select distinct {column} from nodes where {column} is not null)
            left join pinned_{column} using ({column})
        """)


def _register_pairs(linker: Linker, con: duckdb.DuckDBPyConnection, pairs: str) -> None:
    con.execute(f"""
        create or replace view pairs_to_score as
        select join_key_l, join_key_r, '{pairs}' as match_key from {pairs}
    """)
    registered = linker.table_management.register_blocked_pairs_for_predict(
        DuckDBAPI(con).register("pairs_to_score")
    )
    # Splink would copy both sides' records first, which pays for a few pairs of many records;
    # here it doubled the time (2.7 s instead of 1.5 s for 280,000 pairs of 200,000 nodes).
    registered.metadata["registered_for_predict"] = False


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")
