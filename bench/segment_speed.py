"""``python -m bench.segment_speed HOME``: features, fits and scoring of a home that was run, in seconds and GB.

Run by ``bench.segments`` in a process of its own, so that the peak of memory is of nothing else. The home
is only read; the features are made once more, beside it, by the SQL that the run compiled.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.pinned import pinned_model
from models.segmentation.clustering import fit_behaviour
from models.segmentation.needs import fit_needs
from models.segmentation.schemes import FittedModels, assign_persons
from models.segmentation.stable_labels import label_clusters

MEMORY = "2GB"


def main() -> None:
    """Print one line."""
    home = Path(sys.argv[1])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as aside, duckdb.connect(f"{aside}/aside.duckdb") as own:
        own.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = '{aside}'")
        own.execute(f"attach '{home / 'warehouse.duckdb'}' as warehouse (read_only)")
        own.execute("set TimeZone = 'UTC'; use warehouse")
        [as_of] = own.execute("select as_of from raw.as_of").fetchall()[0]
        own.execute(f"create table aside.main.features as {_compiled(home)}")
        made = time.monotonic()
        features = own.sql("from aside.main.features order by customer_id").to_arrow_table()
        answers = own.sql(
            "from customers.customer_scales order by customer_id, scale"
        ).to_arrow_table()
        lines = own.sql("select count(*) from staging.stg_shop__order_lines").fetchall()[0][0]
    behaviour = label_clusters(fit_behaviour(features, seed=1), features)
    needs = fit_needs(features, answers)
    fitted = time.monotonic()
    values = pinned_model(home, "value_models")
    models = FittedModels(behaviour, values["value"], needs, values["company_value"])
    assign_persons(features, answers, models, as_of=as_of)
    ended = time.monotonic()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000
    print(
        f"{features.num_rows:,} persons, {lines:,} order lines: features {made - began:.1f} s, k selection and "
        f"fits {fitted - made:.1f} s, scoring {ended - fitted:.1f} s, all {ended - began:.1f} s; peak {peak:.1f} GB",
        flush=True,
    )


def _compiled(home: Path) -> str:
    [file] = (home / "dbt" / "target" / "compiled").glob("**/customers/customer_features.sql")
    return file.read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
