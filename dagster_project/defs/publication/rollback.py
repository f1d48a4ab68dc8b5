"""The job ``rollback``: makes an earlier publication current again, with its state, exports and report.

It swaps the same one link as a release (``release``) and brings a database that has the tables too
(``to_postgres``) to the same publication; nothing is deleted, so one can go forward again.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.defs.publication.release import MANIFEST, point_to, verify
from dagster_project.defs.publication.to_postgres import copy_to_postgres
from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.settings import load_settings
from dagster_project.state import erased_keys
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

MADE_CURRENT = "made_current"


class Publication(dg.Config):
    """Which publication shall be current: a run's id, or empty for the one before the current one."""

    run_id: str = ""


@dg.op(pool=WAREHOUSE_POOL, out=dg.Out(dg.Nothing))
def go_back(context: dg.OpExecutionContext, config: Publication, warehouse: Warehouse) -> None:
    """Check that the publication is whole, then swap the link."""
    home = warehouse.home
    folder = _chosen(home, config.run_id)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _require_whole(home, folder, manifest)
    _require_nobody_erased_since(home, manifest)
    point_to(home, folder.name)
    if dsn := load_settings().publish_postgres.get_secret_value():
        copy_to_postgres(dsn, folder)
    context.add_output_metadata({MADE_CURRENT: folder.name, "as_of": manifest["as_of"]})


@dg.job(
    description="Makes the publication before the current one current again: data, state, audience files and "
    "report together. For a run that published something wrong; deliveries stay loaded, so stop the "
    "schedule, or correct what was wrong, before the next refresh."
)
def rollback() -> None:
    """One step."""
    go_back()


@dg.definitions
def jobs() -> dg.Definitions:
    """The job."""
    return dg.Definitions(jobs=[rollback])


def _chosen(home: Home, run_id: str) -> Path:
    finished = sorted(
        (f for f in home.publications.glob("*") if (f / MANIFEST).exists() and f.name[0] != "."),
        key=lambda folder: (folder / MANIFEST).stat().st_mtime_ns,
    )
    names = [folder.name for folder in finished]
    current = home.published_run_id()
    if run_id:
        if run_id not in names:
            raise ConfigurationError(
                f"There is no publication {run_id}; kept are, oldest first: {', '.join(names) or 'none'}."
            )
        return finished[names.index(run_id)]
    place = names.index(current) if current in names else 0
    if place == 0:
        raise ConfigurationError(
            "There is no publication before the current one: none was kept (SKIKT_KEEP_PUBLICATIONS), "
            f"or this is the first. Kept are: {', '.join(names) or 'none'}."
        )
    return finished[place - 1]


def _require_whole(home: Home, folder: Path, manifest: dict[str, Any]) -> None:
    changed = [
        name
        for name, digest in manifest["files"].items()
        if not (folder / name).exists()
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]
    if changed or not home.state_of(folder.name).is_dir():
        raise ConfigurationError(
            f"The publication {folder.name} is not whole ({', '.join(changed) or 'its state is gone'}); "
            "nothing was changed. Name another one, or run again."
        )
    verify(folder, manifest)


def _require_nobody_erased_since(home: Home, manifest: dict[str, Any]) -> None:
    if erased_keys(home) > manifest.get("erased_keys", 0):
        raise ConfigurationError(
            "People were erased since that publication, which still holds their rows; nothing was changed. "
            "Correct what was wrong and run again."
        )
