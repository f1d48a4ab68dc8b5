"""Every segment there is as one table: what it is called, what it means, which version is in force."""

from typing import Any

import pyarrow as pa

from dagster_project.vocabulary import OWNERS, SEGMENTS
from models.segmentation import lifecycle, rfm
from models.segmentation.descriptions import SEGMENT_TEXTS
from models.segmentation.rule_files import AudienceRule

_SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("segment_id", "scheme", "customer_type", "name", "description")
        ),
        *((name, pa.string()) for name in ("definition", "definition_version", "status", "owner")),
        ("is_exclusive", pa.bool_()),
    ]
)

_FIXED_SCHEMES = {
    "rfm": (rfm.DEFINITION_VERSION, "Recency, frequency and monetary value, each in five bands."),
    "lifecycle": (
        lifecycle.DEFINITION_VERSION,
        "Days since the last order against the customer's own purchase rhythm.",
    ),
}


def segment_definitions_table(
    behaviour_model: dict[str, Any], rules: list[AudienceRule]
) -> pa.Table:
    """One row per segment of every scheme, the residual of exclusive ones included."""
    rows = [*_fixed_segments(), *_behaviour_segments(behaviour_model), *_audiences(rules)]
    return pa.Table.from_pylist(
        sorted(rows, key=lambda row: str(row["segment_id"])), schema=_SCHEMA
    )


def _fixed_segments() -> list[dict[str, Any]]:
    return [
        _computed(segment_id, text.name, text.description, definition, version)
        for segment_id, text in SEGMENT_TEXTS.items()
        for scheme, (version, definition) in _FIXED_SCHEMES.items()
        if segment_id.startswith(f"{scheme}.")
    ]


def _behaviour_segments(model: dict[str, Any]) -> list[dict[str, Any]]:
    version = model["definition_version"]
    definition = (
        f"Nearest of {model['k']} cluster centres over {len(model['space'])} features of behaviour."
    )
    rows = [
        _computed(label["segment_id"], label["name"], label["description"], definition, version)
        for label in model["labels"]
    ]
    rest = SEGMENT_TEXTS["behaviour.unassigned"]
    return [
        *rows,
        _computed("behaviour.unassigned", rest.name, rest.description, definition, version),
    ]


def _computed(
    segment_id: str, name: str, description: str, definition: str, version: str
) -> dict[str, Any]:
    return {
        "segment_id": segment_id,
        "scheme": segment_id.split(".")[0],
        "customer_type": "person",
        "name": name,
        "description": description,
        "definition": definition,
        "definition_version": version,
        "status": "approved",
        "owner": OWNERS[SEGMENTS],
        "is_exclusive": True,
    }


def _audiences(rules: list[AudienceRule]) -> list[dict[str, Any]]:
    return [
        {
            "segment_id": rule.segment_id,
            "scheme": "audience",
            "customer_type": rule.customer_type,
            "name": rule.title,
            "description": rule.description,
            "definition": rule.include + (f" EXCEPT {rule.exclude}" if rule.exclude else ""),
            "definition_version": rule.definition_version,
            "status": rule.status,
            "owner": rule.owner,
            "is_exclusive": False,
        }
        for rule in rules
    ]
