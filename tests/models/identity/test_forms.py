"""How addresses are written for comparison."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from models.identity.connection import connect
from models.identity.preparation import Exclusions, load_nodes

Records = Callable[[list[dict[str, Any]]], pa.Table]


def forms(as_records: Records, row: dict[str, Any]) -> dict[str, Any]:
    with connect() as con:
        load_nodes(con, as_records([{"record_id": "crm:1"} | row]), Exclusions())
        return con.execute("from nodes").to_arrow_table().to_pylist()[0]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("582 31", "58231"),
        ("S-582 31", "58231"),
        ("DK 2100", "2100"),
        ("D-10115", "10115"),
        ("BS1 5TY", "bs15ty"),
        ("1017 AB", "1017ab"),
    ],
)
def test_postal_codes_lose_the_letters_of_their_country(
    as_records: Records, written: str, compared: str
) -> None:
    assert forms(as_records, {"postal_code": written})["postal"] == compared


@pytest.mark.parametrize(
    ("written", "street", "house_no"),
    [
        ("Kvarnvägen 7 B", "kvarnvagen", "7b"),
        ("Kvarnvägen 7b", "kvarnvagen", "7b"),
        ("Kvarnvägen 7 lgh 1101", "kvarnvagen", "7"),
        ("Strandgade 22, 3. tv", "strandgade", "22"),
        ("Storgatan", "storgatan", None),
    ],
)
def test_streets_keep_their_house_number_with_its_letter(
    as_records: Records, written: str, street: str, house_no: str | None
) -> None:
    found = forms(as_records, {"street": written})
    assert (found["street"], found["house_no"]) == (street, house_no)
