"""The spare processes: what is slow to import or to load happens here, beside the run and not in it.

Great Expectations takes 5 s to import and the world's cities 2 s to read; a small refresh takes
little longer than both. One server loads them as the run starts (``dagster_project.spare_server``)
and the two workers are forks of it, ready when they are asked.
"""

import atexit
import os
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.context import BaseContext
from threading import Thread

import duckdb
import pyarrow as pa

from dagster_project.figures import count_figures
from expectations.catalogue import suite
from expectations.figures import Figure, categories_of
from expectations.results import SuiteResult
from expectations.validation import columns_of, validate
from models.normalisation.cities import find_coordinates
from models.normalisation.places import place_facts

_WORKERS = 2
_SERVER = "dagster_project.spare_server"


@cache
def start() -> BaseContext:
    """Start the server; call it early to have it ready. How workers are made."""
    context = get_context("forkserver")
    context.set_forkserver_preload([_SERVER])
    try:
        forkserver.ensure_running()
    except OSError:
        # Its socket has no place: a socket's path has at most 108 signs, and TMPDIR most of them.
        return get_context("spawn")
    return context


def stop() -> None:
    """End the workers, once they have done what they are at."""
    # Unawaited, the pool closes its pipe while Python, about to end, writes to it: an OSError in one
    # of ten runs. The workers end at once (0.02 s).
    _workers().shutdown(wait=True, cancel_futures=True)


@cache
def _workers() -> ProcessPoolExecutor:
    # Made on first use: who asks for a worker waits until the server has loaded everything.
    return ProcessPoolExecutor(_WORKERS, mp_context=start(), initializer=_make_ready)


def validate_tables(warehouse: str, tables: list[str]) -> tuple[list[SuiteResult], list[Figure]]:
    """Check the suites of these tables, given as ``schema.table``, and count their figures.

    The warehouse is opened read-only: the run must have no connection open meanwhile.
    """
    shares = [tables[first::_WORKERS] for first in range(_WORKERS)]
    answers = [_workers().submit(_validate, warehouse, share) for share in shares if share]
    validated = {table: found for answer in answers for table, found in answer.result().items()}
    results = [validated[table][0] for table in tables]
    return results, [figure for table in tables for figure in validated[table][1]]


def find_places(cities: pa.Table) -> pa.Table:
    """``models.normalisation.place_facts``."""
    return _workers().submit(place_facts, cities).result()


def find_cities(names: list[str]) -> dict[str, tuple[float, float]]:
    """Coordinates of the cities among these names."""
    return _workers().submit(find_coordinates, names).result()


def _make_ready() -> None:
    import_module(_SERVER)
    # Half a million objects are not worth taking apart one by one, which the run would wait for (1.1 s).
    atexit.register(os._exit, 0)
    # A pool's worker waits for its next task for ever, also when nobody is left to give it one.
    Thread(target=_end_when_the_run_died, daemon=True).start()


def _end_when_the_run_died() -> None:
    if run := parent_process():
        run.join()
        os._exit(1)


def _validate(warehouse: str, tables: list[str]) -> dict[str, tuple[SuiteResult, list[Figure]]]:
    validated = {}
    with duckdb.connect(warehouse, read_only=True) as connection:
        for table in tables:
            promises = suite(table.split(".")[1])
            columns = columns_of(promises)
            named = ", ".join(f'"{column}"' for column in columns)
            frame = connection.execute(f"select {named} from {table}").df()
            validated[table] = (
                validate(promises, frame),
                count_figures(connection, table, columns, categories_of(promises)),
            )
    return validated
