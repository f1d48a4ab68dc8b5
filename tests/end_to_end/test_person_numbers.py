"""National person numbers go no further than raw: a sole trader is joined by a pseudonym."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

# Synthetic: a Swedish coordination number of a day that does not exist, in every way it is written.
SPELLINGS = ("701063-2391", "19701063-2391", "SE701063239101", "7010632391")
CONTACTS = (
    "kundnr;fornamn;efternamn;kon;fodelsedatum;epost;telefon;gatuadress;postnr;ort;land;foretag_nr;titel;"
    "sprak;skapad;andrad\n"
    f"K1;Ada;Alm;;;ada@example.org;{SPELLINGS[1]};Storgatan 1;41101;Göteborg;SE;F1;;sv;2026-01-01;2026-01-01\n"
    f"K2;Bo;Berg;;;bo@example.org;070-174 06 05;Storgatan 2;41101;Göteborg;SE;;chef {SPELLINGS[0]};sv;2026-01-01;"
    "2026-01-01\n"
)
COMPANIES = (
    "foretag_nr;orgnr;namn;bransch_sni;anstallda;omsattning_tkr;gatuadress;postnr;ort;land;webb;andrad\n"
    f"F1;{SPELLINGS[0]};Alms Måleri;43341;1;;;41101;Göteborg;SE;;2026-01-01\n"
    "F2;556036-0793;Bergs AB;62010;9;;;41101;Göteborg;SE;;2026-01-01\n"
)
ANSWERS = (
    "response_id,question_code,email,answer,answered_at\n"
    f"R1,PSY_1,ada@example.org,mitt nummer är {SPELLINGS[0]}.,2026-02-01\n"
    "R1,NPS,ada@example.org,9,2026-02-01\n"
)
REGISTER = [
    {
        "country_code": "SE",
        "org_number": SPELLINGS[3],
        "legal_name": "Ada Alm",
        "nace_code": "43.34",
    },
    {
        "country_code": "SE",
        "org_number": "5560360793",
        "legal_name": "Bergs AB",
        "nace_code": "62.01",
    },
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, skikt: Any) -> Path:
    home = tmp_path_factory.mktemp("sole_trader")
    for name, content in (
        ("crm/contacts.csv", CONTACTS.encode("cp1252")),
        ("crm/companies.csv", COMPANIES.encode("cp1252")),
        ("survey/answers.csv", ANSWERS.encode()),
        ("register/companies.jsonl", "".join(json.dumps(row) + "\n" for row in REGISTER).encode()),
    ):
        (home / "landing" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "landing" / name).write_bytes(content)
    ended = skikt.run(home)
    assert ended.exit_code == 0, ended.out + ended.err
    return home


def tables_with_a_person_number(database: Path) -> set[str]:
    """Each ``schema.table`` of which a row, written as text, holds the number in any spelling."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        return {
            table
            for (table,) in tables
            if any(
                spelling in str(row)
                for row in connection.execute(f"select * from {table}").fetchall()
                for spelling in SPELLINGS
            )
        }


def test_it_stays_in_raw(home: Path) -> None:
    assert tables_with_a_person_number(home / "warehouse.duckdb") == {
        "raw.crm__contacts",
        "raw.crm__companies",
        "raw.register__companies",
        "raw.survey__answers",
    }
    assert tables_with_a_person_number(home / "published" / "segments.duckdb") == set()


def test_no_state_report_or_log_holds_it(home: Path) -> None:
    kept = [home / name for name in ("state", "published", "reports", "exports", "dbt", "dagster")]
    files = [file for folder in kept for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 20
    holding = {
        str(file.relative_to(home))
        for file in files
        for spelling in SPELLINGS
        if spelling.encode() in file.read_bytes()
    }
    assert holding == set()


def test_the_sole_trader_is_one_company_and_its_industry_is_known(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        companies = connection.execute(
            "select company_id, list(record_id order by record_id) from identity.company_identities "
            "group by company_id order by 2"
        ).fetchall()
        facts = connection.execute(
            "select org_number, industry_code, industry_section from customers.dim_companies "
            "order by industry_section"
        ).fetchall()
        warned = connection.execute(
            "select crm_company_id, warning_codes from staging.stg_crm__companies order by 1"
        ).fetchall()
        phones = connection.execute(
            "select contact_id, phone, phone_match, warning_codes from staging.stg_crm__contacts order by 1"
        ).fetchall()
        answers = connection.execute(
            "select answer, warning_codes from staging.stg_survey__answers order by question_code"
        ).fetchall()
    assert [len(records) for _, records in companies] == [2, 2]
    assert companies[0][1][0] == "crm_company:F1"
    assert companies[0][1][1].startswith("register:SE-person-")
    assert [fact[1:] for fact in facts] == [("43.34", "F"), ("62.01", "J")]
    assert str(facts[0][0]).startswith("person-")
    assert warned == [("F1", ["org_number:W_PERSON_NUMBER"]), ("F2", [])]
    assert phones == [
        ("K1", None, None, ["phone:W_PERSON_NUMBER"]),
        ("K2", "+46701740605", "+46701740605", ["job_title:W_PERSON_NUMBER"]),
    ]
    assert answers == [("9", []), (None, ["answer:W_PERSON_NUMBER"])]
