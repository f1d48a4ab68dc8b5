"""Memberships over time: how ``segments.segment_history`` goes forward by a day.

The arithmetic is ``models.segmentation.history``; growth and flows are in ``changes``.
"""

from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.defs.segments.quality import QUALITY
from dagster_project.defs.segments.replays import REPLAYS
from dagster_project.defs.segments.segment_tables import (
    ALL_CUSTOMERS,
    MEMBERSHIPS,
    as_of_day,
    described,
    memberships,
)
from dagster_project.published_runs import PublishedRuns
from dagster_project.vocabulary import IDENTITY, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.history import IdentityChanges, Run, advance_history
from models.segmentation.replay import with_replays

HISTORY = dg.AssetKey([SEGMENTS, "segment_history"])


@dg.asset(
    key=HISTORY,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, ALL_CUSTOMERS, REPLAYS, QUALITY, dg.AssetKey([IDENTITY, "id_events"])],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec("no_overlaps", asset=HISTORY, blocking=True, description="I9."),
    ],
)
def segment_history(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Every membership with the days it held and why it began or ended; the same day again changes nothing."""
    home, run_id = warehouse.home, context.run_id
    run = Run(as_of_day(warehouse), _definition_versions(warehouse))
    runs = PublishedRuns.of(home, run.as_of)
    replayed = list(runs.edited(home).items())
    history = advance_history(
        with_replays(
            state.read_table(home, state.SEGMENT_HISTORY),
            warehouse.read("select * from segments.audience_replays"),
            [*replayed, *runs.of_today],
        ),
        memberships(warehouse),
        run=run,
        previous_run=_run(runs.before[-1]) if runs.before else None,
        last_events=warehouse.read(
            "select customer_id, last_event_on from customers.all_customers"
        ),
        identity=_identity_changes(warehouse),
    )
    state.write_table(home, run_id, state.SEGMENT_HISTORY, history)
    this_run = {
        "as_of": run.as_of.isoformat(),
        "definition_versions": dict(run.definition_versions),
        "replayed": replayed,
        "drafts": warehouse.read(_DRAFTS)["segment_id"].to_pylist(),
    }
    state.write_model(home, run_id, state.SEGMENT_RUNS, {"runs": [*runs.before, this_run]})
    words = {
        **described(history, "fct_segment_membership"),
        "customer_id": "The customer.",
        "cause": "Why it began or, of a row that ended for good, why it ended.",
        "began_by": "Why it began.",
    }
    warehouse.replace("segments.segment_history", history, words)
    wrong = warehouse.read(_OVERLAPS)["wrong"][0].as_py()
    opened = pc.sum(pc.equal(history["valid_from"], pa.scalar(run.as_of, pa.date32()))).as_py() or 0
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": history.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_history"),
            "memberships_begun_today": opened,
        },
        check_results=[
            dg.AssetCheckResult(passed=wrong == 0, metadata={"overlaps": wrong, "limit": 0})
        ],
    )


# A draft whose approval was refused is still one.
_DRAFTS = """
    select segment_id from segments.segment_definitions
    where status = 'draft'
        or segment_id in (select segment_id from segments.segment_quality where refuses_approval)
    order by segment_id
"""
_OVERLAPS = """
    with periods as (
        select customer_id, scheme, segment_id, valid_from, valid_to, lead(valid_from) over (
            partition by
                customer_id, case when scheme = 'audience' then segment_id else scheme end, is_replayed,
                case when is_replayed then definition_version end
            order by valid_from
        ) as next_from
        from segments.segment_history
    )
    select count(*) filter (
        where valid_to <= valid_from
        or next_from < coalesce(valid_to, date '9999-12-31')
    ) as wrong
    from periods
"""


def _definition_versions(warehouse: Warehouse) -> dict[str, str]:
    """Version by scheme for exclusive schemes, by segment for audiences."""
    rows = warehouse.read(
        "select distinct case when is_exclusive then scheme else segment_id end as name, definition_version "
        "from segments.segment_definitions"
    )
    return dict(zip(rows["name"].to_pylist(), rows["definition_version"].to_pylist(), strict=True))


def _run(entry: dict[str, Any]) -> Run:
    return Run(date.fromisoformat(entry["as_of"]), entry["definition_versions"])


def _identity_changes(warehouse: Warehouse) -> IdentityChanges:
    events = warehouse.read(
        "select event, id, other_id from identity.id_events where event in ('merged', 'split', 'retired') order by all"
    ).to_pylist()
    living = set(
        warehouse.read(
            "select customer_id from identity.customer_identities "
            "union select company_id from identity.company_identities"
        )["customer_id"].to_pylist()
    )
    merged = {
        e["id"]: e["other_id"] for e in events if e["event"] == "merged" and e["id"] not in living
    }
    split = {e["id"]: e["other_id"] for e in events if e["event"] == "split"}
    erased = {
        e["id"] for e in events if e["event"] == "retired" and e["id"] not in merged.keys() | living
    }
    return IdentityChanges(merged_into=merged, split_from=split, erased=frozenset(erased))
