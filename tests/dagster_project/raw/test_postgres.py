"""A database as a source, against a real server: what comes, what comes again, and what ends it."""

from collections.abc import Callable
from typing import Any

import pytest

CONTACTS = "crm/contacts"
SOURCES = """
sources:
  crm/contacts:
    format: postgres
    connection: CRM_DSN
    table: public.contacts
    columns: {kundnr: id, fornamn: first_name, efternamn: last_name, epost: mail, skapad: created, andrad: updated}
"""
TABLE = """
create table contacts (
    id integer primary key, first_name text, last_name text, mail text, shoe_size integer,
    created timestamptz default '2026-01-01 10:00+01', updated timestamptz default '2026-11-01 10:00+01'
);
insert into contacts (id, first_name, last_name, mail) values
    (1, 'Åsa', 'Öberg', 'asa@example.org'), (2, 'Bo', 'Ek', null), (3, 'Cay', 'Al', '');
"""


@pytest.fixture
def crm(database, open_inbox, monkeypatch):
    """An inbox whose contacts come from a table; the table holds three."""
    monkeypatch.setenv("CRM_DSN", database.dsn)
    database.sql(TABLE)
    return open_inbox(SOURCES)


def test_a_table_is_loaded_by_the_names_of_its_columns(crm):
    taken = crm.take_in(CONTACTS)
    assert (taken.accepted, taken.held) == (3, {})
    assert crm.rows(CONTACTS, "kundnr", "fornamn", "epost", "skapad", "kon")[0] == (
        "1", "Åsa", "asa@example.org", "2026-01-01 09:00:00", None,
    )  # fmt: skip
    assert [row[2] for row in crm.rows(CONTACTS, "kundnr", "fornamn", "epost")] == [
        "asa@example.org", None, "",
    ]  # fmt: skip


def test_a_second_look_at_the_same_rows_loads_nothing(crm):
    crm.take_in(CONTACTS)
    again = crm.take_in(CONTACTS)
    assert (again.loaded, again.unchanged) == (0, 1)
    assert [row["status"] for row in crm.deliveries(CONTACTS)] == ["loaded", "unchanged"]


def test_only_what_changed_since_is_delivered(crm, database):
    crm.take_in(CONTACTS)
    database.sql("update contacts set last_name = 'Ny', updated = '2026-11-02 10:00Z' where id = 2")
    database.sql(
        "insert into contacts values (4, 'Di', 'Bo', null, 40, now(), '2026-11-01 10:00+01')"
    )
    taken = crm.take_in(CONTACTS)
    assert (taken.accepted, taken.duplicates) == (2, 0)
    assert sorted(crm.rows(CONTACTS, "kundnr", "efternamn"))[1:] == [
        ("2", "Ek"), ("2", "Ny"), ("3", "Al"), ("4", "Bo"),
    ]  # fmt: skip
