import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from models.identity.forms import TEXT_COLUMNS

GIVEN = "Anna Maria Karin Sara Ida Eva Lars Anders Erik Johan Nils Bo Olle Jens Mette"
FAMILY = "Lund Berg Dahl Holm Nyman Sandell Ekman Falk Wester Hedin Kvist Malm Rask Strand"
Row = dict[str, Any]

SCHEMA = pa.schema([(name, pa.string()) for name in TEXT_COLUMNS] + [("birth_date", pa.date32())])


@pytest.fixture(scope="session")
def as_records() -> Callable[[list[Row]], pa.Table]:
    """Rows with any of the person columns -> person records."""
    return lambda rows: pa.Table.from_pylist(rows, schema=SCHEMA)


@pytest.fixture(scope="session")
def people() -> tuple[list[Row], dict[str, int]]:
    """1,600 records of 700 people in households, with errors; record_id -> person."""
    chance = random.Random(7)
    rows: list[Row] = []
    person_of: dict[str, int] = {}
    for person in range(700):
        house = person // 2
        given, family = (
            chance.choice(GIVEN.split()),
            FAMILY.split()[house * 5 % 14] + str(house % 25),
        )
        family = family.translate(str.maketrans("0123456789", "aeioulnrst"))
        known = {
            "first_name": given,
            "last_name": family.title(),
            "birth_date": date(1940 + person * 7 % 65, 1 + person % 12, 1 + person % 28),
            "email_match": f"{given}.{family}{person}@example.se".lower(),
            "phone_match": f"+4670{1000000 + person * 37}",
            "street": f"Gata {house}",
            "postal_code": f"{10000 + house * 13 % 900}",
            "city": f"Ort {house % 20}",
        }
        for copy in range(1 + chance.randrange(4)):
            kept = {k: v for k, v in known.items() if copy == 0 or chance.random() > 0.3}
            kept |= {"first_name": given, "last_name": known["last_name"]}
            if copy and chance.random() < 0.1:
                kept["last_name"] = kept["last_name"][:-2] + kept["last_name"][-1]
            record_id = f"s{copy}:{chance.randrange(10**9):09d}"
            rows.append({"record_id": record_id} | kept)
            person_of[record_id] = person
    return rows, person_of
