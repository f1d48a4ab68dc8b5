"""Dagster's event log in one SQLite file, over connections that stay open.

A refresh writes some 1,200 events. Dagster's default log opens two new connections for each, syncs
the disk twice and compiles its SQL anew every time, which was a third of a small refresh; and it asks
for what is known of an asset once for each asset that is made of it. Named in ``dagster.yaml``; what is
written and read is Dagster's own and unchanged.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import local
from typing import Any

import sqlalchemy as db
from dagster import AssetKey, EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS


class EventLog(ConsolidatedSqliteEventLogStorage):
    """One file for all runs; pooled connections in place of one per statement."""

    _tables: frozenset[str] = frozenset()
    _known: dict[AssetKey, AssetRecord | None] | None = None

    @cached_property
    def _engine(self) -> db.Engine:
        engine = db.create_engine(
            self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        db.event.listen(engine, "connect", _sync_at_checkpoints)
        return engine

    @cached_property
    def _open(self) -> local:
        return local()

    @contextmanager
    def _connect(self) -> Iterator[db.Connection]:
        """A transaction; within one of the same thread, that one."""
        if connection := getattr(self._open, "connection", None):
            yield connection
            return
        with self._engine.begin() as self._open.connection:
            try:
                yield self._open.connection
            finally:
                self._open.connection = None

    def store_event(self, event: EventLogEntry) -> None:
        """The event and all that is kept beside it, in one transaction in place of three."""
        with self._connect():
            super().store_event(event)
        self._forget([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """All of them in one transaction."""
        with self._connect():
            super().store_event_batch(events)
        self._forget(events)

    @contextmanager
    def written_by_nobody_else(self) -> Iterator[None]:
        """Within it, what is known of an asset is read once, and again when something happens to it.

        Of 363 such questions in a refresh 141 remain, which saves 0.9 of 13.8 s of CPU.
        """
        self._known = {}
        try:
            yield
        finally:
            self._known = None

    def get_asset_records(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Sequence[AssetRecord]:
        """What is known of each asset; of all assets if none is named."""
        if self._known is None or asset_keys is None:
            return super().get_asset_records(asset_keys)
        if unknown := [key for key in asset_keys if key not in self._known]:
            self._known |= dict.fromkeys(unknown)
            for record in super().get_asset_records(unknown):
                self._known[record.asset_entry.asset_key] = record
        return [known for key in asset_keys if (known := self._known[key])]

    def _forget(self, events: Sequence[EventLogEntry]) -> None:
        for event in events:
            happened = event.dagster_event
            if self._known and happened and happened.asset_key:
                self._known.pop(happened.asset_key, None)

    def has_table(self, table_name: str) -> bool:
        """Asked twice per check; Dagster would make a new engine for each. A table there stays there."""
        if table_name not in self._tables:
            with self._engine.connect() as connection:
                self._tables = frozenset(db.inspect(connection).get_table_names())
        return table_name in self._tables

    def dispose(self) -> None:
        """Close what is open; the next use opens it again."""
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]


def _sync_at_checkpoints(connection: Any, _record: Any) -> None:
    """In WAL mode a crash of the machine may then lose the last events, and corrupts nothing.

    https://sqlite.org/pragma.html#pragma_synchronous
    """
    connection.execute("pragma synchronous = normal")
