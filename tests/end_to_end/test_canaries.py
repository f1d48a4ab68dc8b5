"""Twenty people through every way a run can go wrong: no trace of them but where they belong.

They belong in the inbox, its copies, the warehouse's personal tables, the state and the audience
files. Everything else that a run writes or says is searched, in every disguise.
"""

import base64
import hashlib
import json
import sqlite3
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.fixtures.canaries import CANARIES, MARK, contents, tables, traces
from tests.fixtures.canary_deliveries import canary_files

# Where people are, by design: all of it is the pipeline's own or goes to who may write to them.
PERSONAL = {"landing", "deliveries", "state", "warehouse.duckdb"}
LEDGERS = ("raw.deliveries", "raw.quarantine")


def a_gate_fails(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A dbt test of staging does not hold."""
    warehouse.execute("update raw.crm__contacts set kundnr = null where kundnr like 'N%'")


def a_suite_fails(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A critical promise of Great Expectations does not hold."""
    warehouse.execute("update raw.shop__orders set ordered_at = null where order_id like '%-1'")


def a_model_fails(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A model meets a row that it cannot read, and the database's message quotes it."""
    warehouse.execute(
        "create macro upper(value) as (select error('Could not read ' || epost || telefon || efternamn) "
        "from raw.crm__contacts where kundnr like 'N%' limit 1)"
    )


# How a run goes wrong, the exit code it ends with, and what it must say, so that it went wrong there.
ENDINGS: dict[str, tuple[Callable[[duckdb.DuckDBPyConnection], None], int, str]] = {
    "a gate fails": (a_gate_fails, 4, "stg_crm__contacts"),
    "a suite fails": (a_suite_fails, 4, "great_expectations"),
    "a model fails": (a_model_fails, 1, "staging_models"),
}
HELD = "deliveries are held"
RUNS = [
    HELD,
    # As far as a failing suite goes, and by the same way out.
    pytest.param("a gate fails", marks=pytest.mark.long),
    pytest.param("a suite fails", marks=pytest.mark.long),
    "a model fails",
]


@pytest.fixture(scope="module")
def held_home(tmp_path_factory: pytest.TempPathFactory, skikt: Any) -> tuple[Path, Any]:
    """A published home that took in the canaries' deliveries, and how its run ended."""
    home = tmp_path_factory.mktemp("canaries") / "home"
    for path, content in canary_files().items():
        (home / "landing" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "landing" / path).write_bytes(content)
    return home, skikt.run(home)


@pytest.fixture(scope="module")
def run_of(
    held_home: tuple[Path, Any], copy_of: Callable[[Path, Path], Path], skikt: Any
) -> Callable[[str], tuple[Path, Any]]:
    """A home after a run that went wrong in a way of its own, and how that run ended."""
    first, _ = held_home

    @cache
    def run(name: str) -> tuple[Path, Any]:
        if name == HELD:
            return held_home
        home = copy_of(first, first.parent / name.replace(" ", "_"))
        with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
            ENDINGS[name][0](warehouse)
        return home, skikt.run(home, "run", "--json", SKIKT_ON_FAILURE=f"tee {home / 'told.json'}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("a suite fails", "a model fails")))
    return run


def files(home: Path) -> Iterator[Path]:
    """Every file that a run wrote outside the personal places."""
    for file in home.rglob("*"):
        place = file.relative_to(home).parts
        is_audience = "exports" in place and file.name != "manifest.json"
        if (
            file.is_file()
            and not file.is_symlink()
            and place[0] not in PERSONAL
            and not is_audience
        ):
            yield file


def test_the_canaries_went_every_way(held_home: tuple[Path, Any]) -> None:
    home, ended = held_home
    assert ended.exit_code == 3, ended.err
    assert ended.told["is_published"]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        held = warehouse.sql(
            "select reason_code from raw.deliveries where status = 'held' order by all"
        ).fetchall()
        codes = {
            code for (code,) in warehouse.sql("select reason_code from raw.quarantine").fetchall()
        }
        warnings = warehouse.sql(
            "select distinct unnest(warning_codes) from staging.stg_crm__contacts where contact_id like 'N%'"
        ).fetchall()
        people = warehouse.execute(
            "select count(distinct email) from customers.dim_customers where email like ?",
            [f"%{MARK}%"],
        ).fetchall()
    assert [code for (code,) in held] == [
        *("F_ENCODING", "F_FORMAT", "F_FORMAT", "F_FORMAT", "F_HEADER", "F_HEADER", "F_HEADER"),
        *("F_NUL", "F_QUARANTINE", "F_SCHEMA"),
    ]
    assert {
        "R_QUOTE",
        "R_COLS",
        "R_KEY_NULL",
        "R_ENC",
        "R_SIZE",
        "R_DATE",
        "R_NUMBER",
        "R_JSON",
    } <= codes
    assert len(warnings) >= 5
    assert people[0][0] >= 15


@pytest.mark.parametrize("name", RUNS[1:])
def test_each_run_went_wrong_as_it_should(
    run_of: Callable[[str], tuple[Path, Any]],
    held_home: tuple[Path, Any],
    published_files: Callable[[Path], dict[str, str]],
    name: str,
) -> None:
    home, ended = run_of(name)
    _, exit_code, says = ENDINGS[name]
    assert ended.exit_code == exit_code, ended.out
    assert says in ended.out
    assert published_files(home) == published_files(held_home[0])


@pytest.mark.parametrize("name", RUNS)
def test_no_file_knows_them(run_of: Callable[[str], tuple[Path, Any]], name: str) -> None:
    home, _ = run_of(name)
    searched = list(files(home))
    places = {file.relative_to(home).parts[0] for file in searched}
    assert {"dagster", "dbt", "publications", "reports"} <= places
    assert any(file.suffix == ".db" for file in searched)
    found = {
        where: how for file in searched for where, said in contents(file) if (how := traces(said))
    }
    assert found == {}


@pytest.mark.parametrize("name", RUNS)
def test_the_terminal_and_the_ledgers_know_nobody(
    run_of: Callable[[str], tuple[Path, Any]], name: str
) -> None:
    home, ended = run_of(name)
    assert traces(f"{ended.out}{ended.err}".encode()) == set()
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        found = {where: how for where, said in tables(warehouse, LEDGERS) if (how := traces(said))}
    assert found == {}


DISGUISES: dict[str, Callable[[str], str]] = {
    "as written": str,
    "in capitals": str.upper,
    "in hexadecimal": lambda value: value.encode().hex(),
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
    "in base64 behind a letter": lambda value: base64.b64encode(b"x" + value.encode()).decode(),
    "in base64 behind two": lambda value: base64.b64encode(b"xy" + value.encode()).decode(),
    "hashed": lambda value: hashlib.sha256(value.encode()).hexdigest(),
    "hashed in small letters": lambda value: hashlib.sha256(value.lower().encode()).hexdigest(),
    "quoted for an address": lambda value: urllib.parse.quote(value, safe=""),
}


def in_text(file: Path, said: str) -> None:
    file.write_text(f"2026-11-20 INFO nothing\n{said}\nmore")


def in_json(file: Path, said: str) -> None:
    file.write_text(json.dumps({"a": [{"b": f"before {said} after"}]}))


def in_sqlite(file: Path, said: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("create table event_logs (id integer, event text)")
        connection.executemany(
            "insert into event_logs values (?, ?)", [(n, "x" * 5000) for n in range(20)]
        )
        connection.execute("insert into event_logs values (21, ?)", [f'{{"message": "{said}"}}'])


def in_duckdb(file: Path, said: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.t as select case when n = 7 then ? else 'x' end as c from range(5000) as r (n)",
            [said],
        )


def in_a_comment(file: Path, said: str) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t (c integer)")
        connection.execute(f"comment on column t.c is '{said}'")


def in_parquet(file: Path, said: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select case when n = 7 then '{said}' else 'x' end as c from range(5000) as r (n)) "
            f"to '{file}' (format parquet, compression zstd)"
        )


PLACES = (in_text, in_json, in_sqlite, in_duckdb, in_a_comment, in_parquet)


@pytest.mark.parametrize("put", PLACES, ids=lambda put: put.__name__.replace("_", " "))
def missed(folder: Path, put: Callable[[Path, str], None], value: str) -> list[tuple[str, str]]:
    """The disguises of a value in which the search does not find it."""
    unseen = []
    for name, disguise in DISGUISES.items():
        file = folder / f"{name} {hashlib.sha256(value.encode()).hexdigest()}"
        put(file, disguise(value))
        if not any(traces(said) for _, said in contents(file)):
            unseen.append((name, value))
    return unseen


@pytest.mark.parametrize("put", PLACES, ids=lambda put: put.__name__.replace("_", " "))
def test_the_search_finds_each_disguise_in_each_kind_of_place(
    tmp_path: Path, put: Callable[[Path, str], None]
) -> None:
    assert missed(tmp_path, put, CANARIES[3].email) == []


def test_the_search_finds_each_value_of_each_canary_in_each_disguise(tmp_path: Path) -> None:
    unseen = [
        miss
        for canary in CANARIES
        for value in canary.values
        for miss in missed(tmp_path, in_text, value)
    ]
    assert unseen == []


def test_the_search_finds_nobody_where_nobody_is(tmp_path: Path) -> None:
    for name, disguise in DISGUISES.items():
        file = tmp_path / name
        in_text(file, disguise("anna.svensson@firma.se 070-123 45 67 556036-0793"))
        assert [traces(said) for _, said in contents(file)] == [set()]
