"""One source taken in: its new files read, judged and stored, with a row in ``raw.deliveries`` each.

A file is one transaction: its records, its quarantine and its row in ``raw.deliveries`` come
together or not at all.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dagster_project.defs.raw.acceptance import accept, create_raw_table, judge_of
from dagster_project.defs.raw.copies import (
    drop_copy,
    known_deliveries,
    remember_loaded,
    remove_unknown,
    take_copy,
)
from dagster_project.defs.raw.erasure import remember_requests, remove_erased
from dagster_project.defs.raw.extracts import extract_new_rows
from dagster_project.defs.raw.landing import Delivery, landing_files, unread_delivery
from dagster_project.defs.raw.ledgers import create_ledgers, see, settle
from dagster_project.defs.raw.readers import read_delivery
from dagster_project.defs.raw.reading import HeldError
from dagster_project.defs.raw.replay import ReplayError, replay_file
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
    create_ledgers(connection)
    create_raw_table(connection, source)
    run = _Run(connection, home, source, run_id)
    run.take_in_offered()
    if source.name == REQUESTS:
        remember_requests(connection, home)
    run.intake.suppressed = remove_erased(connection, home, source)
    return run.intake


@dataclass
class _Run:
    """One source in one run."""

    connection: duckdb.DuckDBPyConnection
    home: Home
    source: Source
    run_id: str
    intake: Intake = field(default_factory=Intake)

    def take_in_offered(self) -> None:
        """Earlier files that the warehouse lacks, then what is offered now."""
        remove_unknown(self.home, self.source)
        known = known_deliveries(self.home, self.source)
        stored = self._stored()
        files = self._offered(known)
        for file in files:
            path = f"{self.source.system}/{file.name}"
            see(self.connection, self.run_id, self.source.name, path, file.lstat().st_size)
        for position, delivery in enumerate(known):
            if delivery.file_id in stored:
                known[position] = remember_loaded(self.home, delivery)
            elif self._load(delivery):
                self._replay(delivery)
                known[position] = replace(delivery, was_loaded=True)
        gave_nothing = self.source.format == "postgres" and not files and not self.intake.held
        if gave_nothing and known and known[-1].file_id in stored:
            self._settle_unchanged(known[-1])
        for file in files:
            self._take_in_file(file, known, stored)

    def _stored(self) -> set[str]:
        return {
            row[0]
            for row in self.connection.execute(
                "select distinct file_id from raw.deliveries where source = ? "
                "and status in ('loaded', 'partly_loaded')",
                [self.source.name],
            ).fetchall()
        }

    def _offered(self, known: list[Delivery]) -> list[Path]:
        """What the source offers: its files in the inbox, or a file of what is new in its database."""
        if self.source.format != "postgres":
            return landing_files(self.home, self.source)
        try:
            extract = extract_new_rows(self.connection, self.home, self.source, known)
        except HeldError as held:
            self._hold(unread_delivery(self.source), held)
            return []
        return [extract] if extract else []

    def _take_in_file(self, file: Path, known: list[Delivery], stored: set[str]) -> None:
        try:
            delivery, is_new = take_copy(self.home, self.source, file, known)
        except HeldError as held:
            size = file.lstat().st_size
            self._hold(Delivery(self.source, file.name, file, "", size, 0), held)
            return
        finally:
            if file.is_relative_to(self.home.scratch):
                file.unlink()
        if is_new:
            if self._load(delivery):
                known.append(replace(delivery, was_loaded=True))
            return
        position = [earlier.number for earlier in known].index(delivery.number)
        has_its_row = delivery.file_id not in stored and file.name == known[position].file_name
        known[position] = replace(delivery, file_name=known[position].file_name)
        if not has_its_row:
            self._settle_unchanged(delivery)

    def _settle_unchanged(self, delivery: Delivery) -> None:
        """A file whose content was loaded in an earlier run, or in this one under another name."""
        self.intake.unchanged += 1
        settle(self.connection, delivery, self.run_id, "unchanged")

    def _load(self, delivery: Delivery) -> bool:
        """Whether its records were taken in; else it is held."""
        loaded_at = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
        judge = judge_of(delivery.source)
        try:
            with read_delivery(self.connection, delivery, self.home.scratch, judge) as reading:
                self.connection.execute("begin")
                counts = accept(self.connection, delivery, reading, loaded_at)
                status = "partly_loaded" if counts.quarantined else "loaded"
                settle(
                    self.connection, delivery, self.run_id, status, counts=counts, reading=reading
                )
                self.connection.execute("commit")
        except HeldError as held:
            _roll_back(self.connection)
            self._hold(delivery, held)
            drop_copy(delivery)
            return False
        except BaseException:
            _roll_back(self.connection)
            raise
        remember_loaded(self.home, delivery)
        self.intake.loaded += 1
        self.intake.accepted += counts.accepted
        self.intake.quarantined += counts.quarantined
        self.intake.duplicates += counts.duplicates
        return True

    def _replay(self, delivery: Delivery) -> None:
        """Bring in what was brought in later, by other words."""
        for source in delivery.replayed_as:
            # A later version of ours may cut the file into other records: they stay in quarantine.
            with suppress(ReplayError):
                accepted, duplicates = replay_file(self.connection, self.home, delivery, source)
                self.intake.accepted += accepted
                self.intake.duplicates += duplicates
                self.intake.quarantined -= accepted + duplicates

    def _hold(self, delivery: Delivery, held: HeldError) -> None:
        settle(
            self.connection,
            delivery,
            self.run_id,
            "held",
            reason_code=held.reason_code,
            reason=str(held),
        )
        self.intake.held[delivery.file_name] = str(held)


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.TransactionException):
        connection.execute("rollback")
