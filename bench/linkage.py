"""``make bench-linkage``: linking people beside a script after Splink's documentation, and beside SQL.

All read the same person records and run as processes of their own, in turn: training, prediction,
clustering. ``plain`` is a lower bound: weights set by hand in one query, nothing trained. The last
measures an increment: one record in a hundred is new. The records are those of ``households``, or
of a refreshed warehouse.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.households import household_records
from models.identity.clustering import cluster
from models.identity.components import component_labels
from models.identity.evaluation import clustering_scores
from models.identity.resolution import Linked, fit_and_link, link_changes
from models.identity.training import train

THRESHOLD = 0.95
_NEW = 100


def main() -> None:
    """Run each way in a process of its own and print seconds, memory and their ratios."""
    if len(sys.argv) > 2:
        _WAYS[sys.argv[2]](pq.read_table(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        records, truth = _records(sys.argv[1])
        path = Path(folder) / "records.parquet"
        pq.write_table(records, path)
        pq.write_table(truth, path.with_name("truth.parquet"))
        told = {way: _measured(way, path) for way in _WAYS}
    for way, figures in told.items():
        print(f"{way:12}" + "".join(f"  {name} {value}" for name, value in figures.items()))
    for other in ("documented", "plain"):
        time_taken, memory = (told["ours"][x] / told[other][x] for x in ("seconds", "gigabytes"))
        print(f"ours / {other}: {time_taken:.3f}x time, {memory:.2f}x memory")


def ours(records: pa.Table) -> None:
    """Fit, score and cluster as the pipeline does."""
    began = time.monotonic()
    _, linked = fit_and_link(records, seed=1)
    scored = time.monotonic()
    _tell(records, _clustered(records, linked), began, train_and_link=scored - began)


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
    clusters = api.query_sql(f"select unique_id, cluster_id from {found.physical_name}")
    told = (
        clusters.as_duckdbpyrelation().to_arrow_table().rename_columns(["record_id", "cluster_id"])
    )
    _tell(records, told, began, train=trained - began, link=scored - trained)


def plain(records: pa.Table) -> None:
    """The least that must be done: normalise, join on compound keys, add weights, connect.

    The weights are those of the notes that set the bound; nothing is learnt from the records.
    """
    began = time.monotonic()
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as con:
        con.register("records_in", records)
        keys = ", ".join(f"{key} as k{place}" for place, key in enumerate(_PLAIN_KEYS))
        con.execute(f"""
            create table people as
            with folded as (
                select row_number() over () - 1 as node, birth_date::varchar as birth,
                    lower(strip_accents(first_name)) as given,
                    lower(strip_accents(last_name)) as family, lower(email_match) as email,
                    phone_match as phone, lower(street) as street, postal_code as postal
                from records_in
            )
            select *, {keys} from folded
        """)
        joins = " union ".join(
            f"select l.node, r.node from people as l join people as r on l.k{place} = r.k{place} "
            "and l.node < r.node"
            for place in range(len(_PLAIN_KEYS))
        )
        con.execute(f"create table pairs as select * from ({joins}) as pairs(node_l, node_r)")
        linked = con.execute(f"""
            select node_l, node_r from pairs
            join people as l on l.node = node_l join people as r on r.node = node_r
            where {_PLAIN_WEIGHT} > 4
        """).fetchnumpy()
        labels = component_labels(records.num_rows, linked["node_l"], linked["node_r"])
    ids = records["record_id"].combine_chunks()
    clusters = pa.table({"record_id": ids, "cluster_id": ids.take(pa.array(labels))})
    _tell(records, clusters, began)


_PLAIN_KEYS = (
    "email", "phone", "birth || given[1:2]", "birth || family[1:3]", "given || family || postal",
    "family || street", "given || postal || birth", "given || family || birth[1:4]",
)  # fmt: skip
_PLAIN_WEIGHT = """
    case when l.given = r.given then -13
        when jaro_winkler_similarity(l.given, r.given) >= 0.88 then -16 else -25 end
    + case when l.family = r.family then 8
        when jaro_winkler_similarity(l.family, r.family) >= 0.88 then 5 else -3 end
    + case l.birth = r.birth when true then 14 when false then -6 else 0 end
    + case l.email = r.email when true then 14 when false then -3 else 0 end
    + case l.phone = r.phone when true then 9 when false then -2 else 0 end
    + case when l.street = r.street and l.postal = r.postal then 4
        when l.postal = r.postal then 2 else -3 end
"""


_WAYS: dict[str, Callable[[pa.Table], None]] = {
    "ours": ours,
    "documented": documented,
    "plain": plain,
    "increment": increment,
}


def _clustered(records: pa.Table, linked: Linked) -> pa.Table:
    return cluster(records["record_id"], linked.pairs, threshold=THRESHOLD)


def _tell(records: pa.Table, clusters: pa.Table, began: float, **parts: float) -> None:
    """Print the figures; memory is read here, before the truth is looked at."""
    seconds = {name: round(value, 2) for name, value in parts.items()}
    seconds["seconds"] = round(time.monotonic() - began, 2)
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    scores = clustering_scores(
        clusters, pq.read_table(Path(sys.argv[1]).with_name("truth.parquet"))
    )
    told = {name: round(scores[name], 4) for name in ("pair_precision", "pair_recall", "bcubed_f1")}
    print(json.dumps({"records": records.num_rows, **seconds, "gigabytes": memory, **told}))


def _measured(way: str, records: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.linkage", str(records), way]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return figures


def _records(source: str) -> tuple[pa.Table, pa.Table]:
    """Records and truth: of so many made-up households, or of the demo's home that is named."""
    if source.isdecimal():
        return household_records(int(source), seed=1)
    home = Path(source)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        records = connection.execute(
            "select * from identity.int_identity__person_records order by record_id"
        ).to_arrow_table()
    truth = pq.read_table(home / "demo_truth" / "person_records.parquet")
    return records, truth.rename_columns(["record_id", "cluster_id"])


if __name__ == "__main__":
    main()
