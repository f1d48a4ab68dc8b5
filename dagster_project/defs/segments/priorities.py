"""Which segments come first, and what is proposed for each: figures in, ``models.segmentation.priority`` out."""

from dataclasses import fields

import dagster as dg

from dagster_project.dbt import mart_columns
from dagster_project.errors import ConfigurationError
from dagster_project.settings import Settings, load_settings
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.priority import Limits, Weights, prioritise

PRIORITIES = dg.AssetKey([SEGMENTS, "segment_priorities"])

# A segment that holds more than this of its base says little about anyone in it.
TOO_BROAD_SHARE = 0.6


@dg.asset(
    key=PRIORITIES,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[
        dg.AssetKey([SEGMENTS, name])
        for name in (
            "segment_definitions",
            "customer_segments",
            "earlier_snapshots",
            "segment_quality",
        )
    ]
    + [dg.AssetKey([CUSTOMERS, "all_customers"])],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "ranks_every_segment", asset=PRIORITIES, description="But the residual of each scheme."
        )
    ],
)
def segment_priorities(warehouse: Warehouse) -> dg.MaterializeResult:
    """Segments by priority, with the components of the score and what might be done about each."""
    settings = load_settings()
    limits = Limits(fewest=settings.smallest_segment, broadest=TOO_BROAD_SHARE)
    segments = warehouse.read(FIGURES)
    try:
        rows = prioritise(segments, _weights(settings), limits)
    except ValueError as error:
        raise ConfigurationError(f"{error} They are SKIKT_PRIORITY_WEIGHT_*.") from None
    warehouse.replace("segments.segment_priorities", rows, mart_columns("segment_priority"))
    proposals = rows["recommended_action"].value_counts().to_pylist()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_priorities"),
            **{f"proposed_to_{row['values']}": row["counts"] for row in proposals},
        },
        check_results=[
            dg.AssetCheckResult(
                passed=rows.num_rows == segments.num_rows,
                metadata={"ranked": rows.num_rows, "segments": segments.num_rows},
            )
        ],
    )


def _weights(settings: Settings) -> Weights:
    names = [field.name for field in fields(Weights)]
    return Weights(*(getattr(settings, f"priority_weight_{name}") for name in names))


# An approved audience states a goal that it serves; a draft may come to, and one whose approval is refused.
FIGURES = """
    with members as (
        select
            segments.segment_id,
            count(*) as customers,
            sum(cast(features.revenue_365d_eur as decimal(18, 2))) / count(*) as revenue_per_member_eur,
            avg(cast(features.average_order_eur as decimal(18, 2))) as average_order_eur,
            count(*) filter (where features.orders_90d > 0) / count(*) as buying_share
        from segments.customer_segments as segments
        inner join customers.all_customers as features using (customer_id)
        group by segments.segment_id
    ),
    before as (
        select segment_id, customers as customers_before from segments.earlier_snapshots
        where not is_replayed and as_of = (select max(as_of) from segments.earlier_snapshots)
    ),
    refused as (select segment_id from segments.segment_quality where refuses_approval),
    bases as (
        select customer_type, count(*) as customers from customers.all_customers group by customer_type
    )
    select
        definitions.segment_id,
        definitions.customer_type,
        coalesce(members.customers, 0) as customers,
        coalesce(members.customers, 0) / greatest(coalesce(bases.customers, 0), 1) as share,
        before.customers_before,
        cast(members.revenue_per_member_eur as double) as revenue_per_member_eur,
        cast(members.average_order_eur as double) as average_order_eur,
        members.buying_share,
        case
            when definitions.scheme <> 'audience' then 0
            when definitions.status = 'retired' then 0
            when definitions.status = 'draft' or definitions.segment_id in (from refused) then 0.5
            else 1
        end::double as goal_fit
    from segments.segment_definitions as definitions
    left join bases using (customer_type)
    left join members using (segment_id)
    left join before using (segment_id)
    where definitions.segment_id not like '%.unassigned'
"""
