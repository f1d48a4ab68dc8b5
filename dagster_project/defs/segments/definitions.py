"""Every segment there is as one table: what it is called, what it means, which version is in force."""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.defs.segments.fitted_models import fitted_models
from dagster_project.defs.segments.segment_tables import (
    BEHAVIOUR,
    DEFINITIONS,
    NEEDS,
    VALUE,
    described,
)
from dagster_project.rules import read_rules
from dagster_project.vocabulary import OWNERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.descriptions import UNASSIGNED_TEXTS
from models.segmentation.rule_files import AudienceRule
from models.segmentation.schemes import FittedModels, Scheme, exclusive_schemes

_SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("segment_id", "scheme", "customer_type", "name", "description")
        ),
        *((name, pa.string()) for name in ("definition", "definition_version", "status", "owner")),
        ("is_exclusive", pa.bool_()),
    ]
)


@dg.asset(
    key=DEFINITIONS,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[BEHAVIOUR, VALUE, NEEDS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "each_segment_is_described",
            asset=DEFINITIONS,
            description="Name and sentence are there.",
        )
    ],
)
def segment_definitions(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Every segment there is: its name, what it means, what to do, its owner, status and version."""
    models = fitted_models(warehouse, context.run_id)
    rows = segment_definitions_table(models, read_rules(warehouse.home))
    warehouse.replace("segments.segment_definitions", rows, described(rows, "dim_segment"))
    bare = (
        rows.num_rows
        - pc.sum(pc.and_(pc.is_valid(rows["name"]), pc.is_valid(rows["description"]))).as_py()
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_definitions"),
        },
        check_results=[
            dg.AssetCheckResult(passed=bare == 0, metadata={"undescribed": bare, "limit": 0})
        ],
    )


def segment_definitions_table(models: FittedModels, rules: list[AudienceRule]) -> pa.Table:
    """One row per segment of every scheme, the residual of exclusive ones included."""
    rows = [
        *(row for scheme in exclusive_schemes(models) for row in _exclusive(scheme)),
        *_audiences(rules),
    ]
    return pa.Table.from_pylist(
        sorted(rows, key=lambda row: str(row["segment_id"])), schema=_SCHEMA
    )


def _exclusive(scheme: Scheme) -> list[dict[str, Any]]:
    texts = scheme.texts | {"unassigned": UNASSIGNED_TEXTS[scheme.name]}
    return [
        {
            "segment_id": f"{scheme.name}.{name}",
            "scheme": scheme.name,
            "customer_type": scheme.customer_type,
            "name": text.name,
            "description": text.description,
            "definition": scheme.definition,
            "definition_version": scheme.version,
            "status": "approved",
            "owner": OWNERS[SEGMENTS],
            "is_exclusive": True,
        }
        for name, text in texts.items()
    ]


def _audiences(rules: list[AudienceRule]) -> list[dict[str, Any]]:
    return [
        {
            "segment_id": rule.segment_id,
            "scheme": "audience",
            "customer_type": rule.customer_type,
            "name": rule.title,
            "description": rule.description,
            "definition": rule.include + (f" EXCEPT {rule.exclude}" if rule.exclude else ""),
            "definition_version": rule.definition_version,
            "status": rule.status,
            "owner": rule.owner,
            "is_exclusive": False,
        }
        for rule in rules
    ]
