"""The landing contract: names, columns, delimiters, encodings, dates."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

COLUMNS = {
    "crm/contacts.csv": "kundnr fornamn efternamn kon fodelsedatum epost telefon gatuadress postnr "
    "ort land foretag_nr titel sprak skapad andrad",
    "crm/companies.csv": "foretag_nr orgnr namn bransch_sni anstallda omsattning_tkr gatuadress "
    "postnr ort land webb andrad",
    "tickets/bookings.csv": "bookingnr navn email mobil postnr by land arrangement kategori antal "
    "beloeb valuta bestilt besoegt",
    "newsletter/subscribers.csv": "subscriber_id email name lists status subscribed_at "
    "unsubscribed_at",
    "social/engagements.csv": "engagement_id network email handle action topic at",
    "survey/answers.csv": "response_id question_code email answer answered_at",
    "campaigns/campaigns.csv": "campaign_id name channel goal starts_on ends_on cost currency "
    "target_segment",
    "campaigns/assignments.csv": "campaign_id person_source person_key arm assigned_at",
    "privacy/consents.csv": "consent_id email phone person_source person_key purpose state "
    "recorded_at",
    "privacy/requests.csv": "request_id kind email phone person_source person_key received_at",
    "reference/locations.csv": "location_id name city country_code latitude longitude",
    "reference/places.csv": "country_code postal_code city municipality region latitude longitude",
    "reference/fx_rates.csv": "currency valid_from eur_per_unit",
}
JSON_KEYS = {
    "register/companies": "country_code org_number legal_name legal_form nace_code employees "
    "revenue_eur founded_on postal_code city region status as_of",
    "newsletter/events": "event_id subscriber_id campaign_id event at",
}
PARQUET_COLUMNS = {
    "shop/customers.parquet": "customer_id email first_name last_name phone birth_date street "
    "postal_code city country_code language org_number created_at updated_at",
    "shop/orders.parquet": "order_id customer_id ordered_at status currency total_amount "
    "discount_amount sales_channel campaign_id",
    "shop/order_lines.parquet": "order_id line_no sku category quantity line_amount",
    "web/events.parquet": "event_id visitor_id customer_id event category search_term source "
    "medium campaign_id at",
}


def test_every_table_of_the_contract_is_there_and_nothing_else(made):
    found = {str(path.relative_to(made.landing)) for path in made.landing.rglob("*.*")}
    assert found == {
        *COLUMNS,
        *PARQUET_COLUMNS,
        *(f"{table}.jsonl" for table in JSON_KEYS),
    }


@pytest.mark.parametrize("file", COLUMNS)
def test_csv_header_encoding_and_line_ends(made, file):
    data = (made.landing / file).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") == file.startswith("tickets/")
    delimiter = ";" if file.startswith("crm/") else ","
    header = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("ascii")
    assert header.split(delimiter) == COLUMNS[file].split()
    assert data.endswith(b"\n")
    assert b"\r" not in data


@pytest.mark.parametrize("file", [file for file in COLUMNS if not file.startswith("crm/")])
def test_utf8_files_are_utf8_but_for_the_bytes_that_the_ledger_counts(made, file):
    lines = (made.landing / file).read_bytes().split(b"\n")
    bad = sum(not _is_utf8(line) for line in lines)
    dirt = made.known("dirt")
    counted = dirt[(dirt.file == file.removesuffix(".csv")) & (dirt.kind == "bad_encoding")]
    assert bad == counted.rows.sum()


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_the_crm_writes_windows_1252(made):
    data = (made.landing / "crm/contacts.csv").read_bytes()
    assert "å" in data.decode("cp1252")
    assert not _is_utf8(data)


@pytest.mark.parametrize("table", JSON_KEYS)
def test_json_lines_have_all_keys(made, table):
    rows = made.json(table)
    assert len(rows) >= 0.99 * made.rows[table]
    assert all(list(row) == JSON_KEYS[table].split() for row in rows)


@pytest.mark.parametrize("file", PARQUET_COLUMNS)
def test_parquet_columns(made, file):
    assert pq.read_schema(made.landing / file).names == PARQUET_COLUMNS[file].split()


def test_parquet_types_are_exact(made):
    orders = pq.read_schema(made.landing / "shop/orders.parquet")
    lines = pq.read_schema(made.landing / "shop/order_lines.parquet")
    customers = pq.read_schema(made.landing / "shop/customers.parquet")
    assert pa.types.is_decimal(orders.field("total_amount").type)
    assert pa.types.is_decimal(lines.field("line_amount").type)
    assert orders.field("ordered_at").type == pa.timestamp("us")
    assert customers.field("birth_date").type == pa.date32()


def _share_like(values: list[str], pattern: str) -> float:
    given = [value for value in values if value]
    return sum(bool(re.fullmatch(pattern, value)) for value in given) / len(given)


@pytest.mark.parametrize(
    ("table", "column", "pattern"),
    [
        ("crm/contacts", "fodelsedatum", r"\d{4}-\d\d-\d\d"),
        ("crm/contacts", "andrad", r"\d{4}-\d\d-\d\d"),
        ("crm/contacts", "kon", "[MK]"),
        ("tickets/bookings", "bestilt", r"\d\d-\d\d-\d{4} \d\d:\d\d"),
        ("tickets/bookings", "beloeb", r"\d+,\d\d"),
        ("tickets/bookings", "besoegt", "ja|nej"),
        ("newsletter/subscribers", "lists", r"[a-z]+(\|[a-z]+)*"),
        ("survey/answers", "question_code", "(DEM|PSY|INT)_[a-z]+|NPS"),
        ("campaigns/assignments", "arm", "treatment|control"),
        ("privacy/consents", "state", "granted|denied|withdrawn"),
        ("privacy/requests", "kind", "erase|object|access"),
    ],
)
def test_values_are_written_as_the_contract_says_but_for_a_little_dirt(
    made, table, column, pattern
):
    values = [row[column] for row in made.csv(table)]
    assert _share_like(values, pattern) >= 0.97


def test_amounts_with_a_decimal_comma_are_quoted(made):
    text = (made.landing / "tickets/bookings.csv").read_text("utf-8-sig", errors="replace")
    line = text.splitlines()[1]
    assert re.search(r',"\d+,\d\d",', line)
