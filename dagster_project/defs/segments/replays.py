"""Edited audiences looked at again on days gone by: the rows of history and snapshots that this adds.

Which were edited, and which days count, is ``published_runs``; the periods are ``models.segmentation.replay``.
"""

from datetime import date

import dagster as dg
import pyarrow as pa

from dagster_project.defs.segments.audiences import select_members
from dagster_project.defs.segments.segment_tables import (
    EARLIER_FEATURES,
    FACTS,
    as_of_day,
    described,
    features_on,
)
from dagster_project.published_runs import PublishedRuns
from dagster_project.rules import read_rules
from dagster_project.spare_processes import find_cities
from dagster_project.vocabulary import SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.memberships import MEMBERSHIP_SCHEMA
from models.segmentation.replay import replayed_rows

REPLAYS = dg.AssetKey([SEGMENTS, "audience_replays"])


@dg.asset(
    key=REPLAYS,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[*EARLIER_FEATURES, *FACTS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "ends_before_today",
            asset=REPLAYS,
            blocking=True,
            description="Then the real rows begin.",
        )
    ],
)
def audience_replays(warehouse: Warehouse) -> dg.MaterializeResult:
    """Who would have been in each edited audience on days gone by; empty where none was edited."""
    as_of = as_of_day(warehouse)
    runs = PublishedRuns.of(warehouse.home, as_of)
    edited = runs.edited(warehouse.home)
    days = runs.days_to_replay(as_of) if edited else []
    rules = [rule for rule in read_rules(warehouse.home) if rule.segment_id in edited]
    with warehouse.connect() as connection:
        members = [
            _on(
                day,
                select_members(
                    connection,
                    rules,
                    day,
                    customer_type=customer_type,
                    features=features_on(customer_type, day),
                    find_cities=find_cities,
                ),
            )
            for day in days
            for customer_type in ("person", "company")
        ]
    rows = replayed_rows(
        pa.concat_tables([_on(as_of, MEMBERSHIP_SCHEMA.empty_table()), *members]),
        days,
        as_of,
        edited,
    )
    words = {
        **described(rows, "fct_segment_membership"),
        "customer_id": "The customer.",
        "cause": "rule_change.",
        "began_by": "rule_change.",
    }
    warehouse.replace("segments.audience_replays", rows, words)
    too_late = warehouse.read(
        "select count(*) as wrong from segments.audience_replays, raw.as_of where valid_to > as_of"
    )["wrong"][0].as_py()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.audience_replays"),
            "edited": ", ".join(edited) or "none",
            "days": len(days),
        },
        check_results=[
            dg.AssetCheckResult(passed=too_late == 0, metadata={"too_late": too_late, "limit": 0})
        ],
    )


def _on(day: date, members: pa.Table) -> pa.Table:
    days = pa.repeat(pa.scalar(day, pa.date32()), members.num_rows)
    return members.select(["customer_id", "segment_id"]).append_column("as_of", days)
