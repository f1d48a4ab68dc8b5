"""Readers never see an error, half a publication or an old one again, while publishers come and are killed."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.home import Home
from dagster_project.postgres import connect
from tests.fixtures.publisher import ROWS

_PUBLISHER = [sys.executable, "-m", "tests.fixtures.publisher"]
_CHECKOUT = Path(__file__).parents[3]
_QUERY = (
    "select (select run_id from marts.meta_publication), min(run_id), max(run_id), count(*) "
    "from marts.dim_segment"
)

Read = Callable[[], tuple[Any, ...]]


class Publisher:
    """A process that publishes when told to."""

    def __init__(self, home: Home, dsn: str) -> None:
        self.process = subprocess.Popen(
            [*_PUBLISHER, str(home.root), dsn],
            cwd=_CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def begin(self, run_id: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{run_id}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@dataclass
class Readers:
    """What three readers saw: each answer, by reader, and what went wrong."""

    read: Read
    seen: dict[int, list[tuple[Any, ...]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def go_on(self, reader: int) -> None:
        answers = self.seen.setdefault(reader, [])
        while not self.is_over.is_set():
            try:
                answers.append(self.read())
            except Exception as error:
                self.errors.append(repr(error))

    @contextmanager
    def reading(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.go_on, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join()


def publish_and_kill(
    home: Home, dsn: str, read: Read, times: int
) -> tuple[Readers, list[str], list[str]]:
    """Publish as often as that, and kill a publisher at work as often: readers, and what was said done."""
    chance = random.Random(5)
    readers, done, killed = Readers(read), ["run-000"], []
    living = Publisher(home, dsn)
    assert living.line() == "ready"
    living.begin("run-000")
    assert living.line() == "run-000"
    with readers.reading():
        for n in range(1, times + 1):
            doomed = Publisher(home, dsn)
            assert doomed.line() == "ready"
            began = time.monotonic()
            living.begin(f"run-{n:03}-a")
            assert living.line() == f"run-{n:03}-a"
            usual = time.monotonic() - began
            done.append(f"run-{n:03}-a")
            assert read()[0] == done[-1], "what was said done is current"
            doomed.begin(f"run-{n:03}-b")
            time.sleep(chance.uniform(0, 1.2 * usual))
            doomed.kill()
            killed.append(f"run-{n:03}-b")
            assert read()[0] in {done[-1], killed[-1]}
    living.kill()
    return readers, done, killed


def judge(readers: Readers, done: list[str], killed: list[str], fewest: int) -> None:
    assert readers.errors == []
    answers = [answer for seen in readers.seen.values() for answer in seen]
    assert len(answers) >= fewest
    assert {answer for answer in answers if answer[1:] != (answer[0], answer[0], ROWS)} == set()
    for seen in readers.seen.values():
        runs = [answer[0] for answer in seen]
        assert runs == sorted(runs), "nobody sees an earlier publication again"
        assert set(runs) <= {*done, *killed}


def read_file(home: Home) -> Read:
    def read() -> tuple[Any, ...]:
        with duckdb.connect(str(home.published / "segments.duckdb"), read_only=True) as connection:
            return connection.execute(_QUERY).fetchall()[0]

    return read


def read_database(dsn: str) -> Read:
    def read() -> tuple[Any, ...]:
        with connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute(_QUERY)
            return tuple(cursor.fetchall()[0])

    return read


@pytest.mark.parametrize(
    ("times", "fewest"), [(2, 30), pytest.param(25, 1_000, marks=pytest.mark.long)]
)
def test_of_the_file(tmp_path: Path, times: int, fewest: int) -> None:
    home = Home(tmp_path)
    home.create()
    judge(*publish_and_kill(home, "", read_file(home), times), fewest)
    assert len(list(home.publications.iterdir())) <= 4, "what killed ones left is swept"


@pytest.mark.parametrize(
    ("times", "fewest"), [(2, 30), pytest.param(25, 1_000, marks=pytest.mark.long)]
)
def test_of_the_database(tmp_path: Path, database: Any, times: int, fewest: int) -> None:
    home = Home(tmp_path)
    home.create()
    judge(*publish_and_kill(home, database.dsn, read_database(database.dsn), times), fewest)
