"""Who is in which segment today and why, and what they will likely spend.

The schemes are ``models.segmentation.schemes``; audiences' files are ``audiences``.
"""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.defs.segments.audiences import select_members
from dagster_project.defs.segments.fitted_models import fitted_models
from dagster_project.defs.segments.priorities import TOO_BROAD_SHARE
from dagster_project.defs.segments.segment_tables import (
    ALL_CUSTOMERS,
    BEHAVIOUR,
    COMPANY_FEATURES,
    DEFINITIONS,
    FACTS,
    FEATURES,
    MEMBERSHIPS,
    NEEDS,
    SCALES,
    VALUE,
    as_of_day,
    company_features,
    described,
    person_features,
    scale_answers,
)
from dagster_project.rules import read_rules
from dagster_project.spare_processes import find_cities
from dagster_project.tables import as_metadata
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.schemes import assign_companies, assign_persons
from models.segmentation.value import predict_value
from models.segmentation.value_fitting import HORIZON_DAYS

PREDICTED = dg.AssetKey([SEGMENTS, "predicted_values"])


@dg.asset(
    key=MEMBERSHIPS,
    group_name=SEGMENTS,
    kinds={"python", "scikitlearn", "duckdb"},
    deps=[
        ALL_CUSTOMERS,
        FEATURES,
        COMPANY_FEATURES,
        SCALES,
        BEHAVIOUR,
        VALUE,
        NEEDS,
        DEFINITIONS,
        *FACTS,
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
    as_of, models = as_of_day(warehouse), fitted_models(warehouse, context.run_id)
    rules = read_rules(warehouse.home)
    with warehouse.connect() as connection:
        audiences = {
            customer_type: select_members(
                connection, rules, as_of, customer_type=customer_type, find_cities=find_cities
            )
            for customer_type in ("person", "company")
        }
    persons = assign_persons(
        person_features(warehouse), scale_answers(warehouse), models, as_of=as_of
    )
    companies = assign_companies(company_features(warehouse), models, as_of=as_of)
    rows = pa.concat_tables(
        [
            _rows(persons, "person"),
            _rows(audiences["person"], "person"),
            _rows(companies, "company"),
            _rows(audiences["company"], "company"),
        ]
    ).sort_by([("scheme", "ascending"), ("customer_id", "ascending"), ("segment_id", "ascending")])
    warehouse.replace(
        "segments.customer_segments",
        rows,
        {
            **described(rows, "dim_segment"),
            "customer_id": "The customer.",
            "strength": "How firmly the customer belongs, 0 (at a border) to 1.",
            "reason": "Why, with exact figures.",
        },
    )
    wrong, broadest = _membership_figures(warehouse)
    sizes = warehouse.read(_SIZES)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.customer_segments"),
            "sizes": as_metadata(sizes),
            # Numbers, so that Dagster draws them over the runs.
            **{
                size["segment_id"]: size["customers"]
                for size in sizes.to_pylist()
                if size["segment_id"].startswith("lifecycle.")
            },
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
    key=PREDICTED,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[FEATURES, COMPANY_FEATURES, VALUE, dg.AssetKey([CUSTOMERS, "fct_orders"])],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "is_of_the_size_of_today",
            asset=PREDICTED,
            description="Predicted revenue of all persons next to that of the last 90 days.",
        )
    ],
)
def predicted_values(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """What each customer will likely spend in the next 90 days, with the season of a year ago."""
    models = fitted_models(warehouse, context.run_id)
    of_type = {
        "person": (person_features(warehouse), models.value),
        "company": (company_features(warehouse), models.company_value),
    }
    seasons = {kind: _season(warehouse, model) for kind, (_, model) in of_type.items()}
    rows = pa.concat_tables(
        [
            _typed(predict_value(features, model, season=seasons[kind]), kind)
            for kind, (features, model) in of_type.items()
        ]
    )
    warehouse.replace(
        "segments.predicted_values",
        rows,
        {
            "customer_id": "The customer.",
            "customer_type": "person or company.",
            "predicted_value_90d_eur": "Revenue expected in the 90 days after the as-of day, EUR.",
        },
    )
    ratio = warehouse.read(_RATIO)["ratio"][0].as_py()
    low, high = _PLAUSIBLE
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.predicted_values"),
            "season": round(seasons["person"], 4),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=ratio is None or low <= ratio <= high,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "ratio": round(ratio, 4) if ratio is not None else "no prediction",
                    "limit": f"{low} to {high}",
                },
            )
        ],
    )


# A shop of one season may well sell three times more, or less, than in the 90 days before.
_PLAUSIBLE = (0.33, 3.0)
_SIZES = """
select segment_id, customer_type, count(*) as customers, round(avg(strength), 3) as mean_strength
from segments.customer_segments group by segment_id, customer_type order by segment_id
"""
_RATIO = """
    select sum(predicted_value_90d_eur) / nullif(sum(revenue_90d_eur), 0) as ratio
    from segments.predicted_values
    inner join customers.customer_features using (customer_id)
"""
_FEWEST_ORDERS = 50
_SEASONS = (0.25, 4.0)


def _season(warehouse: Warehouse, model: dict[str, Any]) -> float:
    """Revenue of the 90 days to come next to that of the 90 days learnt from, both a year earlier.

    1 where the orders of a year ago are too few, or do not reach back so far, to tell.
    """
    figures = warehouse.read(
        f"""
        with windows as (
            select 'coming' as name, as_of - 365 as begins_on from raw.as_of
            union all
            select 'learnt', date '{model["fitted_on"]}' - 365
        )
        select windows.name, count(*) as orders, cast(sum(orders.revenue_eur) as double) as revenue_eur
        from windows
        inner join customers.fct_orders as orders
            on orders.ordered_on > windows.begins_on and orders.ordered_on <= windows.begins_on + {HORIZON_DAYS}
        where orders.is_revenue
            and windows.begins_on >= (select min(ordered_on) from customers.fct_orders)
        group by windows.name
        """
    ).to_pylist()
    known = {row["name"]: row for row in figures if row["orders"] >= _FEWEST_ORDERS}
    if len(known) < 2 or not all((row["revenue_eur"] or 0) > 0 for row in known.values()):
        return 1.0
    low, high = _SEASONS
    ratio = known["coming"]["revenue_eur"] / known["learnt"]["revenue_eur"]
    return float(min(max(ratio, low), high))


def _typed(rows: pa.Table, customer_type: str) -> pa.Table:
    return rows.add_column(1, "customer_type", pa.repeat(pa.scalar(customer_type), rows.num_rows))


def _rows(memberships: pa.Table, customer_type: str) -> pa.Table:
    scheme = pc.list_element(pc.split_pattern(memberships["segment_id"], "."), 0)
    return _typed(memberships, customer_type).add_column(2, "scheme", scheme)


def _membership_figures(warehouse: Warehouse) -> tuple[int, float]:
    row = warehouse.read(
        """
        with per_scheme as (
            select customers.customer_id, schemes.scheme, count(members.segment_id) as segments
            from customers.all_customers as customers
            inner join (
                select distinct scheme, customer_type from segments.segment_definitions where is_exclusive
            ) as schemes using (customer_type)
            left join segments.customer_segments as members
                on members.customer_id = customers.customer_id and members.scheme = schemes.scheme
            group by all
        ),
        sizes as (
            select segments.segment_id, count(*) / any_value(bases.customers) as share
            from segments.customer_segments as segments
            inner join (
                select customer_type, count(*) as customers from customers.all_customers group by customer_type
            ) as bases using (customer_type)
            -- The lowest band of value is most customers by its nature.
            where segments.segment_id not like '%.unassigned' and segments.scheme not like '%value'
            group by segments.segment_id
        )
        select
            (select count(*) from per_scheme where segments <> 1) as wrong,
            coalesce((select max(share) from sizes), 0) as broadest
        """
    ).to_pylist()[0]
    return row["wrong"], round(row["broadest"], 4)
