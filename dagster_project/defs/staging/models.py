"""dbt's part of the stage, with the inputs of identity: one invocation for both."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_project.dbt import SkiktTranslator, manifest_path
from dagster_project.dbt_build import DbtEvent, build
from dagster_project.settings import load_settings
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse


@dg.definitions
def models() -> dg.Definitions:
    """Every source typed and normalised, and the records that identity compares."""

    @dbt_assets(
        manifest=manifest_path(load_settings().home_folders),
        select="config.schema:staging config.schema:identity",
        dagster_dbt_translator=SkiktTranslator(),
        name="staging_models",
        pool=WAREHOUSE_POOL,
    )
    def staging_models(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[DbtEvent]:
        yield from build(context, warehouse)

    return dg.Definitions(assets=[staging_models])
