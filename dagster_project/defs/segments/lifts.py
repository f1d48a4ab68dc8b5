"""Whether being in a segment tells what comes: its definition applied 90 days ago, and spending since.

Measured when a definition is new (a first run, a refit, an edited audience) on the features that such a run
makes anyway, and kept with the state. The comparison is ``models.segmentation.lift``.
"""

from datetime import date, timedelta

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.defs.segments.audiences import select_members
from dagster_project.defs.segments.fitted_models import fitted_models
from dagster_project.defs.segments.segment_tables import (
    BEHAVIOUR,
    EARLIER_FEATURES,
    FACTS,
    NEEDS,
    VALUE,
    as_of_day,
    feature_days,
    features_on,
)
from dagster_project.rules import read_rules
from dagster_project.spare_processes import find_cities
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.lift import LIFT_SCHEMA, later_lift
from models.segmentation.rule_files import AudienceRule
from models.segmentation.schemes import assign_companies, assign_persons
from models.segmentation.value_fitting import HORIZON_DAYS

LIFT = dg.AssetKey([SEGMENTS, "segment_lift"])
_WORDS = {
    "segment_id": "The segment.",
    "customers": "Who would have been in it 90 days before it was measured.",
    "later_revenue_eur": "What each of them spent in those 90 days, on average, EUR.",
    "lift": "That over the average of all customers of the type.",
    "lift_low": "Its interval of 95 %, from; null below two members.",
    "lift_high": "Its interval of 95 %, to.",
}
# These bands are drawn by what was spent in the very days that they would be held against.
_DRAWN_BY_SPENDING = ["value", "company_value"]


@dg.asset(
    key=LIFT,
    group_name=SEGMENTS,
    kinds={"python", "duckdb"},
    deps=[
        BEHAVIOUR,
        VALUE,
        NEEDS,
        *EARLIER_FEATURES,
        *FACTS,
        dg.AssetKey([CUSTOMERS, "later_spending"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "some_segment_tells_what_comes",
            asset=LIFT,
            description="Members of the best segment spent more than all customers did.",
        )
    ],
)
def segment_lift(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """What the members of 90 days ago spent since, next to all customers."""
    day = as_of_day(warehouse) - timedelta(days=HORIZON_DAYS)
    is_known = day in feature_days(warehouse)
    rows = state.read_table(warehouse.home, state.SEGMENT_LIFT)
    if rows is None or is_known:
        rows = _measured(warehouse, context.run_id, day) if is_known else LIFT_SCHEMA.empty_table()
    state.write_table(warehouse.home, context.run_id, state.SEGMENT_LIFT, rows)
    warehouse.replace("segments.segment_lift", rows, _WORDS)
    best = max((lift for lift in rows["lift"].to_pylist() if lift is not None), default=None)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("segments.segment_lift"),
            "is_measured_now": bool(is_known),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=best is None or best > 1,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"best_lift": best if best is not None else "nothing spent", "limit": 1},
            )
        ],
    )


def _measured(warehouse: Warehouse, run_id: str, day: date) -> pa.Table:
    models, rules = fitted_models(warehouse, run_id), read_rules(warehouse.home)
    persons, companies = (
        warehouse.read(f"from {features_on(customer_type, day)} order by customer_id")
        for customer_type in ("person", "company")
    )
    answers = warehouse.read(_ANSWERS.format(day=day))
    schemes = {
        "person": (persons, assign_persons(persons, answers, models, as_of=day)),
        "company": (companies, assign_companies(companies, models, as_of=day)),
    }
    return pa.concat_tables(
        [
            _of_type(warehouse, day, customer_type, features, members, rules)
            for customer_type, (features, members) in schemes.items()
        ]
    )


def _of_type(
    warehouse: Warehouse,
    day: date,
    customer_type: str,
    features: pa.Table,
    members: pa.Table,
    rules: list[AudienceRule],
) -> pa.Table:
    with warehouse.connect() as connection:
        audiences = select_members(
            connection,
            rules,
            day,
            customer_type=customer_type,
            features=features_on(customer_type, day),
            find_cities=find_cities,
        )
        spent = connection.sql(
            f"select customer_id, revenue_eur from customers.later_spending where as_of = date '{day}' "
            f"and customer_type = '{customer_type}'"
        ).to_arrow_table()
    chosen = pa.concat_tables([members, audiences]).select(["customer_id", "segment_id"])
    scheme = pc.list_element(pc.split_pattern(chosen["segment_id"], "."), 0)
    is_judged = pc.invert(pc.is_in(scheme, value_set=pa.array(_DRAWN_BY_SPENDING)))
    return later_lift(chosen.filter(is_judged), features["customer_id"].combine_chunks(), spent)


# As customers.customer_scales, on another day.
_ANSWERS = """
    select customer_id, substr(question_code, 5) as scale, cast(try_cast(answer as double) as integer) as value
    from customers.fct_survey_answers
    where answered_on <= date '{day}' and (superseded_on is null or superseded_on > date '{day}')
        and question_code like 'PSY\\_%_' escape '\\' and try_cast(answer as double) in (1, 2, 3, 4, 5)
    order by customer_id, scale
"""
