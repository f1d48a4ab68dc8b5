"""What the report tells beside the tables of schemes: changes, proposals, campaigns, personas, stale facts.

Each function asks the mart tables, so that every figure can be found there again; ``report`` puts them on
the page.
"""

import math
from typing import Any

import duckdb

from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.features import PERSON_FEATURES, Feature
from models.segmentation.rule_files import AudienceRule

Row = dict[str, Any]

MOVERS, FLOWS, PROPOSALS, CAMPAIGN_ROWS = 6, 10, 8, 15
BARS, CATEGORIES, USUAL_HOURS = 6, 3, 2
TRENDS = GREW, AS_BEFORE, SHRANK = ("grew", "as before", "shrank")
_PERSONA_SCHEMES = ("audience", "behaviour", "needs")
_CHANNELS = ("online_share", "store_share", "app_share")
_FEATURES: dict[str, Feature] = {
    feature.name: feature for feature in (*PERSON_FEATURES, *COMPANY_FEATURES)
}


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """The rows of a query as dictionaries."""
    rows: list[Row] = connection.sql(query).to_arrow_table().to_pylist()
    return rows


def movers(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Segments that grew or shrank most since the day published before, with the causes; none at first."""
    return rows_of(
        connection,
        f"""
        with days as (
            select as_of from marts.fct_segment_snapshot where not is_replayed group by as_of
            order by as_of desc limit 2
        ),
        causes as (
            select segment_id, cause, customers from marts.fct_segment_change
            where as_of = (select max(as_of) from days) and (select count(*) from days) = 2
        )
        select
            segments.name, segments.scheme, sum(causes.customers) as change,
            list({{cause: causes.cause, customers: causes.customers}}
                order by abs(causes.customers) desc, causes.cause) as causes
        from causes inner join marts.dim_segment as segments using (segment_id)
        where segments.segment_id not like '%.unassigned'
        group by segments.segment_id, segments.name, segments.scheme
        having sum(causes.customers) <> 0
        order by abs(sum(causes.customers)) desc, segments.segment_id
        limit {MOVERS}
        """,
    )


def flows(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Who went from where to where since the day published before, the largest flows first."""
    return rows_of(
        connection,
        f"""
        select
            flows.scheme, origin.name as origin, target.name as target, flows.customers
        from marts.fct_segment_flow as flows
        left join marts.dim_segment as origin on flows.from_segment_id = origin.segment_id
        left join marts.dim_segment as target on flows.to_segment_id = target.segment_id
        where flows.as_of = (select max(as_of) from marts.fct_segment_snapshot)
            and flows.from_segment_id is distinct from flows.to_segment_id
            and flows.from_segment_id is not null
            and flows.scheme in ('lifecycle', 'value', 'company_lifecycle')
        order by flows.customers desc, flows.from_segment_id, flows.to_segment_id
        limit {FLOWS}
        """,
    )


def proposals(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """What might be done about segments that should not stay as they are, audiences first."""
    return rows_of(
        connection,
        f"""
        select segments.name, segments.scheme, segments.owner, priorities.recommended_action as action,
            priorities.reason, priorities.rank
        from marts.segment_priority as priorities
        inner join marts.dim_segment as segments using (segment_id)
        where priorities.recommended_action <> 'keep'
            and (segments.scheme = 'audience' or priorities.recommended_action = 'develop')
        order by priorities.recommended_action <> 'develop', priorities.rank
        limit {PROPOSALS}
        """,
    )


def priorities(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The segments that come first, with the components of their score."""
    return rows_of(
        connection,
        f"""
        select segments.name, segments.scheme, priorities.* exclude (segment_id)
        from marts.segment_priority as priorities
        inner join marts.dim_segment as segments using (segment_id)
        order by priorities.rank limit {PROPOSALS}
        """,
    )


def map_rows(segments: list[Row]) -> list[Row]:
    """Segments with members as a map shows them, the one with the most revenue first, as number 1."""
    shown = [
        segment
        for segment in segments
        if segment["customers"] and not segment["segment_id"].endswith(".unassigned")
    ]
    if not any(segment["revenue_365d_eur"] for segment in shown):
        return []
    return [
        {
            "number": number,
            "name": segment["name"],
            "customers": segment["customers"],
            "value": (segment["revenue_365d_eur"] or 0) / segment["customers"],
            "change": segment["change"],
            "trend": _trend(segment["change"]),
        }
        for number, segment in enumerate(shown, start=1)
    ]


def stage_sizes(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Customers of each stage of the journey on each published day."""
    return rows_of(
        connection,
        """
        select snapshots.as_of, segments.name, snapshots.customers
        from marts.fct_segment_snapshot as snapshots
        inner join marts.dim_segment as segments using (segment_id)
        where snapshots.scheme = 'lifecycle' and not snapshots.is_replayed
            and snapshots.segment_id <> 'lifecycle.unassigned'
        order by snapshots.as_of, snapshots.segment_id
        """,
    )


def campaigns(connection: duckdb.DuckDBPyConnection) -> tuple[list[Row], int]:
    """Campaigns whose effect in a segment is sure, the greatest first; and in how many it is not."""
    decided = rows_of(
        connection,
        f"""
        select results.*, segments.name, segments.scheme
        from marts.fct_campaign_result as results
        inner join marts.dim_segment as segments using (segment_id)
        where results.arm = 'treatment' and (results.uplift_low > 0 or results.uplift_high < 0)
            and results.segment_id not like '%.unassigned'
        order by abs(results.uplift) * results.customers desc, results.campaign_id, results.segment_id
        limit {CAMPAIGN_ROWS}
        """,
    )
    open_ones = rows_of(
        connection,
        "select count(*) as n from marts.fct_campaign_result "
        "where arm = 'treatment' and uplift_low <= 0 and uplift_high >= 0 "
        "and segment_id not like '%.unassigned'",
    )
    return decided, int(open_ones[0]["n"])


def personas(connection: duckdb.DuckDBPyConnection, rules: list[AudienceRule]) -> list[Row]:
    """One card per audience, behaviour cluster and need with members: what they are like, and the plan."""
    plans = {rule.segment_id: rule for rule in rules}
    segments = rows_of(
        connection,
        f"""
        select snapshots.*, segments.name, segments.description, segments.status, segments.owner
        from marts.fct_segment_snapshot as snapshots
        inner join marts.dim_segment as segments using (segment_id)
        where snapshots.as_of = (select max(as_of) from marts.fct_segment_snapshot)
            and segments.scheme in {_PERSONA_SCHEMES} and snapshots.customers > 0
            and segments.segment_id not like '%.unassigned'
        order by array_position({list(_PERSONA_SCHEMES)}, segments.scheme), snapshots.revenue_365d_eur desc,
            segments.segment_id
        """,
    )
    profiles: dict[str, list[Row]] = {}
    for row in rows_of(connection, "select * from marts.segment_profile where value is not null"):
        profiles.setdefault(row["segment_id"], []).append(row)
    return [
        segment
        | _likeness(profiles.get(segment["segment_id"], []))
        | {"plan": plans.get(segment["segment_id"])}
        for segment in segments
    ]


def deliveries(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """What each source delivered so far, and what became of it; ``is_held`` where its newest file waits."""
    return rows_of(
        connection,
        """
        select
            source,
            sum(records_in) as records,
            sum(accepted) as accepted,
            sum(quarantined) as quarantined,
            sum(duplicates) as duplicates,
            sum(suppressed) as suppressed,
            bool_or(status = 'held' and run_id = (select run_id from raw.as_of)) as is_held
        from raw.deliveries
        group by source
        order by source
        """,
    )


def stale_facts(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """One row per fact, with its sources in a list, the one that saw most first."""
    return rows_of(
        connection,
        """
        select
            customer_type, fact, sum(facts) as facts,
            sum(stale_share * (facts - undated_facts)) / sum(facts - undated_facts) as stale_share,
            list({source: source, facts: facts, stale_share: stale_share} order by facts desc, source) as sources
        from customers.fact_staleness
        group by customer_type, fact
        order by customer_type desc, stale_share desc nulls last, fact
        """,
    )


def _trend(change: int | None) -> str:
    if not change:
        return AS_BEFORE
    return GREW if change > 0 else SHRANK


def _likeness(profile: list[Row]) -> Row:
    """The features that set members apart, their favourite categories, and where they order."""
    told = [
        row
        for row in profile
        if (feature := _FEATURES.get(row["feature"]))
        and feature.data_type != "boolean"
        # Of a figure that may be below zero an index says nothing.
        and (feature.low == 0 or feature.unit == "EUR")
    ]
    apart = sorted(
        (row for row in told if (row["index_vs_base"] or 0) > 0),
        key=lambda row: (-abs(math.log(row["index_vs_base"] / 100)), row["feature"]),
    )
    liked = sorted(
        (row for row in profile if row["feature"].startswith("top_category=")),
        key=lambda row: (-row["value"], row["feature"]),
    )
    hours = sorted(
        (row for row in profile if row["feature"].startswith("usual_hours=") and row["value"]),
        key=lambda row: (-row["value"], row["feature"]),
    )
    ordered_in = {row["feature"]: row["value"] for row in profile if row["feature"] in _CHANNELS}
    return {
        "bars": [_bar(row) for row in apart[:BARS]],
        "categories": [
            row["feature"].partition("=")[2] for row in liked[:CATEGORIES] if row["value"]
        ],
        "hours": [(row["feature"].partition("=")[2], row["value"]) for row in hours[:USUAL_HOURS]],
        "ordered_in": [
            (_FEATURES[name], ordered_in[name]) for name in _CHANNELS if name in ordered_in
        ],
    }


def _bar(row: Row) -> Row:
    return {
        "feature": _FEATURES[row["feature"]],
        "value": row["value"],
        "base": row["base_value"],
        "index": round(row["index_vs_base"]),
    }
