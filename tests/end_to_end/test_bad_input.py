"""Bad input ends well: its exit code, one sentence, and yesterday's publication untouched."""

import fcntl
import hashlib
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

CONTACTS = "kundnr;fornamn;efternamn;epost;land\nK1;Anna;Berg;anna@example.org;SE\nK2;Bo;Ek;bo@example.org;DE\n"


def deliver(home: Path, name: str, content: str | bytes) -> None:
    file = home / "landing" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))


def published_bytes(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((home / "published").resolve().rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory, skikt: Any) -> Path:
    """A CRM of two people with nothing but names and addresses, published once."""
    home = tmp_path_factory.mktemp("small_home")
    deliver(home, "crm/contacts.csv", CONTACTS)
    ended = skikt.run(home)
    assert ended.exit_code == 0, ended.err + ended.out
    return home


def test_a_crm_alone_is_enough(published_home: Path, skikt: Any) -> None:
    with duckdb.connect(
        str(published_home / "published" / "segments.duckdb"), read_only=True
    ) as connection:
        people = connection.execute("select count(*) from marts.dim_customer").fetchall()
        stages = connection.execute(
            "select distinct lifecycle_stage from marts.dim_customer"
        ).fetchall()
    assert people == [(2,)]
    assert stages == [("prospect",)]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "No person source could be loaded: none of them delivered"),
        ({"reference/locations.csv": "location_id,name,country_code,latitude,longitude\nL1,Shop,SE,57.7,11.9\n"},
         "No person source could be loaded"),
        ({"crm/contacts.csv": "kundnr;fornamn\nK1;Anna\n"}, "required and missing: efternamn"),
        ({"shop/customers.parquet": "customer_id,email\n1,a@example.org\n"}, "cannot be read as Parquet"),
        ({"crm/contacts.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}, "bytes that no CSV text has"),
    ],
    ids=["empty landing", "no person source", "missing column", "CSV named parquet", "PNG named csv"],
)  # fmt: skip
def test_nothing_to_publish_ends_with_3(
    tmp_path: Path, skikt: Any, files: dict[str, str | bytes], says: str
) -> None:
    for name, content in files.items():
        deliver(tmp_path, name, content)
    ended = skikt.run(tmp_path, "run")
    assert ended.exit_code == 3, ended.err + ended.out
    assert says in " ".join(ended.err.split())
    assert not (tmp_path / "published").exists()


def test_a_held_file_leaves_what_was_loaded_before_and_ends_with_3(
    published_home: Path, skikt: Any
) -> None:
    deliver(published_home, "crm/contacts.csv", "kundnr;fornamn\nK1;Anna\n")
    ended = skikt.run(published_home, "run")
    assert ended.exit_code == 3
    assert "efternamn" in ended.err
    with duckdb.connect(
        str(published_home / "published" / "segments.duckdb"), read_only=True
    ) as connection:
        held = connection.execute(
            "select held_sources, customers from marts.meta_publication"
        ).fetchall()
    assert held == [("crm/contacts", 2)]


def test_a_required_source_that_is_held_publishes_nothing(published_home: Path, skikt: Any) -> None:
    before = published_bytes(published_home)
    config = published_home / "config" / "sources.yaml"
    config.write_text("sources:\n  crm/contacts: {required: true}\n")
    deliver(published_home, "crm/contacts.csv", "kundnr;fornamn\nK1;Anne\n")
    ended = skikt.run(published_home, "run")
    config.unlink()
    assert ended.exit_code == 3
    assert "required: true" in ended.err
    assert published_bytes(published_home) == before


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"sources.yaml": "sources:\n  crm/contacts: {encoding: klingon}\n"}, "no such encoding"),
        ({"sources.yaml": "sources: [1, 2\n"}, "cannot be read as YAML"),
    ],
)
def test_a_wrong_sources_file_is_a_configuration_error(
    tmp_path: Path, skikt: Any, config: dict[str, str], says: str
) -> None:
    for name, content in config.items():
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / name).write_text(content)
    ended = skikt.run(tmp_path, "run")
    assert ended.exit_code == 2, ended.err
    assert says in ended.err


def test_a_day_that_is_none_is_a_configuration_error(tmp_path: Path, skikt: Any) -> None:
    ended = skikt.run(tmp_path, "run", SKIKT_AS_OF="tomorrow")
    assert ended.exit_code == 2
    assert "SKIKT_AS_OF" in ended.err


def test_a_busy_warehouse_answers_at_once(published_home: Path, skikt: Any) -> None:
    before = published_bytes(published_home)
    with (published_home / "warehouse.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        ended = skikt.run(published_home, "run")
    assert ended.exit_code == 6
    assert "holds the warehouse" in ended.err
    # 2-3 s of imports; the bound leaves room for a busy machine.
    assert time.monotonic() - began < 20
    assert published_bytes(published_home) == before
