"""One dbt invocation inside this process, told to Dagster asset by asset.

dagster-dbt starts a process per invocation, about 5 s each, most of it imports; three of them would
be two thirds of a small refresh. dbt's own programmatic runner costs about 0.3 s. It has global
state: one invocation at a time, which the pool ``warehouse`` holds to. What a node is called in
Dagster stays dagster-dbt's business (``dagster_project.dbt``).
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.dbt import dbt_arguments, manifest_path, prepare_environment
from dagster_project.errors import ConfigurationError, GateFailedError
from dagster_project.faults import raise_if_exhausted, without_values
from dagster_project.warehouse import Warehouse, close_dbt_connection

_UNIQUE_ID = "dagster_dbt/unique_id"

DbtEvent = dg.MaterializeResult | dg.AssetCheckResult


def build(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[DbtEvent]:
    """Build what the step selects and yield a result per table and per test.

    Raises:
        GateFailedError: a blocking dbt test failed.
        ResourcesExhaustedError: disk or memory ran out.
        RuntimeError: a model did not build; the sentence names the model, never a row.
    """
    models = {
        spec.metadata[_UNIQUE_ID]: spec.key
        for spec in context.assets_def.specs
        if spec.key in context.selected_asset_keys
    }
    tests = {
        spec.metadata[_UNIQUE_ID]: spec
        for spec in context.assets_def.check_specs
        if spec.key in context.selected_asset_check_keys
    }
    results = _invoke(
        warehouse,
        ["build", "--indirect-selection", "empty", "--select", *_names({**models, **tests})],
    )
    schemas = _table_facts(warehouse, list(models.values()))
    failed: list[str] = []
    for result in results:
        unique_id = result.node.unique_id
        if unique_id in models and result.status == "success":
            key = models[unique_id]
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={**schemas[key], "execution_seconds": round(result.execution_time, 3)},
            )
        elif unique_id in tests and result.status != "skipped":
            yield _check_result(tests[unique_id], result)
        if result.status in {"error", "fail"}:
            failed.append(result.node.name)
    _raise_for(failed, results)


def generate_docs(warehouse: Warehouse) -> Path:
    """dbt's documentation of the project as one page; where it lies.

    Raises:
        ConfigurationError: no table was made yet.
    """
    from dbt.cli.main import dbtRunner

    if not warehouse.home.warehouse.exists():
        raise ConfigurationError("There are no tables to describe yet. Run `make run` first.")
    prepare_environment(warehouse.home)
    # A target of its own: what builds read stays as it is.
    target = warehouse.home.dbt / "docs"
    arguments = [*dbt_arguments(warehouse.home), "--target-path", str(target)]
    quiet = ["--log-level", "none", "--log-level-file", "none"]
    outcome = dbtRunner().invoke([*quiet, "docs", "generate", "--static", *arguments])
    close_dbt_connection()
    if not outcome.success:
        raise_if_exhausted(str(outcome.exception))
        raise RuntimeError(f"dbt could not write its pages: {type(outcome.exception).__name__}.")
    return target / "static_index.html"


def _invoke(warehouse: Warehouse, arguments: list[str]) -> list[Any]:
    from dbt.cli.main import dbtRunner

    # No SQL and no row of a failed cast may lie in dbt's own log files or stand on the terminal.
    flags = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]
    runner = dbtRunner(manifest=_manifest(str(manifest_path(warehouse.home))))
    outcome = runner.invoke([*flags, *arguments, *dbt_arguments(warehouse.home)])
    close_dbt_connection()
    if outcome.result is None:
        raise_if_exhausted(str(outcome.exception))
        raise RuntimeError(
            f"dbt stopped before it built anything: {type(outcome.exception).__name__}."
        )
    return list(outcome.result.results)


@cache
def _manifest(path: str) -> Any:
    """The parsed project as dbt keeps it beside its manifest; parsing again would cost 2 s."""
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(Path(path).with_name("partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()
    return manifest


def _names(nodes: dict[str, Any]) -> list[str]:
    """dbt selectors for unique ids such as ``model.skikt.stg_crm__contacts``."""
    return sorted({unique_id.split(".")[2] for unique_id in nodes})


def _check_result(spec: dg.AssetCheckSpec, result: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.WARN
        if result.status == "warn"
        else dg.AssetCheckSeverity.ERROR,
        metadata={"failing_rows": result.failures or 0, "limit": 0},
    )


def _table_facts(
    warehouse: Warehouse, keys: list[dg.AssetKey]
) -> dict[dg.AssetKey, dict[str, Any]]:
    """Row count and column schema of each table, in two queries for all."""
    with warehouse.connect() as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
            "order by schema_name, table_name, column_index"
        ).fetchall()
        of_table: dict[tuple[str, ...], list[dg.TableColumn]] = defaultdict(list)
        for schema, table, name, data_type, comment in columns:
            column = dg.TableColumn(name=name, type=data_type, description=comment)
            of_table[schema, table].append(column)
        present = [key for key in keys if tuple(key.path) in of_table]
        counts = [
            connection.execute(f"select count(*) from {'.'.join(key.path)}").fetchall()[0][0]
            for key in present
        ]
    facts: dict[dg.AssetKey, dict[str, Any]] = {key: {} for key in keys}
    for key, count in zip(present, counts, strict=True):
        facts[key] = {
            "dagster/row_count": count,
            "dagster/column_schema": dg.TableSchema(columns=of_table[tuple(key.path)]),
        }
    return facts


def _raise_for(failed: list[str], results: list[Any]) -> None:
    if not failed:
        return
    broken = {r.node.name: r.message or "" for r in results if r.status == "error"}
    if broken:
        for message in broken.values():
            raise_if_exhausted(message)
        reasons = " ".join(map(without_values, broken.values()))
        raise RuntimeError(f"dbt could not build {', '.join(broken)}. {reasons}")
    raise GateFailedError(
        f"{len(failed)} promise(s) about the tables do not hold: {', '.join(failed)}. Nothing was "
        "published. Open the named checks in Dagster to see how many rows break them."
    )
