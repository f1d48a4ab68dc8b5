"""Figures of segments: what their members are like, how alike, and what was published before.

The statistics are ``models.segmentation.profiles`` and ``evaluation``.
"""

from datetime import date

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.defs.segments.replays import REPLAYS
from dagster_project.defs.segments.segment_tables import (
    COMPANY_FEATURES,
    FEATURES,
    MEMBERSHIPS,
    as_of_day,
    company_features,
    described,
    memberships,
    person_features,
)
from dagster_project.published_runs import PublishedRuns
from dagster_project.vocabulary import SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.behaviour_space import COMPANY_AXES
from models.segmentation.company_features import COMPANY_FEATURES as DOCUMENTED_OF_COMPANIES
from models.segmentation.evaluation import homogeneity
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.profiles import profile_segments
from models.segmentation.replay import without_replays

PROFILES = dg.AssetKey([SEGMENTS, "segment_profiles"])
HOMOGENEITY = dg.AssetKey([SEGMENTS, "segment_homogeneity"])
EARLIER_SNAPSHOTS = dg.AssetKey([SEGMENTS, "earlier_snapshots"])


@dg.asset(
    key=PROFILES,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, FEATURES, COMPANY_FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "each_segment_has_a_profile", asset=PROFILES, description="No segment is blank."
        )
    ],
)
def segment_profiles(warehouse: Warehouse) -> dg.MaterializeResult:
    """How each segment differs from all customers of its type, feature by feature."""
    profiles = pa.concat_tables(
        [
            profile_segments(
                memberships(warehouse, "person"), person_features(warehouse), PERSON_FEATURES
            ),
            profile_segments(
                memberships(warehouse, "company"),
                company_features(warehouse),
                DOCUMENTED_OF_COMPANIES,
            ),
        ]
    )
    warehouse.replace("segments.segment_profiles", profiles, described(profiles, "segment_profile"))
    missing = (
        pc.count_distinct(memberships(warehouse)["segment_id"]).as_py()
        - pc.count_distinct(profiles["segment_id"]).as_py()
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": profiles.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_profiles"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=missing == 0, metadata={"without_profile": missing, "limit": 0}
            )
        ],
    )


@dg.asset(
    key=HOMOGENEITY,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, FEATURES, COMPANY_FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "lies_in_0_to_1", asset=HOMOGENEITY, description="It is a share of variance."
        )
    ],
)
def segment_homogeneity(warehouse: Warehouse) -> dg.MaterializeResult:
    """How alike the members of each segment are in what they do, 0 to 1."""
    rows = pa.concat_tables(
        [
            homogeneity(memberships(warehouse, "person"), person_features(warehouse)),
            homogeneity(
                memberships(warehouse, "company"), company_features(warehouse), COMPANY_AXES
            ),
        ]
    )
    warehouse.replace("segments.segment_homogeneity", rows, described(rows, "fct_segment_snapshot"))
    outside = sum(
        value is not None and not 0 <= value <= 1 for value in rows["homogeneity"].to_pylist()
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_homogeneity"),
        },
        check_results=[
            dg.AssetCheckResult(passed=outside == 0, metadata={"outside": outside, "limit": 0})
        ],
    )


@dg.asset(
    key=EARLIER_SNAPSHOTS,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, REPLAYS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "lies_before_today", asset=EARLIER_SNAPSHOTS, description="No day of the future."
        )
    ],
)
def earlier_snapshots(warehouse: Warehouse) -> dg.MaterializeResult:
    """Each segment's figures on the days published before, and of edited audiences as they would have been."""
    snapshots = state.read_table(warehouse.home, state.SEGMENT_SNAPSHOTS)
    rows = SNAPSHOT_SCHEMA.empty_table()
    if snapshots is not None:
        # Columns that came later are unknown of earlier days.
        rows = pa.concat_tables([rows, snapshots], promote_options="default")
    # The same day may have been published already: its rows are made anew.
    as_of = as_of_day(warehouse)
    rows = rows.filter(pc.less(rows["as_of"], pa.scalar(as_of, pa.date32())))
    runs = PublishedRuns.of(warehouse.home, as_of)
    edited = runs.edited(warehouse.home)
    rows = without_replays(rows, [*edited.items(), *runs.of_today])
    if edited:
        replayed = warehouse.read(_replayed(edited, runs.days_to_replay(as_of)))
        rows = pa.concat_tables([rows, replayed.cast(SNAPSHOT_SCHEMA)])
    warehouse.replace("segments.earlier_snapshots", rows, described(rows, "fct_segment_snapshot"))
    newest = pc.max(rows["as_of"]).as_py()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.earlier_snapshots"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=newest is None or newest <= as_of_day(warehouse),
                metadata={"newest": str(newest)},
            )
        ],
    )


# As fct_segment_snapshot in the marts.
SNAPSHOT_SCHEMA = pa.schema(
    [
        ("as_of", pa.date32()),
        ("scheme", pa.string()),
        ("segment_id", pa.string()),
        ("customer_type", pa.string()),
        ("definition_version", pa.string()),
        ("is_replayed", pa.bool_()),
        ("customers", pa.int64()),
        ("share", pa.float64()),
        ("entered", pa.int64()),
        ("left_count", pa.int64()),
        ("revenue_365d_eur", pa.float64()),
        ("orders_365d", pa.int64()),
        ("predicted_value_90d_eur", pa.float64()),
        ("homogeneity", pa.float64()),
        ("stale_fact_share", pa.float64()),
        ("retained_share", pa.float64()),
        ("repeat_share", pa.float64()),
        ("net_promoter_score", pa.float64()),
        ("excluded", pa.int64()),
        ("avoided_cost_eur", pa.float64()),
    ]
)


def _replayed(edited: dict[str, str], days: list[date]) -> str:
    """Snapshots of edited audiences on days gone by, by their new definition; empty ones too."""
    definitions = ", ".join(f"('{name}', '{version}')" for name, version in edited.items())
    dates = ", ".join(f"(date '{day}')" for day in days)
    return f"""
        with days as (from (values {dates}) as days(as_of)),
        definitions as (
            select given.*, segments.customer_type
            from (values {definitions}) as given(segment_id, definition_version)
            inner join segments.segment_definitions as segments using (segment_id, definition_version)
        ),
        customers as (
            select as_of, customer_id, 'person' as customer_type, revenue_365d_eur, orders_365d
            from customers.earlier_customer_features
            union all
            select as_of, customer_id, 'company', revenue_365d_eur, orders_365d
            from customers.earlier_company_features
        ),
        bases as (
            select as_of, customer_type, count(*) as customers from customers group by as_of, customer_type
        ),
        members as (
            select
                days.as_of, replays.segment_id, count(*) as customers,
                count(*) filter (where replays.valid_from = days.as_of) as entered,
                -- Cents before summing: the last digit of a sum of doubles depends on threads.
                sum(cast(customers.revenue_365d_eur as decimal(18, 2))) as revenue_365d_eur,
                sum(customers.orders_365d) as orders_365d
            from days
            inner join segments.audience_replays as replays
                on days.as_of >= replays.valid_from and days.as_of < replays.valid_to
            inner join customers on days.as_of = customers.as_of and replays.customer_id = customers.customer_id
            group by all
        ),
        leavers as (
            select valid_to as as_of, segment_id, count(*) as left_count
            from segments.audience_replays group by all
        )
        select
            days.as_of, 'audience' as scheme, definitions.segment_id, definitions.customer_type,
            definitions.definition_version, true as is_replayed,
            coalesce(members.customers, 0) as customers,
            coalesce(members.customers, 0) / nullif(bases.customers, 0) as share,
            coalesce(members.entered, 0) as entered, coalesce(leavers.left_count, 0) as left_count,
            cast(coalesce(members.revenue_365d_eur, 0) as double) as revenue_365d_eur,
            cast(coalesce(members.orders_365d, 0) as bigint) as orders_365d,
            cast(null as double) as predicted_value_90d_eur, cast(null as double) as homogeneity,
            cast(null as double) as stale_fact_share,
            cast(null as double) as retained_share, cast(null as double) as repeat_share,
            cast(null as double) as net_promoter_score,
            cast(null as bigint) as excluded, cast(null as double) as avoided_cost_eur
        from days
        cross join definitions
        left join bases using (as_of, customer_type)
        left join members using (as_of, segment_id)
        left join leavers using (as_of, segment_id)
        order by definitions.segment_id, days.as_of
    """
