"""The spare process: what is slow to import or to load happens here, beside the run and not in it.

Great Expectations takes 5 s to import and the world's cities 2 s to read; a small refresh takes
little longer than both. The process starts with the run and is ready when it is asked.
"""

import atexit
import gc
import os
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import duckdb
import pyarrow as pa

from dagster_project.figures import count_figures
from expectations.catalogue import suite
from expectations.figures import Figure, categories_of
from expectations.results import SuiteResult
from expectations.validation import columns_of, preload, validate
from models.normalisation.cities import find_coordinates
from models.normalisation.places import place_facts


@cache
def start() -> ProcessPoolExecutor:
    """The one spare process, started on first use; call it early to have it ready."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_make_ready)
    pool.submit(int)
    return pool


def validate_tables(warehouse: str, tables: list[str]) -> tuple[list[SuiteResult], list[Figure]]:
    """Check the suites of these tables, given as ``schema.table``, and count their figures.

    The warehouse is opened read-only: the run must have no connection open meanwhile.
    """
    return start().submit(_validate, warehouse, tables).result()


def find_places(cities: pa.Table) -> pa.Table:
    """``models.normalisation.place_facts``."""
    return start().submit(place_facts, cities).result()


def find_cities(names: list[str]) -> dict[str, tuple[float, float]]:
    """Coordinates of the cities among these names."""
    return start().submit(find_coordinates, names).result()


def _make_ready() -> None:
    # Half a million imported objects are not worth a look at each full collection (0.2 s).
    gc.disable()
    preload()
    # The Nordic file takes 2 s to read, that of the rest of the world half a second when it is asked.
    nordics = ["SE", "DK", "NO", "FI"]
    place_facts(pa.table({"country_code": nordics, "city": ["Vik"] * len(nordics)}))
    find_coordinates([])
    gc.freeze()
    gc.enable()
    # Nor worth taking apart one by one at the end, which the run would wait for (1.1 s).
    atexit.register(os._exit, 0)


def _validate(warehouse: str, tables: list[str]) -> tuple[list[SuiteResult], list[Figure]]:
    results, figures = [], []
    with duckdb.connect(warehouse, read_only=True) as connection:
        for table in tables:
            promises = suite(table.split(".")[1])
            columns = columns_of(promises)
            named = ", ".join(f'"{column}"' for column in columns)
            frame = connection.execute(f"select {named} from {table}").df()
            results.append(validate(promises, frame))
            figures += count_figures(connection, table, columns, categories_of(promises))
    return results, figures
