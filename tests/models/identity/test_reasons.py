"""What is told of a pair adds up to what it was scored."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from models.identity.reasons import pair_reasons
from models.identity.resolution import link
from models.identity.training import prior_model

Records = Callable[[list[dict[str, Any]]], pa.Table]

PEOPLE = [
    {"record_id": "crm:1", "first_name": "Torun", "last_name": "Älvkarleö", "birth_date": date(1970, 3, 4)},
    {"record_id": "shop:1", "first_name": "Torun", "last_name": "Älvkarleö", "email_match": "torun@example.se"},
    {"record_id": "crm:2", "first_name": "Torun", "last_name": "Älvkarlö", "email_match": "torun@example.se"},
    {"record_id": "crm:3", "first_name": "Torun", "last_name": "Älvkarleö", "birth_date": date(1970, 4, 3)},
]  # fmt: skip


def test_weights_of_a_pair_add_up_to_its_match_weight(as_records: Records) -> None:
    records, model = as_records(PEOPLE), prior_model()
    told: dict[tuple[str, str], float] = defaultdict(float)
    for row in pair_reasons(records, model).to_pylist():
        told[row["record_id_l"], row["record_id_r"]] += row["weight"]
    assert len(told) == 6
    scored = [pair for pair in link(records, model).to_pylist() if pair["decided_by"] == "model"]
    assert scored
    for pair in scored:
        weight = told[pair["record_id_l"], pair["record_id_r"]]
        assert weight == pytest.approx(pair["match_weight"], abs=1e-6)


def test_each_comparison_names_what_it_saw(as_records: Records) -> None:
    rows = pair_reasons(as_records(PEOPLE), prior_model()).to_pylist()
    said = {
        row["comparison"]: row["level"]
        for row in rows
        if (row["record_id_l"], row["record_id_r"]) == ("crm:1", "crm:3")
    }
    assert said["given_name"] == "same"
    assert said["birth_date"] == "namesakes: day and month swapped"
    assert said["email"] == said["household"] == "unknown"


def test_one_record_has_no_pair(as_records: Records) -> None:
    assert pair_reasons(as_records(PEOPLE[:1]), prior_model()).num_rows == 0
