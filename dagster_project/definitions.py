"""What Dagster loads: every stage's folder, with owners, freshness and checks laid over all assets."""

from pathlib import Path

import dagster as dg

from dagster_project.checks import freshness, quality_gate
from dagster_project.settings import load_settings
from dagster_project.sources import newest_moments, read_sources
from dagster_project.vocabulary import OWNERS, rebuilt_nightly
from dagster_project.warehouse import Warehouse


def _with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The stage's owner and freshness policy, where an asset does not say its own."""
    return spec.replace_attributes(
        owners=spec.owners or [OWNERS[spec.key.path[0]]],
        freshness_policy=spec.freshness_policy or rebuilt_nightly(),
    )


def load() -> dg.Definitions:
    """The whole project, for the home in force."""
    home = load_settings().home_folders
    home.create()
    sources = read_sources(home).values()
    stages = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    assets = dg.map_asset_specs(_with_policies, _assets(stages))
    specs = [spec for asset in assets for spec in asset.specs]
    cadences = {source.table: source.cadence_days for source in sources}
    return dg.Definitions(
        assets=assets,
        asset_checks=[quality_gate(), freshness(specs, cadences, newest_moments(sources))],
        jobs=stages.jobs,
        schedules=stages.schedules,
        sensors=stages.sensors,
        resources={"warehouse": Warehouse(root=str(home.root))},
        executor=dg.in_process_executor,
    )


def _assets(stages: dg.Definitions) -> list[dg.AssetsDefinition]:
    return [asset for asset in stages.assets or [] if isinstance(asset, dg.AssetsDefinition)]


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster's own processes find here."""
    return load()
