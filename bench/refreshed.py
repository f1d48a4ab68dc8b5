"""A home of its own, refreshed once, and how well its customers agree with a truth."""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from models.identity.evaluation import clustering_scores

_AS_OF = "2026-11-20"


def refresh(home: Path) -> float:
    """Run the pipeline once on what lies in the landing folder; wall seconds."""
    began = time.monotonic()
    _run(home, str(Path(sys.executable).with_name("skikt")), "run")
    return time.monotonic() - began


def deliver_demo(home: Path, people: int, seed: int) -> None:
    """Write demo deliveries, with their truth in ``demo_truth``."""
    _run(home, sys.executable, "-m", "bench.deliveries", str(people), DEMO_SEED=str(seed))


def scores(home: Path, truth: pa.Table, kind: str = "customer") -> dict[str, float]:
    """``clustering_scores`` of a refreshed home.

    Args:
        home: after ``refresh``.
        truth: (record_id, cluster_id).
        kind: customer or company.
    """
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            f"select record_id, {kind}_id as cluster_id from identity.{kind}_identities"
        ).to_arrow_table()
    return clustering_scores(found, truth)


def _run(home: Path, *command: str, **variables: str) -> None:
    environment = {**os.environ, "SKIKT_HOME": str(home), "SKIKT_AS_OF": _AS_OF, **variables}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
