"""National person numbers go no further than raw: what is joined by one is joined by a pseudonym."""

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
    # Whose keys are person numbers, as in the shop and on the newsletter list.
    f"{SPELLINGS[0]};Cia;Carl;;;cia@example.org;;;;;SE;{SPELLINGS[3]};;sv;2026-01-01;2026-01-01\n"
    # In every field where people type.
    f"K4;Disa {SPELLINGS[0]};Dal {SPELLINGS[0]};;;{SPELLINGS[0]};;Storgatan 4 ({SPELLINGS[1]});{SPELLINGS[0]};"
    f"{SPELLINGS[0]};SE;;;sv;2026-01-01;2026-01-01\n"
    f"K5;Egon;Ek;;;;070-174 06 07;;41101;Göteborg;{SPELLINGS[1]};;;sv;2026-01-01;2026-01-01\n"
)
# Of other days that do not exist: a customer of the shop, one who asked to be erased, one nobody knows.
BUYER, ERASED, ORPHAN = "19701064-2390", "701065-2399", "701066-2398"
KEYS_OF_PERSONS = {
    "config/sources.yaml": "sources: {shop/customers: {format: csv}, shop/orders: {format: csv}, "
    "web/events: {format: csv}}",
    "landing/shop/customers.csv": "customer_id,email,created_at,updated_at\n"
    f"{BUYER},dag@example.org,2026-01-01 10:00:00,2026-01-01 10:00:00\n"
    f"{ERASED},eva@example.org,2026-01-01 10:00:00,2026-01-01 10:00:00\n",
    "landing/shop/orders.csv": "order_id,customer_id,ordered_at,status,currency,total_amount\n"
    + "".join(
        f"O{number},{key},2026-02-01 10:00:00,paid,EUR,10\n"
        for number, key in enumerate((BUYER, f" {BUYER}", ERASED, ORPHAN, "C1"))
    ),
    "landing/web/events.csv": "event_id,visitor_id,customer_id,event,at\n"
    f"W1,V1,{BUYER},search,2026-02-01 10:00:00\n",
    "landing/newsletter/subscribers.csv": f"subscriber_id,email\n{SPELLINGS[1]},gun@example.org\n",
    "landing/newsletter/events.jsonl": json.dumps(
        {"event_id": "E1", "subscriber_id": SPELLINGS[1], "event": "open", "at": "2026-02-01"}
    )
    + "\n",
    "landing/tickets/bookings.csv": "bookingnr,navn,bestilt\n"
    f"{SPELLINGS[3]},Ib Iversen,01-02-2026 10:00\nB2,Ida {SPELLINGS[0]},01-02-2026 10:00\n",
    "landing/campaigns/assignments.csv": "campaign_id,person_source,person_key,arm,assigned_at\n"
    f"P1,crm,{SPELLINGS[0]},treatment,2026-02-01 10:00:00\n",
    "landing/privacy/consents.csv": "consent_id,person_source,person_key,purpose,state,recorded_at\n"
    f"A1,crm,{SPELLINGS[0]},marketing_email,granted,2026-02-01 10:00:00\n",
    "landing/privacy/requests.csv": "request_id,kind,person_source,person_key,received_at\n"
    f"Q1,erase,shop,{ERASED},2026-02-01 10:00:00\nQ2,object,shop,{BUYER},2026-02-01 10:00:00\n",
}
NUMBERS = (*SPELLINGS, BUYER, ERASED, ORPHAN)
COMPANIES = (
    "foretag_nr;orgnr;namn;bransch_sni;anstallda;omsattning_tkr;gatuadress;postnr;ort;land;webb;andrad\n"
    f"{SPELLINGS[3]};556012-5790;Carls AB;62010;9;;;41101;Göteborg;SE;;2026-01-01\n"
    f"F1;{SPELLINGS[0]};Alms Måleri;43341;1;;;41101;Göteborg;SE;;2026-01-01\n"
    "F2;556036-0793;Bergs AB;62010;9;;;41101;Göteborg;SE;;2026-01-01\n"
    f"F4;;Enskild firma {SPELLINGS[0]};{SPELLINGS[3]};1;;;41101;Göteborg;SE;{SPELLINGS[0]};2026-01-01\n"
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
    for name, text in KEYS_OF_PERSONS.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
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
                for spelling in NUMBERS
            )
        }


def test_it_stays_in_raw(home: Path) -> None:
    found = tables_with_a_person_number(home / "warehouse.duckdb")
    assert {table.split(".")[0] for table in found} == {"raw"}
    assert {"raw.crm__contacts", "raw.crm__companies", "raw.survey__answers"} <= found
    assert tables_with_a_person_number(home / "published" / "segments.duckdb") == set()


def test_a_field_that_holds_it_is_empty_and_says_so(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        contacts = connection.execute(
            "select first_name, last_name, email, email_match, street, postal_code, city, list_sort(warning_codes) "
            "from staging.stg_crm__contacts where contact_id = 'K4'"
        ).fetchall()
        companies = connection.execute(
            "select name, industry_code, website, list_sort(warning_codes) from staging.stg_crm__companies "
            "where crm_company_id = 'F4'"
        ).fetchall()
    fields = ["city", "email", "first_name", "last_name", "street"]
    warnings = [f"{field}:W_PERSON_NUMBER" for field in fields]
    assert contacts == [(*[None] * 7, sorted([*warnings, "postal_code:W_POSTAL_CODE"]))]
    assert companies == [
        (
            None,
            None,
            None,
            ["industry_code:W_INDUSTRY", "name:W_PERSON_NUMBER", "website:W_WEBSITE"],
        )
    ]


def test_no_state_report_or_log_holds_it(home: Path) -> None:
    kept = [home / name for name in ("state", "published", "reports", "exports", "dbt", "dagster")]
    files = [file for folder in kept for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 20
    holding = {
        (str(file.relative_to(home)), spelling)
        for file in files
        for spelling in NUMBERS
        if spelling.encode() in file.read_bytes()
    }
    # Raw's memory of whose rows may never come back, which is no one else's.
    assert holding <= {("state/tombstones.parquet", ERASED)}


def test_what_names_a_person_by_it_still_finds_that_person(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        orders = connection.execute(
            "select order_id, email from customers.fct_orders left join customers.dim_customers using (customer_id) "
            "where source = 'shop' order by 1"
        ).fetchall()
        interactions = connection.execute(
            "select interaction_id, email from customers.fct_interactions join customers.dim_customers "
            "using (customer_id) where kind in ('web_search', 'email_open') order by 1"
        ).fetchall()
        consents = connection.execute(
            "select email, may_email, has_objected from customers.customer_consents "
            "join customers.dim_customers using (customer_id) where email in ('cia@example.org', 'dag@example.org') "
            "order by 1"
        ).fetchall()
        received = connection.execute(
            "select email from customers.fct_campaign_receipts join customers.dim_customers using (customer_id)"
        ).fetchall()
        employer = connection.execute(
            "select name from customers.dim_customers join customers.dim_companies using (company_id) "
            "where email = 'cia@example.org'"
        ).fetchall()
        erased = connection.execute(
            "select count(*) from customers.dim_customers where email = 'eva@example.org'"
        ).fetchall()
    # O2 was the erased customer's; nobody knows whose O3 and O4 are.
    assert orders == [
        ("O0", "dag@example.org"),
        ("O1", "dag@example.org"),
        ("O3", None),
        ("O4", None),
    ]
    assert interactions == [("newsletter:E1", "gun@example.org"), ("web:W1", "dag@example.org")]
    assert consents == [("cia@example.org", True, False), ("dag@example.org", False, True)]
    assert received == [("cia@example.org",)]
    assert employer == [("Carls AB",)]
    assert erased == [(0,)]


def test_every_key_that_is_one_has_the_same_pseudonym_everywhere(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        keys = connection.execute(
            "select contact_id from staging.stg_crm__contacts where email = 'cia@example.org' union all "
            "select person_key from staging.stg_privacy__consents union all "
            "select person_key from staging.stg_campaigns__assignments"
        ).fetchall()
        plain = connection.execute(
            "select shop_customer_id from staging.stg_shop__orders where order_id = 'O4'"
        ).fetchall()
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert str(keys[0][0]).startswith("person-")
    assert plain == [("C1",)]


def test_the_sole_trader_is_one_company_and_its_industry_is_known(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        companies = connection.execute(
            "select company_id, list(record_id order by record_id) from identity.company_identities "
            "group by company_id order by 2"
        ).fetchall()
        facts = connection.execute(
            "select org_number, industry_code, industry_section from customers.dim_companies "
            "where industry_code is not null order by industry_section"
        ).fetchall()
        warned = connection.execute(
            "select crm_company_id, warning_codes from staging.stg_crm__companies where crm_company_id in ('F1', 'F2') "
            "order by 1"
        ).fetchall()
        phones = connection.execute(
            "select contact_id, phone, phone_match, warning_codes from staging.stg_crm__contacts "
            "where contact_id in ('K1', 'K2') order by 1"
        ).fetchall()
        answers = connection.execute(
            "select answer, warning_codes from staging.stg_survey__answers order by question_code"
        ).fetchall()
    assert [len(records) for _, records in companies] == [2, 2, 1, 1]
    assert companies[0][1][0] == "crm_company:F1"
    assert companies[0][1][1].startswith("register:SE-person-")
    assert [fact[1:] for fact in facts] == [("43.34", "F"), ("62.01", "J"), ("62.01", "J")]
    assert str(facts[0][0]).startswith("person-")
    assert warned == [("F1", ["org_number:W_PERSON_NUMBER"]), ("F2", [])]
    assert phones == [
        ("K1", None, None, ["phone:W_PERSON_NUMBER"]),
        ("K2", "+46701740605", "+46701740605", ["job_title:W_PERSON_NUMBER"]),
    ]
    assert answers == [("9", []), (None, ["answer:W_PERSON_NUMBER"])]
