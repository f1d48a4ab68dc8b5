"""Each suite holds on good, empty and sparse tables, and each critical promise can be broken."""

from typing import Any

import email_validator
import pandas as pd
import phonenumbers
import pytest
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)

from expectations import catalogue
from expectations.contact_details import EMAIL, PHONE
from expectations.validation import columns_of, validate

KEYS = {
    "stg_crm__contacts": ["contact_id"],
    "stg_crm__companies": ["crm_company_id"],
    "stg_register__companies": ["country_code", "org_number"],
    "stg_shop__customers": ["shop_customer_id"],
    "stg_shop__orders": ["order_id"],
    "stg_shop__order_lines": ["order_id", "line_no"],
    "stg_tickets__bookings": ["booking_id"],
    "stg_newsletter__subscribers": ["subscriber_id"],
    "stg_newsletter__events": ["event_id"],
    "stg_web__events": ["event_id"],
    "stg_social__engagements": ["engagement_id"],
    "stg_survey__answers": ["response_id", "question_code"],
    "stg_campaigns__campaigns": ["campaign_id"],
    "stg_campaigns__assignments": ["campaign_id", "person_source", "person_key"],
    "stg_privacy__consents": ["consent_id"],
    "stg_privacy__requests": ["request_id"],
    "stg_reference__locations": ["location_id"],
    "stg_reference__places": ["country_code", "postal_code"],
    "stg_reference__fx_rates": ["currency", "valid_from_on"],
    "int_identity__person_records": ["record_id"],
}
MOMENTS = {
    "stg_shop__orders": "ordered_at",
    "stg_tickets__bookings": "booked_at",
    "stg_newsletter__events": "occurred_at",
    "stg_web__events": "occurred_at",
    "stg_social__engagements": "occurred_at",
    "stg_survey__answers": "answered_at",
    "stg_campaigns__assignments": "assigned_at",
    "stg_privacy__consents": "recorded_at",
    "stg_privacy__requests": "received_at",
}
AMOUNTS = {
    "stg_shop__orders": ("total_amount", "amount_eur"),
    "stg_tickets__bookings": ("amount", "amount_eur"),
    "stg_campaigns__campaigns": ("cost", "cost_eur"),
}
WITH_EMAIL = (
    "stg_crm__contacts",
    "stg_shop__customers",
    "stg_tickets__bookings",
    "stg_newsletter__subscribers",
    "stg_social__engagements",
    "stg_survey__answers",
    "stg_privacy__consents",
    "stg_privacy__requests",
    "int_identity__person_records",
)
WITH_PHONE = tuple(
    t for t in WITH_EMAIL if t.split("_")[1] not in ("newsletter", "social", "survey")
)
NOT_NULL = {table: [*keys] for table, keys in KEYS.items()}
for table, moment in MOMENTS.items():
    NOT_NULL[table].append(moment)
NOT_NULL["stg_shop__orders"] += ["total_amount", "currency"]

EMAIL_WORDS = "Each email has the shape of an e-mail address."
PHONE_WORDS = "Each phone is in international form: a plus and 6 to 15 digits."
RECORD_ID_WORDS = (
    "Each record_id is a source (crm, shop, tickets, newsletter, survey, social), a colon and the "
    "key."
)
RATE_WORDS = "Each eur_per_unit is more than zero."
# Table, column, bad values for its first rows, and the one critical promise that they break.
BROKEN: list[tuple[str, str, list[Any], str]] = [
    *(
        (table, "email", ["kari.canary", "kari @example.org", "kari@example.org\n"], EMAIL_WORDS)
        for table in WITH_EMAIL
    ),
    *(
        (table, "phone", ["0701740605", "+46 70 174 06 05", "+46701740605\n", "+467"], PHONE_WORDS)
        for table in WITH_PHONE
    ),
    *(
        (
            table,
            euros,
            [None, 0, 120.51],
            f"Where {amount} is in euros, {euros} is the same amount.",
        )
        for table, (amount, euros) in AMOUNTS.items()
    ),
    ("stg_reference__fx_rates", "eur_per_unit", [0, -0.09], RATE_WORDS),
    ("int_identity__person_records", "record_id", ["K1", "erp:K1", "crm:"], RECORD_ID_WORDS),
]
NULL_WORDS = {
    table: [f"Every row has a value in {column}." for column in columns]
    for table, columns in NOT_NULL.items()
}
REPEAT_WORDS = {
    table: f"No two rows share the same {' and '.join(columns)}." for table, columns in KEYS.items()
}


def overwrite(frame: pd.DataFrame, column: str, values: list[Any]) -> pd.DataFrame:
    """The frame with other values in the column's first rows."""
    rest = frame[column].tolist()[len(values) :]
    return frame.assign(**{column: pd.Series([*values, *rest], dtype=object)})


def broken_promises(table: str, frame: pd.DataFrame) -> dict[str, int]:
    """Each critical promise that the frame breaks, with the number of rows that do."""
    result = validate(catalogue.suite(table), frame)
    failed = [promise for promise in result.promises if promise.outcome == "failed"]
    assert result.blocks == bool(failed)
    assert [promise for promise in result.promises if promise.error] == []
    return {promise.description: promise.unexpected_count for promise in failed}


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_a_good_table_keeps_every_promise(table, good_frame):
    result = validate(catalogue.suite(table), good_frame(table))
    assert [promise for promise in result.promises if not promise.success] == []
    assert (result.table, result.rows, result.blocks) == (table, 4, False)


@pytest.mark.parametrize("untyped", [True, False])
@pytest.mark.parametrize("table", catalogue.TABLES)
def test_an_empty_table_keeps_every_promise(table, untyped, good_frame):
    empty = good_frame(table).iloc[:0]
    result = validate(catalogue.suite(table), empty.astype(object) if untyped else empty)
    assert [promise for promise in result.promises if not promise.success] == []
    assert result.rows == 0


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_a_table_that_holds_the_bare_minimum_never_blocks(table, good_frame):
    frame = good_frame(table).replace({"currency": {"EUR": "NOK"}})
    frame[frame.columns.difference(NOT_NULL[table])] = None
    assert broken_promises(table, frame) == {}


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_a_required_value_that_is_missing_blocks(table, good_frame):
    frame = good_frame(table)
    for column in NOT_NULL[table]:
        frame = overwrite(frame, column, [None])
    assert broken_promises(table, frame) == dict.fromkeys(NULL_WORDS[table], 1)


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_a_repeated_key_blocks(table, good_frame):
    frame = good_frame(table)
    frame.loc[0, KEYS[table]] = frame.loc[1, KEYS[table]]
    assert broken_promises(table, frame) == {REPEAT_WORDS[table]: 2}


@pytest.mark.parametrize(
    ("table", "column", "values", "words"), BROKEN, ids=[f"{t}-{c}" for t, c, _, _ in BROKEN]
)
def test_a_bad_value_in_a_critical_promise_blocks(table, column, values, words, good_frame):
    frame = overwrite(good_frame(table), column, values)
    assert broken_promises(table, frame) == {words: len(values)}


def test_no_critical_promise_is_without_a_table_that_breaks_it():
    tried = {(table, words) for table, _, _, words in BROKEN} | set(REPEAT_WORDS.items())
    tried |= {(table, words) for table, all_words in NULL_WORDS.items() for words in all_words}
    critical = {
        (table, promise.description)
        for table in catalogue.TABLES
        for promise in catalogue.suite(table).expectations
        if promise.severity.value == "critical"
    }
    assert critical == tried


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("stg_crm__contacts", {"gender": "x", "country_code": "Sverige"}),
        ("stg_crm__contacts", {"birth_date": pd.Timestamp("1899-12-30")}),
        ("stg_crm__companies", {"employees": -3, "revenue_eur": -1.0}),
        ("stg_register__companies", {"founded_on": pd.Timestamp("0001-01-01")}),
        ("stg_shop__orders", {"status": "betald", "shop_customer_id": None}),
        ("stg_shop__orders", {"total_amount": -5.0, "amount_eur": -5.0}),
        ("stg_shop__orders", {"currency": "SEK", "amount_eur": None}),
        ("stg_shop__orders", {"ordered_at": pd.Timestamp("1970-01-01")}),
        ("stg_shop__orders", {"ordered_at": pd.Timestamp("9999-12-31")}),
        ("stg_shop__order_lines", {"quantity": -1, "line_amount": -9.0}),
        ("stg_tickets__bookings", {"quantity": 0, "currency": "kr", "amount_eur": None}),
        ("stg_newsletter__events", {"event": "forwarded", "subscriber_id": None}),
        ("stg_web__events", {"event": "scroll"}),
        ("stg_survey__answers", {"answer": "11"}),
        ("stg_survey__answers", {"question_code": "ABC_1"}),
        ("stg_campaigns__assignments", {"arm": "both"}),
        ("stg_privacy__consents", {"purpose": "telepathy", "state": "perhaps"}),
        ("stg_privacy__requests", {"email_match": None, "phone_match": None, "person_key": None}),
        ("stg_reference__locations", {"latitude": 91.0, "longitude": 181.0}),
        ("stg_reference__fx_rates", {"eur_per_unit": 11.2}),
        ("int_identity__person_records", {"gender": "K"}),
    ],
)
def test_what_is_odd_in_a_delivery_warns_and_never_blocks(table, changes, good_frame):
    frame = good_frame(table)
    for column, value in changes.items():
        frame = overwrite(frame, column, [value])
    result = validate(catalogue.suite(table), frame)
    assert result.count("warned") >= 1
    assert not result.blocks
    assert [promise for promise in result.promises if promise.error] == []


def test_a_delivery_without_any_contact_detail_or_birth_date_is_legal(good_frame):
    frame = good_frame("int_identity__person_records")
    gone = ["email", "email_match", "phone", "phone_match", "birth_date"]
    result = validate(
        catalogue.suite("int_identity__person_records"), frame.assign(**dict.fromkeys(gone))
    )
    assert not result.blocks


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_every_promise_is_told_apart_explained_and_free_of_values(table):
    suite = catalogue.suite(table)
    assert suite.name == table
    descriptions = [promise.description for promise in suite.expectations]
    assert len(set(descriptions)) == len(descriptions)
    for promise in suite.expectations:
        assert promise.description.endswith(".")
        assert promise.notes.endswith(".")
        # Rules about rows only: rules about a whole column keep its values as observed_value.
        assert isinstance(
            promise, ColumnMapExpectation | ColumnPairMapExpectation | MulticolumnMapExpectation
        )
        assert promise.severity.value != "critical" or promise.mostly == 1


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_a_suite_is_fresh_each_time_and_reads_its_key(table):
    assert catalogue.suite(table) is not catalogue.suite(table)
    assert set(KEYS[table]) <= set(columns_of(catalogue.suite(table)))


def test_every_phone_number_that_the_normaliser_can_make_has_the_promised_form():
    examples = [
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in phonenumbers.PhoneNumberType.values()
        if (example := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    matches = pd.Series(examples, dtype="str").str.match(PHONE)
    assert len(examples) > 1000
    assert [text for text, fits in zip(examples, matches, strict=True) if not fits] == []


@pytest.mark.parametrize(
    "address",
    [
        "asa@example.se",
        "åsa.öberg@exämple.se",
        "o'brien+news@mail.example.co.uk",
        "x@xn--exmple-cua.se",
        "12345@example.museum",
    ],
)
def test_every_address_that_the_normaliser_accepts_has_the_promised_form(address):
    normal = email_validator.validate_email(address, check_deliverability=False).normalized
    assert pd.Series([normal], dtype="str").str.match(EMAIL).all()
