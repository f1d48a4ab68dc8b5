"""Person numbers are told from company and phone numbers. All are synthetic: dates and serials of
series that the authorities set aside for tests, or made here."""

import duckdb
import pyarrow as pa
import pytest
from stdnum import luhn

from dagster_project.settings import CHECKOUT
from models.normalisation import normalise_company_names, normalise_names, split_full_names
from models.normalisation.person_numbers import holds_person_number, is_person_number
from tests.models.normalisation.test_org_numbers import org_number
from tests.models.normalisation.test_phones import phones

SWEDISH = "19701063-2391"  # a coordination number: no such day exists


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("701063-2391", "SE"),
        ("7010632391", "SE"),
        (SWEDISH, "SE"),
        ("197010632391", None),
        ("010170-0000", "DK"),
        ("0101700000", "DK"),
        ("15108695088", "NO"),
        ("151086 95088", None),
        ("131052-308T", "FI"),
        ("131052-308T", None),
        ("54362315K", "ES"),
        ("44051401458", "PL"),
        ("390.533.447-05", "BR"),
        ("RCCMNL83S18D969H", "IT"),
    ],
)
def test_a_person_number_is_found(text: str, country: str | None) -> None:
    assert is_person_number(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("556036-0793", "SE"),
        ("701063-2392", "SE"),
        ("7010632391", None),  # may be a phone number
        ("7010632391", "PL"),
        ("0732178500", "DE"),
        ("13585628", "DK"),
        ("923609016", "NO"),
        ("0112038-9", "FI"),
        ("", "SE"),
        ("Ånn", "IT"),
    ],
)
def test_what_is_none_is_left_alone(text: str, country: str | None) -> None:
    assert not is_person_number(text, country)


@pytest.mark.parametrize("month", range(20, 100))
def test_no_swedish_company_number_is_a_person_number(month: int) -> None:
    stem = f"55{month}36079"
    assert not is_person_number(stem + luhn.calc_check_digit(stem), "SE")


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("701063-2391", "SE", "7010632391"),
        ("701063-2391", None, "7010632391"),
        (SWEDISH, "Sverige", "7010632391"),
        ("SE701063239101", "SE", "7010632391"),
        ("SE701063239101", None, "7010632391"),
        ("010170-0000", "DK", "0101700000"),
        ("15108695088", "NO", "15108695088"),
        ("131052-308T", "FI", "131052308T"),
        ("ES54362315K", "ES", "54362315K"),
    ],
)
def test_a_sole_traders_number_is_the_persons_in_one_spelling(
    raw: str, country: str | None, number: str
) -> None:
    assert org_number(raw, country) == (number, number, "W_PERSON_NUMBER")


@pytest.mark.parametrize(
    ("raw", "country"),
    [(SWEDISH, "SE"), (SWEDISH, None), ("151086 95088", "NO"), ("131052-308T", "FI")],
)
def test_of_a_person_number_in_a_phone_field_nothing_is_kept(raw: str, country: str | None) -> None:
    (row,) = phones((raw, country))
    assert (row["phone"], row["phone_match"], row["warning"]) == (None, None, "W_PERSON_NUMBER")


def test_a_valid_phone_number_stays_one_whatever_date_it_looks_like() -> None:
    stem = "070101240"
    number = next(f"{stem[:-1]}{n}{luhn.calc_check_digit(f'{stem[:-1]}{n}')}" for n in range(1, 10))
    assert is_person_number(number, "SE")
    (row,) = phones((number, "SE"))
    assert row["phone"] == "+46" + number[1:]


HELD = (
    *(
        "701063-2391",
        "nr 7010632391",
        "19701063-2391.",
        "(701063+2391)",
        "010170-0000",
        "tel 010170 0000",
    ),
    *("151086 95088", "131052-308T", "131052A308T ok"),
)
NOT_HELD = (
    *(
        "",
        "9",
        "2026-11-20 12:00",
        "556036-0793",
        "41101 Göteborg",
        "Storgatan 12",
        "SKU-9999345678-X",
    ),
    *("+46701063239", "A7010632391", "70106323911234"),
)


@pytest.mark.parametrize("text", HELD)
def test_a_number_within_a_text_is_seen(text: str) -> None:
    assert holds_person_number(text)


@pytest.mark.parametrize("text", NOT_HELD)
def test_other_digits_within_a_text_are_left_alone(text: str) -> None:
    assert not holds_person_number(text)


def test_sql_sees_what_python_sees() -> None:
    macro = (CHECKOUT / "dbt" / "macros" / "typing.sql").read_text("utf-8")
    body = macro.split("macro holds_person_number(column) -%}")[1].split("{%- endmacro")[0]
    seen = body.replace("{{ column }}", "text")
    texts = pa.table({"text": [*HELD, *NOT_HELD]})
    with duckdb.connect() as connection:
        connection.register("texts", texts)
        rows = connection.execute(f"select {seen} from texts").fetchall()
    assert [row[0] for row in rows] == [True] * len(HELD) + [False] * len(NOT_HELD)


def test_a_name_with_a_person_number_is_none() -> None:
    raw = pa.array(["Ada Alm 701063-2391"], pa.string())
    (name,) = normalise_names(pa.table({"name_raw": raw})).to_pylist()
    assert (name["name"], name["warning"]) == (None, "W_PERSON_NUMBER")
    (company,) = normalise_company_names(pa.table({"name_raw": raw})).to_pylist()
    assert (company["name"], company["name_match"]) == (None, None)
    (full,) = split_full_names(pa.table({"full_name_raw": raw})).to_pylist()
    assert "701063" not in f"{full['first_name']} {full['last_name']}"
