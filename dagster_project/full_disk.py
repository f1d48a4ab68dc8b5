"""A disk without room, however it is said: by the system, by SQLite (Dagster's records), by DuckDB.

Apart from ``faults``, since it costs no import of Dagster.
"""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.errors import ResourcesExhaustedError

_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_IN_SQLITE = re.compile(r"database or disk is full|disk I/O error")
_IN_DUCKDB = re.compile(r"No space left|Disk quota exceeded|File too large")


def is_no_room(error: BaseException) -> bool:
    """Whether an error says that the disk is full."""
    if isinstance(error, sqlite3.OperationalError):
        return bool(_IN_SQLITE.search(str(error)))
    if isinstance(error, OSError):
        return error.errno in _ERRNOS
    return bool(_IN_DUCKDB.search(str(error)))


def disk_full() -> ResourcesExhaustedError:
    """What a run ends with."""
    return ResourcesExhaustedError(
        "The disk is full. Free space below SKIKT_HOME; what was published before is untouched."
    )


@contextmanager
def record_faults() -> Iterator[None]:
    """Tell a disk without room for what Dagster and dbt write for themselves from a bug.

    Raises:
        ResourcesExhaustedError: there is no room.
    """
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        # An error raised once more out of its own handler stands in a circle of causes.
        seen: set[int] = set()
        while cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            if isinstance(cause, OSError | sqlite3.Error) and is_no_room(cause):
                raise disk_full() from None
            cause = cause.__cause__ or cause.__context__
        raise
