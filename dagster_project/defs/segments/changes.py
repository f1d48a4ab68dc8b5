"""What each published day changed: growth by cause, and flows between segments.

The arithmetic is ``models.segmentation.history_changes``; rows of earlier days come from the published
state and are never rewritten.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.dbt import mart_columns
from dagster_project.vocabulary import SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.history_changes import changes_by_cause, departures, flows

HISTORY = dg.AssetKey([SEGMENTS, "segment_history"])
SNAPSHOTS = dg.AssetKey([SEGMENTS, "earlier_snapshots"])
CHANGES = dg.AssetKey([SEGMENTS, "segment_changes"])
FLOWS = dg.AssetKey([SEGMENTS, "segment_flows"])


@dg.multi_asset(
    name="segment_movements",
    group_name=SEGMENTS,
    pool=WAREHOUSE_POOL,
    specs=[
        dg.AssetSpec(
            CHANGES,
            deps=[HISTORY, SNAPSHOTS],
            kinds={"python", "duckdb"},
            description="How each segment grew or shrank on each published day, split exactly by cause.",
        ),
        dg.AssetSpec(
            FLOWS,
            deps=[HISTORY, SNAPSHOTS],
            kinds={"python", "duckdb"},
            description="How many customers went from which segment to which, by published day.",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "causes_add_up",
            asset=CHANGES,
            blocking=True,
            description="Today's size less the size as published before.",
        ),
        dg.AssetCheckSpec(
            "flows_add_up",
            asset=FLOWS,
            blocking=True,
            description="To a segment: its size today. From it: its size as published before.",
        ),
    ],
)
def segment_movements(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Growth by cause and flows between segments, of this day and of all published before."""
    home, run_id = warehouse.home, context.run_id
    as_of = warehouse.read("select as_of from raw.as_of")["as_of"][0].as_py()
    before = state.read_table(home, state.SEGMENT_HISTORY)
    after = warehouse.read("select * from segments.segment_history")
    known = state.read_table(home, state.SEGMENT_DEPARTURES)
    departed = departures(before, after, as_of, known)
    state.write_table(home, run_id, state.SEGMENT_DEPARTURES, departed)
    for key, check, name, mart, rows, faults in (
        (
            CHANGES,
            "causes_add_up",
            state.SEGMENT_CHANGES,
            "fct_segment_change",
            changes_by_cause(before, after, departed, as_of),
            _CHANGE_FAULTS,
        ),
        (
            FLOWS,
            "flows_add_up",
            state.SEGMENT_FLOWS,
            "fct_segment_flow",
            flows(before, after, departed, as_of),
            _FLOW_FAULTS,
        ),
    ):
        every_day = _with_earlier_days(state.read_table(home, name), rows, as_of)
        state.write_table(home, run_id, name, every_day)
        warehouse.replace(f"segments.{name}", every_day, mart_columns(mart))
        wrong = warehouse.read(faults)["wrong"][0].as_py()
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": every_day.num_rows,
                "dagster/column_schema": warehouse.schema_of(f"segments.{name}"),
                "rows_of_today": rows.num_rows,
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=key,
                    check_name=check,
                    passed=wrong == 0,
                    metadata={"segments_that_differ": wrong, "limit": 0},
                )
            ],
        )


def _with_earlier_days(earlier: pa.Table | None, today: pa.Table, as_of: date) -> pa.Table:
    if earlier is None:
        return today
    before = pc.less(earlier["as_of"], pa.scalar(as_of, pa.date32()))
    return pa.concat_tables([earlier.filter(before), today])


_SIZES = """
    was as (
        select segment_id, customers from segments.earlier_snapshots
        where not is_replayed and as_of = (select max(as_of) from segments.earlier_snapshots)
    ),
    now as (select segment_id, count(*) as customers from segments.customer_segments group by segment_id),
    sizes as (
        select segment_id, coalesce(now.customers, 0) as is_now, coalesce(was.customers, 0) as it_was
        from now full join was using (segment_id)
    )
"""
_CHANGE_FAULTS = f"""
    with {_SIZES},
    changes as (
        select segment_id, sum(customers) as customers from segments.segment_changes
        where as_of = (select as_of from raw.as_of) group by segment_id
    )
    select count(*) as wrong from sizes full join changes using (segment_id)
    where coalesce(is_now, 0) - coalesce(it_was, 0) <> coalesce(changes.customers, 0)
"""
_FLOW_FAULTS = f"""
    with {_SIZES},
    moves as (
        select * from segments.segment_flows where as_of = (select as_of from raw.as_of)
    ),
    arrived as (select to_segment_id as segment_id, sum(customers) as customers from moves group by all),
    left_it as (select from_segment_id as segment_id, sum(customers) as customers from moves group by all)
    select count(*) as wrong from sizes
    left join arrived using (segment_id) left join left_it using (segment_id)
    where segment_id not like 'audience.%'
        and (is_now <> coalesce(arrived.customers, 0) or it_was <> coalesce(left_it.customers, 0))
"""
