"""Activation in Dagster: the audience files that are handed to other systems, with their manifest.

Who may be in a file is dbt's (``dbt/models/activation``); the files are built aside and become
current with the publication (``defs/publication``).
"""

import csv
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.faults import file_faults
from dagster_project.vocabulary import ACTIVATION, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

NEWSLETTER = dg.AssetKey([ACTIVATION, "audience_newsletter"])
FILES = dg.AssetKey([ACTIVATION, "audience_files"])

_COLUMNS = ("email", "first_name", "last_name", "language", "country_code", "message_rank")


@dg.asset(
    key=FILES,
    group_name=ACTIVATION,
    kinds={"python", "csv"},
    deps=[NEWSLETTER],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "rows_are_the_consented_members",
            asset=FILES,
            blocking=True,
            description="I10: the files hold exactly the members who may and can be reached.",
        )
    ],
)
def audience_files(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """One CSV per approved audience for the newsletter tool, in its own folder, with a manifest."""
    with file_faults():
        folder = warehouse.home.building(context.run_id) / "exports" / "newsletter"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        members = warehouse.read(
            f"select segment_id, {', '.join(_COLUMNS)} from activation.audience_newsletter order by segment_id, email"
        ).to_pylist()
        audiences = warehouse.read(
            "select segment_id, name, definition_version from segments.segment_definitions "
            "where scheme = 'audience' and status = 'approved' and customer_type = 'person' and segment_id not in "
            "(select segment_id from segments.segment_quality where refuses_approval) order by segment_id"
        ).to_pylist()
        files = [_write(folder, audience, members) for audience in audiences]
        _write_manifest(folder, context.run_id, files)
    written = sum(file["rows"] for file in files)
    difference = abs(written - len(members)) + _without_consent(warehouse)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": written,
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                dict.fromkeys(_COLUMNS, "text")
            ),
            "files": len(files),
            "folder": dg.MetadataValue.path(str(warehouse.home.exports / "newsletter")),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=difference == 0, metadata={"rows_too_many_or_few": difference, "limit": 0}
            )
        ],
    )


def _write(folder: Path, audience: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    name = audience["segment_id"].split(".")[1]
    rows = [member for member in members if member["segment_id"] == audience["segment_id"]]
    file = folder / f"{name}.csv"
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
        "w",
        encoding="utf-8",
        newline="",
    ) as out:
        writer = csv.DictWriter(out, _COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return {
        "file": file.name,
        "segment_id": audience["segment_id"],
        "definition_version": audience["definition_version"],
        "purpose": "marketing_email",
        "rows": len(rows),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def _write_manifest(folder: Path, run_id: str, files: list[dict[str, Any]]) -> None:
    manifest = {"run_id": run_id, "destination": "newsletter", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _without_consent(warehouse: Warehouse) -> int:
    rows = warehouse.read(
        "select count(*) as wrong from activation.audience_newsletter join customers.customer_consents "
        "using (customer_id) where not may_email or has_objected"
    )
    return int(rows["wrong"][0].as_py())
