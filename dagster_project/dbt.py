"""The dbt project as Dagster sees it: where it lies, how its nodes become assets.

Running it is ``dagster_project.dbt_build``; the SQL is in ``dbt/``.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from dagster_dbt import DagsterDbtTranslator

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.settings import CHECKOUT, load_settings
from dagster_project.sources import PERSON_KEYS, Source, is_allowed, read_sources
from dagster_project.vocabulary import OWNERS
from dagster_project.warehouse import TIME_ZONE, duckdb_options

DBT_PROJECT = CHECKOUT / "dbt"
MANIFEST = "manifest.json"


def dbt_arguments(home: Home) -> list[str]:
    """What every dbt invocation gets: where things lie, how sources write, how fast facts go stale."""
    variables = {
        "formats": {source.table: _formats(source) for source in read_sources(home).values()},
        "half_life_days": _half_lives(),
    }
    return [
        "--project-dir", str(DBT_PROJECT),
        "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(home.dbt / "target"),
        "--log-path", str(home.dbt / "logs"),
        "--vars", json.dumps(variables, sort_keys=True),
    ]  # fmt: skip


def prepare_environment(home: Home) -> None:
    """Export what ``dbt/profiles.yml`` reads, and switch off dbt's telemetry."""
    os.environ["SKIKT_WAREHOUSE"] = str(home.warehouse)
    os.environ["SKIKT_DUCKDB_TIMEZONE"] = TIME_ZONE
    for name, value in duckdb_options(home).items():
        os.environ[f"SKIKT_DUCKDB_{name.upper()}"] = value
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"


@cache
def manifest_path(home: Home) -> Path:
    """The project's manifest, parsed anew when a file of the project or a source's format changed.

    Looked at once per process: a process that reloads the definitions is a new one.
    """
    prepare_environment(home)
    target = home.dbt / "target"
    stamp = target / "fingerprint"
    fingerprint = _fingerprint(home)
    if not (target / MANIFEST).exists() or not stamp.exists() or stamp.read_text() != fingerprint:
        # Imported here: it costs 3 s, and most commands find the manifest up to date.
        from dbt.cli.main import dbtRunner

        result = dbtRunner().invoke(["--quiet", "parse", *dbt_arguments(home)])
        if not result.success:
            raise ConfigurationError(
                f"The dbt project does not parse: {result.exception}. Correct it under {DBT_PROJECT}."
            ) from result.exception
        stamp.write_text(fingerprint)
    return target / MANIFEST


@cache
def mart_columns(mart: str) -> dict[str, str]:
    """What each column of a mart holds: for the tables that hand it theirs under the same name."""
    file = DBT_PROJECT / "models" / "marts" / "_marts__models.yml"
    models = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    columns = next(model["columns"] for model in models if model["name"] == mart)
    return {column["name"]: column["description"] for column in columns}


class SkiktTranslator(DagsterDbtTranslator):
    """A model's key is its address: ``[schema, name]``; its group is its schema."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> Any:
        """Stage and table name; sources say theirs in ``meta.dagster.asset_key``."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        import dagster as dg

        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The stage, which is the schema."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The stage's team."""
        return [OWNERS[dbt_resource_props["schema"]]]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone: the SQL has its own place in the UI."""
        return str(dbt_resource_props.get("description", ""))


def _formats(source: Source) -> dict[str, Any]:
    allowed = [
        {"column": column.name, "condition": condition, "word": word}
        for column in source.fields
        for condition, word in is_allowed(source, column)
    ]
    return {
        "date_format": source.date_format,
        "timestamp_format": source.timestamp_format,
        "timezone": source.timezone,
        "decimal_sign": source.decimal_sign,
        "has_updated": source.updated is not None,
        "person_keys": PERSON_KEYS.get(source.table, ()),
        "allowed": allowed,
    }


def _half_lives() -> dict[str, int]:
    settings = load_settings()
    return {
        "business_contact": settings.half_life_business_contact_days,
        "contact": settings.half_life_contact_days,
        "address": settings.half_life_address_days,
        "figures": settings.half_life_figures_days,
        "profile": settings.half_life_profile_days,
    }


def _fingerprint(home: Home) -> str:
    digest = hashlib.sha256("\0".join(dbt_arguments(home)).encode())
    for file in sorted(path for path in DBT_PROJECT.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(DBT_PROJECT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
