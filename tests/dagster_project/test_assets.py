"""Every asset keeps the house's promises, and the graph as a whole is reviewed as a diff."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from dagster_project.vocabulary import FRESHNESS_CHECK, STAGES

SNAPSHOT = Path(__file__).with_name("asset_graph.yaml")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home = tmp_path_factory.mktemp("definitions_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKIKT_HOME", str(home))
        from dagster_project.definitions import load

        return load()


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return sorted((s for a in definitions.assets for s in a.specs), key=lambda spec: spec.key.path)


@pytest.fixture(scope="module")
def checks(definitions: dg.Definitions) -> dict[dg.AssetKey, list[dg.AssetCheckSpec]]:
    found: dict[dg.AssetKey, list[dg.AssetCheckSpec]] = {}
    for holder in [*definitions.assets, *definitions.asset_checks]:
        for check in holder.check_specs:
            found.setdefault(check.asset_key, []).append(check)
    return found


def test_every_asset_says_what_it_is_and_whose(specs: list[dg.AssetSpec]) -> None:
    assert len(specs) > 90
    lacking = {
        spec.key.to_user_string(): [
            name
            for name, is_there in {
                "deps": bool(list(spec.deps)) or spec.key.path == ["raw", "as_of"],
                "group that is its stage": spec.group_name == spec.key.path[0],
                "owner": bool(spec.owners) and all(o.startswith("team:") for o in spec.owners),
                "kinds": bool(spec.kinds),
                "description": len(spec.description or "") > 20,
                "freshness policy": spec.freshness_policy is not None,
            }.items()
            if not is_there
        ]
        for spec in specs
    }
    assert not {key: missing for key, missing in lacking.items() if missing}
    assert {spec.group_name for spec in specs} == set(STAGES)


def test_every_asset_is_checked(
    specs: list[dg.AssetSpec], checks: dict[dg.AssetKey, list[dg.AssetCheckSpec]]
) -> None:
    for spec in specs:
        names = {check.name for check in checks.get(spec.key, [])}
        assert FRESHNESS_CHECK in names, spec.key
        assert len(names) > 1, f"{spec.key} has no check of its content"


def test_freshness_never_blocks(checks: dict[dg.AssetKey, list[dg.AssetCheckSpec]]) -> None:
    assert not [
        c.key for cs in checks.values() for c in cs if c.name == FRESHNESS_CHECK and c.blocking
    ]


def test_the_graph_is_the_reviewed_one(
    specs: list[dg.AssetSpec], checks: dict[dg.AssetKey, list[dg.AssetCheckSpec]]
) -> None:
    graph = {spec.key.to_user_string(): described(spec, checks) for spec in specs}
    text = yaml.safe_dump(graph, sort_keys=True, width=110)
    if os.environ.get("UPDATE_ASSET_GRAPH"):
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text, (
        "The asset graph changed. If that is meant, run UPDATE_ASSET_GRAPH=1 pytest "
        "tests/dagster_project/test_assets.py and review the diff of asset_graph.yaml."
    )


def described(
    spec: dg.AssetSpec, checks: dict[dg.AssetKey, list[dg.AssetCheckSpec]]
) -> dict[str, Any]:
    return {
        "owners": list(spec.owners),
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "fresh_within_hours": spec.freshness_policy.fail_window.to_timedelta().total_seconds()
        / 3600,
        "checks": sorted(
            check.name + (" (blocks)" if check.blocking else "") for check in checks[spec.key]
        ),
    }
