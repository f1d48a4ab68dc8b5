"""Whether families show in the data, and what follows from it."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from models.identity.clustering import cluster
from models.identity.connection import connect
from models.identity.families import LEAST_COPIES, has_families
from models.identity.preparation import Exclusions, load_nodes
from models.identity.resolution import link
from models.identity.training import train

Row = dict[str, Any]
Records = Callable[[list[Row]], pa.Table]
GIVEN = (
    "Amalia",
    "Bertil",
    "Cecilie",
    "Dagmar",
    "Edvin",
    "Frida",
    "Gorm",
    "Hilde",
    "Ingvar",
    "Jytte",
)
FAMILIES = 300
WRONG_DATE, WRONG_NAME = 0.25, 0.1


def homes(chance: random.Random, members: int) -> Iterator[Row]:
    """People of one surname per house, each delivered twice, some with a wrong date or given name."""
    for number in range(FAMILIES):
        family = "".join(chance.choice("abdefgiklmnoprstuv") for _ in range(9)).title()
        house = {"last_name": family, "street": f"{family[:5]}gatan {number % 90}"}
        house |= {"postal_code": str(10_000 + 7 * number), "city": f"Ort{number % 40}"}
        for given in chance.sample(GIVEN, members):
            born = date(
                1940 + chance.randrange(60), chance.randrange(1, 13), chance.randrange(1, 29)
            )
            person = house | {"first_name": given, "birth_date": born}
            yield person
            yield person | spoilt(chance, born)


def spoilt(chance: random.Random, born: date) -> Row:
    spoilt: Row = {"city": None}
    if chance.random() < WRONG_DATE:
        year = 1940 + (born.year - 1940 + 11 + chance.randrange(38)) % 60
        spoilt["birth_date"] = date(year, 1 + born.month % 12, 1 + born.day % 28)
    if chance.random() < WRONG_NAME:
        spoilt["first_name"] = chance.choice(GIVEN)
    return spoilt


@pytest.fixture(scope="module")
def records_of(as_records: Records) -> Callable[[int], pa.Table]:
    def records(members: int) -> pa.Table:
        rows = homes(random.Random(4), members)
        return as_records([{"record_id": f"crm:{n:05}"} | row for n, row in enumerate(rows)])

    return records


def show(records: pa.Table) -> bool:
    with connect() as con:
        load_nodes(con, records, Exclusions())
        return has_families(con)


def test_families_show_where_people_of_one_surname_live_together(
    records_of: Callable[[int], pa.Table],
) -> None:
    assert show(records_of(2))
    assert not show(records_of(1))


def test_too_few_copies_tell_nothing(records_of: Callable[[int], pa.Table]) -> None:
    assert show(records_of(1).slice(0, LEAST_COPIES))


@pytest.mark.parametrize(("members", "least_recall"), [(1, 0.95), (2, 0.70)])
def test_a_wrong_birth_date_parts_two_records_only_where_a_family_could(
    records_of: Callable[[int], pa.Table], members: int, least_recall: float
) -> None:
    """Of two records of one name and address, a generation apart: a father and his son, or one person."""
    records = records_of(members)
    clusters = cluster(records["record_id"], link(records, train(records, seed=1)), threshold=0.95)
    cluster_of = clusters["cluster_id"].to_pylist()
    people = range(0, records.num_rows, 2)
    found = sum(cluster_of[n] == cluster_of[n + 1] for n in people) / len(people)
    merged = len(people) - len({cluster_of[n] for n in people})
    assert found >= least_recall
    assert merged <= 0.01 * len(people)
