"""Keys that are national person numbers, with the pseudonyms that stand for them after raw.

``dbt/macros/delivered.sql`` puts the pseudonym in the key's place wherever a column names a person
(``PERSON_KEYS`` in ``sources.py``), so that rows still find each other. By shape alone: of other
keys of ten digits one in fifteen has a pseudonym too, which joins as well.
"""

import dagster as dg
import pyarrow as pa

from dagster_project.sources import PERSON_KEYS
from dagster_project.state import secret_key
from dagster_project.vocabulary import RAW, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.normalisation.person_numbers import HELD, SHORTEST, pseudonym

LOOKUP = dg.AssetKey([RAW, "lookup_person_keys"])

_COLUMNS = {
    "delivered_key": "A key as delivered, without spaces around it, that is a national person number by its shape.",
    "pseudonym": "What stands for it in all stages after raw: an HMAC under a key that never leaves the state.",
}


@dg.asset(
    key=LOOKUP,
    group_name=RAW,
    kinds={"python", "duckdb"},
    deps=[dg.AssetKey([RAW, table]) for table in PERSON_KEYS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "pseudonyms_are_unique",
            asset=LOOKUP,
            blocking=True,
            description="No two keys share a pseudonym.",
        )
    ],
)
def lookup_person_keys(warehouse: Warehouse) -> dg.MaterializeResult:
    """Pseudonyms of the keys that are national person numbers; the one table that knows both."""
    rows = with_pseudonyms(warehouse.read(KEYS), secret_key(warehouse.home, "person_numbers"))
    table = f"{RAW}.lookup_person_keys"
    warehouse.replace(table, rows, _COLUMNS)
    repeated = rows.num_rows - len(rows["pseudonym"].unique())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of(table),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=repeated == 0, metadata={"repeated_pseudonyms": repeated, "limit": 0}
            )
        ],
    )


def with_pseudonyms(keys: pa.Table, secret: bytes) -> pa.Table:
    """``lookup_person_keys`` of what ``KEYS`` finds."""
    delivered = keys["delivered_key"].to_pylist()
    pseudonyms = pa.array([pseudonym(key, secret) for key in delivered], pa.string())
    return pa.table([pa.array(delivered, pa.string()), pseudonyms], list(_COLUMNS))


def _keys_of(table: str, column: str) -> str:
    value = f'trim(cast("{column}" as varchar))'
    return f"select {value} as delivered_key from raw.{table} where length({value}) >= {SHORTEST}"


KEYS = (
    "select delivered_key from (select distinct delivered_key from ("
    + " union all ".join(
        _keys_of(table, column) for table, columns in PERSON_KEYS.items() for column in columns
    )
    + f")) where regexp_matches(delivered_key, '{HELD}') order by 1"
)
"""SQL: the delivered keys that are national person numbers by their shape."""
