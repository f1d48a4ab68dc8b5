"""Dagster's event log in one SQLite file, over connections that stay open.

A refresh writes some 1,200 events. Dagster's default log opens two new connections for each, syncs
the disk twice and compiles its SQL anew every time, which was a third of a small refresh. Named in
``dagster.yaml``; what is written and read is Dagster's own and unchanged.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import local
from typing import Any

import sqlalchemy as db
from dagster import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS


class EventLog(ConsolidatedSqliteEventLogStorage):
    """One file for all runs; pooled connections in place of one per statement."""

    _tables: frozenset[str] = frozenset()

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

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """All of them in one transaction."""
        with self._connect():
            super().store_event_batch(events)

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
