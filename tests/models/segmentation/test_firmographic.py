import pandas as pd
import pytest

from models.segmentation.firmographic import SEGMENT_TEXTS, assign_firmographic


def placed(section, employees):
    rows = assign_firmographic(
        pd.DataFrame(
            {"customer_id": ["c_1"], "industry_section": [section], "employees": [employees]}
        ).astype({"industry_section": object, "employees": float})
    )
    [row] = rows.to_pylist()
    return row


@pytest.mark.parametrize(
    ("section", "employees", "segment"),
    [
        ("C", 0, "industry_small"),
        ("F", 49, "industry_small"),
        ("G", 50, "trade_medium"),
        ("J", 249, "business_services_medium"),
        ("Q", 250, "public_large"),
        ("U", None, "leisure_size_unknown"),
    ],
)
def test_sizes_are_those_of_the_eu_and_a_withheld_number_is_no_small_one(
    section, employees, segment
):
    assert placed(section, employees)["segment_id"] == f"firmographic.{segment}"
    assert segment in SEGMENT_TEXTS


def test_an_unknown_industry_is_not_guessed():
    row = placed(None, 12)
    assert (row["segment_id"], row["reason"]) == ("firmographic.unassigned", "industry unknown")


def test_the_reason_gives_both_figures():
    assert placed("G", 1)["reason"] == "NACE section G, 1 employee"
    assert placed("G", None)["reason"] == "NACE section G, employees unknown"


def test_every_section_of_nace_has_a_sector():
    for section in "ABCDEFGHIJKLMNOPQRSTU":
        assert placed(section, 5)["segment_id"] != "firmographic.unassigned"
