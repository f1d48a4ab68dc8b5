"""Promises as asset checks: the quality gate of Great Expectations' suites, and freshness.

The promises themselves are in ``expectations``. Each table has two checks: one blocks when a
critical promise is broken, one warns of all others, so that data which is merely sparse shows no
failed gate. Freshness never stops anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import dagster as dg

from dagster_project.accepted_changes import line_that_accepts, read_accepted_changes
from dagster_project.faults import file_faults
from dagster_project.figures import keep_figures, published_figures
from dagster_project.sources import Source, read_sources
from dagster_project.spare_processes import validate_tables
from dagster_project.vocabulary import FRESHNESS_CHECK, IDENTITY, RAW, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from expectations.catalogue import TABLES
from expectations.data_docs import render_data_docs
from expectations.figures import Figure
from expectations.history import compare
from expectations.results import Outcome, PromiseResult, SuiteResult

SUITE_CHECK = "great_expectations"
WARNINGS_CHECK = "great_expectations_warnings"
CHANGED = "changed_since_last_published"
"""Metadata of a gate that a change broke: what was found, and the line that accepts it."""


def gated_key(table: str) -> dg.AssetKey:
    """The asset that a suite is about."""
    return dg.AssetKey([STAGING if table.startswith("stg_") else IDENTITY, table])


def quality_gate() -> dg.AssetChecksDefinition:
    """Two checks per suite, one of which blocks, and the Data Docs that show both to people."""

    @dg.multi_asset_check(
        name="quality_gate",
        specs=[
            dg.AssetCheckSpec(
                SUITE_CHECK,
                asset=gated_key(table),
                blocking=True,
                description="The table keeps what its suite promises; a broken critical promise stops the run.",
            )
            for table in TABLES
        ]
        + [
            dg.AssetCheckSpec(
                WARNINGS_CHECK,
                asset=gated_key(table),
                description="What the table lacks or holds too much of; warns, never blocks.",
            )
            for table in TABLES
        ],
        pool=WAREHOUSE_POOL,
        can_subset=True,
    )
    def gate(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        asked = {key.asset_key for key in context.selected_asset_check_keys}
        tables = [".".join(gated_key(table).path) for table in TABLES if gated_key(table) in asked]
        as_of, run_id = _as_of(warehouse), context.run.run_id
        warehouse.release()
        results, figures = validate_tables(str(warehouse.home.warehouse), tables)
        results = _with_history(warehouse, as_of, results, figures)
        results = _as_contracted(results, read_sources(warehouse.home).values())
        # A look at a few tables must not take the others off the page, nor out of the state.
        if len(results) == len(TABLES):
            with file_faults():
                keep_figures(warehouse.home, run_id, as_of, figures)
                render_data_docs(
                    results, warehouse.home.reports / "data_docs", run_id=run_id, as_of=as_of
                )
        for result in results:
            yield from _suite_results(result, context.selected_asset_check_keys, as_of)

    return gate


def freshness(
    specs: list[dg.AssetSpec], cadence_days: dict[str, float], newest: dict[str, str]
) -> dg.AssetChecksDefinition:
    """A ``freshness`` check per asset: how old is the newest source data that it rests on.

    Args:
        specs: all assets with their deps and policies.
        cadence_days: how often each raw table is expected, in days, by table.
        newest: SQL for the newest moment in each raw table that has one, by table.
    """
    sources = _raw_sources(specs)

    @dg.multi_asset_check(
        name=FRESHNESS_CHECK,
        specs=[
            dg.AssetCheckSpec(
                FRESHNESS_CHECK,
                asset=spec.key,
                description="Age of the newest source data that it rests on; warns, never blocks.",
            )
            for spec in specs
        ],
        pool=WAREHOUSE_POOL,
        can_subset=True,
    )
    def check(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        as_of = _as_of(warehouse)
        asked = [key.asset_key for key in context.selected_asset_check_keys]
        needed = set().union(*(sources[key] for key in asked)) & newest.keys()
        found = _newest_data(warehouse, {table: newest[table] for table in needed}, as_of)
        for spec in (spec for spec in specs if spec.key in asked):
            rests_on = sources[spec.key]
            known = [moment for table in rests_on if (moment := found.get(table))]
            limit = min((cadence_days[table] for table in rests_on), default=1.0) + 1
            yield _freshness_result(
                spec.key, max(known, default=None), as_of, limit, bool(rests_on & newest.keys())
            )

    return check


def _with_history(
    warehouse: Warehouse, as_of: date, results: Sequence[SuiteResult], figures: Sequence[Figure]
) -> list[SuiteResult]:
    """Each table's result with the promises about its change since the last published run."""
    published_on, before = published_figures(warehouse.home)
    accepted = read_accepted_changes(warehouse.home, as_of)
    return [
        replace(
            result,
            promises=result.promises
            + compare(
                [figure for figure in figures if figure.table == result.table],
                [figure for figure in before if figure.table == result.table],
                since=f"the published run of {published_on}",
                accepted={line.figure: line.why for line in accepted if line.table == result.table},
            ),
        )
        for result in results
    ]


def _as_contracted(results: Sequence[SuiteResult], sources: Iterable[Source]) -> list[SuiteResult]:
    """The results, in which what a source's contract lets in warns: only keys never may be empty."""
    required = {
        f"stg_{source.table}": {column.name for column in source.strict_columns}
        for source in sources
    }
    return [
        replace(
            result,
            promises=tuple(
                replace(promise, severity="warning")
                if promise.delivered_as and promise.delivered_as not in required[result.table]
                else promise
                for promise in result.promises
            ),
        )
        for result in results
    ]


def _suite_results(
    result: SuiteResult, asked: set[dg.AssetCheckKey], as_of: date
) -> Iterator[dg.AssetCheckResult]:
    for check_name in (SUITE_CHECK, WARNINGS_CHECK):
        if dg.AssetCheckKey(gated_key(result.table), check_name) in asked:
            yield _check_result(result, check_name, as_of)


def _check_result(result: SuiteResult, check_name: str, as_of: date) -> dg.AssetCheckResult:
    blocks = check_name == SUITE_CHECK
    outcome: Outcome = "failed" if blocks else "warned"
    broken = [promise for promise in result.promises if promise.outcome == outcome]
    changed = [
        _changed(result.table, promise, as_of)
        for promise in broken
        if blocks and promise.broken_figures
    ]
    return dg.AssetCheckResult(
        asset_key=gated_key(result.table),
        check_name=check_name,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        metadata={
            "rows": result.rows,
            "promises": len(result.promises),
            outcome: len(broken),
            "limit": f"0 {outcome}",
            **{
                promise.description: promise.finding
                or f"{promise.unexpected_count} of {promise.checked_count} rows break it"
                for promise in broken
            },
            **({CHANGED: " ".join(changed)} if changed else {}),
        },
    )


def _changed(table: str, promise: PromiseResult, as_of: date) -> str:
    lines = [line_that_accepts(table, figure, as_of) for figure in promise.broken_figures]
    accept = "; ".join(f"`{line}`" for line in lines)
    return f"{table}: {promise.finding} If that is right, add {accept} to config/accepted_changes.yaml."


def _raw_sources(specs: list[dg.AssetSpec]) -> dict[dg.AssetKey, set[str]]:
    """The raw tables that each asset rests on, through its lineage."""
    upstream = {spec.key: [dep.asset_key for dep in spec.deps] for spec in specs}
    found: dict[dg.AssetKey, set[str]] = {}

    def rests_on(key: dg.AssetKey) -> set[str]:
        if key not in found:
            own = {key.path[1]} if key.path[0] == RAW and "__" in key.path[1] else set()
            found[key] = own
            # A raw table waits for others only so that erasure comes first; its data is its own.
            if not own:
                found[key] = set().union(*map(rests_on, filter(_is_dated, upstream.get(key, []))))
        return found[key]

    return {spec.key: rests_on(spec.key) for spec in specs}


def _is_dated(key: dg.AssetKey) -> bool:
    """A lookup holds words of every source and no day: who joins it is as old as its own rows."""
    return not key.path[1].startswith("lookup_")


def _newest_data(
    warehouse: Warehouse, newest: dict[str, str], as_of: date
) -> dict[str, datetime | None]:
    end = datetime.combine(as_of + timedelta(days=1), time())
    with warehouse.connect() as connection:
        return {
            # As a filter of the aggregate: one of the rows would read each text six times.
            table: connection.execute(
                "select max(moment) filter (where moment < ?) "
                f"from (select cast({moment} as timestamp) as moment from raw.{table})",
                [end],
            ).fetchall()[0][0]
            for table, moment in newest.items()
        }


def _freshness_result(
    key: dg.AssetKey, newest: datetime | None, as_of: date, limit_days: float, is_dated: bool
) -> dg.AssetCheckResult:
    end = datetime.combine(as_of + timedelta(days=1), time())
    age_days = round((end - newest).total_seconds() / 86_400, 2) if newest else None
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FRESHNESS_CHECK,
        passed=age_days <= limit_days if age_days is not None else not is_dated,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "age_days": age_days if age_days is not None else "nothing dated was delivered",
            "limit_days": limit_days,
            "newest_data_at": str(newest) if newest else "none",
        },
    )


def _as_of(warehouse: Warehouse) -> date:
    day: date = warehouse.read("select as_of from raw.as_of")["as_of"][0].as_py()
    return day
