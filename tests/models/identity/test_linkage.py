import json
import random
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from models.identity import connection
from models.identity.clustering import cluster
from models.identity.evaluation import clustering_scores
from models.identity.resolution import fit_and_link, link, link_changes
from models.identity.training import prior_model, train

Row = dict[str, Any]
Records = Callable[[list[Row]], pa.Table]
People = tuple[list[Row], dict[str, int]]


def resolve(records: pa.Table, model: dict[str, Any]) -> pa.Table:
    return cluster(records.column("record_id"), link(records, model), threshold=0.95)


@pytest.fixture(scope="module")
def model(people: People, as_records: Records) -> dict[str, Any]:
    return train(as_records(people[0]), seed=1)


def scores(clusters: pa.Table, person_of: dict[str, int]) -> dict[str, float]:
    truth = pa.table(
        {"record_id": list(person_of), "cluster_id": [str(x) for x in person_of.values()]}
    )
    return clustering_scores(clusters, truth)


def test_model_learns_from_data_and_survives_json(
    people: People, as_records: Records, model: dict[str, Any]
) -> None:
    assert not model["trained_on"]["prior_kept"]
    read = json.loads(json.dumps(model))
    found = scores(resolve(as_records(people[0]), read), people[1])
    assert found["bcubed_f1"] > 0.97
    assert found["pair_precision"] > 0.98


def test_training_repeats_itself_whatever_the_order_of_rows(
    people: People, as_records: Records, model: dict[str, Any]
) -> None:
    shuffled = random.Random(3).sample(people[0], len(people[0]))
    again = train(as_records(shuffled), seed=1)
    assert json.dumps(again) == json.dumps(model)


@pytest.mark.parametrize(
    ("seed", "threads"),
    [
        (1, 1),
        (4, 4),
        *(pytest.param(n, 1 + n % 4, marks=pytest.mark.long) for n in range(100, 118)),
    ],
)
def test_partition_depends_on_neither_row_order_nor_threads(
    people: People,
    as_records: Records,
    model: dict[str, Any],
    seed: int,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = resolve(as_records(people[0]), model)
    monkeypatch.setattr(connection.duckdb, "connect", lambda _: with_threads(threads))
    shuffled = random.Random(seed).sample(people[0], len(people[0]))
    assert resolve(as_records(shuffled), model).equals(expected)


def with_threads(threads: int, connect: Any = duckdb.connect) -> duckdb.DuckDBPyConnection:
    return connect(":memory:", config={"threads": threads})


@pytest.mark.parametrize(
    ("absent", "least_f1"),
    [
        (("email_match", "phone_match"), 0.93),
        (("birth_date",), 0.97),
        (("street", "postal_code", "city"), 0.96),
        (("first_name", "last_name"), 0.80),
    ],
    ids=["no e-mail, no phone", "no birth date", "no address", "no names"],
)
def test_an_empty_column_drops_out(
    people: People, as_records: Records, absent: tuple[str, ...], least_f1: float
) -> None:
    rows = [{k: v for k, v in row.items() if k not in absent} for row in people[0]]
    records = as_records(rows)
    found = scores(resolve(records, train(records, seed=1)), people[1])
    assert found["bcubed_f1"] > least_f1
    assert found["bcubed_precision"] > 0.97


def test_columns_of_type_null_are_taken(people: People, as_records: Records) -> None:
    records = as_records(people[0][:50])
    for name in ("email_match", "birth_date", "street"):
        place = records.column_names.index(name)
        records = records.set_column(place, name, pa.nulls(records.num_rows))
    assert resolve(records, prior_model()).num_rows == 50


def test_data_without_copies_stays_apart(people: People, as_records: Records) -> None:
    first = {person: row for row in reversed(people[0]) for person in [people[1][row["record_id"]]]}
    records = as_records(list(first.values()))
    clusters = resolve(records, train(records, seed=1))
    assert clusters.column("cluster_id").equals(clusters.column("record_id"))


def test_one_record_and_none(as_records: Records) -> None:
    one = as_records([{"record_id": "crm:1", "first_name": "Anna", "last_name": "Lund"}])
    model = train(one, seed=1)
    assert model["trained_on"]["prior_kept"]
    assert resolve(one, model).to_pylist() == [{"record_id": "crm:1", "cluster_id": "crm:1"}]
    none = as_records([])
    assert link(none, train(none, seed=1)).num_rows == 0
    assert resolve(none, model).num_rows == 0


def test_records_that_say_nothing_are_nobodys(as_records: Records) -> None:
    records = as_records([{"record_id": f"tickets:{i}"} for i in range(200)])
    assert link(records, prior_model()).num_rows == 0


def test_copies_are_a_star_around_the_smallest_record(as_records: Records) -> None:
    same = {"first_name": "Anna", "last_name": "Lund", "email_match": "anna@example.se"}
    records = as_records([{"record_id": f"shop:{i}"} | same for i in (3, 1, 2)])
    pairs = link(records, prior_model()).to_pylist()
    assert [(p["record_id_l"], p["record_id_r"]) for p in pairs] == [
        ("shop:1", "shop:2"),
        ("shop:1", "shop:3"),
    ]
    assert {(p["decided_by"], p["match_probability"], p["match_weight"]) for p in pairs} == {
        ("exact", 1.0, None)
    }


def test_a_name_alone_makes_nobody_one(as_records: Records) -> None:
    same = {"first_name": "Anna", "last_name": "Lund", "city": "Lund"}
    records = as_records([{"record_id": f"tickets:{i}"} | same for i in range(5)])
    clusters = resolve(records, prior_model())
    assert len(set(clusters.column("cluster_id").to_pylist())) == 5


@pytest.mark.parametrize("column", ["email_match", "phone_match"])
def test_a_value_on_20000_records_joins_nobody(
    people: People, as_records: Records, column: str
) -> None:
    value = {"email_match": "no-mail@example.se", "phone_match": "+46700000000"}[column]
    rows = [
        {
            "record_id": f"tickets:{i}",
            "first_name": f"{'bcdfghjklm'[i % 10]}{'aeiou'[i // 10 % 5]}rna",
            "last_name": f"{'bcdfghjklm'[i // 50 % 10]}{'aeiou'[i // 500 % 5]}nd{i // 2500}",
            column: value,
        }
        for i in range(20_000)
    ]
    model = prior_model()
    pairs = link(as_records(rows), model)
    assert pairs.num_rows == 0


def test_a_value_pinned_with_the_model_stays_excluded(as_records: Records) -> None:
    shared = [
        {"record_id": f"crm:{i:03d}", "first_name": "bcdfghjklm"[i // 5] + "aeiou"[i % 5]}
        | {"email_match": "x@example.se"}
        for i in range(25)
    ]
    model = train(as_records(shared), seed=1)
    assert len(model["exclusions"]["emails"]) == 1
    two = [{"record_id": f"s:{i}", "email_match": "x@example.se"} for i in range(2)]
    assert link(as_records(two), model).num_rows == 0
    assert link(as_records(two), prior_model()).num_rows == 1


def test_errors_say_what_was_needed(as_records: Records) -> None:
    records = as_records([{"record_id": "crm:1"}, {"record_id": "crm:1"}])
    with pytest.raises(ValueError, match="null or repeated record_id"):
        link(records, prior_model())
    with pytest.raises(ValueError, match="lack the column"):
        link(records.drop_columns(["city"]), prior_model())
    with pytest.raises(ValueError, match="schema version"):
        link(as_records([]), prior_model() | {"schema_version": 0})
    with pytest.raises(ValueError, match="review limit"):
        link(as_records([]), prior_model(), review=0.1)


def test_fitting_and_linking_at_once_gives_what_both_give(
    people: People, as_records: Records, model: dict[str, Any]
) -> None:
    records = as_records(people[0])
    fitted, linked = fit_and_link(records, seed=1)
    assert json.dumps(fitted) == json.dumps(model)
    apart = link_changes(records, model, None)
    assert linked.pairs.equals(apart.pairs)
    assert linked.nodes.equals(apart.nodes)
