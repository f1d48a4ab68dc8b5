"""An earlier publication can be made current again, whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture(scope="module")
def two_days(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    skikt: Any,
) -> Path:
    """Published on two days."""
    home = copy_of(small_home, tmp_path_factory.mktemp("two_days") / "home")
    assert skikt.run(home, "run", SKIKT_AS_OF="2026-11-21").exit_code == 0
    return home


@pytest.fixture
def home(two_days: Path, copy_of: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    """A copy of that to change."""
    return copy_of(two_days, tmp_path / "home")


def day(home: Path) -> str:
    """What BI reads."""
    with duckdb.connect(str(home / "published" / "segments.duckdb"), read_only=True) as connection:
        return str(connection.execute("select as_of from marts.meta_publication").fetchall()[0][0])


def test_back_and_forward(home: Path, skikt: Any, published_files: Any) -> None:
    newer, files = (home / "published").resolve().name, published_files(home)
    ended = skikt.run(home, "rollback")
    assert ended.exit_code == 0, ended.err
    assert "2026-11-20" in ended.out
    assert day(home) == "2026-11-20"
    manifest = json.loads((home / "exports" / "newsletter" / "manifest.json").read_text())
    assert manifest["run_id"] == (home / "published").resolve().name != newer
    assert skikt.run(home, "rollback", "--to", newer).exit_code == 0
    assert published_files(home) == files


@pytest.mark.long
def test_the_state_goes_back_too_so_the_same_day_can_be_run_again(home: Path, skikt: Any) -> None:
    assert skikt.run(home, "rollback").exit_code == 0
    assert skikt.run(home, "run", SKIKT_AS_OF="2026-11-21").exit_code == 0
    assert day(home) == "2026-11-21"


@pytest.mark.long
def test_a_database_goes_along_and_a_refusal_leaves_the_file_published(
    home: Path, skikt: Any, database: Any, files_with: Callable[..., list[str]]
) -> None:
    def in_database() -> str:
        return str(database.sql("select as_of from marts.meta_publication"))

    ended = skikt.run(
        home,
        "run",
        SKIKT_AS_OF="2026-11-21",
        SKIKT_KEEP_PUBLICATIONS="4",
        SKIKT_PUBLISH_POSTGRES=database.dsn,
    )
    assert ended.exit_code == 0, ended.err
    assert in_database() == day(home) == "2026-11-21"
    wrong = database.server.dsn(database.name, password="S3cretCanary")
    ended = skikt.run(
        home,
        "run",
        SKIKT_AS_OF="2026-11-22",
        SKIKT_KEEP_PUBLICATIONS="4",
        SKIKT_PUBLISH_POSTGRES=wrong,
    )
    assert ended.exit_code == 2
    assert "refuses the login" in " ".join(ended.err.split())
    assert "S3cretCanary" not in ended.err + ended.out
    assert files_with(home, "S3cretCanary", database.server.password) == []
    assert (in_database(), day(home)) == ("2026-11-21", "2026-11-22")
    ended = skikt.run(home, "rollback", "--to", oldest(home), SKIKT_PUBLISH_POSTGRES=database.dsn)
    assert ended.exit_code == 0, ended.err
    assert in_database() == day(home) == "2026-11-20"


def oldest(home: Path) -> str:
    """The first publication that is kept."""
    return min((home / "publications").glob("[!.]*"), key=lambda f: f.stat().st_mtime_ns).name


def test_there_is_nothing_before_the_first(home: Path, skikt: Any) -> None:
    assert skikt.run(home, "rollback").exit_code == 0
    ended = skikt.run(home, "rollback")
    assert ended.exit_code == 2
    assert "no publication before the current one" in " ".join(ended.err.split())
    ended = skikt.run(home, "rollback", "--to", "../../etc")
    assert ended.exit_code == 2
    assert day(home) == "2026-11-20"


def test_a_damaged_publication_is_not_made_current(home: Path, skikt: Any) -> None:
    current = (home / "published").resolve()
    [earlier] = [f for f in (home / "publications").iterdir() if f.name != current.name]
    with (earlier / "parquet" / "dim_segment.parquet").open("ab") as file:
        file.write(b"x")
    ended = skikt.run(home, "rollback")
    assert ended.exit_code == 2
    assert "not whole (parquet/dim_segment.parquet)" in " ".join(ended.err.split())
    assert (home / "published").resolve() == current


def test_erased_people_do_not_come_back(home: Path, skikt: Any) -> None:
    pq.write_table(
        pa.table({"source": ["crm"], "key": ["K1"]}), home / "state" / "tombstones.parquet"
    )
    ended = skikt.run(home, "rollback")
    assert ended.exit_code == 2
    assert "People were erased since" in " ".join(ended.err.split())
    assert day(home) == "2026-11-21"
