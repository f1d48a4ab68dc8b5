"""Shared by all tests: homes that a real run filled, and the command line that fills them.

A run on a machine that has every real part may not skip any test.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.fixtures.postgres"]

AS_OF = "2026-11-20"
PEOPLE = 1_000
CONSOLE_SCRIPT = Path(sys.executable).parent / "skikt"
_FORKING_SKIKT = Path(__file__).parent / "fixtures" / "forking_skikt.py"
_OURS = ("SKIKT_", "DEMO_", "DAGSTER_", "DBT_")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if (
        os.environ.get("SKIKT_FAIL_ON_SKIP")
        and skipped
        and session.exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True)
class Ended:
    """How one run of the command line ended."""

    exit_code: int
    out: str
    err: str
    seconds: float

    @property
    def told(self) -> dict[str, object]:
        """What ``--json`` answered: the last line of the output."""
        return dict(json.loads(self.out.splitlines()[-1]))


@dataclass(frozen=True)
class Started:
    """A run of the command line that goes on beside the test."""

    answer: Path
    began: float

    def wait(self, seconds: float = 300) -> Ended:
        """Until it ended."""
        exit_code = self.answer / "exit_code"
        while not exit_code.exists():
            assert time.monotonic() - self.began < seconds, f"skikt did not end within {seconds} s"
            time.sleep(0.05)
        out, err = ((self.answer / name).read_text("utf-8") for name in ("out", "err"))
        return Ended(int(exit_code.read_text()), out, err, time.monotonic() - self.began)


@dataclass(frozen=True)
class Skikt:
    """The command line, each call in a process of its own (``tests/fixtures/forking_skikt.py``)."""

    server: subprocess.Popen[str]
    answers: Path

    def start(self, home: Path, *arguments: str, **environment: str) -> Started:
        """Begin ``skikt <arguments>`` on a home, as of ``AS_OF`` unless the environment says else."""
        answer = self.answers / f"{home.name}-{time.monotonic_ns()}"
        answer.mkdir()
        settings = {"SKIKT_HOME": str(home), "SKIKT_AS_OF": AS_OF, **environment}
        request = {"arguments": arguments, "environment": settings, "answer": str(answer)}
        assert self.server.stdin
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        return Started(answer, time.monotonic())

    def run(self, home: Path, *arguments: str, **environment: str) -> Ended:
        """``skikt <arguments>`` from beginning to end."""
        return self.start(home, *(arguments or ("run", "--json")), **environment).wait()


def clean_environment() -> dict[str, str]:
    """The environment without anything that a developer has set for the project."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


@pytest.fixture(scope="session")
def skikt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Skikt]:
    """The command line, with its imports done."""
    command = [sys.executable, str(_FORKING_SKIKT)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, text=True, env=clean_environment()
    ) as server:
        yield Skikt(server, tmp_path_factory.mktemp("answers"))
        assert server.stdin
        server.stdin.close()


@pytest.fixture(scope="session")
def console_script() -> Callable[..., Ended]:
    """The installed ``skikt`` itself, as a user calls it."""

    def call(home: Path, *arguments: str, **environment: str) -> Ended:
        began = time.monotonic()
        done = subprocess.run(
            [str(CONSOLE_SCRIPT), *arguments],
            env={
                **clean_environment(),
                "SKIKT_HOME": str(home),
                "SKIKT_AS_OF": AS_OF,
                **environment,
            },
            cwd=home,
            capture_output=True,
            text=True,
            timeout=400,
        )
        return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    return call


@pytest.fixture(scope="session")
def filled_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], Ended]], tuple[Path, Ended]]:
    """A home by its name, for all processes that run tests: the first that asks fills it.

    Nobody may change it: see ``copy_of``.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def home_of(name: str, fill: Callable[[Path], Ended]) -> tuple[Path, Ended]:
        home, told = root / name, root / f"{name}.json"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                shutil.rmtree(home, ignore_errors=True)
                home.mkdir()
                told.write_text(json.dumps(asdict(fill(home))), "utf-8")
        return home, Ended(**json.loads(told.read_text("utf-8")))

    return home_of


@pytest.fixture(scope="session")
def demo_run(filled_once: Any, console_script: Callable[..., Ended]) -> tuple[Path, Ended]:
    """A home after ``skikt demo`` with 1,000 people, and how that ended."""
    filled: tuple[Path, Ended] = filled_once(
        "demo_home", lambda home: console_script(home, "demo", DEMO_PEOPLE=str(PEOPLE))
    )
    return filled


@pytest.fixture(scope="session")
def demo_home(demo_run: tuple[Path, Ended]) -> Path:
    """The demo's home, published."""
    home, ended = demo_run
    assert ended.exit_code == 0, ended.err
    return home


SMALL_SOURCES = """
sources:
  crm/contacts:
    delimiter: ","
    encoding: utf-8
    columns: {kundnr: Id, efternamn: Nachname, fornamn: Vorname, land: Land}
"""


@pytest.fixture(scope="session")
def small_home(filled_once: Any, skikt: Skikt) -> Path:
    """A published home of thirty people abroad, from an export with names of its own and little in it."""

    def fill(home: Path) -> Ended:
        people = "".join(
            f"K{n},Müller{n},Jürgen,{'DE' if n % 2 else 'United States'},x\n" for n in range(30)
        )
        for name, content in (
            ("config/sources.yaml", SMALL_SOURCES),
            ("landing/crm/contacts.csv", "Id,Nachname,Vorname,Land,Notiz\n" + people),
        ):
            (home / name).parent.mkdir(parents=True)
            (home / name).write_text(content, "utf-8")
        return skikt.run(home)

    home: Path
    home, ended = filled_once("small_home", fill)
    assert ended.exit_code == 0, ended.err + ended.out
    return home


@pytest.fixture(scope="session")
def copy_of() -> Callable[[Path, Path], Path]:
    """A home of one's own that begins as another one stands."""

    # What SQLite keeps beside an open file comes and goes while another process reads it.
    passing = shutil.ignore_patterns("*-wal", "*-shm")

    def copy(home: Path, target: Path) -> Path:
        return Path(shutil.copytree(home, target, symlinks=True, ignore=passing))

    return copy


@pytest.fixture(scope="session")
def published_files() -> Callable[[Path], dict[str, str]]:
    """Which publication is current, and the sha256 of each file that others open, by path."""

    def digests(home: Path) -> dict[str, str]:
        links = ("published", "exports", "reports/segments.html")
        opened = [home / link for link in links if (home / link).exists()]
        files = [
            file for link in opened for file in (link, *link.resolve().rglob("*")) if file.is_file()
        ]
        found = {
            str(file.resolve().relative_to(home.resolve())): hashlib.sha256(
                file.read_bytes()
            ).hexdigest()
            for file in files
        }
        return found | {
            link: os.readlink(home / link) for link in links if (home / link).is_symlink()
        }

    return digests


@pytest.fixture
def instance_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Any]:
    """Dagster's records of a home, as a context manager."""
    import dagster as dg

    def opened(home: Path) -> dg.DagsterInstance:
        monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
        return dg.DagsterInstance.get()

    return opened
