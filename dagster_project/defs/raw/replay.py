"""Quarantined records judged again: after a word in sources.yaml was corrected, or a rule of ours.

The stored copies of the deliveries are read anew by the rules of today; what is good now is brought
in, exactly once, and everything else stays as it is. Listing the quarantine is ``quarantine``.
"""

from datetime import UTC, datetime

import duckdb

from dagster_project.defs.raw.acceptance import RULE_VERSION, judge_of, store
from dagster_project.defs.raw.copies import known_deliveries
from dagster_project.defs.raw.erasure import remove_erased
from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.ledgers import release
from dagster_project.defs.raw.readers import read_delivery
from dagster_project.defs.raw.reading import INCOMING, HeldError
from dagster_project.home import Home
from dagster_project.sources import Source


def replay(connection: duckdb.DuckDBPyConnection, home: Home, source: Source) -> int:
    """Bring in the quarantined records of one source that are good by today's rules; how many."""
    waiting = {
        row[0]
        for row in connection.execute(
            "select distinct file_id from raw.quarantine where source = ? and status = 'open'",
            [source.name],
        ).fetchall()
    }
    files = [file for file in known_deliveries(home, source) if file.file_id in waiting]
    released = sum(_replay_file(connection, home, file) for file in files)
    remove_erased(connection, source)
    return released


def _replay_file(connection: duckdb.DuckDBPyConnection, home: Home, delivery: Delivery) -> int:
    loaded_at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    try:
        with read_delivery(
            connection, delivery, home.scratch, judge_of(delivery.source)
        ) as reading:
            if reading.records != _records_in(connection, delivery):
                return 0  # Other rules cut the file into other records: their numbers say nothing.
            connection.execute("begin")
            connection.execute(
                f"delete from {INCOMING} where _fault is not null or {reading.record_no} not in "
                "(select record_no from raw.quarantine where file_id = ? and status = 'open')",
                [delivery.file_id],
            )
            records = connection.execute(f"select {reading.record_no} from {INCOMING}").fetchall()
            stored, duplicates = store(connection, delivery, reading, loaded_at)
            release(connection, delivery, [no for (no,) in records], duplicates, RULE_VERSION)
            connection.execute("commit")
            return stored + duplicates
    except HeldError:
        return 0


def _records_in(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int | None:
    found = connection.execute(
        "select records_in from raw.deliveries where file_id = ? and status = 'partly_loaded'",
        [delivery.file_id],
    ).fetchall()
    return found[0][0] if found else None
