"""``make bench-identity``: people and companies of the demo against the truth that it was made from.

The seeds were never used to develop the linkage; a change made after looking at one needs another.
"""

import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.refreshed import deliver_demo, refresh, scores

PEOPLE = {"S": 5_000, "M": 100_000, "L": 1_000_000}
SEEDS = (28241, 28242, 28243)


def main() -> None:
    """Refresh each seed and print how well its customers agree with the truth, at 0.95."""
    people = PEOPLE[sys.argv[1]]
    names = ("pair_precision", "pair_recall", "pair_f1", "bcubed_f1", "cluster_f1")
    print(f"{people:,} people   " + "".join(f"{name:>16}" for name in names) + f"{'seconds':>10}")
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            deliver_demo(home, people, seed)
            seconds = refresh(home)
            for kind, file, owner in (
                ("customer", "person_records", "person_id"),
                ("company", "company_records", "company_id"),
            ):
                found = scores(home, _truth(home, file, owner), kind)
                figures = "".join(f"{found[name]:16.4f}" for name in names)
                print(f"{seed} {kind:9}  {figures}{seconds:10.1f}", flush=True)


def _truth(home: Path, file: str, owner: str) -> pa.Table:
    table = pq.read_table(home / "demo_truth" / f"{file}.parquet")
    return table.select(["record_id", owner]).rename_columns(["record_id", "cluster_id"])


if __name__ == "__main__":
    main()
