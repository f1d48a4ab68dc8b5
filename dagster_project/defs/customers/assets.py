"""Customers in Dagster: what Python adds beside dbt's golden record: places, and pseudonyms for BI."""

import hashlib
import hmac
from collections.abc import Iterator

import dagster as dg
import pyarrow as pa
from dagster_dbt import dbt_assets

from dagster_project import state
from dagster_project.dbt import SkiktTranslator, manifest_path
from dagster_project.dbt_build import DbtEvent, build
from dagster_project.settings import load_settings
from dagster_project.spare_processes import find_places
from dagster_project.tables import as_metadata
from dagster_project.vocabulary import CUSTOMERS, IDENTITY, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

PLACE_FACTS = dg.AssetKey([CUSTOMERS, "place_facts"])
CUSTOMER_KEYS = dg.AssetKey([CUSTOMERS, "customer_keys"])
_PLACE_COLUMNS = {
    "country_code": "The country beside the city in the records, ISO 3166-1 alpha-2.",
    "city": "The city as the records name it.",
    "city_name": "The city as GeoNames names it; null where it is not found.",
    "region": "The region that it lies in.",
    "latitude": "Degrees north.",
    "longitude": "Degrees east.",
    "warning": "W_PLACE where it is not found.",
}
_KEY_COLUMNS = {
    "customer_id": "Stable id of a person or a company, retired ones too.",
    "customer_key": "What stands for it in all that is published.",
}
NEXT_CATEGORY_HITS = dg.AssetKey([CUSTOMERS, "next_category_hits"])
FACT_STALENESS = dg.AssetKey([CUSTOMERS, "fact_staleness"])


@dg.asset(
    key=PLACE_FACTS,
    group_name=CUSTOMERS,
    kinds={"python", "duckdb"},
    deps=[
        dg.AssetKey([IDENTITY, "int_identity__person_records"]),
        dg.AssetKey([STAGING, "stg_crm__contacts_versions"]),
        dg.AssetKey([STAGING, "stg_shop__customers_versions"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "one_row_per_place", asset=PLACE_FACTS, description="Joining it multiplies no row."
        )
    ],
)
def place_facts(warehouse: Warehouse) -> dg.MaterializeResult:
    """Region and coordinates of each city ever delivered, from the GeoNames cities that ship with a package."""
    cities = warehouse.read(
        """
        select country_code, city from identity.int_identity__person_records where city is not null
        union select country_code, city from staging.stg_crm__contacts_versions where city is not null
        union select country_code, city from staging.stg_shop__customers_versions where city is not null
        order by all
        """
    )
    places = find_places(cities)
    warehouse.replace("customers.place_facts", places, _PLACE_COLUMNS)
    known = places.num_rows - places["latitude"].null_count
    repeated = places.num_rows - places.group_by(["country_code", "city"]).aggregate([]).num_rows
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": places.num_rows,
            "dagster/column_schema": warehouse.schema_of("customers.place_facts"),
            "places_found": known,
        },
        check_results=[
            dg.AssetCheckResult(
                passed=repeated == 0, metadata={"repeated_places": repeated, "limit": 0}
            )
        ],
    )


@dg.asset(
    key=CUSTOMER_KEYS,
    group_name=CUSTOMERS,
    kinds={"python", "duckdb"},
    deps=[
        dg.AssetKey([IDENTITY, "customer_identities"]),
        dg.AssetKey([IDENTITY, "company_identities"]),
        dg.AssetKey([IDENTITY, "id_events"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "keys_are_unique",
            asset=CUSTOMER_KEYS,
            blocking=True,
            description="No two ids share a key.",
        )
    ],
)
def customer_keys(warehouse: Warehouse) -> dg.MaterializeResult:
    """The pseudonym of each customer for BI: an HMAC of its id under a key that never leaves the state.

    Retired ids have theirs too: rows of earlier days keep their key.
    """
    key = state.secret_key(warehouse.home, "bi")
    ids = warehouse.read(
        "select customer_id from identity.customer_identities union "
        "select company_id from identity.company_identities union "
        "select id from identity.id_events order by 1"
    )["customer_id"].to_pylist()
    keys = [
        hmac.new(key, customer_id.encode(), hashlib.sha256).hexdigest()[:32] for customer_id in ids
    ]
    rows = pa.table(
        {"customer_id": pa.array(ids, pa.string()), "customer_key": pa.array(keys, pa.string())}
    )
    warehouse.replace("customers.customer_keys", rows, _KEY_COLUMNS)
    repeated = len(keys) - len(set(keys))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("customers.customer_keys"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=repeated == 0, metadata={"repeated_keys": repeated, "limit": 0}
            )
        ],
    )


@dg.definitions
def customers() -> dg.Definitions:
    """Golden records, orders, interactions, consents and features: dbt's second invocation."""

    @dbt_assets(
        manifest=manifest_path(load_settings().home_folders),
        select="config.schema:customers",
        dagster_dbt_translator=SkiktTranslator(),
        name="customer_models",
        pool=WAREHOUSE_POOL,
    )
    def customer_models(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[DbtEvent]:
        for event in build(context, warehouse):
            yield _with_its_figures(event, warehouse)

    return dg.Definitions(assets=[place_facts, customer_keys, customer_models])


def _with_its_figures(event: DbtEvent, warehouse: Warehouse) -> DbtEvent:
    """A table of a few figures shows them in Dagster itself: how stale facts are, how often guesses hit."""
    if not isinstance(event, dg.MaterializeResult):
        return event
    if event.asset_key == NEXT_CATEGORY_HITS:
        [hits] = warehouse.read("from customers.next_category_hits").to_pylist()
        # Without anybody who ordered again there is nothing to tell.
        told = {name: round(value, 4) for name, value in hits.items() if value is not None}
        return dg.MaterializeResult(
            asset_key=NEXT_CATEGORY_HITS, metadata={**(event.metadata or {}), **told}
        )
    if event.asset_key != FACT_STALENESS:
        return event
    figures = warehouse.read("from customers.fact_staleness order by customer_type, fact, source")
    return dg.MaterializeResult(
        asset_key=FACT_STALENESS,
        metadata={**(event.metadata or {}), "stale_facts": as_metadata(figures)},
    )
