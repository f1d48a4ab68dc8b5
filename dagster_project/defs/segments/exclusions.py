"""Whom each audience leaves out though they fit: what their contacts would have cost is money not spent.

What a contact costs is ``customers.contact_costs``; predicates become SQL in ``audiences``.
"""

import dagster as dg
import pyarrow as pa

from dagster_project.defs.segments.audiences import count_excluded
from dagster_project.defs.segments.segment_tables import (
    COMPANY_FEATURES,
    FACTS,
    FEATURES,
    MEMBERSHIPS,
    as_of_day,
    described,
)
from dagster_project.rules import read_rules
from dagster_project.spare_processes import find_cities
from dagster_project.vocabulary import SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

EXCLUSIONS = dg.AssetKey([SEGMENTS, "audience_exclusions"])


@dg.asset(
    key=EXCLUSIONS,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[
        FEATURES,
        COMPANY_FEATURES,
        MEMBERSHIPS,
        *FACTS,
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "somebody_is_left",
            asset=EXCLUSIONS,
            description="An audience whose exclude leaves out everybody who fits is switched off.",
        )
    ],
)
def audience_exclusions(warehouse: Warehouse) -> dg.MaterializeResult:
    """How many customers each audience leaves out though they fit."""
    as_of, rules = as_of_day(warehouse), read_rules(warehouse.home)
    with warehouse.connect() as connection:
        rows = pa.concat_tables(
            [
                count_excluded(
                    connection, rules, as_of, customer_type=customer_type, find_cities=find_cities
                )
                for customer_type in ("person", "company")
            ]
        ).sort_by("segment_id")
    warehouse.replace("segments.audience_exclusions", rows, described(rows, "fct_segment_snapshot"))
    emptied = warehouse.read(_EMPTIED)["segment_id"].to_pylist()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.audience_exclusions"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not emptied,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"audiences": ", ".join(emptied) or "none", "limit": "none"},
            )
        ],
    )


_EMPTIED = """
    select exclusions.segment_id
    from segments.audience_exclusions as exclusions
    where exclusions.excluded > 0
        and exclusions.segment_id not in (select segment_id from segments.customer_segments)
    order by exclusions.segment_id
"""
