"""A database as a source, against a real server: what comes, what comes again, and what ends it."""

import json

import pyarrow.parquet as pq
import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.sources import read_sources

CONTACTS = "crm/contacts"
ENTRY = """
sources:
  crm/contacts:
    format: postgres
    connection: CRM_DSN
    columns: {kundnr: id, fornamn: first_name, efternamn: last_name, epost: mail, skapad: created, andrad: updated}
    %s
"""
TABLE = ENTRY % "table: public.contacts"
CREATE = """
create table contacts (
    id integer primary key, first_name text, last_name text, mail text, shoe_size integer,
    created timestamptz default '2026-01-01 10:00+01', updated timestamptz default '2026-11-01 10:00+01'
);
insert into contacts (id, first_name, last_name, mail) values
    (1, 'Åsa', 'Öberg', 'asa@example.org'), (2, 'Bo', 'Ek', null), (3, 'Cay', 'Al', '');
"""


@pytest.fixture
def crm(database, open_inbox, monkeypatch):
    """Open an inbox whose contacts come from a table that holds three."""
    monkeypatch.setenv("CRM_DSN", database.dsn)
    database.sql(CREATE)

    def opened(own=TABLE, folder="home"):
        return open_inbox(own, folder)

    return opened


def extracts(inbox):
    """The delivered Parquet files, in the order they came."""
    folder = inbox.home.deliveries / "crm" / "contacts"
    notes = [
        (json.loads(note.read_text("utf-8"))["number"], note) for note in folder.glob("*.json")
    ]
    return [pq.read_table(note.with_name(note.name.partition(".")[0])) for _, note in sorted(notes)]


def left_behind(inbox):
    """Files of an extract outside the deliveries that were taken in."""
    return [file for file in inbox.home.scratch.rglob("*") if file.is_file()]


def test_a_table_is_loaded_by_the_names_of_its_columns(crm):
    inbox = crm()
    taken = inbox.take_in(CONTACTS)
    assert (taken.accepted, taken.held) == (3, {})
    rows = inbox.rows(CONTACTS, "kundnr", "fornamn", "epost", "skapad", "kon")
    assert rows[0] == ("1", "Åsa", "asa@example.org", "2026-01-01 09:00:00", None)
    assert [row[2] for row in rows] == ["asa@example.org", None, ""]
    assert left_behind(inbox) == []


def test_what_the_contract_does_not_know_is_not_read(crm):
    inbox = crm()
    inbox.take_in(CONTACTS)
    assert extracts(inbox)[0].column_names == [
        "id", "first_name", "last_name", "mail", "created", "updated",
    ]  # fmt: skip


def test_a_second_look_at_the_same_rows_delivers_nothing(crm):
    inbox = crm()
    inbox.take_in(CONTACTS)
    again = inbox.take_in(CONTACTS)
    assert (again.loaded, again.unchanged) == (0, 1)
    assert [row["status"] for row in inbox.deliveries(CONTACTS)] == ["loaded", "unchanged"]
    assert left_behind(inbox) == []
    assert len(extracts(inbox)) == 1


def test_only_what_changed_since_is_delivered(crm, database):
    inbox = crm()
    inbox.take_in(CONTACTS)
    database.sql("update contacts set last_name = 'Ny', updated = '2026-11-02 10:00Z' where id = 2")
    taken = inbox.take_in(CONTACTS)
    assert (taken.accepted, taken.duplicates) == (1, 0)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn")[3:] == [("2", "Ny")]
    assert inbox.take_in(CONTACTS).unchanged == 1


@pytest.mark.parametrize(
    ("moment", "comes"),
    [
        ("2026-11-01 10:00+01", True),  # the newest moment seen
        ("2026-11-01 09:00+01", True),  # an hour before: the transaction was committed late
        ("2026-11-01 08:59:59+01", False),
        ("9999-12-31 00:00Z", True),
        (None, True),
    ],
)
def test_no_row_is_lost_where_moments_meet(crm, database, moment, comes):
    inbox = crm()
    inbox.take_in(CONTACTS)
    when = f"'{moment}'" if moment else "null"
    database.sql(f"insert into contacts values (9, 'Ida', 'Sen', null, 40, null, {when})")
    assert inbox.take_in(CONTACTS).accepted == int(comes)
    assert inbox.take_in(CONTACTS).loaded == 0


@pytest.mark.parametrize(
    "moment", ["'9999-12-31 00:00Z'", "'infinity'", "'-infinity'", "'0044-03-15 BC'"]
)
def test_a_moment_that_cannot_be_hides_no_later_change(crm, database, moment):
    inbox = crm()
    database.sql(f"update contacts set updated = {moment} where id = 1")
    inbox.take_in(CONTACTS)
    database.sql("update contacts set last_name = 'Ny', updated = '2026-11-02 10:00Z' where id = 2")
    assert inbox.take_in(CONTACTS).accepted == 1
    assert inbox.take_in(CONTACTS).loaded == 0


def test_a_value_that_went_and_came_back_within_one_moment_is_the_newest(crm, database):
    inbox = crm()
    for name in ("Ek", "Ny", "Ek"):
        database.sql(f"update contacts set last_name = '{name}' where id = 2")
        assert inbox.take_in(CONTACTS).loaded == 1
    newest = extracts(inbox)[-1].to_pylist()
    assert [(row["id"], row["last_name"]) for row in newest] == [("2", "Ek")]


def test_a_lost_warehouse_gets_every_row_back_and_asks_for_no_more(crm, database, monkeypatch):
    inbox = crm()
    inbox.take_in(CONTACTS)
    database.sql("update contacts set last_name = 'Ny', updated = '2026-11-02 10:00Z' where id = 2")
    inbox.take_in(CONTACTS)
    before = inbox.rows(CONTACTS, "kundnr", "efternamn", "andrad")
    inbox.warehouse.execute("drop schema raw cascade")
    again = inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn", "andrad") == before
    assert (again.loaded, again.duplicates, len(extracts(inbox))) == (2, 0, 2)


def test_another_question_is_asked_from_the_beginning(crm, database):
    inbox = crm()
    inbox.take_in(CONTACTS)
    database.sql("alter table contacts add column telefon text default '070-1234567'")
    assert inbox.take_in(CONTACTS).accepted == 3
    assert set(inbox.rows(CONTACTS, "telefon")) == {None, "070-1234567"}
    assert inbox.take_in(CONTACTS).loaded == 0


def test_a_source_that_came_as_files_before_goes_on_from_the_database(crm, open_inbox):
    columns = "columns: {kundnr: id, fornamn: first_name, efternamn: last_name}"
    inbox = open_inbox(f"sources:\n  crm/contacts:\n    {columns}\n")
    inbox.put("crm/contacts.csv", "id;first_name;last_name\nK7;Eva;Lund\n")
    inbox.take_in(CONTACTS)
    inbox.sources = crm(folder="other").sources
    assert inbox.take_in(CONTACTS).accepted == 3
    inbox.warehouse.execute("drop schema raw cascade")
    assert inbox.take_in(CONTACTS).accepted == 4
    assert inbox.rows(CONTACTS, "kundnr") == ["K7", "1", "2", "3"]


@pytest.mark.parametrize("kind", ["timestamp", "date"])
def test_moments_without_a_zone_are_in_the_source_s_own_time(crm, database, kind):
    database.sql(f"alter table contacts alter updated type {kind}, alter created type timestamp")
    inbox = crm(TABLE + "    timezone: Europe/Stockholm\n")
    inbox.take_in(CONTACTS)
    database.sql("update contacts set last_name = 'Ny', updated = '2026-11-02 10:00' where id = 2")
    assert inbox.take_in(CONTACTS).accepted == 1
    assert inbox.take_in(CONTACTS).loaded == 0
    assert inbox.rows(CONTACTS, "andrad")[-1].startswith("2026-11-02")


def test_without_an_updated_column_all_rows_come_when_any_differs(crm, database):
    database.sql("alter table contacts drop column updated")
    inbox = crm()
    inbox.take_in(CONTACTS)
    assert inbox.take_in(CONTACTS).loaded == 0
    database.sql("update contacts set mail = 'bo@example.org' where id = 2")
    changed = inbox.take_in(CONTACTS)
    assert (changed.accepted, changed.duplicates) == (1, 2)
    database.sql("delete from contacts where id = 3")
    assert inbox.take_in(CONTACTS).duplicates == 2
    assert inbox.take_in(CONTACTS).loaded == 0


def test_a_row_that_is_deleted_there_is_deleted_here_if_all_rows_are_asked_for(crm, database):
    inbox = crm(TABLE + "    delivery: snapshot\n")
    inbox.take_in(CONTACTS)
    assert inbox.take_in(CONTACTS).loaded == 0
    database.sql(
        "delete from contacts where id = 3; update contacts set mail = 'b@b.se' where id = 2"
    )
    assert inbox.take_in(CONTACTS).loaded == 1
    assert sorted(extracts(inbox)[-1].column("id").to_pylist()) == ["1", "2"]
    rows = inbox.rows(CONTACTS, "kundnr", "_deleted_by is not null")
    assert {key for key, is_deleted in rows if is_deleted} == {"3"}


def test_a_query_may_shape_what_is_read(crm, database):
    query = """query: |
      with shoppers as (select * from contacts where id < 3)
      select id, upper(first_name) as first_name, last_name, updated as "UPDATED" from shoppers -- no more"""
    inbox = crm(ENTRY % query)
    assert inbox.take_in(CONTACTS).accepted == 2
    assert inbox.rows(CONTACTS, "fornamn", "epost") == [("ÅSA", None), ("BO", None)]
    database.sql("update contacts set updated = '2026-11-02 10:00Z'")
    assert inbox.take_in(CONTACTS).accepted == 2


ZOO = """
create type mood as enum ('glad', 'sad');
create domain mail as text check (value like '%@%');
create table zoo (
    id uuid, first_name varchar(10), last_name char(8), kon mood, fodelsedatum date, epost mail, telefon bigint,
    gatuadress text[], postnr integer, ort jsonb, land bytea, foretag_nr numeric, titel double precision,
    sprak boolean, skapad timestamp, andrad timestamptz
);
insert into zoo values
    ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Åsa', 'Ek', 'glad', '1970-02-28', 'a@b.se', 46701234567,
     '{"Storgatan 1",b}', 12345, '{"a": [1]}', '\\xff00', 12345678901234567890123456789.000000001, 0.1,
     true, '2026-01-01 10:00:00.123456', '2026-03-29 03:30:00+02'),
    ('b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', E'a\\n"b"', 'Ek', null, 'infinity', null, null,
     '{}', null, 'null', '', 'NaN', 'Infinity', false, '-infinity', 'infinity');
"""


def test_every_type_arrives_as_the_database_writes_it(crm, database):
    database.sql(ZOO)
    inbox = crm(
        ENTRY.replace("skapad: created, andrad: updated", "").replace("epost: mail, ", "")
        % "table: zoo"
    )
    assert inbox.take_in(CONTACTS).accepted == 2
    columns = inbox.sources[CONTACTS].contract
    usual, odd = (dict(zip(columns, row, strict=True)) for row in inbox.rows(CONTACTS, *columns))
    assert usual == {
        "kundnr": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "fornamn": "Åsa", "efternamn": "Ek", "kon": "glad",
        "fodelsedatum": "1970-02-28", "epost": "a@b.se", "telefon": "46701234567",
        "gatuadress": '{"Storgatan 1",b}', "postnr": "12345", "ort": '{"a": [1]}', "land": "\\xff00",
        "foretag_nr": "12345678901234567890123456789.000000001", "titel": "0.1", "sprak": "true",
        "skapad": "2026-01-01 10:00:00.123456", "andrad": "2026-03-29 01:30:00",
    }  # fmt: skip
    assert odd == {
        "kundnr": "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "fornamn": 'a\n"b"', "efternamn": "Ek", "kon": None,
        "fodelsedatum": "infinity", "epost": None, "telefon": None, "gatuadress": "{}", "postnr": None,
        "ort": "null", "land": "\\x", "foretag_nr": "NaN", "titel": "Infinity", "sprak": "false",
        "skapad": "-infinity", "andrad": "infinity",
    }  # fmt: skip
    assert inbox.take_in(CONTACTS).loaded == 0


def test_names_are_taken_to_the_letter(crm, database):
    database.sql(
        'create schema "My.Schema"; create table "My.Schema"."Contacts; drop table contacts" '
        '("Id""s" text, "first name" text, "select" text, "{x}" timestamptz);'
        """insert into "My.Schema"."Contacts; drop table contacts" values ('1', 'Åsa', 'Ek', now())"""
    )
    inbox = crm(
        "sources:\n  crm/contacts:\n    format: postgres\n    connection: CRM_DSN\n"
        """    table: '"My.Schema"."Contacts; drop table contacts"'\n"""
        """    columns: {kundnr: 'Id"s', fornamn: first name, efternamn: select, andrad: '{x}'}\n"""
    )
    assert inbox.take_in(CONTACTS).accepted == 1
    assert inbox.take_in(CONTACTS).loaded == 0
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "efternamn") == [("1", "Åsa", "Ek")]
    assert database.sql("select count(*) from contacts") == "3"


def test_the_database_cannot_be_written(crm, database):
    database.sql(
        "create sequence looks; create function look() returns text language sql as "
        "$$ select nextval('looks')::text $$"
    )
    inbox = crm(ENTRY % "query: select id, first_name, look() as last_name from contacts")
    assert held(inbox)[0] == "F_QUERY"
    assert database.sql("select is_called from looks") == "f"


def test_a_latin_1_database_arrives_as_letters(postgres_server, database, crm, monkeypatch):
    name = f"{database.name}_latin1"
    postgres_server.sql(
        "postgres", f"create database {name} encoding 'LATIN1' template template0 locale 'C'"
    )
    postgres_server.sql(name, "set client_encoding = 'UTF8';" + CREATE)
    monkeypatch.setenv("CRM_DSN", postgres_server.dsn(name))
    inbox = crm()
    inbox.take_in(CONTACTS)
    postgres_server.sql("postgres", f"drop database {name} with (force)")
    assert inbox.rows(CONTACTS, "fornamn")[0] == "Åsa"


def held(inbox, secrets=()):
    """The code and sentence that a source is held with; nothing stays of the extract."""
    taken = inbox.take_in(CONTACTS)
    row = inbox.delivery(CONTACTS)
    assert (taken.loaded, row["status"]) == (0, "held")
    assert left_behind(inbox) == []
    told = json.dumps(inbox.deliveries(CONTACTS), default=str) + str(taken)
    assert [secret for secret in secrets if secret in told] == []
    return row["reason_code"], row["reason"]


def test_a_server_that_does_not_answer_holds_the_source(crm, monkeypatch):
    inbox = crm()
    monkeypatch.setenv("CRM_DSN", "postgresql://skikt:S3cretCanary@127.0.0.1:1/shop")
    code, reason = held(inbox, ("S3cretCanary", "127.0.0.1"))
    assert code == "F_CONNECTION"
    assert "CRM_DSN" in reason


@pytest.mark.parametrize(
    "dsn", ["S3cretCanary", "host=127.0.0.1 port=S3cretCanary", "postgresql://["]
)
def test_what_cannot_be_connected_with_is_not_quoted(crm, monkeypatch, dsn):
    inbox = crm()
    monkeypatch.setenv("CRM_DSN", dsn)
    assert held(inbox, (dsn,))[0] == "F_CONNECTION"


def test_a_wrong_password_holds_the_source_and_what_came_before_stays(crm, database, monkeypatch):
    inbox = crm()
    inbox.take_in(CONTACTS)
    monkeypatch.setenv("CRM_DSN", database.server.dsn(database.name, password="S3cretCanary"))
    assert held(inbox, ("S3cretCanary",))[0] == "F_CONNECTION"
    assert len(inbox.rows(CONTACTS, "kundnr")) == 3
    monkeypatch.setenv("CRM_DSN", database.dsn)
    assert inbox.take_in(CONTACTS).unchanged == 1


@pytest.mark.parametrize(
    ("own", "code", "said"),
    [
        (ENTRY % "table: nowhere", "F_SCHEMA", "no such table"),
        (ENTRY % "table: nowhere.contacts", "F_SCHEMA", "no such"),
        (ENTRY % "query: select id, nowhere from contacts", "F_SCHEMA", "no such column"),
        (ENTRY % "query: select id, first_name as mail from contacts", "F_SCHEMA", "first_name, last_name"),
        (ENTRY % "query: select 1 as x, 2 as y", "F_HEADER", "0 of the 16"),
        (ENTRY % "query: select id, first_name, last_name, 1 as ID from contacts", "F_HEADER", "twice"),
        (ENTRY % "query: select id, from where", "F_QUERY", "42601"),
        (ENTRY % "query: select id, first_name, 1/(id - 3) as last_name from contacts", "F_QUERY", ""),
        (ENTRY % "query: select id, first_name, mail::date as last_name from contacts", "F_QUERY", ""),
        (
            ENTRY % "query: select id, first_name, pg_sleep(9)::text as last_name from contacts\n"
            "    timeout_minutes: 0.005",
            "F_QUERY",
            "timeout_minutes",
        ),
    ],
)  # fmt: skip
def test_what_the_database_refuses_holds_the_source(crm, own, code, said):
    found, reason = held(crm(own), ("asa@example.org", "127.0.0.1"))
    assert found == code
    assert said in reason


def test_a_table_that_may_not_be_read_holds_the_source(crm, database, monkeypatch):
    database.sql("drop role if exists clerk; create role clerk login password 'p'")
    monkeypatch.setenv(
        "CRM_DSN", database.dsn.replace("skikt:" + database.server.password, "clerk:p")
    )
    code, reason = held(crm())
    assert (code, "Grant it" in reason) == ("F_QUERY", True)


def test_a_connection_that_breaks_off_leaves_no_half_extract(crm, database):
    """The backend ends itself after three of four megabyte batches were sent."""
    own = ENTRY % (
        "query: select n as id, repeat('x', 1000) as first_name, case when n = 20000 then "
        "pg_terminate_backend(pg_backend_pid())::text else 'Ek' end as last_name, now() as updated "
        "from generate_series(1, 30000) as n"
    )
    inbox = crm(own)
    code, reason = held(inbox)
    assert (code, "broke off" in reason) == ("F_CONNECTION", True)
    assert inbox.rows(CONTACTS, "kundnr") == []
    assert extracts(inbox) == []


def test_bytes_that_are_no_text_hold_the_source(postgres_server, database, crm, monkeypatch):
    name = f"{database.name}_ascii"
    postgres_server.sql(
        "postgres", f"create database {name} encoding 'SQL_ASCII' template template0 locale 'C'"
    )
    postgres_server.sql(name, CREATE.replace("'Bo'", "E'B\\xff'"))
    monkeypatch.setenv("CRM_DSN", postgres_server.dsn(name))
    code = held(crm())[0]
    postgres_server.sql("postgres", f"drop database {name} with (force)")
    assert code == "F_QUERY"


def test_an_empty_table_is_held_as_an_empty_file_is(crm, database):
    database.sql("truncate contacts")
    assert held(crm())[0] == "F_EMPTY"
    inbox = crm(TABLE + "    empty: allowed\n", "other")
    assert inbox.take_in(CONTACTS).loaded == 1
    assert inbox.take_in(CONTACTS).loaded == 0


def test_a_variable_that_is_not_set_is_a_matter_of_configuration(crm, monkeypatch):
    inbox = crm()
    monkeypatch.delenv("CRM_DSN")
    with pytest.raises(ConfigurationError, match="CRM_DSN is not set"):
        inbox.take_in(CONTACTS)


@pytest.mark.parametrize(
    "words",
    [
        "connection: postgresql://skikt:S3cretCanary@localhost/shop\n    table: contacts",
        "connection: CRM_DSN",
        "connection: CRM_DSN\n    table: contacts\n    query: select 1",
        "connection: CRM_DSN\n    query: select 1; drop table contacts",
        "connection: CRM_DSN\n    query: delete from contacts",
        "connection: CRM_DSN\n    table: contacts; drop table contacts",
        "connection: CRM_DSN\n    table: a.b.c.d",
        "connection: CRM_DSN\n    table: contacts\n    timeout_minutes: 0",
        "connection: CRM_DSN\n    table: contacts\n    overlap_minutes: -1",
        "table: contacts",
    ],
)
def test_an_entry_that_does_not_fit_is_refused_without_its_words(tmp_path, words):
    home = Home(tmp_path)
    home.create()
    entry = f"sources:\n  crm/contacts:\n    format: postgres\n    {words}\n"
    (home.config / "sources.yaml").write_text(entry, "utf-8")
    with pytest.raises(ConfigurationError, match="of crm/contacts does not fit") as refused:
        read_sources(home)
    assert "S3cretCanary" not in str(refused.value)
