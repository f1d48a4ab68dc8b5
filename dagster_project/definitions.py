"""What Dagster loads: every stage's folder, with owners and freshness laid over all assets."""

from pathlib import Path

import dagster as dg

from dagster_project.settings import load_settings
from dagster_project.vocabulary import OWNERS, rebuilt_nightly
from dagster_project.warehouse import Warehouse


def _with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The stage's owner and freshness, where an asset does not say its own."""
    stage = spec.key.path[0]
    return spec.replace_attributes(
        owners=spec.owners or [OWNERS[stage]],
        freshness_policy=spec.freshness_policy or rebuilt_nightly(),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The whole project."""
    home = load_settings().home_folders
    home.create()
    loaded = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    return dg.Definitions.merge(
        loaded.map_asset_specs(func=_with_policies),
        dg.Definitions(
            resources={"warehouse": Warehouse(root=str(home.root))},
            executor=dg.in_process_executor,
        ),
    )
