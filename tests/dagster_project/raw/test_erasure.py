"""A person who asked to be erased is in no raw table, whichever way the request named the person."""

from typing import Any

import pyarrow as pa
import pytest

CONTACTS = "crm/contacts"


def requests(*rows: str) -> str:
    header = "request_id,kind,email,phone,person_source,person_key,received_at\n"
    return header + "".join(f"{row},2026-01-01 10:00:00\n" for row in rows)


def contacts(*records: str) -> bytes:
    text = "kundnr;fornamn;efternamn;epost;telefon\n" + "".join(f"{record}\n" for record in records)
    return text.encode("cp1252")


def test_by_key_by_email_and_by_phone(inbox: Any) -> None:
    inbox.put(
        "privacy/requests.csv",
        requests("R1,erase,,,crm,K1", "R2,erase,ANNA@firma.se,,,", "R3,erase,,070-174 06 05,,"),
    )
    inbox.put(
        "crm/contacts.csv",
        contacts(
            "K1;A;B;;",
            "K2;C;D; anna@Firma.se ;",
            "K3;E;F;;+46701740605",
            "K4;G;H;g@firma.se;070-174 06 06",
        ),
    )
    intake = inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K4"]
    assert (intake.suppressed, inbox.delivery(CONTACTS)["suppressed"]) == (3, 3)


@pytest.mark.parametrize(
    "spelling",
    [
        "+46701740605",
        "+46 70-174 06 05",
        "0046 70 174 06 05",
        "0701740605",
        "(070) 174 06 05",
        "+46 (0)70-174 06 05",
    ],
)
def test_a_phone_is_found_in_every_usual_spelling(inbox: Any, spelling: str) -> None:
    inbox.put("privacy/requests.csv", requests("R1,erase,,+46701740605,,"))
    inbox.put("crm/contacts.csv", contacts(f"K1;A;B;;{spelling}", "K2;C;D;;070-999 99 99"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K2"]


def test_requests_of_other_kinds_remove_nothing(inbox: Any) -> None:
    inbox.put("privacy/requests.csv", requests("R1,object,a@firma.se,,,", "R2,access,,,crm,K1"))
    inbox.put("crm/contacts.csv", contacts("K1;A;B;a@firma.se;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1"]


def test_a_request_that_names_nobody_erases_nobody(inbox: Any) -> None:
    inbox.put("privacy/requests.csv", requests("R1,erase,,,,", "R2,erase,,,crm,", "R3,erase, ,-,,"))
    inbox.put(
        "crm/contacts.csv", contacts("K1;A;B;;", "K2;C;D; ;-", "K3;E;F;e@firma.se;070-174 06 05")
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2", "K3"]


def test_a_key_of_one_source_is_not_a_key_of_another(inbox: Any) -> None:
    inbox.put("privacy/requests.csv", requests("R1,erase,,,shop,1"))
    inbox.put("crm/contacts.csv", contacts("1;A;B;;"))
    inbox.put(
        "shop/customers.parquet",
        pa.table({"customer_id": [1, 2], "email": ["a", "b"], "phone": ["", ""]}),
    )
    inbox.take_in(CONTACTS, "shop/customers")
    assert (inbox.rows(CONTACTS, "kundnr"), inbox.rows("shop/customers", "customer_id")) == (
        ["1"],
        [2],
    )


def test_a_later_request_removes_earlier_rows_and_they_do_not_come_back(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", contacts("K1;A;B;;", "K2;C;D;;"))
    inbox.take_in(CONTACTS)
    inbox.put("privacy/requests.csv", requests("R1,erase,,,crm,K1"))
    assert inbox.take_in(CONTACTS).suppressed == 1
    inbox.put("crm/contacts.csv", contacts("K1;A;B;;", "K2;C;D;;", "K3;E;F;;"))
    assert inbox.take_in(CONTACTS).suppressed == 1
    assert inbox.rows(CONTACTS, "kundnr") == ["K2", "K3"]


def test_what_hangs_on_an_erased_shop_customer_goes_too(inbox: Any) -> None:
    inbox.put("privacy/requests.csv", requests("R1,erase,a@firma.se,,,"))
    inbox.put(
        "shop/customers.parquet",
        pa.table({"customer_id": [1, 2], "email": ["a@firma.se", "b@firma.se"], "phone": ["", ""]}),
    )
    at = ["2026-01-01 10:00:00"] * 2
    orders = {"order_id": [10, 20], "customer_id": [1, 2], "ordered_at": at, "status": ["paid"] * 2}
    inbox.put(
        "shop/orders.parquet",
        pa.table({**orders, "currency": ["SEK"] * 2, "total_amount": [1.5, 2.5]}),
    )
    inbox.put(
        "shop/order_lines.parquet", pa.table({"order_id": [10, 20, 20], "line_no": [1, 1, 2]})
    )
    web = {
        "event_id": ["E1", "E2"],
        "visitor_id": ["V", "V"],
        "customer_id": [1, 2],
        "event": ["search"] * 2,
    }
    inbox.put("web/events.parquet", pa.table({**web, "at": at}))
    consents = "consent_id,email,person_source,person_key,purpose,state,recorded_at\n"
    inbox.put(
        "privacy/consents.csv",
        f"{consents}C1,,shop,1,profiling,granted,{at[0]}\nC2,A@firma.se,,,profiling,granted,{at[0]}\n"
        f"C3,,shop,2,profiling,granted,{at[0]}\n",
    )
    inbox.take_in(
        "shop/customers", "shop/orders", "shop/order_lines", "web/events", "privacy/consents"
    )
    assert inbox.rows("shop/orders", "order_id") == [20]
    assert inbox.rows("shop/order_lines", "order_id", "line_no") == [(20, 1), (20, 2)]
    assert inbox.rows("web/events", "event_id") == ["E2"]
    assert inbox.rows("privacy/consents", "consent_id") == ["C3"]


def test_newsletter_survey_social_and_booking_rows_of_an_erased_address_go(inbox: Any) -> None:
    at = "2026-01-01 10:00:00"
    inbox.put("privacy/requests.csv", requests("R1,erase,a@firma.se,,,"))
    inbox.put("newsletter/subscribers.csv", "subscriber_id,email\nS1,a@firma.se\nS2,b@firma.se\n")
    events = "".join(
        f'{{"event_id":"E{n}","subscriber_id":"S{n}","event":"open","at":"{at}"}}\n' for n in (1, 2)
    )
    inbox.put("newsletter/events.jsonl", events)
    inbox.put(
        "survey/answers.csv",
        f"response_id,question_code,email,answered_at\nA1,NPS,a@firma.se,{at}\nA2,NPS,b@firma.se,{at}\n",
    )
    inbox.put(
        "social/engagements.csv",
        f"engagement_id,network,action,email,at\nG1,x,like,a@firma.se,{at}\nG2,x,like,,{at}\n",
    )
    inbox.put(
        "tickets/bookings.csv",
        "bookingnr,navn,email,mobil,bestilt\nB1,A,a@firma.se,,01-01-2026 10:00\nB2,B,,12345678,01-01-2026 10:00\n",
    )
    names = (
        "newsletter/subscribers",
        "newsletter/events",
        "survey/answers",
        "social/engagements",
        "tickets/bookings",
    )
    inbox.take_in(*names)
    keys = ("subscriber_id", "event_id", "response_id", "engagement_id", "bookingnr")
    left = [inbox.rows(name, key) for name, key in zip(names, keys, strict=True)]
    assert left == [["S2"], ["E2"], ["A2"], ["G2"], ["B2"]]


def test_an_erased_booking_takes_its_consents_and_assignments_along(inbox: Any) -> None:
    at = "2026-01-01 10:00:00"
    inbox.put("privacy/requests.csv", requests("R1,erase,,,tickets,B1"))
    inbox.put(
        "tickets/bookings.csv",
        "bookingnr,navn,bestilt\nB1,A,01-01-2026 10:00\nB2,B,01-01-2026 10:00\n",
    )
    inbox.put(
        "campaigns/assignments.csv",
        "campaign_id,person_source,person_key,arm,assigned_at\n"
        f"C1,tickets,B1,treatment,{at}\nC1,tickets,B2,treatment,{at}\n",
    )
    inbox.take_in("tickets/bookings", "campaigns/assignments")
    assert inbox.rows("campaigns/assignments", "person_key") == ["B2"]
