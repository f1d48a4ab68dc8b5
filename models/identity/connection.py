"""The scratch database of this room: in memory, opened and closed within one call."""

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory connection that keeps no row order, so that parallel plans need no sorting."""
    con = duckdb.connect(":memory:")
    con.execute("set preserve_insertion_order = false")
    return con
