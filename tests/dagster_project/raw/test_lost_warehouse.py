"""A lost warehouse comes back from the copies as it was, whatever sources.yaml says by then."""

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from dagster_project.defs.raw.replay import replay
from dagster_project.sources import read_sources

CONTACTS = "crm/contacts"
BOOKINGS = "tickets/bookings"
ENTRY = "sources:\n  crm/contacts:\n    "
OLD_NAMES = ENTRY + "columns: {kundnr: Id, fornamn: First, efternamn: Last, epost: Mail}\n"
OLD_FILE = "Id;First;Last;Mail\nK1;Åsa;Öberg;asa@example.org\nK2;Bo;Ek;bo@example.org\n"
BY_DAY = "kundnr;fornamn;efternamn\n"


def corrected(inbox: Any, own: str) -> None:
    """The sources file says this from now on."""
    (inbox.home.config / "sources.yaml").write_text(own, "utf-8")
    read_sources.cache_clear()
    inbox.sources = read_sources(inbox.home)


def contents(inbox: Any, source: str) -> list[Any]:
    """All that raw holds of a source, except when it was loaded."""
    table = inbox.sources[source].table
    inbox.warehouse.execute(f"create or replace temp view rows as from raw.{table}")
    queries = (
        "select columns(c -> c <> '_loaded_at') from rows order by all",
        f"select * from raw.quarantine where source = '{source}' order by all",
        "select file_id, path, sha256, encoding, records_in, accepted, quarantined, duplicates, accepted_bytes, "
        f"status from raw.deliveries where source = '{source}' and status <> 'unchanged' order by all",
    )
    return [inbox.warehouse.sql(query).fetchall() for query in queries]


def lose_warehouse(inbox: Any) -> None:
    inbox.warehouse.close()
    inbox.warehouse = duckdb.connect()
    inbox.warehouse.execute("set TimeZone = 'UTC'")


@pytest.mark.parametrize(
    ("before", "old", "after"),
    [
        (OLD_NAMES, OLD_FILE, ENTRY + "columns: {kundnr: ContactId, fornamn: F, efternamn: L, epost: E}"),
        (OLD_NAMES, OLD_FILE, OLD_NAMES.replace("epost: Mail", "epost: Email")),
        (OLD_NAMES, OLD_FILE, OLD_NAMES + "    delimiter: ','\n"),
        (OLD_NAMES, OLD_FILE, OLD_NAMES + "    encoding: utf-8\n"),
        (OLD_NAMES, OLD_FILE, OLD_NAMES + "    values: {kundnr: [K1]}\n"),
        (OLD_NAMES, OLD_FILE, OLD_NAMES + "    max_quarantined_share: 0\n    max_garbled_share: 0\n"),
        (OLD_NAMES + "    final_newline: optional\n", OLD_FILE[:-1], OLD_NAMES),
        (OLD_NAMES + "    empty: allowed\n", OLD_FILE[:19], OLD_NAMES),
    ],
    ids=["names", "an optional name", "delimiter", "encoding", "values", "limits", "last line", "empty"],
)  # fmt: skip
def test_a_word_that_changed_changes_no_earlier_delivery(
    open_inbox: Callable[..., Any], before: str, old: str, after: str
) -> None:
    inbox = open_inbox(before)
    file = inbox.put("crm/contacts.csv", old.encode("cp1252"))
    inbox.take_in(CONTACTS)
    was = contents(inbox, CONTACTS)
    corrected(inbox, after)
    file.unlink()
    lose_warehouse(inbox)
    assert inbox.take_in(CONTACTS).held == {}
    assert contents(inbox, CONTACTS) == was


def test_files_before_and_after_a_change_of_names_come_back_together(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox(OLD_NAMES)
    inbox.put("crm/contacts.csv", OLD_FILE.encode("cp1252"))
    inbox.take_in(CONTACTS)
    corrected(inbox, ENTRY + "columns: {epost: E}\n")
    inbox.put("crm/contacts.csv", "kundnr;fornamn;efternamn;E\nK3;Cay;Al;c@example.org\n")
    inbox.take_in(CONTACTS)
    was = contents(inbox, CONTACTS)
    assert [row[0] for row in was[0]] == ["K1", "K2", "K3"]
    lose_warehouse(inbox)
    inbox.take_in(CONTACTS)
    assert contents(inbox, CONTACTS) == was


def test_a_source_that_became_a_snapshot_loses_no_row_of_before(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox()
    inbox.put("crm/contacts-1.csv", BY_DAY + "K1;A;B\n")
    inbox.put("crm/contacts-2.csv", BY_DAY + "K2;C;D\n")
    inbox.take_in(CONTACTS)
    was = contents(inbox, CONTACTS)
    corrected(inbox, ENTRY + "delivery: snapshot\n")
    lose_warehouse(inbox)
    inbox.take_in(CONTACTS)
    assert contents(inbox, CONTACTS) == was


def test_what_a_replay_brought_in_comes_back_and_so_does_all_before_it(
    open_inbox: Callable[..., Any],
) -> None:
    """The second format reads what the first could not, and not the other way round."""
    inbox = open_inbox("sources:\n  tickets/bookings: {timestamp_format: '%d.%m.%Y %H:%M'}\n")
    lines = [
        f"B{n},Anna,{'05.01.2026 10:00' if n % 4 else '2026/24/12 18:30'}\n" for n in range(40)
    ]
    inbox.put("tickets/bookings.csv", "bookingnr,navn,bestilt\n" + "".join(lines))
    inbox.take_in(BOOKINGS)
    corrected(inbox, "sources:\n  tickets/bookings: {timestamp_format: '%Y/%d/%m %H:%M'}\n")
    replay(inbox.warehouse, inbox.home, inbox.sources[BOOKINGS])
    was = contents(inbox, BOOKINGS)
    assert len(was[0]) == 40
    corrected(inbox, "sources:\n  tickets/bookings: {timestamp_format: '%Y %j'}\n")
    lose_warehouse(inbox)
    taken = inbox.take_in(BOOKINGS)
    assert (taken.accepted, taken.quarantined) == (40, 0)
    assert contents(inbox, BOOKINGS) == was


def test_a_copy_of_an_earlier_version_is_read_by_the_words_of_today(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox(OLD_NAMES)
    inbox.put("crm/contacts.csv", OLD_FILE.encode("cp1252"))
    inbox.take_in(CONTACTS)
    was = contents(inbox, CONTACTS)
    for note in inbox.home.deliveries.rglob("*.json"):
        words = json.loads(note.read_text("utf-8"))
        del words["read_as"], words["replayed_as"]
        note.write_text(json.dumps(words), "utf-8")
    lose_warehouse(inbox)
    inbox.take_in(CONTACTS)
    assert contents(inbox, CONTACTS) == was
