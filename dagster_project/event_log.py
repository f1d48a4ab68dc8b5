"""Dagster's event log in one SQLite file, over connections that stay open.

A refresh writes some 1,200 events. Dagster's default log opens two new connections for each, syncs
the disk twice and compiles its SQL anew every time, which was a third of a small refresh. Named in
``dagster.yaml``; what is written and read is Dagster's own and unchanged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as db
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS


class EventLog(ConsolidatedSqliteEventLogStorage):
    """One file for all runs; pooled connections in place of one per statement."""

    @cached_property
    def _engine(self) -> db.Engine:
        engine = db.create_engine(
            self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        db.event.listen(engine, "connect", _sync_at_checkpoints)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[db.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close what is open; the next use opens it again."""
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]


def _sync_at_checkpoints(connection: Any, _record: Any) -> None:
    """In WAL mode a crash of the machine may then lose the last events, and corrupts nothing.

    https://sqlite.org/pragma.html#pragma_synchronous
    """
    connection.execute("pragma synchronous = normal")
