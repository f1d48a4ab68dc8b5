"""Days gone by whose features a run needs besides today's: to learn value, to measure lift, to replay edits."""

from datetime import timedelta

import dagster as dg
import pyarrow as pa

from dagster_project import state
from dagster_project.published_runs import PublishedRuns
from dagster_project.refit import asked_refit
from dagster_project.vocabulary import CUSTOMERS, IDENTITY, RAW, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation.value_fitting import HORIZON_DAYS, MIN_BUYERS, must_fit

FEATURE_DAYS = dg.AssetKey([CUSTOMERS, "feature_days"])
# A company's orders come by several accounts, so at least as many accounts as companies bought.
_COMPANY_ACCOUNTS_THAT_BOUGHT = f"""
select count(distinct shop_customer_id) as accounts
from staging.stg_shop__orders
inner join staging.stg_shop__customers using (shop_customer_id)
cross join raw.as_of
where org_number is not null and cast(ordered_at as date) > as_of - {HORIZON_DAYS}
"""


@dg.asset(
    key=FEATURE_DAYS,
    group_name=CUSTOMERS,
    kinds={"python", "duckdb"},
    deps=[
        dg.AssetKey([RAW, "as_of"]),
        dg.AssetKey([IDENTITY, "customer_identities"]),
        dg.AssetKey([STAGING, "stg_shop__orders"]),
        dg.AssetKey([STAGING, "stg_shop__customers"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "is_gone_by",
            asset=FEATURE_DAYS,
            blocking=True,
            description="What came after is known.",
        )
    ],
)
def feature_days(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """90 and 180 days ago when models are fitted; 90 days ago and those of a replay when an audience was edited."""
    as_of = warehouse.read("select as_of from raw.as_of")["as_of"][0].as_py()
    steps = (1, 2) if asked_refit(context.run) or _is_to_learn(warehouse) else ()
    days = {as_of - timedelta(days=HORIZON_DAYS * step) for step in steps}
    runs = PublishedRuns.of(warehouse.home, as_of)
    if runs.edited(warehouse.home):
        days |= {as_of - timedelta(days=HORIZON_DAYS), *runs.days_to_replay(as_of)}
    rows = pa.table({"as_of": pa.array(sorted(days), pa.date32())})
    warehouse.replace("customers.feature_days", rows, {"as_of": "A day gone by."})
    too_late = sum(day >= as_of for day in days)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("customers.feature_days"),
        },
        check_results=[
            dg.AssetCheckResult(passed=too_late == 0, metadata={"too_late": too_late, "limit": 0})
        ],
    )


def _is_to_learn(warehouse: Warehouse) -> bool:
    """Whether a value model is missing: that of persons is tried anew each time, that of companies where they buy."""
    pinned = state.read_model(warehouse.home, state.VALUE_MODELS)
    if pinned is None or must_fit(pinned["value"]):
        return True
    if not must_fit(pinned["company_value"]):
        return False
    accounts: int = warehouse.read(_COMPANY_ACCOUNTS_THAT_BOUGHT)["accounts"][0].as_py()
    return accounts >= MIN_BUYERS
