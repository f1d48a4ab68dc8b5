"""What is new, what is a duplicate, and what a lost warehouse loads again."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

CONTACTS = "crm/contacts"
SUBSCRIBERS = "newsletter/subscribers"
EVENTS = "newsletter/events"


def contacts(*records: str) -> str:
    return "kundnr;fornamn;efternamn;andrad\n" + "".join(f"{record}\n" for record in records)


def subscriber(status: str) -> str:
    return f"subscriber_id,email,status\nS1,a@firma.se,{status}\n"


def test_a_second_run_on_the_same_files_loads_nothing(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", contacts("K1;Anna;S;2026-01-01 10:00:00"))
    inbox.take_in(CONTACTS)
    before = inbox.rows(CONTACTS, "*")
    intake = inbox.take_in(CONTACTS)
    assert (intake.loaded, intake.unchanged) == (0, 1)
    assert inbox.rows(CONTACTS, "*") == before
    assert [delivery["status"] for delivery in inbox.deliveries(CONTACTS)] == [
        "loaded",
        "unchanged",
    ]


def test_a_changed_row_is_a_new_version_and_an_unchanged_one_a_duplicate(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv", contacts("K1;Anna;S;2026-01-01 10:00:00", "K2;Bo;T;2026-01-01 10:00:00")
    )
    inbox.take_in(CONTACTS)
    inbox.put(
        "crm/contacts.csv",
        contacts("K1;Anna;Strand;2026-02-01 10:00:00", "K2;Bo;T;2026-01-01 10:00:00"),
    )
    intake = inbox.take_in(CONTACTS)
    assert (intake.accepted, intake.duplicates) == (1, 1)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn") == [
        ("K1", "S"),
        ("K2", "T"),
        ("K1", "Strand"),
    ]


def test_equal_rows_in_one_file_are_stored_once_and_unequal_ones_both(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", contacts("K1;Anna;S;", "K1;Anna;S;", "K1;Anna;Strand;"))
    intake = inbox.take_in(CONTACTS)
    assert (intake.accepted, intake.duplicates) == (2, 1)
    assert inbox.rows(CONTACTS, "efternamn") == ["S", "Strand"]


def test_a_row_that_goes_back_to_what_it_was_is_a_new_version(inbox: Any) -> None:
    for record in (
        "K1;Anna;S;2026-01-01 10:00:00",
        "K1;Anna;T;2026-02-01 10:00:00",
        "K1;Anna;S;2026-03-01 10:00:00",
    ):
        inbox.put("crm/contacts.csv", contacts(record))
        inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "efternamn") == ["S", "T", "S"]


def test_a_file_with_two_versions_of_a_key_adds_none_when_it_comes_again(inbox: Any) -> None:
    two = ("K1;Anna;S;2026-01-01 10:00:00", "K1;Anna;T;2026-02-01 10:00:00")
    for night in range(3):
        inbox.put("crm/contacts.csv", contacts(*two, f"N{night};Bo;Ek;2026-01-01 10:00:00"))
        inbox.take_in(CONTACTS)
    inbox.put("crm/contacts.csv", contacts(two[0], two[0]))
    intake = inbox.take_in(CONTACTS)
    assert (intake.accepted, intake.duplicates) == (0, 2)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn") == [
        ("K1", "S"),
        ("K1", "T"),
        *((f"N{night}", "Ek") for night in range(3)),
    ]


def test_two_versions_without_a_moment_of_change_stay_as_they_came_first(inbox: Any) -> None:
    statuses = ("subscribed", "unsubscribed", "cleaned")
    header, *versions = "subscriber_id,email,status", *(f"S1,a@firma.se,{s}" for s in statuses)
    for night in range(3):
        lines = (header, *versions[night:], *versions[:night], f"N{night},b@firma.se,subscribed")
        inbox.put("newsletter/subscribers.csv", "".join(f"{line}\n" for line in lines))
        inbox.take_in(SUBSCRIBERS)
    rows = inbox.rows(SUBSCRIBERS, "subscriber_id", "status")
    assert [status for key, status in rows if key == "S1"] == list(statuses)


def test_a_row_goes_back_within_one_moment_of_change(inbox: Any) -> None:
    for surname in ("S", "T", "S", "S"):
        record = f"K1;Anna;{surname};2026-01-01 10:00:00"
        inbox.put("crm/contacts.csv", contacts(record, f"K2;Bo;{inbox.runs};"))
        inbox.take_in(CONTACTS)
    rows = inbox.rows(CONTACTS, "kundnr", "efternamn")
    assert [surname for key, surname in rows if key == "K1"] == ["S", "T", "S"]


def test_a_file_that_goes_back_to_what_it_was_is_news_too(inbox: Any) -> None:
    for status in ("subscribed", "unsubscribed", "subscribed"):
        inbox.put("newsletter/subscribers.csv", subscriber(status))
        inbox.take_in(SUBSCRIBERS)
    inbox.take_in(SUBSCRIBERS)
    assert inbox.rows(SUBSCRIBERS, "status") == ["subscribed", "unsubscribed", "subscribed"]
    deliveries = inbox.deliveries(SUBSCRIBERS)
    assert [delivery["status"] for delivery in deliveries] == ["loaded"] * 3 + ["unchanged"]
    assert len({delivery["file_id"] for delivery in deliveries}) == 3
    inbox.warehouse = duckdb.connect()
    inbox.take_in(SUBSCRIBERS)
    assert inbox.rows(SUBSCRIBERS, "status") == ["subscribed", "unsubscribed", "subscribed"]


def test_of_two_files_with_the_same_bytes_one_may_change(inbox: Any) -> None:
    for name in ("subscribers_a.csv", "subscribers_b.csv"):
        inbox.put(f"newsletter/{name}", subscriber("subscribed"))
    inbox.take_in(SUBSCRIBERS)
    inbox.put("newsletter/subscribers_a.csv", subscriber("unsubscribed"))
    inbox.take_in(SUBSCRIBERS)
    assert inbox.rows(SUBSCRIBERS, "status") == ["subscribed", "unsubscribed"]
    last = {d["path"]: d["status"] for d in inbox.deliveries(SUBSCRIBERS)}
    assert last == {
        "newsletter/subscribers_a.csv": "loaded",
        "newsletter/subscribers_b.csv": "unchanged",
    }


def test_an_event_seen_before_is_a_duplicate_even_if_its_text_differs(inbox: Any) -> None:
    event = {"event_id": "E1", "subscriber_id": "S1", "event": "open", "at": "2026-01-01T10:00:00Z"}
    inbox.put("newsletter/events.jsonl", f"{json.dumps(event)}\n{json.dumps(event)}\n")
    assert inbox.take_in(EVENTS).duplicates == 1
    again = json.dumps({**event, "campaign_id": "C1"})
    new = json.dumps({**event, "event_id": "E2"})
    inbox.put("newsletter/events.jsonl", f"{again}\n{new}\n")
    intake = inbox.take_in(EVENTS)
    assert (intake.accepted, intake.duplicates) == (1, 1)
    assert inbox.rows(EVENTS, "event_id", "campaign_id") == [("E1", None), ("E2", None)]


@pytest.mark.parametrize("last", ["E2,n", 'E2,"n'], ids=["sound", "damaged"])
def test_of_two_records_of_an_event_the_first_in_the_file_is_kept(inbox: Any, last: str) -> None:
    records = ['E1,"first\nquoted"', "E1,second", 'E3,"first"', "E3,second", last]
    lines = "".join(f"{record},a,like,2026-01-01 10:00:00\n" for record in records)
    inbox.put("social/engagements.csv", f"engagement_id,network,handle,action,at\n{lines}")
    inbox.take_in("social/engagements")
    rows = dict(inbox.rows("social/engagements", "engagement_id", "network"))
    assert (rows["E1"], rows["E3"]) == ("first\nquoted", "first")


def test_a_removed_file_removes_nothing(inbox: Any) -> None:
    file = inbox.put("crm/contacts.csv", contacts("K1;Anna;S;"))
    inbox.take_in(CONTACTS)
    file.unlink()
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1"]


def test_every_file_seen_has_its_row_also_the_same_bytes_under_two_names(inbox: Any) -> None:
    for name in ("subscribers_a.csv", "subscribers_b.csv"):
        inbox.put(f"newsletter/{name}", subscriber("subscribed"))
    inbox.take_in(SUBSCRIBERS)
    seen = {delivery["path"]: delivery["status"] for delivery in inbox.deliveries(SUBSCRIBERS)}
    assert seen == {
        "newsletter/subscribers_a.csv": "loaded",
        "newsletter/subscribers_b.csv": "unchanged",
    }


def test_a_lost_warehouse_is_loaded_again_from_the_copies(inbox: Any) -> None:
    for number, surname in enumerate(("S", "T", "U")):
        file = inbox.put(
            "crm/contacts.csv", contacts(f"K1;Anna;{surname};", f"K{number + 2};Bo;Ek;")
        )
        inbox.take_in(CONTACTS)
    columns = "* exclude (_loaded_at)"
    before = inbox.rows(CONTACTS, columns)
    file.unlink()
    inbox.warehouse = duckdb.connect()
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, columns) == before
    assert [delivery["status"] for delivery in inbox.deliveries(CONTACTS)] == ["loaded"] * 3


def test_a_copy_of_each_loaded_file_is_kept_private(inbox: Any) -> None:
    file = inbox.put("crm/contacts.csv", contacts("K1;Anna;S;"))
    inbox.take_in(CONTACTS)
    copy = inbox.home.deliveries / "crm" / "contacts" / inbox.delivery(CONTACTS)["sha256"]
    assert copy.read_bytes() == file.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    assert Path(copy.parent).stat().st_mode & 0o077 == 0


def test_a_redelivery_that_repeats_a_row_of_its_own_is_read_like_any_other(inbox: Any) -> None:
    """Duplicates within the file and duplicates of what is stored, in one file."""
    header = "kundnr;fornamn;efternamn\n"
    inbox.put("crm/contacts.csv", header + "K1;A;B\nK2;C;D\n")
    inbox.take_in("crm/contacts")
    inbox.put("crm/contacts.csv", header + "K1;A;B\nK3;E;F\nK3;E;F\n")
    intake = inbox.take_in("crm/contacts")
    assert (intake.accepted, intake.duplicates) == (1, 2)
    assert inbox.rows("crm/contacts", "kundnr") == ["K1", "K2", "K3"]
