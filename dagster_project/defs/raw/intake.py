"""One source taken in: its new files read, judged and stored, with a row in ``raw.deliveries`` each.

A file is one transaction: its records, its quarantine and its row in ``raw.deliveries`` come
together or not at all.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.defs.raw.acceptance import (
    DELIVERIES,
    QUARANTINE,
    Counts,
    accept,
    create_raw_table,
)
from dagster_project.defs.raw.erasure import remember_requests, remove_erased
from dagster_project.defs.raw.extracts import extract_new_rows
from dagster_project.defs.raw.landing import (
    Delivery,
    drop_copy,
    known_deliveries,
    landing_files,
    sha256_of,
    take_copy,
    unread_delivery,
)
from dagster_project.defs.raw.readers import HeldError, Reading, read_delivery
from dagster_project.home import Home
from dagster_project.sources import Source

REQUESTS = "privacy/requests"


@dataclass
class Intake:
    """What happened to a source in one run."""

    loaded: int = 0
    unchanged: int = 0
    held: dict[str, str] = field(default_factory=dict)
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    suppressed: int = 0


def take_in(
    connection: duckdb.DuckDBPyConnection, home: Home, source: Source, run_id: str
) -> Intake:
    """Load what is new of a source; a second call on the same files loads nothing."""
    connection.execute("create schema if not exists raw")
    connection.execute(DELIVERIES)
    connection.execute(QUARANTINE)
    create_raw_table(connection, source)
    intake = Intake()
    for delivery, is_new in _deliveries(connection, home, source, run_id, intake):
        if is_new:
            _load(connection, home, delivery, run_id, intake)
        else:
            intake.unchanged += 1
            _record(connection, delivery, run_id, "unchanged")
    if source.name == REQUESTS:
        remember_requests(connection)
    intake.suppressed = remove_erased(connection, source)
    return intake


def _deliveries(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    source: Source,
    run_id: str,
    intake: Intake,
) -> list[tuple[Delivery, bool]]:
    """Earlier files that the warehouse lacks, then what is offered now: (delivery, is it new)."""
    stored = {
        row[0]
        for row in connection.execute(
            "select distinct file_id from raw.deliveries where source = ? and status in ('loaded', 'partly_loaded')",
            [source.name],
        ).fetchall()
    }
    known = known_deliveries(home, source)
    by_sha256 = {delivery.sha256: delivery for delivery in known}
    deliveries = [(delivery, True) for delivery in known if delivery.file_id not in stored]
    number = max((delivery.number for delivery in known), default=0)
    try:
        files = _offered(connection, home, source, known)
    except HeldError as held:
        _hold(connection, unread_delivery(source), run_id, held, intake)
        return deliveries
    if source.format == "postgres" and not files and known and known[-1].file_id in stored:
        deliveries.append((known[-1], False))
    for file in files:
        earlier = by_sha256.get(sha256_of(file))
        if earlier is None:
            number += 1
            delivery = take_copy(home, source, file, number)
            by_sha256[delivery.sha256] = delivery
            deliveries.append((delivery, True))
        elif earlier.file_id in stored or earlier.file_name != file.name:
            deliveries.append((replace(earlier, file_name=file.name), False))
        if file.is_relative_to(home.scratch):
            file.unlink()
    return deliveries


def _offered(
    connection: duckdb.DuckDBPyConnection, home: Home, source: Source, known: list[Delivery]
) -> list[Path]:
    """What the source offers: its files in the inbox, or a file of what is new in its database."""
    if source.format != "postgres":
        return landing_files(home, source)
    extract = extract_new_rows(connection, home, source, known)
    return [extract] if extract else []


def _load(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    delivery: Delivery,
    run_id: str,
    intake: Intake,
) -> None:
    loaded_at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    try:
        reading = read_delivery(connection, delivery, home.scratch)
        connection.execute("begin")
        counts = accept(connection, delivery, reading, loaded_at)
    except HeldError as held:
        _roll_back(connection)
        _hold(connection, delivery, run_id, held, intake)
        drop_copy(delivery)
        return
    except BaseException:
        _roll_back(connection)
        raise
    status = "partly_loaded" if counts.quarantined else "loaded"
    _record(connection, delivery, run_id, status, counts=counts, reading=reading)
    connection.execute("commit")
    intake.loaded += 1
    intake.accepted += counts.accepted
    intake.quarantined += counts.quarantined
    intake.duplicates += counts.duplicates


def _hold(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    run_id: str,
    held: HeldError,
    intake: Intake,
) -> None:
    _record(connection, delivery, run_id, "held", reason_code=held.reason_code, reason=str(held))
    intake.held[delivery.file_name] = str(held)


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.TransactionException):
        connection.execute("rollback")


def _record(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    run_id: str,
    status: str,
    *,
    counts: Counts | None = None,
    reading: Reading | None = None,
    reason_code: str | None = None,
    reason: str | None = None,
) -> None:
    counts = counts or Counts(0, 0, 0, 0)
    connection.execute(
        "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, "
        "cast(now() at time zone 'UTC' as timestamp))",
        [
            run_id,
            delivery.file_id,
            delivery.source.name,
            f"{delivery.source.system}/{delivery.file_name}",
            delivery.bytes,
            delivery.sha256,
            delivery.source.encoding if delivery.format != "parquet" else None,
            counts.records_in,
            counts.accepted,
            counts.quarantined,
            counts.duplicates,
            status,
            reason_code,
            reason,
            reading.extra_columns if reading else [],
            reading.absent_columns if reading else [],
        ],
    )
