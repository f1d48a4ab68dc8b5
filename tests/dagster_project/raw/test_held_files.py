"""Files that are held whole: each has its row in the ledger, its reason, and stores nothing."""

import gzip
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONTACTS = "crm/contacts"
GOOD = b"kundnr;fornamn;efternamn;epost;telefon\nK1;Anna;Svensson;;\nK2;Bo;Ek;;\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
PDF = b"%PDF-1.7\r%\xe2\xe3\xcf\xd3\r1 0 obj\r<< /Type /Catalog >>\rendobj\r%%EOF\r"

HELD = {
    "nothing in it": (b"", "F_EMPTY"),
    "a header alone": (b"kundnr;fornamn;efternamn\n", "F_EMPTY"),
    "a required column is missing": (b"kundnr;fornamn\nK1;Anna\n", "F_SCHEMA"),
    "none of the columns": (b"a;b;c\n1;2;3\n", "F_HEADER"),
    "another delimiter": (b"kundnr,fornamn,efternamn\nK1,Anna,Ek\n", "F_HEADER"),
    "a name twice": (b"kundnr;fornamn;efternamn;fornamn\nK1;Anna;Ek;Bo\n", "F_HEADER"),
    "a name twice in other letters": (
        b"kundnr;fornamn;efternamn;Kundnr \nK1;Anna;Ek;K2\n",
        "F_HEADER",
    ),
    "a picture": (PNG, "F_NUL"),
    "a page": (PDF, None),
    "a header without an end": (b"x" * 200_000 + b"\n", None),
    "Parquet": (b"PAR1" + bytes(100) + b"PAR1", "F_NUL"),
    "a tail of NULs": (GOOD + bytes(4096), "F_NUL"),
    "UTF-8 where cp1252 is declared": (
        "kundnr;fornamn;efternamn\nK1;Åsa;Öberg\n".encode(),
        "F_ENCODING",
    ),
    "no record with a key": (b"kundnr;fornamn;efternamn\n;A;B\n;C;D\n", "F_QUARANTINE"),
}


@pytest.mark.parametrize(("content", "reason_code"), HELD.values(), ids=HELD.keys())
def test_a_file_that_cannot_be_used_is_held_whole(
    inbox: Any, content: bytes, reason_code: str | None
) -> None:
    inbox.put("crm/contacts.csv", content)
    intake = inbox.take_in(CONTACTS)
    delivery = inbox.delivery(CONTACTS)
    assert delivery["status"] == "held"
    assert delivery["reason_code"] == (reason_code or delivery["reason_code"])
    assert delivery["reason"] == intake.held["contacts.csv"]
    assert delivery["reason"].count(". ") >= 1, "says what was found and what to do next"
    assert not inbox.rows(CONTACTS, "kundnr")
    assert not list((inbox.home.deliveries / "crm").rglob("*.json")), (
        "what lies in deliveries/ was loaded"
    )


def test_a_held_file_says_no_value(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", b"kundnr;fornamn\nK1;Hildegard\n")
    inbox.take_in(CONTACTS)
    assert "Hildegard" not in inbox.delivery(CONTACTS)["reason"]


def test_many_bytes_of_another_encoding_hold_the_file(inbox: Any) -> None:
    records = "".join(f"S{n},Zoë Ångström,z{n}@firma.se\n" for n in range(100))
    inbox.put(
        "newsletter/subscribers.csv", ("subscriber_id,name,email\n" + records).encode("cp1252")
    )
    inbox.take_in("newsletter/subscribers")
    assert inbox.delivery("newsletter/subscribers")["reason_code"] == "F_ENCODING"


def test_more_than_the_allowed_share_of_bad_records_holds_the_file(
    open_inbox: Callable[..., Any],
) -> None:
    records = [f"K{n};A;B" if n % 40 else ";A;B" for n in range(1, 1201)]
    content = "kundnr;fornamn;efternamn\n" + "".join(f"{record}\n" for record in records)
    strict, lax = (
        open_inbox(),
        open_inbox("sources: {crm/contacts: {max_quarantined_share: 0.03}}", "lax"),
    )
    for inbox in (strict, lax):
        inbox.put("crm/contacts.csv", content)
        inbox.take_in(CONTACTS)
    assert strict.delivery(CONTACTS)["reason_code"] == "F_QUARANTINE"
    assert (lax.delivery(CONTACTS)["status"], lax.delivery(CONTACTS)["quarantined"]) == (
        "partly_loaded",
        30,
    )


def test_a_held_file_is_looked_at_again_and_leaves_the_earlier_rows(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", GOOD)
    inbox.take_in(CONTACTS)
    inbox.put("crm/contacts.csv", b"kundnr;fornamn\nK9;Anna\n")
    inbox.take_in(CONTACTS)
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2"]
    assert [delivery["status"] for delivery in inbox.deliveries(CONTACTS)] == [
        "loaded",
        "held",
        "held",
    ]


def test_an_empty_file_may_be_allowed(inbox: Any) -> None:
    inbox.put("social/engagements.csv", "engagement_id,network,action,at\n")
    inbox.take_in("social/engagements")
    assert inbox.delivery("social/engagements")["status"] == "loaded"


def test_a_packed_file_is_read_and_a_bomb_is_held(open_inbox: Callable[..., Any]) -> None:
    packed, bomb = open_inbox(), open_inbox(folder="bomb")
    packed.put("crm/contacts.csv.gz", gzip.compress(GOOD))
    packed.take_in(CONTACTS)
    assert packed.rows(CONTACTS, "kundnr") == ["K1", "K2"]
    bomb.put("crm/contacts.csv.gz", gzip.compress(GOOD + b"x" * 10_000_000))
    bomb.take_in(CONTACTS)
    assert bomb.delivery(CONTACTS)["reason_code"] == "F_SIZE"


def test_a_broken_packing_is_held(inbox: Any) -> None:
    inbox.put("crm/contacts.csv.gz", gzip.compress(GOOD)[:-12])
    inbox.take_in(CONTACTS)
    assert inbox.delivery(CONTACTS)["reason_code"] == "F_FORMAT"


def test_a_csv_file_named_parquet_is_held(inbox: Any) -> None:
    inbox.put("shop/customers.parquet", b"customer_id,email\n1,a@firma.se\n")
    inbox.take_in("shop/customers")
    assert inbox.delivery("shop/customers")["reason_code"] == "F_FORMAT"


def test_a_parquet_file_cut_or_damaged_inside_is_held(inbox: Any) -> None:
    import pyarrow as pa

    names = [f"Anna{n}" for n in range(5000)]
    file = inbox.put(
        "shop/customers.parquet", pa.table({"customer_id": names, "first_name": names})
    )
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 3
    whole[middle : middle + 200] = os.urandom(200)
    inbox.put("shop/customers.parquet", bytes(whole))
    inbox.put("shop/customers_2.parquet", bytes(whole[: len(whole) // 2]))
    inbox.take_in("shop/customers")
    codes = {delivery["reason_code"] for delivery in inbox.deliveries("shop/customers")}
    assert codes == {"F_TRUNCATED", "F_FORMAT"}


@pytest.mark.parametrize("what", ["file", "folder", "nothing"])
def test_a_link_is_held_and_never_followed(inbox: Any, tmp_path: Path, what: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "contacts.csv").write_bytes(GOOD)
    if what == "folder":
        (inbox.home.landing / "crm").symlink_to(outside)
    else:
        (inbox.home.landing / "crm").mkdir()
        target = outside / "contacts.csv" if what == "file" else outside / "gone.csv"
        (inbox.home.landing / "crm" / "contacts.csv").symlink_to(target)
    inbox.take_in(CONTACTS)
    delivery = inbox.delivery(CONTACTS)
    assert (delivery["status"], delivery["reason_code"]) == ("held", "F_LINK")
    assert not inbox.rows(CONTACTS, "kundnr")
    assert not list(inbox.home.deliveries.rglob("*.*"))


def test_a_file_that_is_still_being_written_is_held_and_read_when_it_is_whole(inbox: Any) -> None:
    file = inbox.put("crm/contacts.csv", GOOD + b"K3;Cia;Alm;;\n" * 2_000_000)
    is_read = threading.Event()

    def write_on() -> None:
        while not is_read.is_set():
            with file.open("ab") as end:
                end.write(b"K4;Di;Bo;;\n")
            time.sleep(0.001)

    writer = threading.Thread(target=write_on)
    writer.start()
    inbox.take_in(CONTACTS)
    is_read.set()
    writer.join()
    assert inbox.delivery(CONTACTS)["reason_code"] == "F_CHANGING"
    inbox.put("crm/contacts.csv", GOOD)
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2"]


def test_the_inbox_is_never_changed(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", GOOD)
    inbox.put("crm/contacts_2.csv", b"")
    inbox.take_in(CONTACTS)
    files = {file.name: file.read_bytes() for file in (inbox.home.landing / "crm").iterdir()}
    assert files == {"contacts.csv": GOOD, "contacts_2.csv": b""}
