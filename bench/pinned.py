"""A fitted model of the published run of a home."""

import json
from pathlib import Path
from typing import Any


def pinned_model(home: Path, name: str) -> dict[str, Any]:
    """The model as the state holds it."""
    run_id = (home / "published").resolve().name
    file = home / "state" / run_id / f"{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))["model"])
