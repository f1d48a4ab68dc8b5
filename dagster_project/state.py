"""What deliveries cannot give again, kept per run: reading the published run's, writing this run's aside.

A run reads the state of the run that ``published`` points to and writes its own folder; the one link
swap of ``publication/release`` makes it current. A failed run leaves a folder that nothing points to.
"""

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.durable import replacing
from dagster_project.errors import ConfigurationError
from dagster_project.home import Home

SCHEMA_VERSION = 1
_VERSION_KEY = b"skikt_state_version"

ID_LEDGER = "id_ledger"
COMPANY_ID_LEDGER = "company_id_ledger"
ID_EVENTS = "id_events"
SEGMENT_HISTORY = "segment_history"
IDENTITY_MODEL = "identity_model"
PAIR_SCORES = "pair_scores"
BEHAVIOUR_MODEL = "behaviour_model"
VALUE_MODELS = "value_models"
NEEDS_MODEL = "needs_model"
SEGMENT_SNAPSHOTS = "segment_snapshots"
SEGMENT_RUNS = "segment_runs"
SEGMENT_CHANGES = "segment_changes"
SEGMENT_FLOWS = "segment_flows"
SEGMENT_DEPARTURES = "segment_departures"
SEGMENT_LIFT = "segment_lift"
QUALITY_FIGURES = "quality_figures"


def read_table(home: Home, name: str) -> pa.Table | None:
    """A table of the published run's state, or None where there is none yet.

    Raises:
        ConfigurationError: it was written by another version of this project.
    """
    file = _published(home, f"{name}.parquet")
    if file is None:
        return None
    table = pq.read_table(file)
    _require_version(file, (table.schema.metadata or {}).get(_VERSION_KEY, b"?").decode())
    return table.replace_schema_metadata(None)


def write_table(home: Home, run_id: str, name: str, table: pa.Table) -> None:
    """Put a table into this run's state."""
    stamped = table.replace_schema_metadata({_VERSION_KEY: str(SCHEMA_VERSION).encode()})
    file = _own_folder(home, run_id) / f"{name}.parquet"
    pq.write_table(stamped, file)
    file.chmod(0o600)


def read_model(home: Home, name: str) -> dict[str, Any] | None:
    """A fitted model of the published run's state, or None."""
    file = _published(home, f"{name}.json")
    if file is None:
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    _require_version(file, str(content.get("state_version")))
    return dict(content["model"])


def own_model(home: Home, run_id: str, name: str) -> dict[str, Any]:
    """A fitted model that this run wrote."""
    file = home.state_of(run_id) / f"{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))["model"])


def write_model(home: Home, run_id: str, name: str, model: dict[str, Any]) -> None:
    """Put a fitted model into this run's state, as text that a diff can show."""
    file = _own_folder(home, run_id) / f"{name}.json"
    content = {"state_version": SCHEMA_VERSION, "model": model}
    file.write_text(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8"
    )
    file.chmod(0o600)


def published_manifest(home: Home) -> dict[str, Any] | None:
    """The manifest of the current publication, or None before the first."""
    file = home.published / "manifest.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def published_as_of(home: Home) -> date | None:
    """The newest day that was published, or None."""
    manifest = published_manifest(home)
    return date.fromisoformat(manifest["as_of"]) if manifest else None


def erased_keys(home: Home) -> int:
    """How many keys of erased records are remembered."""
    return pq.read_metadata(home.tombstones).num_rows if home.tombstones.exists() else 0


def secret_key(home: Home, name: str) -> bytes:
    """The key of one kind of pseudonym, 32 random bytes, made once and never rolled back."""
    file = home.keys / f"{name}.key"
    if not file.exists():
        home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(file) as handle:
            handle.write(secrets.token_bytes(32))
    return file.read_bytes()


def _own_folder(home: Home, run_id: str) -> Path:
    folder = home.state_of(run_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _published(home: Home, file_name: str) -> Path | None:
    run_id = home.published_run_id()
    file = home.state_of(run_id) / file_name if run_id else None
    return file if file and file.exists() else None


def _require_version(file: Path, found: str) -> None:
    if found != str(SCHEMA_VERSION):
        raise ConfigurationError(
            f"The state file {file.name} has schema version {found}; this project reads {SCHEMA_VERSION}. "
            "Run the version that wrote it, or move the home aside and start anew."
        )
