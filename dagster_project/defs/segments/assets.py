"""Segments in Dagster: the pinned behaviour model, who is where today and why, and since when.

The schemes are ``models.segmentation``; audiences' files are ``audiences``; the features are dbt's.
"""

from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.dbt import mart_columns
from dagster_project.defs.segments.audiences import select_members
from dagster_project.defs.segments.definitions import segment_definitions_table
from dagster_project.defs.segments.priorities import TOO_BROAD_SHARE
from dagster_project.rules import read_rules
from dagster_project.settings import load_settings
from dagster_project.spare_processes import find_cities
from dagster_project.vocabulary import CUSTOMERS, IDENTITY, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.clustering import fit_behaviour
from models.segmentation.evaluation import homogeneity
from models.segmentation.history import IdentityChanges, Run, advance_history
from models.segmentation.lifecycle import assign_lifecycle
from models.segmentation.profiles import profile_segments
from models.segmentation.rfm import assign_rfm
from models.segmentation.scoring import score_behaviour
from models.segmentation.stable_labels import label_clusters

FEATURES = dg.AssetKey([CUSTOMERS, "customer_features"])
BEHAVIOUR = dg.AssetKey([SEGMENTS, "behaviour_model"])
DEFINITIONS = dg.AssetKey([SEGMENTS, "segment_definitions"])
MEMBERSHIPS = dg.AssetKey([SEGMENTS, "customer_segments"])
HISTORY = dg.AssetKey([SEGMENTS, "segment_history"])
PROFILES = dg.AssetKey([SEGMENTS, "segment_profiles"])
HOMOGENEITY = dg.AssetKey([SEGMENTS, "segment_homogeneity"])
EARLIER_SNAPSHOTS = dg.AssetKey([SEGMENTS, "earlier_snapshots"])

_SEED = 1


@dg.asset(
    key=BEHAVIOUR,
    group_name=SEGMENTS,
    kinds={"python", "scikitlearn"},
    deps=[FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "clusters_are_stable", asset=BEHAVIOUR, description="Bootstrap ARI of the chosen k."
        )
    ],
)
def behaviour_model(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """The behaviour clusters: fitted once, k chosen by stability, then pinned as text until refitted."""
    home = warehouse.home
    pinned = state.read_model(home, state.BEHAVIOUR_MODEL)
    is_refit = pinned is None or load_settings().refit_behaviour
    if pinned is None or is_refit:
        features = _features(warehouse)
        model = label_clusters(fit_behaviour(features, seed=_SEED), features, previous=pinned)
    else:
        model = pinned
    state.write_model(home, context.run_id, state.BEHAVIOUR_MODEL, model)
    chosen = next((c for c in model["candidates"] if c["k"] == model["k"]), None)
    return dg.MaterializeResult(
        metadata={
            "k": model["k"],
            "is_refit": is_refit,
            "dagster/row_count": model["k"],
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {"segment_id": "text", "centroid": "double[]"}
            ),
            "candidates": dg.MetadataValue.json(model["candidates"]),
            "labels": dg.MetadataValue.json(model["labels"]),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=chosen is None or bool(chosen["is_stable"]),
                severity=dg.AssetCheckSeverity.WARN,
                metadata=dict(chosen or {"customers": 0}),
            )
        ],
    )


@dg.asset(
    key=DEFINITIONS,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[BEHAVIOUR],
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
    model = state.own_model(warehouse.home, context.run_id, state.BEHAVIOUR_MODEL)
    rows = segment_definitions_table(model, read_rules(warehouse.home))
    warehouse.replace("segments.segment_definitions", rows, _described(rows, "dim_segment"))
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


@dg.asset(
    key=MEMBERSHIPS,
    group_name=SEGMENTS,
    kinds={"python", "scikitlearn", "duckdb"},
    deps=[
        FEATURES,
        BEHAVIOUR,
        DEFINITIONS,
        dg.AssetKey([CUSTOMERS, "fct_campaign_receipts"]),
        dg.AssetKey([CUSTOMERS, "fct_interactions"]),
        dg.AssetKey([CUSTOMERS, "fct_survey_answers"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "one_segment_per_exclusive_scheme", asset=MEMBERSHIPS, blocking=True, description="I7."
        ),
        dg.AssetCheckSpec(
            "no_segment_is_too_broad", asset=MEMBERSHIPS, description="Share of the base."
        ),
    ],
)
def customer_segments(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Who belongs to which segment today, how firmly, and why in words."""
    features = _features(warehouse)
    model = state.own_model(warehouse.home, context.run_id, state.BEHAVIOUR_MODEL)
    with warehouse.connect() as connection:
        audiences = select_members(
            connection, read_rules(warehouse.home), _as_of(warehouse), find_cities=find_cities
        )
    exclusive = pa.concat_tables(
        [
            assign_rfm(features),
            assign_lifecycle(features, as_of=_as_of(warehouse)),
            score_behaviour(features, model),
        ]
    )
    memberships = pa.concat_tables([exclusive, audiences])
    scheme = pc.list_element(pc.split_pattern(memberships["segment_id"], "."), 0)
    rows = pa.table(
        {
            "customer_id": memberships["customer_id"],
            "customer_type": pa.array(["person"] * memberships.num_rows, pa.string()),
            "scheme": scheme,
            "segment_id": memberships["segment_id"],
            "strength": memberships["strength"],
            "reason": memberships["reason"],
        }
    ).sort_by([("scheme", "ascending"), ("customer_id", "ascending"), ("segment_id", "ascending")])
    warehouse.replace(
        "segments.customer_segments",
        rows,
        {
            **_described(rows, "dim_segment"),
            "customer_id": "The customer.",
            "strength": "How firmly the customer belongs, 0 (at a border) to 1.",
            "reason": "Why, with exact figures.",
        },
    )
    wrong, broadest = _membership_figures(warehouse)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.customer_segments"),
            "customers": features.num_rows,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="one_segment_per_exclusive_scheme",
                passed=wrong == 0,
                metadata={"customers_without_exactly_one": wrong, "limit": 0},
            ),
            dg.AssetCheckResult(
                check_name="no_segment_is_too_broad",
                passed=broadest <= TOO_BROAD_SHARE,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"broadest_share": broadest, "limit": TOO_BROAD_SHARE},
            ),
        ],
    )


@dg.asset(
    key=HISTORY,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, FEATURES, dg.AssetKey([IDENTITY, "id_events"])],
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
    run = Run(_as_of(warehouse), _definition_versions(warehouse))
    earlier_runs = (state.read_model(home, state.SEGMENT_RUNS) or {"runs": []})["runs"]
    before = [r for r in earlier_runs if r["as_of"] < run.as_of.isoformat()]
    history = advance_history(
        state.read_table(home, state.SEGMENT_HISTORY),
        _memberships(warehouse),
        run=run,
        previous_run=_run(before[-1]) if before else None,
        last_events=warehouse.read(
            "select customer_id, last_event_on from customers.customer_features"
        ),
        identity=_identity_changes(warehouse),
    )
    state.write_table(home, run_id, state.SEGMENT_HISTORY, history)
    this_run = {
        "as_of": run.as_of.isoformat(),
        "definition_versions": dict(run.definition_versions),
    }
    state.write_model(home, run_id, state.SEGMENT_RUNS, {"runs": [*before, this_run]})
    words = {
        **_described(history, "fct_segment_membership"),
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


@dg.asset(
    key=PROFILES,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[MEMBERSHIPS, FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "each_segment_has_a_profile", asset=PROFILES, description="No segment is blank."
        )
    ],
)
def segment_profiles(warehouse: Warehouse) -> dg.MaterializeResult:
    """How each segment differs from all customers, feature by feature."""
    memberships = _memberships(warehouse)
    profiles = profile_segments(memberships, _features(warehouse))
    warehouse.replace(
        "segments.segment_profiles", profiles, _described(profiles, "segment_profile")
    )
    missing = (
        pc.count_distinct(memberships["segment_id"]).as_py()
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
    deps=[MEMBERSHIPS, FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "lies_in_0_to_1", asset=HOMOGENEITY, description="It is a share of variance."
        )
    ],
)
def segment_homogeneity(warehouse: Warehouse) -> dg.MaterializeResult:
    """How alike the members of each segment are in what they do, 0 to 1."""
    rows = homogeneity(_memberships(warehouse), _features(warehouse))
    warehouse.replace(
        "segments.segment_homogeneity", rows, _described(rows, "fct_segment_snapshot")
    )
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
    deps=[MEMBERSHIPS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "lies_before_today", asset=EARLIER_SNAPSHOTS, description="No day of the future."
        )
    ],
)
def earlier_snapshots(warehouse: Warehouse) -> dg.MaterializeResult:
    """Each segment's figures on the days published before, from the published state."""
    snapshots = state.read_table(warehouse.home, state.SEGMENT_SNAPSHOTS)
    rows = snapshots if snapshots is not None else SNAPSHOT_SCHEMA.empty_table()
    # The same day may have been published already: its rows are made anew.
    rows = rows.filter(pc.less(rows["as_of"], pa.scalar(_as_of(warehouse), pa.date32())))
    warehouse.replace("segments.earlier_snapshots", rows, _described(rows, "fct_segment_snapshot"))
    newest = pc.max(rows["as_of"]).as_py()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.earlier_snapshots"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=newest is None or newest <= _as_of(warehouse),
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
    ]
)

_OVERLAPS = """
    with periods as (
        select customer_id, scheme, segment_id, valid_from, valid_to, lead(valid_from) over (
            partition by customer_id, case when scheme = 'audience' then segment_id else scheme end, is_replayed
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


def _features(warehouse: Warehouse) -> pa.Table:
    return warehouse.read("select * from customers.customer_features order by customer_id")


def _described(rows: pa.Table, mart: str) -> dict[str, str]:
    """The words of those columns that a mart takes over."""
    words = mart_columns(mart)
    return {name: words[name] for name in rows.column_names if name in words}


def _memberships(warehouse: Warehouse) -> pa.Table:
    return warehouse.read("select customer_id, segment_id from segments.customer_segments")


def _as_of(warehouse: Warehouse) -> date:
    day: date = warehouse.read("select as_of from raw.as_of")["as_of"][0].as_py()
    return day


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
        warehouse.read("select distinct customer_id from identity.customer_identities")[
            "customer_id"
        ].to_pylist()
    )
    merged = {
        e["id"]: e["other_id"] for e in events if e["event"] == "merged" and e["id"] not in living
    }
    split = {e["id"]: e["other_id"] for e in events if e["event"] == "split"}
    erased = {
        e["id"] for e in events if e["event"] == "retired" and e["id"] not in merged.keys() | living
    }
    return IdentityChanges(merged_into=merged, split_from=split, erased=frozenset(erased))


def _membership_figures(warehouse: Warehouse) -> tuple[int, float]:
    row = warehouse.read(
        """
        with per_scheme as (
            select features.customer_id, schemes.scheme, count(members.segment_id) as segments
            from customers.customer_features as features
            cross join (select distinct scheme from segments.segment_definitions where is_exclusive) as schemes
            left join segments.customer_segments as members
                on members.customer_id = features.customer_id and members.scheme = schemes.scheme
            group by all
        ),
        sizes as (
            select count(*) / (select greatest(count(*), 1) from customers.customer_features) as share
            from segments.customer_segments
            where segment_id not like '%.unassigned'
            group by segment_id
        )
        select
            (select count(*) from per_scheme where segments <> 1) as wrong,
            coalesce((select max(share) from sizes), 0) as broadest
        """
    ).to_pylist()[0]
    return row["wrong"], round(row["broadest"], 4)
