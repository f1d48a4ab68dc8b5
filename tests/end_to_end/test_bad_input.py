"""Bad input ends well: its exit code, one sentence, and yesterday's publication bit for bit.

What is legal although it is little is here too: a user's first delivery looks like that.
"""

import fcntl
import json
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

CONTACTS = "kundnr;fornamn;efternamn\nK1;Anna;Berg\nK2;Bo;Ek\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
ORDERS = pa.table(
    {
        "order_id": ["O1", "O2"],
        "customer_id": ["C1", "C2"],
        "ordered_at": ["2026-11-01 10:00:00"] * 2,
        "status": ["paid"] * 2,
        "currency": ["EUR"] * 2,
        "total_amount": [10.0, 20.0],
    }
)
RULE = """
name: everybody
title: Everybody
description: All there are.
customer_type: person
owner: team:marketing
status: approved
include: read_csv('/etc/passwd') is not null
"""
EXPORT = (
    "Id,Nachname,Vorname,Land,Postleitzahl,Ort,Telefon,Mail,Notiz\n"
    "D1,Müller,Jürgen,Deutschland,10115,Berlin,030 901820,juergen@firma.example,x\n"
    "D2,Smith,Jane,US,10001,New York,(212) 555-0123,jane@firma.example,\n"
    "D3,García,José,es,28001,Madrid,,,\n"
)
EXPORT_SOURCES = """
sources:
  crm/contacts:
    delimiter: ","
    encoding: utf-8
    columns: {kundnr: Id, efternamn: Nachname, fornamn: Vorname, land: Land, postnr: Postleitzahl,
              ort: Ort, telefon: Telefon, epost: Mail}
"""


@dataclass(frozen=True)
class Case:
    """What lies in a home before a run, and how that run must end."""

    exit_code: int
    says: tuple[str, ...] = ()
    files: dict[str, bytes | str | pa.Table] = field(default_factory=dict)
    is_second_run: bool = False
    """The home begins as ``small_home`` stands: published once."""


NOTHING_TO_PUBLISH = {
    "empty landing": Case(3, ("none of them delivered", "crm/contacts", "put it into", "run again")),
    "no person source": Case(
        3, ("none of them delivered", "shop/customers", "run again"), {"landing/shop/orders.parquet": ORDERS}
    ),
    "a missing column in the only person source": Case(
        3,
        ("crm/contacts held", "required and missing: efternamn", "Deliver"),
        {"landing/crm/contacts.csv": "kundnr;fornamn\nK1;Anna\n"},
    ),
    "files that are not what their names say": Case(
        3,
        ("cannot be read as Parquet", "no CSV text has", "Write it anew"),
        {"landing/shop/customers.parquet": "customer_id,email\n1,a@firma.example\n", "landing/crm/contacts.csv": PNG},
    ),
}  # fmt: skip
PUBLISHED_BEFORE = {
    "a required source is held": Case(
        3,
        ("crm/contacts is held", "required: true", "Deliver it again"),
        {
            "config/sources.yaml": "sources:\n  crm/contacts: {required: true}\n",
            "landing/crm/contacts.csv": "kundnr;fornamn\nK1;Anna\n",
        },
        is_second_run=True,
    ),
    "a rule that says too much": Case(
        2, ("everybody.yaml", "read_csv"), {"config/rules/everybody.yaml": RULE}, is_second_run=True
    ),
    "a rule that is no YAML": Case(
        2, ("everybody.yaml",), {"config/rules/everybody.yaml": "name: [everybody\n"}, is_second_run=True
    ),
    "a sources file that is no YAML": Case(
        2, ("sources.yaml cannot be read as YAML",), {"config/sources.yaml": "sources: [1, 2\n"}, is_second_run=True
    ),
    "a source with an unknown encoding": Case(
        2,
        ("sources.yaml", "encoding of crm/contacts"),
        {"config/sources.yaml": "sources:\n  crm/contacts: {encoding: klingon}\n"},
        is_second_run=True,
    ),
}  # fmt: skip
PUBLISHED_NOW = {
    "another person source is held": Case(
        3,
        ("newsletter/subscribers.csv", "required and missing: email", "run again"),
        {"landing/newsletter/subscribers.csv": "subscriber_id,name\nS1,Anna\n"},
        is_second_run=True,
    ),
    "a newsletter list alone": Case(
        0,
        (),
        {"landing/newsletter/subscribers.csv": "subscriber_id,email\nS1,a@firma.example\nS2,b@firma.example\nS3,\n"},
    ),
    "somebody's own export, from elsewhere": Case(
        0, (), {"config/sources.yaml": EXPORT_SOURCES, "landing/crm/contacts.csv": EXPORT.encode()}
    ),
}  # fmt: skip
CASES = {**PUBLISHED_NOW, **PUBLISHED_BEFORE, **NOTHING_TO_PUBLISH}


def put(home: Path, name: str, content: bytes | str | pa.Table) -> None:
    file = home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pa.Table):
        pq.write_table(content, file)
    else:
        file.write_bytes(content.encode("cp1252") if isinstance(content, str) else content)


@dataclass(frozen=True)
class Outcome:
    """A case after its run."""

    home: Path
    ended: Any


@pytest.fixture(scope="module")
def outcomes(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    skikt: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Outcome]:
    """Every case run, two at a time: most of a small run is one core's work."""
    folder = tmp_path_factory.mktemp("bad_input")

    def run(name: str) -> Outcome:
        case, home = CASES[name], folder / name.replace(" ", "_")
        if case.is_second_run:
            copy_of(small_home, home)
        home.mkdir(exist_ok=True)
        for file, content in case.files.items():
            put(home, file, content)
        hook = f"tee {shlex.quote(str(home / 'told.json'))}"
        return Outcome(home, skikt.run(home, "run", SKIKT_ON_FAILURE=hook))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CASES, pool.map(run, CASES), strict=True))


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", CASES)
def test_it_ends_with_its_exit_code_and_says_why(outcomes: dict[str, Outcome], name: str) -> None:
    ended = outcomes[name].ended
    told = " ".join(ended.err.split())
    assert ended.exit_code == CASES[name].exit_code, told
    assert [part for part in CASES[name].says if part not in told] == [], told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", NOTHING_TO_PUBLISH)
def test_where_nothing_can_be_published_nothing_is(outcomes: dict[str, Outcome], name: str) -> None:
    home = outcomes[name].home
    assert not (home / "published").exists()
    assert not list((home / "publications").iterdir())


@pytest.mark.parametrize("name", PUBLISHED_BEFORE)
def test_what_was_published_is_there_bit_for_bit(
    outcomes: dict[str, Outcome],
    small_home: Path,
    published_files: Callable[[Path], dict[str, str]],
    name: str,
) -> None:
    before = published_files(small_home)
    assert len(before) > 8
    assert published_files(outcomes[name].home) == before


@pytest.mark.parametrize("name", NOTHING_TO_PUBLISH)
def test_a_failed_run_is_told_to_the_users_command(outcomes: dict[str, Outcome], name: str) -> None:
    message = json.loads((outcomes[name].home / "told.json").read_text())
    assert message["job"] == "refresh"
    assert CASES[name].says[0] in message["what"]


def test_a_held_source_is_named_and_what_was_there_before_goes_on(
    outcomes: dict[str, Outcome],
) -> None:
    home = outcomes["another person source is held"].home
    assert rows(home, "select held_sources, sources, customers from marts.meta_publication") == [
        ("newsletter/subscribers", "crm/contacts", 30)
    ]


def test_keys_and_names_alone_are_enough(small_home: Path) -> None:
    assert rows(small_home, "select count(*) from marts.dim_customer") == [(30,)]
    assert rows(
        small_home, "select distinct lifecycle_stage, may_email from marts.dim_customer"
    ) == [("prospect", False)]


def test_a_newsletter_list_alone_is_enough(outcomes: dict[str, Outcome]) -> None:
    home = outcomes["a newsletter list alone"].home
    assert rows(home, "select count(*), bool_or(may_email) from marts.dim_customer") == [(3, False)]


def test_people_may_live_anywhere_and_columns_have_any_name(outcomes: dict[str, Outcome]) -> None:
    home = outcomes["somebody's own export, from elsewhere"].home
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        people = warehouse.execute(
            "select first_name, country_code, phone from customers.dim_customers order by 1"
        ).fetchall()
        extra = warehouse.execute("select extra_columns from raw.deliveries").fetchall()
    assert people == [
        ("Jane", "US", "+12125550123"),
        ("José", "ES", None),
        ("Jürgen", "DE", "+4930901820"),
    ]
    assert extra == [(["Notiz"],)]
    assert rows(home, "select count(*) from marts.dim_customer") == [(3,)]


def test_a_day_that_is_none_is_a_configuration_error(tmp_path: Path, skikt: Any) -> None:
    ended = skikt.run(tmp_path, "run", SKIKT_AS_OF="tomorrow")
    assert ended.exit_code == 2
    assert "SKIKT_AS_OF is 'tomorrow'" in ended.err
    assert "Set it" in ended.err


def test_a_busy_warehouse_is_told_within_five_seconds(
    small_home: Path,
    console_script: Callable[..., Any],
    published_files: Callable[[Path], dict[str, str]],
) -> None:
    before = published_files(small_home)
    with (small_home / "warehouse.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = console_script(small_home, "run")
    assert ended.exit_code == 6
    assert "holds the warehouse" in ended.err
    assert "Wait for it to end" in ended.err
    assert ended.seconds <= 5
    assert published_files(small_home) == before
