"""The spare process that holds Great Expectations: it takes 5 s to import, beside the run, not in it.

It opens the warehouse read-only while the run has no connection open, reads only the columns that a
suite names, and sends back counts. What they mean for the run is ``checks``.
"""

import gc
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import duckdb

from expectations.catalogue import suite
from expectations.results import SuiteResult
from expectations.validation import columns_of, preload, validate


@cache
def worker() -> ProcessPoolExecutor:
    """The one spare process, started on first use; start it early to have it ready."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_make_ready)
    pool.submit(int)
    return pool


def validate_tables(warehouse: str, tables: list[str]) -> Future[list[SuiteResult]]:
    """Check the suites of these tables, given as ``schema.table``."""
    return worker().submit(_validate, warehouse, tables)


def _make_ready() -> None:
    preload()
    # Half a million objects of imports are not worth a look at each full collection (0.2 s).
    gc.freeze()


def _validate(warehouse: str, tables: list[str]) -> list[SuiteResult]:
    results = []
    with duckdb.connect(warehouse, read_only=True) as connection:
        for table in tables:
            promises = suite(table.split(".")[1])
            columns = ", ".join(f'"{column}"' for column in columns_of(promises))
            frame = connection.execute(f"select {columns} from {table}").df()
            results.append(validate(promises, frame))
    return results
