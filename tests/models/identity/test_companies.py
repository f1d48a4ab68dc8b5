import pyarrow as pa
import pytest

from models.identity.clustering import cluster
from models.identity.companies import COLUMNS, link_companies

SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
OTHERS = [
    {
        "record_id": f"register:SE-{i}",
        "name": f"{name} AB",
        "org_number": f"55600{i:05d}",
        "country_code": "SE",
        "city": f"Ort {i % 9}",
        "postal_code": f"{20000 + i}",
    }
    for i, name in enumerate(
        f"{a}{b}"
        for a in ["Nord", "Syd", "Ost", "Vast", "Berg"]
        for b in ["bygg", "data", "frakt", "handel", "konsult", "mek", "skog"]
    )
]


def clusters(*rows: dict[str, str | None]) -> list[set[str]]:
    records = pa.Table.from_pylist([*OTHERS, *rows], schema=SCHEMA)
    found = cluster(records["record_id"], link_companies(records), threshold=0.95)
    together: dict[str, set[str]] = {}
    for row in found.to_pylist():
        together.setdefault(row["cluster_id"], set()).add(row["record_id"])
    ours = {row["record_id"] for row in rows}
    return sorted((group for group in together.values() if group & ours), key=sorted)


def test_one_org_number_in_any_writing_is_one_company() -> None:
    assert clusters(
        {
            "record_id": "a",
            "name": "Malmö Glas AB",
            "org_number": "556123-4567",
            "country_code": "SE",
        },
        {
            "record_id": "b",
            "name": "MG Holding",
            "org_number": "SE5561234567",
            "country_code": "SE",
        },
    ) == [{"a", "b"}]


def test_one_number_in_two_countries_is_two_companies() -> None:
    assert clusters(
        {"record_id": "a", "name": "Fjord Fisk", "org_number": "12345678", "country_code": "DK"},
        {"record_id": "b", "name": "Vuori Kala", "org_number": "12345678", "country_code": "FI"},
    ) == [{"a"}, {"b"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ångströms Måleri AB", "ANGSTROMS MALERI Aktiebolag"),
        ("Sørensen & Kjær A/S", "Soerensen og Kjaer"),
        ("ApS Nielsen Restaurant", "Nielsen Restaurant ApS"),
        ("Kankela Mainos Oy", "Kankela Mainos Osakeyhtiö"),
    ],
)
def test_names_without_legal_form_in_one_postal_code(one: str, other: str) -> None:
    place = {"postal_code": "111 22", "city": "Huvudstad", "country_code": "SE"}
    assert clusters(
        {"record_id": "a", "name": one, **place}, {"record_id": "b", "name": other, **place}
    ) == [{"a", "b"}]


def test_same_name_in_two_cities_is_left_to_review() -> None:
    rows = [
        {"record_id": "a", "name": "Stella Bageri", "city": "Gävle", "postal_code": "80010"},
        {"record_id": "b", "name": "Stella Bageri", "city": "Malmö", "postal_code": "21120"},
    ]
    assert clusters(*rows) == [{"a"}, {"b"}]


def test_two_org_numbers_are_two_companies_even_with_one_site() -> None:
    shared = {"website": "www.havsvind.example", "country_code": "SE", "postal_code": "41101"}
    assert clusters(
        {"record_id": "a", "name": "Havsvind Data AB", "org_number": "5561110001", **shared},
        {"record_id": "b", "name": "Havsvind Data AB", "org_number": "5561110002", **shared},
        {"record_id": "c", "name": "Havsvind Data", **shared},
    ) == [{"a"}, {"b"}, {"c"}]


def test_a_number_that_people_fill_in_joins_nobody() -> None:
    rows = [
        {
            "record_id": f"x{i}",
            "name": f"{name} Verkstad",
            "org_number": "5560000001",
            "country_code": "SE",
        }
        for i, name in enumerate(["Lund", "Falk", "Rosen", "Quist"])
    ]
    assert clusters(*rows) == [{"x0"}, {"x1"}, {"x2"}, {"x3"}]


def test_empty_columns_and_no_records() -> None:
    assert clusters({"record_id": "a"}, {"record_id": "b"}) == [{"a"}, {"b"}]
    assert link_companies(pa.Table.from_pylist([], schema=SCHEMA)).num_rows == 0
    with pytest.raises(ValueError, match="lack the column"):
        link_companies(pa.table({"record_id": ["a"]}))
