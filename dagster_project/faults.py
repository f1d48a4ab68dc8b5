"""Faults of the machine, apart from faults of the data: what is retried and what is not.

A disk or network that stumbles is asked again twice; a full disk or too little memory ends the run
with its own exit code; wrong data stays wrong and is never retried.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from dagster_project.errors import ResourcesExhaustedError

_RETRIES = 2
_WAIT_SECONDS = 2


@contextmanager
def machine_faults() -> Iterator[None]:
    """Tell I/O faults (retried), full disks and lack of memory (exit code 5) from everything else."""
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException):
        raise ResourcesExhaustedError(
            "Memory ran out. Give the machine more, or lower SKIKT_MEMORY_LIMIT so that DuckDB spills to disk."
        ) from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ResourcesExhaustedError(
                "The disk is full. Free space below SKIKT_HOME; what was published before is untouched."
            ) from None
        raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_WAIT_SECONDS) from error
    except duckdb.IOException as error:
        if "No space left" in str(error):
            raise ResourcesExhaustedError(
                "The disk is full. Free space below SKIKT_HOME; what was published before is untouched."
            ) from None
        raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_WAIT_SECONDS) from error
