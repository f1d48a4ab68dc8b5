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
description: All there are, and a file of this machine.
customer_type: person
owner: team:marketing
status: draft
review_on: 2027-03-31
goal: None.
channels: [email]
needs: [Nothing]
action_plan:
  - {action: None, owner: team:marketing, deadline_on: 2027-02-15, resources: None}
include: customer_id in (select content from read_text('/etc/passwd'))
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
    "person sources that cannot be read": Case(
        3,
        (
            "required and missing: efternamn",
            "cannot be read as Parquet",
            "no CSV text has",
            "Deliver the file with them",
            "Write it anew",
        ),
        {
            "landing/crm/contacts.csv": "kundnr;fornamn\nK1;Anna\n",
            "landing/shop/customers.parquet": "customer_id,email\n1,a@firma.example\n",
            "landing/newsletter/subscribers.csv": PNG,
        },
    ),
}  # fmt: skip
PUBLISHED_BEFORE = {
    "a required source is held": Case(
        3,
        ("crm/contacts is held", "required: true", "Deliver it again"),
        {
            "config/sources.yaml": "sources:\n  crm/contacts: {required: true, delimiter: ',', encoding: utf-8}\n",
            "landing/crm/contacts.csv": "kundnr,fornamn\nK1,Anna\n",
        },
        is_second_run=True,
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
    "a warehouse that is no database": Case(
        5,
        ("The warehouse is damaged", "Remove warehouse.duckdb"),
        {"warehouse.duckdb": "hello" * 10_000},
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
}  # fmt: skip
# Like their neighbours above, and 20 s each.
LONG = {
    "no person source": Case(
        3, ("none of them delivered", "shop/customers", "run again"), {"landing/shop/orders.parquet": ORDERS}
    ),
    "a rule that says too much": Case(
        2, ("everybody",), {"config/rules/everybody.yaml": RULE}, is_second_run=True
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
def run_case(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    skikt: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Case], Outcome]:
    """Run a case in a home of its own."""
    folder = tmp_path_factory.mktemp("bad_input")

    def run(name: str, case: Case) -> Outcome:
        home = folder / name.replace(" ", "_")
        if case.is_second_run:
            copy_of(small_home, home)
        home.mkdir(exist_ok=True)
        for file, content in case.files.items():
            put(home, file, content)
        hook = f"tee {shlex.quote(str(home / 'told.json'))}"
        return Outcome(home, skikt.run(home, "run", SKIKT_ON_FAILURE=hook))

    return run


@pytest.fixture(scope="module")
def outcomes(run_case: Callable[[str, Case], Outcome]) -> dict[str, Outcome]:
    """Every case run, two at a time: most of a small run is one core's work."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CASES, pool.map(run_case, CASES, CASES.values()), strict=True))


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def ends_as(case: Case, ended: Any) -> None:
    told = " ".join(ended.err.split())
    assert ended.exit_code == case.exit_code, told
    assert [part for part in case.says if part not in told] == [], told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", CASES)
def test_it_ends_with_its_exit_code_and_says_why(outcomes: dict[str, Outcome], name: str) -> None:
    ends_as(CASES[name], outcomes[name].ended)


@pytest.mark.long
@pytest.mark.parametrize("name", LONG)
def test_so_do_its_neighbours_and_nothing_is_published(
    run_case: Callable[[str, Case], Outcome],
    small_home: Path,
    published_files: Callable[[Path], dict[str, str]],
    name: str,
) -> None:
    outcome = run_case(name, LONG[name])
    ends_as(LONG[name], outcome.ended)
    before = published_files(small_home) if LONG[name].is_second_run else {}
    assert published_files(outcome.home) == before


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


def test_names_alone_are_enough_anywhere_and_with_columns_of_any_name(small_home: Path) -> None:
    assert rows(small_home, "select count(*) from marts.dim_customer") == [(30,)]
    stages = "select distinct lifecycle_stage, may_email from marts.dim_customer"
    assert rows(small_home, stages) == [("prospect", False)]
    with duckdb.connect(str(small_home / "warehouse.duckdb"), read_only=True) as warehouse:
        countries = warehouse.execute(
            "select country_code, count(*) from customers.dim_customers group by 1 order by 1"
        ).fetchall()
        extra = warehouse.execute("select extra_columns from raw.deliveries").fetchall()
    assert countries == [("DE", 15), ("US", 15)]
    assert extra == [(["Notiz"],)]


@pytest.mark.parametrize(
    ("name", "value"), [("SKIKT_AS_OF", "tomorrow"), ("SKIKT_MEMORY_LIMIT", "much")]
)
def test_a_setting_that_cannot_be_read_is_a_configuration_error(
    name: str, value: str, tmp_path: Path, skikt: Any
) -> None:
    ended = skikt.run(tmp_path, "run", **{name: value})
    assert ended.exit_code == 2
    assert f"{name} is '{value}'" in ended.err
    assert "Set it" in ended.err


@pytest.mark.parametrize("command", ["deliveries", "quarantine", "replay"])
def test_without_any_delivery_there_is_nothing_to_look_into(
    command: str, tmp_path: Path, console_script: Callable[..., Any]
) -> None:
    """Twice: whatever the first left behind must not turn the second into a bug."""
    for _ in range(2):
        ended = console_script(tmp_path, command)
        assert ended.exit_code == 2
        assert " ".join(ended.err.split()).startswith("Nothing was taken in from")
        assert "run `make run`" in ended.err


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
