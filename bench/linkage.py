"""``make bench-linkage``: linking people beside a script after Splink's documentation.

Both read the person records of a refreshed warehouse and run as processes of their own, in turn:
training, prediction, clustering. A third measures an increment: one record in a hundred is new.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

import duckdb
import pyarrow as pa

from models.identity.clustering import cluster
from models.identity.resolution import Linked, link_changes
from models.identity.training import train

THRESHOLD = 0.95
_NEW = 100


def main() -> None:
    """Run each way in a process of its own and print seconds, memory and their ratios."""
    if len(sys.argv) > 2:
        _WAYS[sys.argv[2]](_records(sys.argv[1]))
        return
    told = {way: _measured(way) for way in _WAYS}
    for way, figures in told.items():
        print(f"{way:12}" + "".join(f"  {name} {value}" for name, value in figures.items()))
    ours, documented = told["ours"], told["documented"]
    print(f"ours / documented: {ours['seconds'] / documented['seconds']:.3f}x time", end=", ")
    print(f"{ours['gigabytes'] / documented['gigabytes']:.2f}x memory")


def ours(records: pa.Table) -> None:
    """Fit, score and cluster as the pipeline does."""
    began = time.monotonic()
    model = train(records, seed=1)
    trained = time.monotonic()
    linked = link_changes(records, model, None)
    scored = time.monotonic()
    clusters = _clustered(records, linked)
    _tell(records, clusters, began, train=trained - began, link=scored - trained)


def increment(records: pa.Table) -> None:
    """One record in a hundred is new: what it takes, beside linking all of them by the same model."""
    model = train(records, seed=1)
    is_old = pa.array([place % _NEW != 0 for place in range(records.num_rows)])
    before = link_changes(records.filter(is_old), model, None)
    began = time.monotonic()
    part = link_changes(records, model, before)
    partial = time.monotonic()
    whole = link_changes(records, model, None)
    done = time.monotonic()
    _tell(
        records,
        _clustered(records, part),
        began,
        increment=partial - began,
        whole=done - partial,
        is_equal=float(part.pairs.equals(whole.pairs)),
    )


def documented(records: pa.Table) -> None:
    """After the deduplication tutorial of Splink's documentation, on the same columns.

    Source: https://moj-analytical-services.github.io/splink/demos/tutorials/00_Tutorial_Introduction.html
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = [
        "record_id",
        "first_name",
        "last_name",
        "birth_date",
        "email",
        "phone",
        "postal_code",
    ]
    people = records.select(columns).rename_columns(["unique_id", *columns[1:]])
    text = people["birth_date"].cast(pa.string())
    people = people.set_column(people.column_names.index("birth_date"), "birth_date", text)
    began = time.monotonic()
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone"),
            cl.ExactMatch("postal_code").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("birth_date"),
            block_on("first_name", "last_name"),
            block_on("email"),
        ],
        retain_intermediate_calculation_columns=True,
    )
    linker = Linker(api.register(people), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first_name", "last_name", "birth_date"), block_on("email")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("first_name", "last_name")
    )
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"))
    trained = time.monotonic()
    predicted = linker.inference.predict(threshold_match_probability=0.2)
    scored = time.monotonic()
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=THRESHOLD
    )
    clusters = api.query_sql(f"select cluster_id from {found.physical_name}").as_duckdbpyrelation()
    number = clusters.aggregate("count(distinct cluster_id)").fetchall()[0][0]
    _tell(records, number, began, train=trained - began, link=scored - trained)


_WAYS: dict[str, Callable[[pa.Table], None]] = {
    "ours": ours,
    "documented": documented,
    "increment": increment,
}


def _clustered(records: pa.Table, linked: Linked) -> int:
    clusters = cluster(records["record_id"], linked.pairs, threshold=THRESHOLD)
    return len(clusters["cluster_id"].unique())


def _tell(records: pa.Table, clusters: int, began: float, **parts: float) -> None:
    seconds = {name: round(value, 2) for name, value in parts.items()}
    figures = {"records": records.num_rows, "clusters": clusters, **seconds}
    print(json.dumps(figures | {"seconds": round(time.monotonic() - began, 2)}))


def _measured(way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.linkage", sys.argv[1], way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{way} ended with {status}.")
    figures: dict[str, float] = json.loads(output.splitlines()[-1])
    return figures | {"gigabytes": round(used.ru_maxrss / 2**20, 2)}


def _records(warehouse: str) -> pa.Table:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(
            "select * from identity.int_identity__person_records order by record_id"
        ).to_arrow_table()


if __name__ == "__main__":
    main()
