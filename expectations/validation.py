"""Runs a suite on a table, and lets nothing out but counts and our own words.

Great Expectations keeps failing values in its results, in ``observed_value`` and in exceptions'
messages, and its documentation pages print them unescaped. Here it is told to collect none
(``partial_unexpected_count`` 0), and only whole numbers are taken over from what it answers.

Importing this module is cheap; the first validation imports Great Expectations (4-5 s), unless
``preload`` has. One validation at a time per process: all share one context.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.results import DELIVERED_AS, PromiseResult, SuiteResult

if TYPE_CHECKING:
    import great_expectations as gx

_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")


def preload() -> None:
    """Import Great Expectations and set its context up, so that the first validation is fast."""
    _whole_table()


def columns_of(suite: gx.ExpectationSuite) -> list[str]:
    """The columns that a suite reads, in the order in which it first names them."""
    names = (name for promise in suite.expectations for name in _columns(promise))
    return list(dict.fromkeys(names))


def validate(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> SuiteResult:
    """Check every promise of a suite on a table.

    Args:
        suite: promises with a ``description`` of their own each, and ``notes`` that say why.
        frame: the table, as DuckDB's ``df`` or Arrow's ``to_pandas`` give it; of its columns only
            ``columns_of(suite)`` are read. It may be empty and is not changed.

    Returns:
        One result per promise, in the suite's order. A promise that could not be checked (a column
        is missing, or of a type that the rule cannot read) counts as broken and names the
        exception's class.
    """
    answer = _ask(suite, _comparable_frame(frame, columns_of(suite)))
    found = {result.expectation_config.description: result for result in answer.results}
    return SuiteResult(
        table=suite.name,
        rows=len(frame),
        promises=tuple(
            _promise_result(promise, found[promise.description]) for promise in suite.expectations
        ),
    )


@cache
def _whole_table() -> Any:
    """One context in memory, and in it one name for whatever table is validated.

    A new context would cost 40 ms each time, a new name in it 20 ms.
    """
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    table = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    return table.add_batch_definition_whole_dataframe("whole")


def _ask(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> Any:
    """Great Expectations' own answer, with counts and without values."""
    batch = _whole_table().get_batch({"dataframe": frame})
    try:
        with warnings.catch_warnings():
            # Pairs of moments that break a promise are listed, to take the first 0 of them, in a
            # way that pandas deprecates.
            warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
            return batch.validate(suite, result_format=_COUNTS_ONLY)
    finally:
        # Else the context keeps the table, which may be gigabytes, until the next one comes.
        loaded = batch.data.execution_engine.batch_manager
        loaded.reset_batch_cache()
        loaded.batch_data_cache.clear()


def _comparable_frame(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    comparable = {column: _comparable(frame[column]) for column in columns if column in frame}
    return pd.DataFrame(comparable, index=frame.index)


def _comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Bring a column to the one type per kind that rules compare fast and alike.

    DuckDB gives DECIMAL as float and DATE as datetime64, Arrow gives both as objects. Moments
    become UTC-aware because Great Expectations compares only these (and nanoseconds, which end in
    2262) by column; all others it compares value by value.
    """
    kind = pd.api.types.infer_dtype(column, skipna=True) if column.dtype == object else None
    if kind in ("date", "datetime") or pd.api.types.is_datetime64_dtype(column):
        return pd.to_datetime(column, utc=True)
    if kind == "decimal":
        return column.astype("float64")
    if isinstance(column.dtype, pd.Int64Dtype):
        return column.astype("float64" if column.hasnans else "int64")
    return column.astype("str") if kind == "string" else column


def _promise_result(promise: Any, result: Any) -> PromiseResult:
    counts = result.result
    return PromiseResult(
        description=promise.description,
        columns=tuple(dict.fromkeys(_columns(promise))),
        severity=promise.severity.value,
        success=bool(result.success),
        element_count=int(counts.get("element_count", 0)),
        missing_count=int(counts.get("missing_count", 0)),
        unexpected_count=int(counts.get("unexpected_count", 0)),
        reason=promise.notes,
        error=_error(result.exception_info),
        delivered_as=(promise.meta or {}).get(DELIVERED_AS),
    )


def _columns(promise: Any) -> Iterator[str]:
    """The columns of one promise: those of its rule, then those of its row condition."""
    for argument in _COLUMN_ARGUMENTS:
        if name := getattr(promise, argument, None):
            yield name
    yield from getattr(promise, "column_list", ())
    yield from _condition_columns(getattr(promise, "row_condition", None))


def _condition_columns(condition: Any) -> Iterator[str]:
    for part in getattr(condition, "conditions", ()):
        yield from _condition_columns(part)
    if hasattr(condition, "column"):
        yield condition.column.name


def _error(exception_info: Mapping[str, Any]) -> str | None:
    """Class name of the exception that stopped a metric, or None.

    Great Expectations gives one record, or one per metric. Messages may quote values, so only the
    traceback's structure is read: after the indented frames, the first line that is not indented
    begins with the class of the exception that came first.
    """
    records = exception_info if "raised_exception" not in exception_info else {"": exception_info}
    for record in records.values():
        if record["raised_exception"]:
            lines = (record["exception_traceback"] or "").splitlines()[1:]
            first = next((line for line in lines if line and not line[0].isspace()), "")
            name = re.match(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)", first)
            return name[1] if name else "Exception"
    return None
