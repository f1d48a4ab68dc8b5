"""dbt's part: marts and activation, the third and last invocation of a refresh."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_project.dbt import SkiktTranslator, manifest_path
from dagster_project.dbt_build import DbtEvent, build
from dagster_project.settings import load_settings
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse


@dg.definitions
def mart_models() -> dg.Definitions:
    """The star schema for BI and the audiences to hand over."""

    @dbt_assets(
        manifest=manifest_path(load_settings().home_folders),
        select="config.schema:marts config.schema:activation",
        dagster_dbt_translator=SkiktTranslator(),
        name="mart_models",
        pool=WAREHOUSE_POOL,
    )
    def mart_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[DbtEvent]:
        yield from build(context, warehouse)

    return dg.Definitions(assets=[mart_models])
