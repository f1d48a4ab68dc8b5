"""What the assets of this stage read again and again: keys, features, memberships, the day, column words."""

from datetime import date

import dagster as dg
import pyarrow as pa

from dagster_project.dbt import mart_columns
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS
from dagster_project.warehouse import Warehouse

FEATURES = dg.AssetKey([CUSTOMERS, "customer_features"])
COMPANY_FEATURES = dg.AssetKey([CUSTOMERS, "company_features"])
ALL_CUSTOMERS = dg.AssetKey([CUSTOMERS, "all_customers"])
SCALES = dg.AssetKey([CUSTOMERS, "customer_scales"])
BEHAVIOUR = dg.AssetKey([SEGMENTS, "behaviour_model"])
VALUE = dg.AssetKey([SEGMENTS, "value_models"])
NEEDS = dg.AssetKey([SEGMENTS, "needs_model"])
DEFINITIONS = dg.AssetKey([SEGMENTS, "segment_definitions"])
MEMBERSHIPS = dg.AssetKey([SEGMENTS, "customer_segments"])
FACTS = tuple(
    dg.AssetKey([CUSTOMERS, name])
    for name in ("fct_campaign_receipts", "fct_interactions", "fct_survey_answers")
)
"""What the functions of a rule's predicate look at."""
EARLIER_FEATURES = tuple(
    dg.AssetKey([CUSTOMERS, name])
    for name in ("feature_days", "earlier_customer_features", "earlier_company_features")
)
"""The days gone by of a run, and the features as they stood on them."""
_EARLIER_TABLES = {"person": "earlier_customer_features", "company": "earlier_company_features"}


def person_features(warehouse: Warehouse) -> pa.Table:
    """All persons on the as-of day, by ``customer_id``."""
    return warehouse.read("select * from customers.customer_features order by customer_id")


def company_features(warehouse: Warehouse) -> pa.Table:
    """All companies on the as-of day, by ``customer_id``."""
    return warehouse.read("select * from customers.company_features order by customer_id")


def feature_days(warehouse: Warehouse) -> list[date]:
    """The run's days gone by."""
    days: list[date] = warehouse.read("select as_of from customers.feature_days")[
        "as_of"
    ].to_pylist()
    return days


def features_on(customer_type: str, day: date) -> str:
    """Relation of the features of a customer type on one of the run's days gone by."""
    return f"(select * from customers.{_EARLIER_TABLES[customer_type]} where as_of = date '{day}')"


def scale_answers(warehouse: Warehouse) -> pa.Table:
    """Answers to psychographic scales: ``customer_id``, ``scale``, ``value``."""
    return warehouse.read("select * from customers.customer_scales order by customer_id, scale")


def memberships(warehouse: Warehouse, customer_type: str | None = None) -> pa.Table:
    """``customer_id`` and ``segment_id`` of today, of one customer type or of both."""
    chosen = f"where customer_type = '{customer_type}'" if customer_type else ""
    return warehouse.read(
        f"select customer_id, segment_id from segments.customer_segments {chosen}"
    )


def as_of_day(warehouse: Warehouse) -> date:
    """The day of the run."""
    day: date = warehouse.read("select as_of from raw.as_of")["as_of"][0].as_py()
    return day


def described(rows: pa.Table, mart: str) -> dict[str, str]:
    """The words of those columns that a mart takes over."""
    words = mart_columns(mart)
    return {name: words[name] for name in rows.column_names if name in words}
