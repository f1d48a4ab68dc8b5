"""Whether each segment is good enough to act on, and which approvals that refuses.

The measures are ``models.segmentation.quality``; what people say of segments is ``dagster_project.feedback``.
"""

import dagster as dg
import pyarrow as pa

from dagster_project.defs.segments.figures import EARLIER_SNAPSHOTS, HOMOGENEITY, PROFILES
from dagster_project.defs.segments.lifts import LIFT
from dagster_project.defs.segments.priorities import TOO_BROAD_SHARE
from dagster_project.defs.segments.segment_tables import (
    ALL_CUSTOMERS,
    DEFINITIONS,
    MEMBERSHIPS,
    as_of_day,
)
from dagster_project.feedback import read_feedback
from dagster_project.published_runs import PublishedRuns
from dagster_project.rules import read_rules
from dagster_project.settings import load_settings
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.quality import CHANNEL_MINIMA, QualityLimits, judge
from models.segmentation.rule_files import AudienceRule

QUALITY = dg.AssetKey([SEGMENTS, "segment_quality"])
_WORDS = {
    "segment_id": "The segment.",
    "measure": "size, reach, breadth, freshness, separation, lift, stability, feedback or homogeneity.",
    "value": "What was measured; null where nothing is known.",
    "low": "The least that passes, if there is one.",
    "high": "The most that passes, if there is one.",
    "has_passed": "Whether it keeps to that; null where nothing is known.",
    "refuses_approval": "It was a draft, is marked approved now, and fails here: it stays a draft.",
}


@dg.asset(
    key=QUALITY,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[
        MEMBERSHIPS,
        DEFINITIONS,
        PROFILES,
        HOMOGENEITY,
        EARLIER_SNAPSHOTS,
        LIFT,
        ALL_CUSTOMERS,
        dg.AssetKey([CUSTOMERS, "fct_fact_freshness"]),
        dg.AssetKey([CUSTOMERS, "customer_consents"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "audiences_in_use_are_good",
            asset=QUALITY,
            description="Approved audiences that fail a measure.",
        ),
        dg.AssetCheckSpec(
            "segments_keep_their_size",
            asset=QUALITY,
            description="Segments that grew or shrank by more than half since the day published before.",
        ),
        dg.AssetCheckSpec(
            "no_approval_is_refused",
            asset=QUALITY,
            description="Drafts marked approved that fail a measure stay drafts.",
        ),
    ],
)
def segment_quality(warehouse: Warehouse) -> dg.MaterializeResult:
    """Each segment held against limits: size, reach, breadth, freshness, separation, lift, stability and more."""
    limits = QualityLimits(fewest=load_settings().smallest_segment, broadest=TOO_BROAD_SHARE)
    drafts = PublishedRuns.of(warehouse.home, as_of_day(warehouse)).drafts
    approved = warehouse.read(
        "select segment_id from segments.segment_definitions where scheme = 'audience' and status = 'approved'"
    )["segment_id"].to_pylist()
    asking = sorted(set(approved) & drafts)
    with warehouse.connect() as connection:
        connection.register("feedback", read_feedback(warehouse.home))
        connection.register("contracts", _contracts(read_rules(warehouse.home)))
        segments = connection.execute(_FIGURES).to_arrow_table()
    rows = judge(segments, limits, asking)
    warehouse.replace("segments.segment_quality", rows, _WORDS)
    failing = {row["segment_id"] for row in rows.to_pylist() if row["has_passed"] is False}
    moved = [
        row["segment_id"]
        for row in rows.to_pylist()
        if row["measure"] == "stability" and row["has_passed"] is False
    ]
    refused, poor = sorted(failing & set(asking)), sorted(failing & set(approved) - set(asking))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_quality"),
            "segments_that_fail_a_measure": len(failing),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="audiences_in_use_are_good",
                passed=not poor,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"audiences": ", ".join(poor) or "none", "limit": "none"},
            ),
            dg.AssetCheckResult(
                check_name="segments_keep_their_size",
                passed=not moved,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "segments": ", ".join(moved) or "none",
                    "limit": f"{limits.greatest_change:.0%}",
                },
            ),
            dg.AssetCheckResult(
                check_name="no_approval_is_refused",
                passed=not refused,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"audiences": ", ".join(refused) or "none", "limit": "none"},
            ),
        ],
    )


def _contracts(rules: list[AudienceRule]) -> pa.Table:
    """What each audience's own file asks for: ``segment_id``, ``least_homogeneity``, ``channel_minimum``."""
    asked = [
        max((CHANNEL_MINIMA.get(channel, 0) for channel in rule.channels), default=0)
        for rule in rules
    ]
    return pa.table(
        {
            "segment_id": pa.array([rule.segment_id for rule in rules], pa.string()),
            "least_homogeneity": pa.array([rule.least_homogeneity for rule in rules], pa.float64()),
            "channel_minimum": pa.array([least or None for least in asked], pa.int64()),
        }
    )


_FIGURES = """
    with bases as (
        select customer_type, count(*) as customers from customers.all_customers group by customer_type
    ),
    sizes as (
        select segment_id, count(*) as customers from segments.customer_segments group by segment_id
    ),
    before as (
        select segment_id, customers as customers_before from segments.earlier_snapshots
        where not is_replayed and as_of = (
            select max(as_of) from segments.earlier_snapshots where not is_replayed
        )
    ),
    staleness as (
        select segments.segment_id, avg(cast(facts.stale_share as decimal(5, 4))) as stale_fact_share
        from segments.customer_segments as segments
        inner join customers.fct_fact_freshness as facts using (customer_id)
        group by segments.segment_id
    ),
    -- All channels with a minimum are platforms of advertisements.
    reachable as (
        select segments.segment_id, count(*) as customers
        from segments.customer_segments as segments
        inner join customers.customer_consents as consents using (customer_id)
        where consents.may_advertise
        group by segments.segment_id
    ),
    separations as (
        select segment_id, max(abs(index_vs_base - 100)) / 100 as separation
        from segments.segment_profiles group by segment_id
    )
    select
        definitions.segment_id,
        coalesce(sizes.customers, 0) as customers,
        coalesce(sizes.customers, 0) / greatest(coalesce(bases.customers, 0), 1) as share,
        -- Companies are found by their names, which need no consent: not counted here.
        case when definitions.customer_type = 'person'
            then coalesce(reachable.customers, 0) / contracts.channel_minimum
        end as reach,
        homogeneity.homogeneity,
        contracts.least_homogeneity,
        before.customers_before,
        cast(staleness.stale_fact_share as double) as stale_fact_share,
        separations.separation,
        lifts.lift_low,
        lifts.lift_high,
        coalesce(feedback.agreeing, 0) as agreeing,
        coalesce(feedback.disagreeing, 0) as disagreeing
    from segments.segment_definitions as definitions
    left join bases using (customer_type)
    left join sizes using (segment_id)
    left join before using (segment_id)
    left join staleness using (segment_id)
    left join contracts using (segment_id)
    left join reachable using (segment_id)
    left join segments.segment_homogeneity as homogeneity using (segment_id)
    left join separations using (segment_id)
    left join segments.segment_lift as lifts using (segment_id)
    left join feedback using (segment_id)
    where definitions.segment_id not like '%.unassigned'
"""
