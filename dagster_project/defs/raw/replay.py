"""Quarantined records judged again: after a word in sources.yaml was corrected, or a rule of ours.

The stored copies of the deliveries are read anew by the rules of today; what is good now is brought
in, exactly once, and everything else stays as it is. A file that cannot be judged again is passed
over with a sentence. Listing the quarantine is ``quarantine``.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb

from dagster_project.defs.raw.acceptance import RULE_VERSION, judge_of, match_types, store
from dagster_project.defs.raw.copies import known_deliveries, remember_replayed
from dagster_project.defs.raw.erasure import remove_erased
from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.ledgers import release
from dagster_project.defs.raw.readers import read_delivery
from dagster_project.defs.raw.reading import INCOMING, HeldError
from dagster_project.home import Home
from dagster_project.sources import Source


class ReplayError(Exception):
    """The records of a file cannot be judged again; the sentence says why and what to do."""


@dataclass
class Replayed:
    """How many records came in, and why files that wait in quarantine were passed over, by path."""

    brought_in: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)


def replay(connection: duckdb.DuckDBPyConnection, home: Home, source: Source) -> Replayed:
    """Bring in the quarantined records of one source that are good by today's rules."""
    waiting = dict(
        connection.execute(
            "select distinct file_id, path from raw.quarantine join raw.deliveries using (file_id, source) "
            "where source = ? and quarantine.status = 'open' and deliveries.status = 'partly_loaded'",
            [source.name],
        ).fetchall()
    )
    copies = {copy.file_id: copy for copy in known_deliveries(home, source)}
    replayed = Replayed()
    for file_id, path in waiting.items():
        try:
            if file_id not in copies:
                raise ReplayError(
                    "Its copy is not in deliveries any more. Deliver those records again in a new file."
                )
            replayed.brought_in += sum(replay_file(connection, home, copies[file_id], source))
        except ReplayError as reason:
            replayed.passed_over[path] = str(reason)
    remove_erased(connection, home, source)
    return replayed


def replay_file(
    connection: duckdb.DuckDBPyConnection, home: Home, delivery: Delivery, source: Source
) -> tuple[int, int]:
    """Judge one file's quarantined records by the words of ``source``: how many came in, and duplicates.

    Raises:
        ReplayError: by these words it is held, or cut into other records.
    """
    loaded_at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    as_of_today = replace(delivery, source=source)
    try:
        with read_delivery(connection, as_of_today, home.scratch, judge_of(source)) as reading:
            _require_same_records(connection, delivery, reading.records)
            connection.execute("begin")
            connection.execute(
                f"delete from {INCOMING} where _fault is not null or {reading.record_no} not in "
                "(select record_no from raw.quarantine where file_id = ? and status = 'open')",
                [delivery.file_id],
            )
            records = connection.execute(f"select {reading.record_no} from {INCOMING}").fetchall()
            match_types(connection, source)
            stored, duplicates = store(connection, as_of_today, reading, loaded_at)
            release(connection, delivery, [no for (no,) in records], duplicates, RULE_VERSION)
            if records:
                # Before the commit: a lost warehouse may bring in what was asked for, and never less.
                remember_replayed(home, delivery, source)
            connection.execute("commit")
            return stored, duplicates
    except HeldError as held:
        raise ReplayError(f"By today's sources.yaml the file would be held. {held}") from None


def _require_same_records(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, records: int
) -> None:
    """The quarantine names records by their number in the file."""
    before = connection.execute(
        "select records_in from raw.deliveries where file_id = ? and status = 'partly_loaded'",
        [delivery.file_id],
    ).fetchall()[0][0]
    if records != before:
        raise ReplayError(
            f"It was taken in as {before} records, and by today's sources.yaml it is {records}: which of them "
            "are quarantined cannot be told, and none came in. Deliver those records again in a new file."
        )
