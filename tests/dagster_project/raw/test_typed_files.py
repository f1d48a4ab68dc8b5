"""Parquet matched by meaning, and JSON lines: files that come with types of their own."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

CUSTOMERS = "shop/customers"
EVENTS = "newsletter/events"


def customers(**columns: Any) -> pa.Table:
    return pa.table({"customer_id": ["1", "2"], "email": ["a@firma.se", "b@firma.se"], **columns})


def orders(**columns: Any) -> pa.Table:
    moments = pa.array([datetime(2026, 1, 1, 10), datetime(2026, 1, 2)], pa.timestamp("ns"))
    return pa.table(
        {
            "order_id": pa.array([7, 8]),
            "customer_id": pa.array([1, 2]),
            "ordered_at": moments,
            "status": ["paid", "refunded"],
            "currency": ["SEK", "NOK"],
            **columns,
        }
    )


KEYS = {
    "whole numbers": pa.array([1, 2], pa.int32()),
    "text": pa.array(["1", "2"]),
    "large text": pa.array(["1", "2"], pa.large_string()),
    "categories": pa.array(["1", "2"]).dictionary_encode(),
    "decimals without decimals": pa.array([Decimal(1), Decimal(2)], pa.decimal128(10, 0)),
    # A column of whole numbers with a gap becomes this in pandas.
    "floats that are whole": pa.array([1.0, 2.0]),
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS.keys())
def test_an_id_is_the_same_text_whatever_its_type(inbox: Any, keys: pa.Array) -> None:
    inbox.put("shop/customers.parquet", customers(customer_id=keys))
    inbox.take_in(CUSTOMERS)
    assert inbox.rows(CUSTOMERS, "cast(customer_id as varchar)") == ["1", "2"]


def test_a_shop_customer_on_the_web_is_the_same_although_others_are_unknown(inbox: Any) -> None:
    inbox.put(
        "web/events.parquet",
        pa.table(
            {
                "event_id": ["E1", "E2"],
                "visitor_id": ["V1", "V2"],
                "customer_id": pa.array([1001.0, None]),
                "event": ["page_view", "search"],
                "at": [datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 11)],
            }
        ),
    )
    inbox.take_in("web/events")
    assert inbox.rows("web/events", "cast(customer_id as varchar)") == ["1001", None]


@pytest.mark.parametrize(
    "column",
    [
        {"email": pa.nulls(2)},
        {"phone": pa.nulls(2)},
        {"phone": pa.array([46701234567, None])},
        {"email": pa.nulls(2, pa.float64()), "phone": pa.nulls(2, pa.timestamp("us"))},
        {"birth_date": pa.nulls(2)},
    ],
    ids=["no email", "no phone", "phone as a number", "nothing of other types", "no birth date"],
)
def test_a_column_may_be_empty_or_of_another_type(inbox: Any, column: dict[str, pa.Array]) -> None:
    inbox.put(
        "privacy/requests.csv",
        "request_id,kind,email,phone,received_at\nR1,erase,x@firma.se,070-9999999,2026-01-01\n",
    )
    inbox.put("shop/customers.parquet", customers(**column))
    inbox.take_in(CUSTOMERS)
    assert inbox.rows(CUSTOMERS, "customer_id") == ["1", "2"]


def test_ids_of_several_types_over_deliveries_are_one_column(inbox: Any) -> None:
    inbox.put("shop/customers.parquet", customers(customer_id=pa.array([1, 2])))
    inbox.take_in(CUSTOMERS)
    inbox.put("shop/customers.parquet", customers(customer_id=["1", "A3"]))
    intake = inbox.take_in(CUSTOMERS)
    assert inbox.rows(CUSTOMERS, "customer_id") == ["1", "2", "A3"]
    assert intake.duplicates == 1, "1 as text is the 1 that was delivered as a number"


def test_rows_that_come_again_in_other_types_are_no_news(inbox: Any) -> None:
    numbers = customers(customer_id=pa.array([1, 2]), phone=pa.array([46701234567, None]))
    texts = customers(phone=pa.array(["46701234567", None]))
    for n, delivered in enumerate((numbers, texts, numbers)):
        new = pa.table({"customer_id": [str(10 + n)], "email": ["c@firma.se"], "phone": ["46709"]})
        inbox.put(
            "shop/customers.parquet", pa.concat_tables([delivered, new.cast(delivered.schema)])
        )
        intake = inbox.take_in(CUSTOMERS)
        assert (intake.accepted, intake.duplicates) == ((3, 0) if n == 0 else (1, 2))
    assert sorted(inbox.rows(CUSTOMERS, "customer_id")) == ["1", "10", "11", "12", "2"]


@pytest.mark.parametrize("column", [{}, {"birth_date": pa.nulls(2)}], ids=["left out", "empty"])
def test_a_column_that_is_left_out_keeps_its_type(inbox: Any, column: dict[str, pa.Array]) -> None:
    inbox.put("shop/customers.parquet", customers(birth_date=[date(1980, 5, 1), None]))
    inbox.take_in(CUSTOMERS)
    inbox.put("shop/customers.parquet", customers(customer_id=["3", "4"], **column))
    inbox.take_in(CUSTOMERS)
    assert inbox.rows(CUSTOMERS, "birth_date") == [date(1980, 5, 1), None, None, None]


def test_numbers_of_several_types_are_written_with_the_sign_of_their_source(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox("sources: {shop/orders: {decimal_sign: ','}}")
    for ids, type_ in (([7, 8], pa.float64()), ([9, 10], pa.decimal128(12, 2))):
        amounts = pa.array([19.5, -5.25]).cast(type_)
        inbox.put("shop/orders.parquet", orders(order_id=pa.array(ids), total_amount=amounts))
        inbox.take_in("shop/orders")
    assert inbox.quarantined("shop/orders") == []
    assert inbox.rows("shop/orders", "total_amount") == ["19,5", "-5,25", "19,50", "-5,25"]


def test_a_snapshot_may_lack_a_key_and_change_a_type(open_inbox: Callable[..., Any]) -> None:
    inbox = open_inbox("sources: {shop/customers: {delivery: snapshot}}")
    inbox.put("shop/customers.parquet", customers(birth_date=[date(1980, 5, 1), None]))
    inbox.take_in(CUSTOMERS)
    inbox.put("shop/customers.parquet", customers(birth_date=["1980-05-01", None]).slice(0, 1))
    inbox.take_in(CUSTOMERS)
    assert inbox.delivery(CUSTOMERS)["duplicates"] == 1
    assert inbox.rows(CUSTOMERS, "customer_id", "_deleted_by") == [("1", None), ("2", 2)]


def test_rows_hashed_by_an_earlier_rule_are_still_known(inbox: Any) -> None:
    inbox.put("shop/customers.parquet", customers())
    inbox.take_in(CUSTOMERS)
    inbox.warehouse.execute("update raw.shop__customers set _row_hash = 7")
    inbox.warehouse.execute("comment on column raw.shop__customers._row_hash is 'Of something.'")
    inbox.put("shop/customers.parquet", customers(city=["Lund", None]))
    intake = inbox.take_in(CUSTOMERS)
    assert (intake.accepted, intake.duplicates) == (1, 1)


def test_a_number_too_large_for_any_id_is_text(inbox: Any) -> None:
    inbox.put("shop/customers.parquet", customers(customer_id=pa.array([1.0, 1e300])))
    inbox.take_in(CUSTOMERS)
    assert inbox.rows(CUSTOMERS, "customer_id") == ["1", "1e+300"]


def test_a_column_of_any_type_at_all_is_held(inbox: Any) -> None:
    file = inbox.put("shop/customers.parquet", customers())
    duckdb.execute(
        "copy (select '1' as customer_id, 'a@firma.se' as email, 1::variant as phone) "
        f"to '{file}' (format parquet)"
    )
    inbox.take_in(CUSTOMERS)
    assert inbox.delivery(CUSTOMERS)["reason_code"] == "F_SCHEMA"


def test_a_day_delivered_as_another_type_is_still_that_day(inbox: Any) -> None:
    inbox.put("shop/customers.parquet", customers(birth_date=[date(1980, 5, 1), None]))
    inbox.put(
        "shop/customers_2.parquet",
        customers(birth_date=[datetime(1980, 5, 1), None], city=["Lund", None]),
    )
    inbox.take_in(CUSTOMERS)
    days = inbox.rows(CUSTOMERS, "cast(birth_date as varchar)[:10]")
    assert [day for day in days if day] == ["1980-05-01", "1980-05-01"]


def test_own_types_are_kept_as_delivered(inbox: Any) -> None:
    amounts = pa.array([Decimal("19.99"), Decimal("-5.00")], pa.decimal128(12, 2))
    inbox.put("shop/orders.parquet", orders(total_amount=amounts))
    inbox.take_in("shop/orders")
    assert inbox.rows("shop/orders", "total_amount") == [Decimal("19.99"), Decimal("-5.00")]


def test_an_order_with_an_unusable_required_value_is_quarantined(inbox: Any) -> None:
    count = 12
    orders: dict[str, list[Any]] = {
        "order_id": [str(n) for n in range(count)],
        "customer_id": ["1"] * count,
        "ordered_at": ["2026-01-01 10:00:00"] * count,
        "status": ["paid"] * count,
        "currency": ["SEK"] * count,
        "total_amount": ["10.00"] * count,
    }
    orders["order_id"][1] = " "
    orders["customer_id"][2] = None
    orders["ordered_at"][3] = "infinity"
    orders["currency"][4] = ""
    orders["total_amount"][5] = "NaN"
    orders["total_amount"][6] = "-12345678.9"
    inbox.put("shop/orders.parquet", pa.table(orders))
    inbox.take_in("shop/orders")
    assert inbox.quarantined("shop/orders") == [
        (2, "R_KEY_NULL"), (3, "R_TYPE"), (4, "R_DATE"), (5, "R_TYPE"), (6, "R_NUMBER"),
    ]  # fmt: skip


def event(number: int, **values: Any) -> str:
    import json

    return json.dumps(
        {
            "event_id": number,
            "subscriber_id": "S1",
            "event": "open",
            "at": "2026-01-01T10:00:00Z",
            **values,
        }
    )


def test_json_lines_with_broken_ones_among_them(inbox: Any) -> None:
    content = "\n".join(
        [event(1), '{"event_id": 2,', event(3), "[1, 2]", event(5), "", '"text"', event(7), ""]
    )
    inbox.put("newsletter/events.jsonl", content)
    inbox.take_in(EVENTS)
    assert inbox.rows(EVENTS, "event_id") == ["1", "3", "5", "7"]
    assert inbox.quarantined(EVENTS) == [(2, "R_JSON"), (4, "R_JSON"), (6, "R_JSON")]


def test_json_lines_in_any_order_of_fields_with_extra_and_absent_ones(inbox: Any) -> None:
    inbox.put(
        "newsletter/events.jsonl",
        '{"at": "2026-01-01T12:00:00+02:00", "event": "click", "subscriber_id": 7, '
        '"event_id": "E1", "x\\"y": {"a": 1}}\n'
        f"{event(2, campaign_id=None)}\n",
    )
    inbox.take_in(EVENTS)
    assert inbox.rows(EVENTS, "event_id", "subscriber_id", "campaign_id") == [
        ("E1", "7", None),
        ("2", "S1", None),
    ]
    assert inbox.delivery(EVENTS)["extra_columns"] == ['x"y']


def test_bad_required_values_of_an_event_are_quarantined(inbox: Any) -> None:
    lines = [
        event(1),
        event(2, at="epoch"),
        event(3, event=""),
        event(4, subscriber_id=None),
        event(5),
        event(6),
        event(7),
    ]
    inbox.put("newsletter/events.jsonl", "\n".join([*lines, "{}", ""]))
    inbox.take_in(EVENTS)
    assert inbox.rows(EVENTS, "event_id") == ["1", "5", "6", "7"]
    assert inbox.quarantined(EVENTS) == [
        (2, "R_DATE"),
        (3, "R_TYPE"),
        (4, "R_TYPE"),
        (8, "R_KEY_NULL"),
    ]


def test_damaged_bytes_and_odd_characters_in_json_cost_at_most_their_line(inbox: Any) -> None:
    lines = [event(n).encode() for n in range(6)]
    lines[1] = lines[1].replace(b"open", b"op\xe9n")
    lines[2] = lines[2].replace(b"open", b"open\\u0000")
    lines[3] = lines[3].replace(b"open", b"open\\ud800")
    inbox.put("newsletter/events.jsonl", b"".join(line + b"\n" for line in lines))
    inbox.take_in(EVENTS)
    assert {"0", "4", "5"} <= set(inbox.rows(EVENTS, "event_id"))
    assert (2, "R_ENC") in inbox.quarantined(EVENTS)


def test_one_json_document_over_many_lines_is_held(inbox: Any) -> None:
    inbox.put("newsletter/events.jsonl", '[\n  {"event_id": 1},\n  {"event_id": 2}\n]\n')
    inbox.take_in(EVENTS)
    assert inbox.delivery(EVENTS)["status"] == "held"


@pytest.mark.parametrize(
    "content", [{"email": pa.array([["a@firma.se"], []])}, {"email": pa.array([b"a", b"b"])}]
)
def test_a_type_that_is_no_text_does_not_stop_the_run(
    inbox: Any, content: dict[str, pa.Array]
) -> None:
    inbox.put("shop/customers.parquet", customers(**content))
    inbox.take_in(CUSTOMERS)
    assert inbox.delivery(CUSTOMERS)["status"] in {"loaded", "held"}
