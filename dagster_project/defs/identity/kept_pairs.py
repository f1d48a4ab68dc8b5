"""Whether the pairs of the last run still hold: made of the same records, model, decisions and code.

A night without a new person record, and a run repeated, need no linkage. What a table of pairs was
made of stands in its comment, written after its rows: a run that dies between leaves none.
"""

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

import models.identity
from dagster_project.warehouse import Warehouse

_PAIRS = "identity.person_pairs"


def made_of(
    warehouse: Warehouse, model: dict[str, Any], decisions: pa.Table, *others: object
) -> str:
    """A digest of everything that pairs depend on."""
    records = warehouse.read(
        "select count(*), bit_xor(hash(r)), sum(hash(r)) from identity.int_identity__person_records as r"
    )
    digest = hashlib.sha256()
    for part in (records.to_pylist(), decisions.to_pylist(), others, _versions()):
        digest.update(repr(part).encode())
    digest.update(json.dumps(model, sort_keys=True).encode())
    for file in sorted(Path(models.identity.__path__[0]).glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def kept_pairs(warehouse: Warehouse, made_of: str) -> pa.Table | None:
    """The pairs of the last run if they were made of the same."""
    said = warehouse.read(
        f"select comment from duckdb_tables() where schema_name || '.' || table_name = '{_PAIRS}'"
    )["comment"].to_pylist()
    if said != [made_of]:
        return None
    return warehouse.read(f"select * from {_PAIRS} order by record_id_l, record_id_r")


def keep_pairs(
    warehouse: Warehouse, pairs: pa.Table, comments: dict[str, str], made_of: str
) -> None:
    """Write the pairs, and then what they were made of."""
    warehouse.replace(_PAIRS, pairs, comments)
    with warehouse.connect() as connection:
        connection.execute(f"comment on table {_PAIRS} is '{made_of}'")


def _versions() -> list[str]:
    return [importlib.metadata.version(name) for name in ("duckdb", "splink")]
