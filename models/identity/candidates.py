"""Pairs of nodes that are compared: those that share a blocking key.

Here: finding them. Which keys there are, and why, is in ``blocking``; their values on each node are
made in ``preparation``.

Splink blocks too, rule by rule, and asks of each pair whether an earlier rule found it: 1.7 to 2.5 s
for 956,000 nodes and these keys, where one union takes 1.0 s and serves training and scoring.
"""

import duckdb

from models.identity.blocking import blocking_keys


def create_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """Create ``candidates`` on ``con``, which holds ``nodes``: all pairs that share a key."""
    create_pairs(con, "candidates", "nodes", "nodes", "l.node < r.node")


def create_pairs(
    con: duckdb.DuckDBPyConnection, table: str, some: str, others: str, which: str
) -> None:
    """Create ``table`` with each pair (join_key_l, join_key_r) of nodes that share a blocking key.

    Args:
        con: the connection that holds both.
        table: name of the new table; the smaller node is left.
        some: relation with the columns of ``nodes``, ``l`` in ``which``.
        others: another, ``r``.
        which: SQL condition that keeps a node from being paired with itself, or a pair from twice.
    """
    found = " union ".join(
        f"select least(l.node, r.node), greatest(l.node, r.node) from {some} as l "
        f"join {others} as r on r.{key.name} = l.{key.name} and {which}"
        for key in blocking_keys()
    )
    con.execute(f"create table {table} (join_key_l bigint, join_key_r bigint)")
    con.execute(f"insert into {table} {found}")
