"""What of the last run's linkage still holds: all pairs, or those of records that did not change.

A night without a new person record, and a run repeated, need no linkage; a night with some scores
only those (``models.identity.increments``). What a table was made of stands in its comment, written
after its rows: a run that dies between leaves none.
"""

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

import models.identity
from dagster_project.warehouse import Warehouse
from models.identity.resolution import Linked

_PAIRS = "identity.person_pairs"
_SCORED_PAIRS = "identity.scored_pairs"
_SCORED_NODES = "identity.scored_nodes"

_PAIR_COLUMNS = {
    "record_id_l": "One of both records, as crm:10021.",
    "record_id_r": "The other one.",
    "match_probability": "Probability that both records are one person, 0..1.",
    "match_weight": "Splink's match weight, log2 of the Bayes factor; null where nothing was scored.",
    "decided_by": "model, exact (equal in all identity fields) or steward.",
}
_NODE_COLUMNS = {
    "first_id": "The first of the records that say the same.",
    "content": "A hash of all that they are compared by.",
}


def scored_by(model: dict[str, Any], *others: object) -> str:
    """A digest of everything but the records that scores depend on."""
    digest = hashlib.sha256()
    for part in (others, _versions()):
        digest.update(repr(part).encode())
    digest.update(json.dumps(model, sort_keys=True).encode())
    for file in sorted(Path(models.identity.__path__[0]).glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def made_of(
    warehouse: Warehouse, model: dict[str, Any], decisions: pa.Table, *others: object
) -> str:
    """A digest of everything that pairs depend on."""
    records = warehouse.read(
        "select count(*), bit_xor(hash(r)), sum(hash(r)) from identity.int_identity__person_records as r"
    )
    return scored_by(model, records.to_pylist(), decisions.to_pylist(), *others)


def kept_pairs(warehouse: Warehouse, made_of: str) -> pa.Table | None:
    """The pairs of the last run if they were made of the same."""
    if not _says(warehouse, _PAIRS, made_of):
        return None
    return warehouse.read(f"select * from {_PAIRS} order by record_id_l, record_id_r")


def keep_pairs(warehouse: Warehouse, pairs: pa.Table, made_of: str) -> None:
    """Write the pairs, and then what they were made of."""
    _keep(warehouse, _PAIRS, pairs, made_of, _PAIR_COLUMNS)


def kept_scores(warehouse: Warehouse, scored_by: str) -> Linked | None:
    """What the last run scored if it was by the same model and code."""
    if not all(_says(warehouse, table, scored_by) for table in (_SCORED_PAIRS, _SCORED_NODES)):
        return None
    return Linked(
        pairs=warehouse.read(f"select * from {_SCORED_PAIRS}"),
        nodes=warehouse.read(f"select * from {_SCORED_NODES}"),
    )


def keep_scores(warehouse: Warehouse, linked: Linked, scored_by: str) -> None:
    """Write what was scored, before anybody's decision, and then by what."""
    _keep(warehouse, _SCORED_PAIRS, linked.pairs, scored_by, _PAIR_COLUMNS)
    _keep(warehouse, _SCORED_NODES, linked.nodes, scored_by, _NODE_COLUMNS)


def _says(warehouse: Warehouse, table: str, expected: str) -> bool:
    said = warehouse.read(
        f"select comment from duckdb_tables() where schema_name || '.' || table_name = '{table}'"
    )
    return bool(said["comment"].to_pylist() == [expected])


def _keep(
    warehouse: Warehouse, table: str, rows: pa.Table, says: str, comments: dict[str, str]
) -> None:
    warehouse.replace(table, rows, comments)
    with warehouse.connect() as connection:
        connection.execute(f"comment on table {table} is '{says}'")


def _versions() -> list[str]:
    return [importlib.metadata.version(name) for name in ("duckdb", "splink")]
