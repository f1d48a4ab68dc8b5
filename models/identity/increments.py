"""Scoring only what changed: which pairs of nodes must be scored, and which are known already.

A pair of nodes that are as they were, by the same model, has the score that it had. What a node says
includes its blocking keys and the values that too many share, so a value that crosses the sharing cap
changes every node that holds it. Exactness rests on that, and is tested by comparing whole results.
"""

import duckdb
import numpy as np
import pyarrow as pa

from models.identity.candidates import create_candidates, create_pairs
from models.identity.clustering import UNLIKELY
from models.identity.components import component_labels

MOST_CHANGED = 0.2
"""Share of changed nodes from which scoring all pairs is no slower."""

_CONTENTS = "select first_id, hash(n) as content from (select * exclude (node) from nodes) as n"
_KEPT = "node_l bigint, node_r bigint, match_probability double, match_weight double"


def contents(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """(first_id, content) of each node: a hash of everything it is compared and blocked by."""
    return con.execute(f"{_CONTENTS} order by first_id").to_arrow_table()


def choose_all_pairs(con: duckdb.DuckDBPyConnection) -> str:
    """The table of pairs to score: all candidates; table ``kept`` is empty."""
    con.execute(f"create table kept ({_KEPT})")
    return "candidates"


def choose_pairs(con: duckdb.DuckDBPyConnection, nodes: pa.Table, pairs: pa.Table) -> str:
    """The table of pairs to score; table ``kept`` has the others, as they were scored.

    Scored are pairs of changed nodes with any other, and pairs among the nodes that those may draw
    into one component: there, two unchanged nodes may contradict each other for the first time.

    Args:
        con: the connection that holds ``nodes``.
        nodes: (first_id, content) of the run before.
        pairs: its pairs.

    Returns:
        Name of a table with join_key_l and join_key_r.
    """
    con.register("nodes_before", nodes)
    con.register("pairs_before", pairs)
    con.execute(f"""
        create table unchanged as
        select nodes.node from nodes join ({_CONTENTS}) as now using (first_id)
        join nodes_before as was on was.first_id = now.first_id and was.content = now.content
    """)
    con.execute("create table changed as select node from nodes anti join unchanged using (node)")
    size, changed = con.execute(
        "select (select count(*) from nodes), (select count(*) from changed)"
    ).fetchall()[0]
    if changed > MOST_CHANGED * size:
        create_candidates(con)
        return choose_all_pairs(con)
    con.execute("""
        create table known as
        select l.node as node_l, r.node as node_r, match_probability, match_weight
        from pairs_before
        join nodes as one on one.first_id = record_id_l
        join nodes as other on other.first_id = record_id_r
        join unchanged as l on l.node = least(one.node, other.node)
        join unchanged as r on r.node = greatest(one.node, other.node)
        where decided_by = 'model'
    """)
    some = "(select nodes.* from nodes semi join {} using (node))".format
    create_pairs(con, "beside_changed", some("changed"), "nodes", "l.node <> r.node")
    _gather_touched(con)
    create_pairs(con, "among_touched", some("touched"), some("touched"), "l.node < r.node")
    con.execute("create table to_score as from (from beside_changed union from among_touched)")
    con.execute(f"create table kept ({_KEPT})")
    con.execute("""
        insert into kept select known.* from known
        anti join to_score on node_l = join_key_l and node_r = join_key_r
    """)
    return "to_score"


def _gather_touched(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``touched``: nodes of known components that share a blocking key with a changed node."""
    size = con.execute("select coalesce(max(node), 0) + 1 from nodes").fetchall()[0][0]
    likely = con.execute(
        f"select node_l, node_r from known where match_probability >= {UNLIKELY}"
    ).to_arrow_table()
    labels = component_labels(size, *(column.to_numpy() for column in likely.columns))
    beside = con.execute("from beside_changed").fetchnumpy()
    reached = np.unique(np.concatenate([beside["join_key_l"], beside["join_key_r"]]))
    touched = np.flatnonzero(np.isin(labels, labels[reached]))
    con.register("touched_in", pa.table({"node": touched}))
    con.execute("create table touched as select node from touched_in semi join nodes using (node)")
