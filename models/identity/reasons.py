"""Why two records are one person: what each comparison says of them, in bits.

Here: single pairs, for people who want to know. All pairs that may match are scored in
``resolution``.
"""

from typing import Any

import pyarrow as pa

from models.identity.connection import connect
from models.identity.evidence import create_family_macro
from models.identity.preparation import Exclusions, load_nodes
from models.identity.scoring import open_linker
from models.identity.settings import comparisons

REASON_SCHEMA = pa.schema(
    [
        ("record_id_l", pa.string()),
        ("record_id_r", pa.string()),
        ("comparison", pa.string()),
        ("level", pa.string()),
        ("weight", pa.float64()),
    ]
)

_RETAINED = {
    "retain_matching_columns": True,
    "retain_intermediate_calculation_columns": True,
}
"""Splink's switches under which a scored pair shows its levels and what each weighs."""


def pair_reasons(records: pa.Table, model: dict[str, Any]) -> pa.Table:
    """What each comparison says of each two of a few records.

    Records that say the same are told by the first of them. Values that only many records show to be
    shared (a mailbox read by others) are known as far as the model's list goes.

    Args:
        records: the columns of int_identity__person_records, a few dozen rows at most.
        model: what ``training.train`` or ``training.prior_model`` returned.

    Returns:
        ``REASON_SCHEMA``: per pair and comparison the level that it shows and its match weight (bits;
        0 where one side is unknown), and as comparison ``prior`` the weight that every pair starts
        with. The weights of a pair add up to its match weight.
    """
    names = [comparison.name for comparison in comparisons()]
    levels = {
        comparison.name: {
            len(comparison.levels) - 1 - place: level.label
            for place, level in enumerate(comparison.levels)
        }
        for comparison in comparisons()
    }
    with connect() as con:
        load_nodes(con, records, Exclusions.from_model(model))
        create_family_macro(con, families=model["has_families"])
        con.execute("""
            create table every_pair as
            select l.node as join_key_l, r.node as join_key_r
            from nodes as l join nodes as r on l.node < r.node
        """)
        settings = model["settings"] | _RETAINED
        linker = open_linker(con, settings, model["term_frequencies"], "every_pair")
        scored = linker.inference.predict(warning_mode="never").physical_name
        told = ", ".join(
            f"gamma_{name}, mw_{name} + {_rarity(con, scored, name)} as weight_{name}"
            for name in names
        )
        rows = con.execute(f"""
            select l.first_id as one, r.first_id as other, match_weight, {told} from {scored}
            join nodes as l on l.node = node_l join nodes as r on r.node = node_r
        """).to_arrow_table()
    found = []
    for row in rows.to_pylist():
        pair = dict(
            zip(("record_id_l", "record_id_r"), sorted((row["one"], row["other"])), strict=True)
        )
        said = [
            (name, levels[name].get(row[f"gamma_{name}"], "unknown"), row[f"weight_{name}"])
            for name in names
        ]
        start = row["match_weight"] - sum(weight for *_, weight in said)
        for comparison, level, weight in (("prior", "any two records", start), *said):
            found.append(pair | {"comparison": comparison, "level": level, "weight": weight})
    return pa.Table.from_pylist(found, schema=REASON_SCHEMA)


def _rarity(con: Any, scored: str, name: str) -> str:
    """SQL: by how much a rare value counts for more; comparisons without term frequencies have none."""
    columns = {row[0] for row in con.execute(f"describe {scored}").fetchall()}
    adjusted = f"mw_tf_adj_{name}"
    return adjusted if adjusted in columns else "0.0"
