"""What a source says of its files: limits that hold them, allowed values, and snapshots."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

CONTACTS = "crm/contacts"
BOOKINGS = "tickets/bookings"


def contacts(numbers: range, *, born: Callable[[int], str] = lambda n: "1980-01-01") -> str:
    records = "".join(f"K{n};A;B;{born(n)}\n" for n in numbers)
    return f"kundnr;fornamn;efternamn;fodelsedatum\n{records}"


def test_a_file_with_far_fewer_rows_than_usual_is_held_with_the_figures(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox("sources: {crm/contacts: {max_row_drop: 0.5}}")
    for last in (100, 110, 90):
        inbox.put("crm/contacts.csv", contacts(range(last)))
        inbox.take_in(CONTACTS)
    inbox.put("crm/contacts.csv", contacts(range(40)))
    inbox.take_in(CONTACTS)
    held = inbox.delivery(CONTACTS)
    assert (held["status"], held["reason_code"]) == ("held", "F_VOLUME")
    assert "40 records where 100 are usual" in held["reason"]
    assert "max_row_drop" in held["reason"]
    inbox.put("crm/contacts.csv", contacts(range(60)))
    inbox.take_in(CONTACTS)
    assert inbox.delivery(CONTACTS)["status"] == "loaded"


def test_a_file_may_hold_only_what_changed(inbox: Any) -> None:
    for last in (1000, 3):
        inbox.put(
            "crm/contacts.csv", contacts(range(last), born=lambda n: f"19{n % 90 + 10}-01-01")
        )
        inbox.take_in(CONTACTS)
    assert inbox.delivery(CONTACTS)["status"] == "loaded"


def test_what_was_loaded_once_is_loaded_again_whatever_is_usual(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox()
    for last in (1000, 30):
        file = inbox.put(
            "crm/contacts.csv", contacts(range(last), born=lambda n: str(1900 + n % 90))
        )
        inbox.take_in(CONTACTS)
    file.unlink()
    strict = open_inbox("sources: {crm/contacts: {max_row_drop: 0.1}}")
    strict.take_in(CONTACTS)
    assert {row["status"] for row in strict.deliveries(CONTACTS)} <= {"loaded"}


def test_a_column_most_of_whose_values_stopped_reading_is_held_with_the_difference(
    inbox: Any,
) -> None:
    inbox.put(
        "crm/contacts.csv", contacts(range(100), born=lambda n: "1980-01-01" if n else "soon")
    )
    inbox.take_in(CONTACTS)
    inbox.put("crm/contacts.csv", contacts(range(100), born=lambda n: "ja" if n % 10 else ""))
    inbox.take_in(CONTACTS)
    held = inbox.delivery(CONTACTS)
    assert held["reason_code"] == "F_TYPE"
    assert "fodelsedatum (100% do not read as date; 1% in the delivery before)" in held["reason"]


def test_a_column_that_never_read_has_not_stopped(inbox: Any) -> None:
    for word in ("ja", "nej"):
        inbox.put("crm/contacts.csv", contacts(range(100), born=lambda n, word=word: word))
        inbox.take_in(CONTACTS)
        assert inbox.delivery(CONTACTS)["status"] == "loaded"


@pytest.mark.parametrize(("city", "code"), [("GÃ¶teborg", "F_ENCODING"), ("SÃO PAULO – Ås", None)])
def test_text_encoded_twice_is_held_and_letters_that_look_like_it_are_not(
    inbox: Any, city: str, code: str | None
) -> None:
    records = "".join(f"S{n},{city}\n" for n in range(50))
    inbox.put(
        "newsletter/subscribers.csv", f"subscriber_id,name\n{records}".replace("name", "email")
    )
    inbox.take_in("newsletter/subscribers")
    assert inbox.delivery("newsletter/subscribers")["reason_code"] == code


def test_a_renamed_column_is_named(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", "kundnr;fornamn;EfterNamnet\nK1;A;B\n")
    inbox.take_in(CONTACTS)
    assert "EfterNamnet for efternamn: perhaps renamed" in inbox.delivery(CONTACTS)["reason"]


def test_values_and_ranges_cost_a_record_only_where_the_value_must_be_usable(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox(
        "sources:\n  tickets/bookings:\n    values: {besoegt: [ja, nej], bookingnr: [B1, B2, B3]}\n"
        "    range: {antal: [1, 9], bestilt: [2020-01-01, null]}\n"
    )
    inbox.put(
        "tickets/bookings.csv",
        "bookingnr,navn,antal,bestilt,besoegt\n"
        "b1,A,50,01-02-2026 10:00,maybe\n"
        "B2,A,1,01-02-2019 10:00,JA\n"
        "B9,A,1,01-02-2026 10:00,ja\n"
        "B3,A,1,01-02-2026 10:00,ja\n",
    )
    inbox.take_in(BOOKINGS)
    assert inbox.rows(BOOKINGS, "bookingnr", "antal") == [("b1", "50"), ("B3", "1")]
    assert inbox.quarantined(BOOKINGS) == [(2, "R_RANGE"), (3, "R_CATEGORY")]


def test_a_snapshot_deletes_what_it_lacks_and_brings_back_what_it_has(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox("sources: {crm/contacts: {delivery: snapshot}}")

    def deleted() -> list[str]:
        found = inbox.rows(CONTACTS, "kundnr", "_deleted_by is not null")
        return [key for key, is_deleted in found if is_deleted]

    for numbers, gone in ((range(5), []), (range(1, 5), ["K0"]), (range(4), ["K4"])):
        inbox.put("crm/contacts.csv", contacts(numbers))
        inbox.take_in(CONTACTS)
        assert deleted() == gone
    assert len(inbox.rows(CONTACTS, "kundnr")) == 5, "versions stay, and nothing is stored twice"
    inbox.put("crm/contacts.csv", contacts(range(2)) + ";A;B;\n")
    inbox.take_in(CONTACTS)
    assert deleted() == ["K4"], "a file with a bad record is not complete"
    inbox.warehouse = duckdb.connect()
    inbox.take_in(CONTACTS)
    assert deleted() == ["K4"]


def test_a_snapshot_that_would_delete_too_much_is_held(open_inbox: Callable[..., Any]) -> None:
    inbox = open_inbox("sources: {crm/contacts: {delivery: snapshot, max_row_drop: 0.3}}")
    inbox.put("crm/contacts.csv", contacts(range(100)))
    inbox.take_in(CONTACTS)
    inbox.put("crm/contacts.csv", contacts(range(60, 160)))
    inbox.take_in(CONTACTS)
    held = inbox.delivery(CONTACTS)
    assert held["reason_code"] == "F_VOLUME"
    assert "60 of 100 keys" in held["reason"]
    assert len(inbox.rows(CONTACTS, "kundnr")) == 100
