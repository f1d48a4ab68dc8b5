"""The linkage model in Dagster: fitted once, pinned as text, fitted anew only when it must be.

How a model is fitted is ``models.identity.training``. It is fitted on a first run, for a new version
of the code, when the records are no longer what it was fitted to, or by the job ``train_identity``.
"""

import shutil
from typing import Any

import dagster as dg
import pyarrow as pa

from dagster_project import state
from dagster_project.home import Home
from dagster_project.vocabulary import IDENTITY, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.identity.drift import drift
from models.identity.training import SCHEMA_VERSION, train

MODEL = dg.AssetKey([IDENTITY, "person_model"])
PERSON_RECORDS = dg.AssetKey([IDENTITY, "int_identity__person_records"])
TRAIN_IDENTITY = "train_identity"
CHART = "match_weights.html"

# The tables whose quality gate identity waits for.
GATED = [
    dg.AssetKey([STAGING, name])
    for name in (
        "stg_crm__contacts",
        "stg_crm__companies",
        "stg_register__companies",
        "stg_shop__customers",
        "stg_tickets__bookings",
        "stg_newsletter__subscribers",
        "stg_social__engagements",
        "stg_survey__answers",
    )
]

_SEED = 1


@dg.asset(
    key=MODEL,
    group_name=IDENTITY,
    kinds={"python", "splink"},
    deps=[PERSON_RECORDS, *GATED],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "has_settings", asset=MODEL, description="The model can be used by Splink."
        ),
        dg.AssetCheckSpec(
            "fits_the_records",
            asset=MODEL,
            description="The records are as many and as filled as those that the model was fitted to. "
            "Where they are not, it was fitted anew in this run.",
        ),
    ],
)
def person_model(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The linkage model: fitted by expectation maximisation, then pinned as text until it must change."""
    records = records_of(warehouse, "int_identity__person_records")
    pinned = state.read_model(warehouse.home, state.IDENTITY_MODEL)
    # A model of another version of the code compares by columns that are no longer made.
    is_usable = pinned is not None and pinned.get("schema_version") == SCHEMA_VERSION
    drifted = drift(pinned["trained_on"], records) if pinned and is_usable else []
    because = (
        "asked for by the job train_identity"
        if context.run.job_name == TRAIN_IDENTITY
        else "first run, or a new version of the code"
        if not is_usable
        else "; ".join(drifted)
    )
    model = train(records, seed=_SEED) if because or pinned is None else pinned
    state.write_model(warehouse.home, context.run_id, state.IDENTITY_MODEL, model)
    _draw(warehouse.home, context.run_id, model, is_new=model is not pinned)
    comparisons = len(model["settings"]["comparisons"])
    return dg.MaterializeResult(
        metadata={
            "is_pinned": not because,
            "fitted_because": because or "it was not: the pinned model is used",
            "comparisons": comparisons,
            "match_weights": dg.MetadataValue.path(str(warehouse.home.reports / CHART)),
            "dagster/row_count": comparisons,
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {
                    "comparison": "text",
                    "level": "text",
                    "m_probability": "double",
                    "u_probability": "double",
                }
            ),
            "trained_on": dg.MetadataValue.json(model["trained_on"]),
            "has_families": model["has_families"],
            "fingerprint": model["fingerprint"],
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="has_settings",
                passed=comparisons > 0,
                metadata={"comparisons": comparisons, "limit": 1},
            ),
            dg.AssetCheckResult(
                check_name="fits_the_records",
                passed=not drifted,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "changes": len(drifted),
                    "limit": 0,
                    "found": "; ".join(drifted) or "none",
                },
            ),
        ],
    )


@dg.definitions
def fitting() -> dg.Definitions:
    """The model, and the job that fits it anew."""
    train_identity = dg.define_asset_job(
        TRAIN_IDENTITY,
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        description="A refresh that fits the linkage model anew, whatever the pinned one. Run it when many "
        "customers are merged or split wrongly; it may change ids, and says how many in identity/id_events.",
        tags={"dagster/max_runtime": 21_600},
    )
    return dg.Definitions(assets=[person_model], jobs=[train_identity])


def _draw(home: Home, run_id: str, model: dict[str, Any], *, is_new: bool) -> None:
    """Put the chart of the model's weights beside the report; Splink is loaded only for a new one."""
    drawn, folder = home.published / "report" / CHART, home.building(run_id) / "report"
    folder.mkdir(parents=True, exist_ok=True)
    if drawn.exists() and not is_new:
        shutil.copyfile(drawn, folder / CHART)
        return
    from models.identity.charts import match_weights_chart

    (folder / CHART).write_text(match_weights_chart(model), encoding="utf-8")


def records_of(warehouse: Warehouse, table: str) -> pa.Table:
    """Person or company records in one shape, by record_id."""
    return warehouse.read(f"select * from identity.{table} order by record_id")
