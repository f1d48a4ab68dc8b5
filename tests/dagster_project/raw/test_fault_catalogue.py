"""The faults of a delivery, one by one: each ends in what was agreed for it, and none in silence.

A name begins with the fault's number in the project's list of faults: F for files, P for the process
that reads them. What becomes of values (V) once they are typed is in test_value_faults.py. Every
record is stored as it was delivered, or in quarantine with its code, or its file is held with its
code: each case says which, to the last record.
"""

import codecs
import gzip
import io
import itertools
import json
import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.errors import ConfigurationError
from tests.fixtures.value_faults import ValueFault, value_faults

CONTACTS, SUBSCRIBERS, BOOKINGS = "crm/contacts", "newsletter/subscribers", "tickets/bookings"
EVENTS, CUSTOMERS, ORDERS = "newsletter/events", "shop/customers", "shop/orders"
REGISTER, ENGAGEMENTS = "register/companies", "social/engagements"
HEADER = "kundnr;fornamn;efternamn"
FILES = {
    CONTACTS: "crm/contacts.csv",
    SUBSCRIBERS: "newsletter/subscribers.csv",
    BOOKINGS: "tickets/bookings.csv",
    EVENTS: "newsletter/events.jsonl",
    REGISTER: "register/companies.jsonl",
    CUSTOMERS: "shop/customers.parquet",
    ORDERS: "shop/orders.parquet",
    ENGAGEMENTS: "social/engagements.csv",
}
COLUMNS = {
    CONTACTS: ("kundnr", "fornamn", "efternamn"),
    SUBSCRIBERS: ("subscriber_id", "email", "name"),
    BOOKINGS: ("bookingnr", "beloeb"),
    EVENTS: ("event_id", "event"),
    REGISTER: ("org_number", "legal_name"),
    CUSTOMERS: ("customer_id", "email"),
    ORDERS: ("order_id", "total_amount"),
    ENGAGEMENTS: ("engagement_id", "topic"),
}
ANNA, BO, CIA = ("K1", "Anna", "Ek"), ("K2", "Bo", "Alm"), ("K3", "Cia", "Sten")


@dataclass(frozen=True)
class Fault:
    """A file as delivered, and all that may become of it."""

    content: bytes | pa.Table
    stored: Sequence[tuple[Any, ...]] = ()
    """Rows of ``COLUMNS`` in the raw table, in file order."""
    quarantined: Sequence[tuple[int, str]] = ()
    """Record numbers and codes."""
    held: str = ""
    """The code of the file; nothing is stored or in quarantine then."""
    source: str = CONTACTS
    file: str = ""
    own: str = ""
    """What the user's own sources file says."""


def crm(*records: str, header: str = HEADER, end: str = "\n") -> bytes:
    return "".join(f"{line}{end}" for line in (header, *records)).encode("cp1252")


def subscribers(*records: str) -> bytes:
    return "".join(f"{line}\n" for line in ("subscriber_id,email,name", *records)).encode()


def bookings(*records: str) -> bytes:
    return "".join(f"{line}\n" for line in ("bookingnr,navn,beloeb,bestilt", *records)).encode()


def event(key: str, **changed: Any) -> str:
    content = {"event_id": key, "subscriber_id": "S1", "event": "open", "at": "2026-01-01 10:00:00"}
    return json.dumps({**content, **changed})


def events(*lines: str | bytes, end: bytes = b"\n") -> bytes:
    return b"".join((line.encode() if isinstance(line, str) else line) + end for line in lines)


def orders(**changed: Any) -> pa.Table:
    columns = {
        "order_id": ["O1", "O2", "O3"],
        "customer_id": ["C1", "C1", "C2"],
        "ordered_at": pa.array([datetime(2026, 1, day) for day in (1, 2, 3)], pa.timestamp("us")),
        "status": ["paid"] * 3,
        "currency": ["SEK"] * 3,
        "total_amount": pa.array([Decimal("10.00"), Decimal("20.00"), Decimal("30.00")]),
    }
    return pa.table({**columns, **changed})


def customers(**changed: Any) -> pa.Table:
    return pa.table({"customer_id": ["1", "2"], "email": ["a@firma.se", "b@firma.se"], **changed})


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


GOOD = crm("K1;Anna;Ek", "K2;Bo;Alm", "K3;Cia;Sten")
TEN = [f"K{n};Anna;Ek" for n in range(1, 11)]
TEN_STORED = [(f"K{n}", "Anna", "Ek") for n in range(1, 11)]
BIG = "x" * 3_000_000
LONG_TEXT = "\n".join(f"line {n}" for n in range(80))

FILE_FAULTS: dict[str, Fault] = {
    "F2 zero bytes": Fault(b"", held="F_EMPTY"),
    "F2 zero bytes of JSON lines": Fault(b"", held="F_EMPTY", source=EVENTS),
    "F2 a byte-order mark alone": Fault(codecs.BOM_UTF8, held="F_EMPTY", source=SUBSCRIBERS),
    "F2 empty lines alone": Fault(b"\n\n\n", held="F_EMPTY"),
    "F2 a header alone": Fault(crm(), held="F_EMPTY"),
    "F2 a header alone without its newline": Fault(HEADER.encode(), held="F_EMPTY"),
    "F2 Parquet without rows": Fault(orders().slice(0, 0), held="F_EMPTY", source=ORDERS),
    "F2 a packed nothing": Fault(gzip.compress(b""), held="F_EMPTY", file="crm/contacts.csv.gz"),
    "F2 a header alone where that is allowed": Fault(
        b"engagement_id,network,action,at,topic\n", source=ENGAGEMENTS
    ),
    "F3 cut in a record": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm") + b"K3;Ci", [ANNA, BO], [(3, "R_TRUNCATED")]
    ),
    "F3 cut inside a quoted field": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm") + b'K3;"Ci', [ANNA, BO], [(3, "R_TRUNCATED")]
    ),
    "F3 cut inside a quoted field after a line end of its own": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm") + b'K3;"Ci\n', [ANNA, BO], [(3, "R_QUOTE")]
    ),
    "F3 cut in the header": Fault(b"kundnr;forn", held="F_SCHEMA"),
    "F4 cut inside the last field": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm") + b"K3;Cia;St", [ANNA, BO], [(3, "R_TRUNCATED")]
    ),
    "F4 cut between the last field and its newline": Fault(
        GOOD.removesuffix(b"\n"), [ANNA, BO], [(3, "R_TRUNCATED")]
    ),
    "F4 cut between carriage return and line feed": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm", end="\r\n") + b"K3;Cia;Sten\r", [ANNA, BO, CIA]
    ),
    "F4 cut inside a letter of two bytes": Fault(
        subscribers("S1,a@firma.se,Anna") + "S2,b@firma.se,Å".encode()[:-1],
        [("S1", "a@firma.se", "Anna")],
        [(2, "R_TRUNCATED")],
        source=SUBSCRIBERS,
    ),
    "F4 a JSON line cut": Fault(
        events(event("E1"), event("E2")) + event("E3")[:-9].encode(),
        [("E1", "open"), ("E2", "open")],
        [(3, "R_TRUNCATED")],
        source=EVENTS,
    ),
    "F4 Parquet cut": Fault(parquet(orders())[:-40], held="F_FORMAT", source=ORDERS),
    "F4 packed text cut inside": Fault(
        gzip.compress(GOOD.removesuffix(b"\n")), [ANNA, BO], [(3, "R_TRUNCATED")], file="crm/contacts.csv.gz"
    ),
    "F4 a packing cut": Fault(gzip.compress(GOOD)[:-9], held="F_FORMAT", file="crm/contacts.csv.gz"),
    "F4 a packing damaged inside": Fault(
        gzip.compress(GOOD)[:20] + b"\xff\xff\xff" + gzip.compress(GOOD)[23:],
        held="F_FORMAT",
        file="crm/contacts.csv.gz",
    ),
    "F6 a tail of NULs": Fault(GOOD + bytes(4096), held="F_NUL"),
    "F6 a hole in the middle": Fault(crm("K1;Anna;Ek") + bytes(4096) + b"K2;Bo;Alm\n", held="F_NUL"),
    "F6 nothing but NULs": Fault(bytes(4096), held="F_NUL"),
    "F6 a tail of NULs after JSON lines": Fault(
        events(event("E1")) + bytes(512), held="F_NUL", source=EVENTS
    ),
    "F8 a byte-order mark": Fault(
        codecs.BOM_UTF8 + subscribers("S1,a@firma.se,Åsa"), [("S1", "a@firma.se", "Åsa")], source=SUBSCRIBERS
    ),
    "F8 a byte-order mark before a quoted header": Fault(
        codecs.BOM_UTF8 + b'"subscriber_id","email","name"\nS1,a@firma.se,Anna\n',
        [("S1", "a@firma.se", "Anna")],
        source=SUBSCRIBERS,
    ),
    "F8 a byte-order mark before JSON": Fault(
        codecs.BOM_UTF8 + events(event("E1")), [("E1", "open")], source=EVENTS
    ),
    "F8 a byte-order mark in the middle, of files put together": Fault(
        subscribers("S1,a@firma.se,Anna") + codecs.BOM_UTF8 + b"S2,b@firma.se,Bo\n",
        [("S1", "a@firma.se", "Anna"), ("S2", "b@firma.se", "Bo")],
        source=SUBSCRIBERS,
    ),
    "F8 files put together, headers and all": Fault(
        crm("K1;Anna;Ek") + crm("K2;Bo;Alm"), [ANNA, BO], [(2, "R_HEADER")]
    ),
    "F9 Latin-1 as declared": Fault(
        "kundnr;fornamn;efternamn\nK1;Åsa;Öberg\n".encode("latin-1"),
        [("K1", "Åsa", "Öberg")],
        own="sources: {crm/contacts: {encoding: latin-1}}",
    ),
    "F9 Latin-1 where UTF-8 is declared": Fault(
        "".join(["subscriber_id,email,name\n", *(f"S{n},a@firma.se,Åsa\n" for n in range(50))]).encode("latin-1"),
        held="F_ENCODING",
        source=SUBSCRIBERS,
    ),
    "F9 a header in another encoding": Fault(
        "subscriber_id,email,name,källa\nS1,a@firma.se,Anna,x\n".encode("latin-1"),
        held="F_ENCODING",
        source=SUBSCRIBERS,
    ),
    "F10 the typographic signs of Windows": Fault(
        crm("K1;Zoë;d’Arc – “€”"), [("K1", "Zoë", "d’Arc – “€”")]
    ),
    "F10 a byte that Windows never writes": Fault(
        crm(*TEN) + b"K11;Bo\x81;Alm\n", TEN_STORED, [(11, "R_ENC")]
    ),
    "F10 a byte that Windows never writes, in a record of several lines": Fault(
        crm(*TEN) + b'K11;"Bo\n\x81";Alm\n' + b"K12;Cia;Sten\n",
        [*TEN_STORED, ("K12", "Cia", "Sten")],
        [(11, "R_ENC")],
    ),
    "F10 UTF-8 where Windows-1252 is declared": Fault(
        f"{HEADER}\nK1;Åsa;Öberg\n".encode(), held="F_ENCODING"
    ),
    "F11 UTF-16 as declared": Fault(
        f"{HEADER}\nK1;Åsa;Łuk\n".encode("utf-16"),
        [("K1", "Åsa", "Łuk")],
        own="sources: {crm/contacts: {encoding: utf-16}}",
    ),
    "F11 UTF-16 without its mark, as declared": Fault(
        f"{HEADER}\nK1;Åsa;Łuk\n".encode("utf-16-be"),
        [("K1", "Åsa", "Łuk")],
        own="sources: {crm/contacts: {encoding: utf-16-be}}",
    ),
    "F11 UTF-16 where Windows-1252 is declared": Fault(GOOD.decode().encode("utf-16"), held="F_NUL"),
    "F11 UTF-16 cut inside a letter": Fault(
        f"{HEADER}\nK1;Anna;Ek\nK2;Bo;Alm\n".encode("utf-16")[:-1],
        held="F_TRUNCATED",
        own="sources: {crm/contacts: {encoding: utf-16}}",
    ),
    "F12 letters encoded twice throughout": Fault(
        subscribers(*(f"S{n},s{n}@firma.se,SjÃ¶gren" for n in range(50))),
        held="F_ENCODING",
        source=SUBSCRIBERS,
    ),
    "F13 commas for semicolons": Fault(GOOD.replace(b";", b","), held="F_HEADER"),
    "F13 tabs for semicolons": Fault(GOOD.replace(b";", b"\t"), held="F_HEADER"),
    "F13 semicolons for commas": Fault(
        b"subscriber_id;email;name\nS1;a@firma.se;Anna\n", held="F_HEADER", source=SUBSCRIBERS
    ),
    "F13 the delimiter changes under the header": Fault(
        crm("K1,Anna,Ek", "K2,Bo,Alm", "K3,Cia,Sten"), held="F_QUARANTINE"
    ),
    "F14 an unclosed quote in the first record": Fault(
        crm('K1;"Anna;Ek', "K2;Bo;Alm", "K3;Cia;Sten"), [BO, CIA], [(1, "R_QUOTE")]
    ),
    "F14 an unclosed quote in the middle": Fault(
        crm("K1;Anna;Ek", 'K2;"Bo;Alm', "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_QUOTE")]
    ),
    "F14 an unclosed quote in the last record": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm", 'K3;"Cia;Sten'), [ANNA, BO], [(3, "R_QUOTE")]
    ),
    "F14 two unclosed quotes in neighbours": Fault(
        crm("K1;Anna;Ek", 'K2;"Bo;Alm', 'K3;"Cia;Sten', *TEN[3:]),
        [ANNA, *TEN_STORED[3:]],
        [(2, "R_QUOTE"), (3, "R_QUOTE")],
    ),
    "F14 an unclosed quote that a far one closes": Fault(
        crm('K1;"Anna;Ek', "K2;Bo;Alm", 'K3;"Cia";Sten', 'K4;Dag";Ros', "K5;Eva;Lind"),
        [BO, CIA, ("K4", 'Dag"', "Ros"), ("K5", "Eva", "Lind")],
        [(1, "R_QUOTE")],
    ),
    "F14 text after a closing quote": Fault(
        crm("K1;Anna;Ek", 'K2;"Bo"x;Alm', "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_QUOTE")]
    ),
    "F14 a lone quote inside a field": Fault(
        crm("K1;Anna;Ek", 'K2;Bo 5";Alm', "K3;Cia;Sten"), [ANNA, ("K2", 'Bo 5"', "Alm"), CIA]
    ),
    "F14 a lone quote inside a field, beside a field too few": Fault(
        crm("K1;Anna", 'K2;Bo 5";Alm', "K3;Cia;Sten"), [("K2", 'Bo 5"', "Alm"), CIA], [(1, "R_COLS")]
    ),
    "F14 an unclosed quote beside a long text": Fault(
        crm('K1;"Anna;Ek', f'K2;"{LONG_TEXT}";Alm', "K3;Cia;Sten"),
        [("K2", LONG_TEXT, "Alm"), CIA],
        [(1, "R_QUOTE")],
    ),
    "F14 an unclosed quote in the header": Fault(
        b'kundnr;"fornamn;efternamn\nK1;Anna;Ek\n', held="F_HEADER"
    ),
    "F15 a line end inside quotes": Fault(crm('K1;"An\nna";Ek'), [("K1", "An\nna", "Ek")]),
    "F15 a delimiter inside quotes": Fault(crm('K1;"An;na";Ek'), [("K1", "An;na", "Ek")]),
    "F15 a quote inside quotes": Fault(crm('K1;"An""na";Ek'), [("K1", 'An"na', "Ek")]),
    "F15 an empty line inside quotes": Fault(crm('K1;"An\n\nna";Ek'), [("K1", "An\n\nna", "Ek")]),
    "F15 a line end in a quoted column name": Fault(
        b'kundnr;"for\nnamn";fornamn;efternamn\nK1;x;Anna;Ek\n', held="F_HEADER"
    ),
    "F16 line ends of Windows": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm", "K3;Cia;Sten", end="\r\n"), [ANNA, BO, CIA]
    ),
    "F16 line ends of old Macs": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm", "K3;Cia;Sten", end="\r"), [ANNA, BO, CIA]
    ),
    "F16 mixed line ends": Fault(
        f"{HEADER}\r\nK1;Anna;Ek\nK2;Bo;Alm\r\nK3;Cia;Sten\n".encode(), [ANNA, BO, CIA]
    ),
    "F16 all three line ends in one file": Fault(
        f"{HEADER}\r\nK1;Anna;Ek\rK2;Bo;Alm\nK3;Cia;Sten\r\n".encode(), [ANNA, BO, CIA]
    ),
    "F16 empty lines between": Fault(crm("K1;Anna;Ek", "", "K2;Bo;Alm", "", ""), [ANNA, BO]),
    "F17 a field too few": Fault(
        crm("K1;Anna;Ek", "K2;Bo", "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_COLS")]
    ),
    "F17 a field too many": Fault(
        crm("K1;Anna;Ek", "K2;Bo;von;Alm", "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_COLS")]
    ),
    "F17 a delimiter at the end of one line": Fault(
        crm("K1;Anna;Ek", "K2;Bo;Alm;", "K3;Cia;Sten"), [ANNA, BO, CIA]
    ),
    "F17 a delimiter at the end of one line, beside a field too few": Fault(
        crm("K1;Anna", "K2;Bo;Alm;", "K3;Cia;Sten"), [BO, CIA], [(1, "R_COLS")]
    ),
    "F17 spaces alone in a line": Fault(
        crm("K1;Anna;Ek", "   ", "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_COLS")]
    ),
    "F17 a line end in an unquoted field": Fault(
        crm(*TEN, "K11;An\nna;Ek", "K12;Bo;Alm"),
        [*TEN_STORED, ("K12", "Bo", "Alm")],
        [(11, "R_COLS"), (12, "R_COLS")],
    ),
    "F17 most lines broken": Fault(
        crm(*(f"K{n};Anna" if n % 3 else f"K{n};Anna;Ek" for n in range(60))), held="F_QUARANTINE"
    ),
    "F18 a name twice": Fault(crm("K1;Anna;Bo;Ek", header="kundnr;fornamn;fornamn;efternamn"), held="F_HEADER"),
    "F18 a name twice but for case and spaces": Fault(
        crm("K1;Anna;Bo;Ek", header="kundnr;fornamn; Fornamn ;efternamn"), held="F_HEADER"
    ),
    "F18 a name twice in Parquet but for case": Fault(
        customers(EMAIL=["x@firma.se", "y@firma.se"]), held="F_HEADER", source=CUSTOMERS
    ),
    "F18 a name twice in one JSON object": Fault(
        events(event("E1"), event("E2")[:-1] + ', "event": "click"}', event("E3")),
        [("E1", "open"), ("E3", "open")],
        [(2, "R_JSON")],
        source=EVENTS,
    ),
    "F19 a column added at the end": Fault(
        crm("K1;Anna;Ek;43", header=f"{HEADER};skostorlek"), [ANNA]
    ),
    "F19 a column added in front": Fault(crm("43;K1;Anna;Ek", header=f"skostorlek;{HEADER}"), [ANNA]),
    "F19 a field added in JSON": Fault(events(event("E1", shoe=43)), [("E1", "open")], source=EVENTS),
    "F19 a column added in Parquet": Fault(
        customers(shoe=[43, 44]), [("1", "a@firma.se"), ("2", "b@firma.se")], source=CUSTOMERS
    ),
    "F19 a column without a name": Fault(crm("K1;Anna;Ek;", header=f"{HEADER};"), [ANNA]),
    "F20 a required column removed": Fault(crm("K1;Anna", header="kundnr;fornamn"), held="F_SCHEMA"),
    "F20 a required column renamed": Fault(
        crm("K1;Anna;Ek", header="kundnr;fornamn;surname"), held="F_SCHEMA"
    ),
    "F20 the key renamed": Fault(crm("K1;Anna;Ek", header="id;fornamn;efternamn"), held="F_SCHEMA"),
    "F20 a required field renamed in JSON": Fault(
        events(event("E1").replace('"event"', '"type"')), held="F_SCHEMA", source=EVENTS
    ),
    "F20 a required column renamed in Parquet": Fault(
        orders().rename_columns(["order_id", "customer_id", "ordered_at", "status", "currency", "total"]),
        held="F_SCHEMA",
        source=ORDERS,
    ),
    "F20 an optional column renamed": Fault(
        crm("K1;Anna;Ek;1980-01-01", header=f"{HEADER};birthdate"), [ANNA]
    ),
    "F20 a renamed column, mapped by the user": Fault(
        crm("K1;Anna;Ek", header="kundnr;fornamn;surname"),
        [ANNA],
        own="sources: {crm/contacts: {columns: {efternamn: surname}}}",
    ),
    "F20 no header at all": Fault(b"K1;Anna;Ek\nK2;Bo;Alm\n", held="F_HEADER"),
    "F21 columns in another order": Fault(
        crm("Ek;K1;Anna", header="efternamn;kundnr;fornamn"), [ANNA]
    ),
    "F21 columns in another order in Parquet": Fault(
        orders().select(["total_amount", "currency", "status", "ordered_at", "customer_id", "order_id"]),
        [("O1", Decimal("10.00")), ("O2", Decimal("20.00")), ("O3", Decimal("30.00"))],
        source=ORDERS,
    ),
    "F21 fields in another order in each JSON line": Fault(
        events(event("E1"), json.dumps(dict(reversed(json.loads(event("E2")).items())))),
        [("E1", "open"), ("E2", "open")],
        source=EVENTS,
    ),
    "F22 one amount became text": Fault(
        orders(total_amount=["10.00", "free", "30.00"]),
        [("O1", "10.00"), ("O3", "30.00")],
        [(2, "R_NUMBER")],
        source=ORDERS,
    ),
    "F22 all amounts became text": Fault(
        orders(total_amount=["cheap", "free", "dear"]), held="F_QUARANTINE", source=ORDERS
    ),
    # Each is null in staging; that they stopped is known once they were dates (test_limits.py).
    "F22 most birth dates of a first delivery are no dates": Fault(
        crm(
            *(f"K{n};Anna;Ek;{'1980-01-01' if n % 10 == 0 else 'ja'}" for n in range(100)),
            header=f"{HEADER};fodelsedatum",
        ),
        [(f"K{n}", "Anna", "Ek") for n in range(100)],
    ),
    "F22 a list where a text was": Fault(
        customers(email=[["a@firma.se"], ["b@firma.se"]]), held="F_SCHEMA", source=CUSTOMERS
    ),
    "F22 numbers for texts in JSON": Fault(
        events(event("E1", subscriber_id=17), event("E2", subscriber_id="17")),
        [("E1", "open"), ("E2", "open")],
        source=EVENTS,
    ),
    "F22 whole numbers for texts in Parquet": Fault(
        customers(customer_id=pa.array([1, 2])),
        [(1, "a@firma.se"), (2, "b@firma.se")],
        source=CUSTOMERS,
    ),
    "F23 a field of three million letters": Fault(
        crm("K1;Anna;Ek", f"K2;{BIG};Alm", "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_SIZE")]
    ),
    "F23 a quoted field of three million letters": Fault(
        crm("K1;Anna;Ek", f'K2;"{BIG}";Alm', "K3;Cia;Sten"), [ANNA, CIA], [(2, "R_SIZE")]
    ),
    "F23 a JSON line of three million letters": Fault(
        events(event("E1"), event("E2", event=BIG), event("E3")),
        [("E1", "open"), ("E3", "open")],
        [(2, "R_SIZE")],
        source=EVENTS,
    ),
    "F23 a Parquet cell of three million letters": Fault(
        customers(email=[BIG, "b@firma.se"]), [("2", "b@firma.se")], [(1, "R_SIZE")], source=CUSTOMERS
    ),
    "F24 a bomb": Fault(
        gzip.compress(GOOD + b"x" * 10_000_000), held="F_SIZE", file="crm/contacts.csv.gz"
    ),
    "F24 a bomb inside a bomb": Fault(
        gzip.compress(gzip.compress(bytes(30_000_000))), held="F_SIZE", file="crm/contacts.csv.gz"
    ),
    "F24 a zip archive under another name": Fault(packed(contacts=GOOD), held="F_NUL"),
    "F24 gzip without its ending": Fault(gzip.compress(GOOD), held="F_NUL"),
    "F24 an ending without gzip": Fault(GOOD, held="F_FORMAT", file="crm/contacts.csv.gz"),
    "F24 CSV under the name of Parquet": Fault(b"customer_id\n1\n", held="F_FORMAT", source=CUSTOMERS),
    "F24 Parquet under the name of CSV": Fault(parquet(orders()), held="F_NUL"),
    "F24 a web page under the name of CSV": Fault(
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", held="F_HEADER"
    ),
    "F24 a file name that is SQL": Fault(GOOD, [ANNA, BO, CIA], file="crm/contacts'); drop table x; --.csv"),
    "F25 words for nothing": Fault(
        crm("NULL;Null;NA", "null;n/a;NaN"), [("NULL", "Null", "NA"), ("null", "n/a", "NaN")]
    ),
    "F25 nothing, quoted or not": Fault(
        crm('K1;"";', "K2; ;-"), [("K1", None, None), ("K2", " ", "-")]
    ),
    "F25 null in JSON": Fault(
        events(event("E1", campaign_id=None), event("E2", event="null")),
        [("E1", "open"), ("E2", "null")],
        source=EVENTS,
    ),
    "V2 no number where an amount must be": Fault(
        orders(total_amount=pa.array([float("nan"), float("inf"), 30.0])),
        [("O3", 30.0)],
        [(1, "R_NUMBER"), (2, "R_NUMBER")],
        source=ORDERS,
    ),
    "V2 words of programmers where an amount must be": Fault(
        orders(total_amount=["0x10", "1_000", "30"]),
        [("O3", "30")],
        [(1, "R_NUMBER"), (2, "R_NUMBER")],
        source=ORDERS,
    ),
    "V4 days that are none, where a moment must be": Fault(
        bookings(
            "B1,A,10,30-02-2026 10:00",
            "B2,A,10,infinity",
            "B3,A,10,epoch",
            "B4,A,10,01-01-0001 00:00",
            "B5,A,10,28-02-2026 10:00",
        ),
        [("B5", "10")],
        [(n, "R_DATE") for n in range(1, 5)],
        source=BOOKINGS,
    ),
    "V5 a record twice": Fault(crm("K1;Anna;Ek", "K1;Anna;Ek", "K2;Bo;Alm"), [ANNA, BO]),
    "V5 a key twice with different records": Fault(
        crm("K1;Anna;Ek", "K1;Anna;Alm"), [ANNA, ("K1", "Anna", "Alm")]
    ),
    "V5 an event twice with different records": Fault(
        events(event("E1"), event("E1", event="click")), [("E1", "open")], source=EVENTS
    ),
    "V7 an order without its currency": Fault(
        orders(currency=["SEK", None, "DKK"]),
        [("O1", Decimal("10.00")), ("O3", Decimal("30.00"))],
        [(2, "R_TYPE")],
        source=ORDERS,
    ),
    "V9 a column of national numbers": Fault(
        crm("K1;Anna;Ek;19800101-0008", header=f"{HEADER};personnummer"), [ANNA]
    ),
    "V10 signs of all the world": Fault(
        subscribers("S1,a@firma.se,👩‍👩‍👧 \u202egnihton\u200b A\u030asa"),
        [("S1", "a@firma.se", "👩‍👩‍👧 \u202egnihton\u200b A\u030asa")],
        source=SUBSCRIBERS,
    ),
    "V11 a column without a value": Fault(crm("K1;;Ek", "K2;;Alm"), [("K1", None, "Ek"), ("K2", None, "Alm")]),
    "V17 an order of an unknown customer": Fault(
        orders(customer_id=["nobody", "C1", "C2"]),
        [("O1", Decimal("10.00")), ("O2", Decimal("20.00")), ("O3", Decimal("30.00"))],
        source=ORDERS,
    ),
    "V17 an order of no customer": Fault(
        orders(customer_id=[None, "C1", "C2"]),
        [("O2", Decimal("20.00")), ("O3", Decimal("30.00"))],
        [(1, "R_TYPE")],
        source=ORDERS,
    ),
    "V18 a status outside the values that the user allows": Fault(
        orders(status=["paid", "lost", "shipped"]),
        [("O1", Decimal("10.00")), ("O3", Decimal("30.00"))],
        [(2, "R_CATEGORY")],
        source=ORDERS,
        own="sources: {shop/orders: {values: {status: [paid, shipped, refunded, cancelled]}}}",
    ),
    "V18 an amount outside the range that the user allows": Fault(
        orders(total_amount=["10", "-20", "30"]),
        [("O1", "10"), ("O3", "30")],
        [(2, "R_RANGE")],
        source=ORDERS,
        own="sources: {shop/orders: {range: {total_amount: [0, 1000]}}}",
    ),
    "V18 amounts below zero, of zero and huge": Fault(
        orders(total_amount=["-5", "0", "99999999999.99"]),
        [("O1", "-5"), ("O2", "0"), ("O3", "99999999999.99")],
        source=ORDERS,
    ),
}  # fmt: skip
JSON_FAULTS = {
    "F17 a list for an object": '["E2", "open"]',
    "F17 a word for an object": "open",
    "F17 nothing for an object": "null",
    "F17 a comma too many": event("E2")[:-1] + ",}",
    "F17 two objects in a line": event("E2") + event("E9"),
    "F17 a hundred thousand brackets": "[" * 30_000,
    "F17 half a letter": event("E2", event="x").replace('"x"', '"\\ud800"'),
    "F17 a NUL in an escape": event("E2", event="x").replace('"x"', '"a\\u0000b"'),
}
FILE_FAULTS |= {
    name: Fault(
        events(event("E1"), line, event("E3")),
        [("E1", "open"), ("E3", "open")],
        [(2, "R_JSON")],
        source=EVENTS,
    )
    for name, line in JSON_FAULTS.items()
}


@pytest.mark.parametrize("fault", FILE_FAULTS.values(), ids=FILE_FAULTS.keys())
def test_a_fault_of_a_file_ends_as_agreed(open_inbox: Callable[..., Any], fault: Fault) -> None:
    inbox = open_inbox(fault.own)
    inbox.put(fault.file or FILES[fault.source], fault.content)
    inbox.take_in(fault.source)
    delivery = inbox.delivery(fault.source)
    assert delivery["reason_code"] == (fault.held or None)
    assert inbox.quarantined(fault.source) == list(fault.quarantined)
    assert inbox.rows(fault.source, *COLUMNS[fault.source]) == list(fault.stored)
    status = "held" if fault.held else "partly_loaded" if fault.quarantined else "loaded"
    assert delivery["status"] == status


VALUE_FAULTS = value_faults()


@pytest.mark.parametrize("fault", VALUE_FAULTS.values(), ids=VALUE_FAULTS.keys())
def test_a_fault_of_a_value_ends_as_agreed(
    staged: duckdb.DuckDBPyConnection, fault: ValueFault
) -> None:
    table = fault.source.replace("/", "__")
    of_its_file = [f for f in VALUE_FAULTS.values() if f.path == fault.path]
    record_no = 1 + of_its_file.index(fault)
    (file_id,) = staged.execute(
        "select file_id from raw.deliveries where path = ?", [fault.path]
    ).fetchall()[0]
    reasons = staged.execute(
        "select reason_code from raw.quarantine where file_id = ? and record_no = ?",
        [file_id, record_no],
    ).fetchall()
    columns = [f"cast({column} as varchar)" for column in fault.staged]
    rows = staged.execute(
        f"select {', '.join(['warning_codes', *columns])} from staging.stg_{table}_versions "
        "where _file_id = ? and _record_no = ?",
        [file_id, record_no],
    ).fetchall()
    if fault.refused:
        assert (reasons, rows) == ([(fault.refused,)], [])
    else:
        assert (reasons, rows) == ([], [(list(fault.warnings), *fault.staged.values())])


def test_f1_an_optional_source_that_is_missing_is_an_empty_table(inbox: Any) -> None:
    inbox.take_in(CONTACTS)
    assert inbox.deliveries(CONTACTS) == []
    assert inbox.rows(CONTACTS, "kundnr") == []


def test_f5_a_file_that_grows_while_it_is_read_loses_nothing_in_the_end(inbox: Any) -> None:
    lines = [f"K{n};{'Anna' * 50};Ek\n".encode() for n in range(4_000)]
    file = inbox.put("crm/contacts.csv", f"{HEADER}\n".encode())

    def grow() -> None:
        with file.open("ab", buffering=0) as growing:
            for line in lines:
                growing.write(line[:9])
                growing.write(line[9:])

    writer = threading.Thread(target=grow)
    writer.start()
    while writer.is_alive():
        inbox.take_in(CONTACTS)
    inbox.take_in(CONTACTS)
    stored = inbox.rows(CONTACTS, "kundnr")
    assert len(stored) == len(set(stored)) == len(lines)
    assert {code for _, code in inbox.quarantined(CONTACTS)} <= {"R_TRUNCATED"}


@pytest.mark.parametrize("name", ["crm/contacts.csv", "crm/contacts_again.csv"])
def test_f7_the_same_file_again_changes_nothing(inbox: Any, name: str) -> None:
    inbox.put("crm/contacts.csv", GOOD)
    inbox.take_in(CONTACTS)
    before = inbox.warehouse.sql("from raw.crm__contacts").fetchall()
    inbox.put(name, GOOD)
    intake = inbox.take_in(CONTACTS)
    assert (intake.loaded, intake.accepted) == (0, 0)
    assert inbox.delivery(CONTACTS)["status"] == "unchanged"
    assert inbox.warehouse.sql("from raw.crm__contacts").fetchall() == before


def linked_file(folder: Path, outside: Path) -> None:
    (folder / "contacts.csv").symlink_to(outside / "contacts.csv")


def linked_folder(folder: Path, outside: Path) -> None:
    folder.rmdir()
    folder.symlink_to(outside)


def linked_around(folder: Path, _: Path) -> None:
    (folder / "contacts.csv").symlink_to(folder / "contacts_2.csv")
    (folder / "contacts_2.csv").symlink_to(folder / "contacts.csv")


def a_folder(folder: Path, _: Path) -> None:
    (folder / "contacts.csv").mkdir()


def a_pipe(folder: Path, _: Path) -> None:
    os.mkfifo(folder / "contacts.csv")


def another_ending(folder: Path, _: Path) -> None:
    (folder / "contacts.csv.part").write_bytes(GOOD)


NO_FILES: dict[Callable[[Path, Path], None], str] = {
    linked_file: "F_LINK",
    linked_folder: "F_LINK",
    linked_around: "F_LINK",
    a_folder: "",
    a_pipe: "",
    another_ending: "",
}


@pytest.mark.parametrize(
    ("put", "held"),
    NO_FILES.items(),
    ids=[f"F24 {put.__name__.replace('_', ' ')}" for put in NO_FILES],
)
def test_what_is_no_file_of_the_inbox_is_not_read(
    inbox: Any, tmp_path: Path, put: Callable[[Path, Path], None], held: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "contacts.csv").write_bytes(GOOD)
    (inbox.home.landing / "crm").mkdir()
    put(inbox.home.landing / "crm", outside)
    inbox.take_in(CONTACTS)
    assert {delivery["reason_code"] for delivery in inbox.deliveries(CONTACTS)} == ({held} - {""})
    assert inbox.rows(CONTACTS, "kundnr") == []
    assert not list((inbox.home.deliveries).rglob("*.json"))


@pytest.mark.parametrize("name", ["../crm/contacts", "crm/../../etc/passwd", "/etc/passwd", "crm"])
def test_f24_a_source_cannot_lie_outside_the_inbox(
    open_inbox: Callable[..., Any], name: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.yaml"):
        open_inbox(
            f"sources: {{{json.dumps(name)}: {{format: csv, key: [a], contract: {{a: text}}}}}}"
        )


@pytest.fixture
def in_zone() -> Iterator[Callable[[str], None]]:
    """Move the machine into a time zone."""
    with pytest.MonkeyPatch.context() as patch:

        def move(zone: str) -> None:
            patch.setenv("TZ", zone)
            time.tzset()

        yield move
    time.tzset()


def test_p12_the_zone_of_the_machine_changes_nothing(
    open_inbox: Callable[..., Any], in_zone: Callable[[str], None]
) -> None:
    moments = pa.array(
        [datetime(2026, 3, 29, 1, 30), datetime(2026, 10, 25, 0, 30), datetime(2024, 2, 29)]
    )
    found = []
    for zone in ("UTC", "Europe/Copenhagen", "Pacific/Kiritimati"):
        in_zone(zone)
        inbox = open_inbox(folder=zone.replace("/", "_"))
        inbox.put("shop/orders.parquet", orders(ordered_at=moments.cast(pa.timestamp("us", "UTC"))))
        inbox.take_in(ORDERS)
        found.append(inbox.rows(ORDERS, "order_id", "cast(ordered_at as varchar)", "_row_hash"))
    assert found[0] == found[1] == found[2]


def test_p13_what_cannot_be_copied_is_not_loaded_and_comes_later(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", GOOD)
    in_the_way = inbox.home.deliveries / "crm"
    in_the_way.write_text("no folder")
    with pytest.raises(OSError, match="crm"):
        inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == []
    in_the_way.unlink()
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2", "K3"]


def test_p14_a_second_run_on_the_same_files_changes_nothing(inbox: Any) -> None:
    for path, content in {
        FILES[f.source]: f.content for f in FILE_FAULTS.values() if not f.own
    }.items():
        inbox.put(path, content)
    inbox.take_in(*FILES)
    tables = [f"raw.{source.replace('/', '__')}" for source in FILES] + ["raw.quarantine"]
    before = [inbox.warehouse.sql(f"from {table}").fetchall() for table in tables]
    copies = sorted(inbox.home.deliveries.rglob("*"))
    inbox.take_in(*FILES)
    assert [inbox.warehouse.sql(f"from {table}").fetchall() for table in tables] == before
    assert sorted(inbox.home.deliveries.rglob("*")) == copies


def test_v6_far_fewer_records_than_usual_hold_the_file_and_leave_what_was_there(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox("sources: {crm/contacts: {max_row_drop: 0.5}}")
    inbox.put("crm/contacts.csv", crm(*(f"K{n};Anna;Ek" for n in range(100))))
    inbox.take_in(CONTACTS)
    before = inbox.rows(CONTACTS, "kundnr")
    inbox.put("crm/contacts.csv", crm(*(f"K{n};Anna;Alm" for n in range(9))))
    inbox.take_in(CONTACTS)
    assert (inbox.delivery(CONTACTS)["status"], inbox.delivery(CONTACTS)["reason_code"]) == (
        "held",
        "F_VOLUME",
    )
    assert inbox.rows(CONTACTS, "kundnr") == before


def test_v6_a_snapshot_that_lacks_most_keys_is_held_and_deletes_nothing(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox("sources: {crm/contacts: {delivery: snapshot}}")
    inbox.put("crm/contacts.csv", crm(*(f"K{n};Anna;Ek" for n in range(100))))
    inbox.take_in(CONTACTS)
    before = inbox.warehouse.sql("from raw.crm__contacts order by all").fetchall()
    inbox.put("crm/contacts.csv", crm(*(f"K{n};Anna;Ek" for n in range(30))))
    inbox.take_in(CONTACTS)
    assert inbox.delivery(CONTACTS)["reason_code"] == "F_VOLUME"
    assert inbox.warehouse.sql("from raw.crm__contacts order by all").fetchall() == before


def test_v16_the_order_of_deliveries_changes_no_version(open_inbox: Callable[..., Any]) -> None:
    header = f"{HEADER};andrad"
    files = [
        crm(f"K1;Anna;Ek;2025-01-0{n} 10:00:00", f"K{n}0;Bo;Alm;2025-01-01 10:00:00", header=header)
        for n in (1, 2, 3)
    ]
    found = []
    for order in itertools.permutations(files):
        inbox = open_inbox(folder=f"order_{len(found)}")
        for content in order:
            inbox.put("crm/contacts.csv", content)
            inbox.take_in(CONTACTS)
        found.append(sorted(inbox.rows(CONTACTS, "kundnr", "fornamn", "andrad", "_row_hash")))
    assert len(found[0]) == 6
    assert all(rows == found[0] for rows in found)
