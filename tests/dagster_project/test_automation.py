"""What runs by itself: the nightly schedule, the landing sensor, the failure hook, the instance."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.automation import landing, nightly, on_failure
from dagster_project.home import Home
from dagster_project.settings import CHECKOUT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SKIKT_HOME", str(tmp_path))
    home = Home(tmp_path)
    home.create()
    return home


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


class Looks:
    """The sensor's looks at the landing folder, one after the other."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._cursor: str | None = None

    def runs(self) -> int:
        """How many runs one more look asks for."""
        with dg.build_sensor_context(instance=self._instance, cursor=self._cursor) as context:
            answer = landing.evaluate_tick(context)
            self._cursor = answer.cursor
        assert answer.run_requests or answer.skip_message, "a look without a run says why"
        return len(answer.run_requests or [])


@pytest.fixture
def looks(home: Home, instance: dg.DagsterInstance) -> Looks:
    return Looks(instance)


def put(home: Home, name: str, content: str) -> None:
    file = home.landing / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def test_the_night_is_in_stockholm() -> None:
    assert (nightly.cron_schedule, nightly.execution_timezone) == ("0 5 * * *", "Europe/Stockholm")
    assert nightly.default_status == dg.DefaultScheduleStatus.RUNNING
    assert nightly.job_name == "refresh"


def test_a_delivery_starts_one_run_once_it_is_quiet(home: Home, looks: Looks) -> None:
    put(home, "crm/contacts.csv", "kundnr\n")
    assert looks.runs() == 0, "the file has only just come"
    assert looks.runs() == 1
    assert looks.runs() == 0, "a run for it was asked for"


def test_a_file_that_still_grows_starts_nothing(home: Home, looks: Looks) -> None:
    for lines in range(1, 5):
        put(home, "crm/contacts.csv", "kundnr\n" * lines)
        assert looks.runs() == 0
    assert looks.runs() == 1


def test_each_new_delivery_starts_a_run(home: Home, looks: Looks) -> None:
    for content in ("kundnr\n", "kundnr\nK1\n"):
        put(home, "crm/contacts.csv", content)
        assert [looks.runs() for _ in range(3)] == [0, 1, 0]


def test_an_empty_landing_folder_starts_nothing(looks: Looks) -> None:
    assert [looks.runs() for _ in range(3)] == [0, 0, 0]


@pytest.fixture
def failure(instance: dg.DagsterInstance) -> dg.RunFailureSensorContext:
    """A run that failed, as the daemon hands it to the hook."""

    @dg.op
    def fails() -> None:
        raise RuntimeError("a step failed")

    @dg.job
    def refresh_that_fails() -> None:
        fails()

    result = refresh_that_fails.execute_in_process(instance=instance, raise_on_error=False)
    return dg.build_run_status_sensor_context(
        "on_failure", result.get_run_failure_event(), instance, result.dagster_run
    ).for_run_failure()


def test_a_failed_run_is_told_to_the_users_command(
    home: Home, failure: dg.RunFailureSensorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = home.root / "told.json"
    monkeypatch.setenv("SKIKT_ON_FAILURE", f"tee {shlex.quote(str(told))}")
    on_failure(failure)
    message = json.loads(told.read_text())
    assert message["job"] == "refresh_that_fails"
    assert message["run_id"] == failure.dagster_run.run_id
    assert message["what"]
    assert message["next"]


def test_without_a_command_nothing_is_told(
    home: Home, failure: dg.RunFailureSensorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKIKT_ON_FAILURE", raising=False)
    on_failure(failure)
    assert {path.name for path in home.root.iterdir() if path.is_file()} == set()


def test_dagster_accepts_the_instance_settings_and_sends_nothing(
    home: Home, instance_of: Callable[[Path], dg.DagsterInstance]
) -> None:
    shutil.copyfile(CHECKOUT / "dagster.yaml", home.dagster / "dagster.yaml")
    with instance_of(home.root) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled, "the first page would ask for an address to send out"
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1
        runs = instance.get_concurrency_config().run_queue_config
        assert runs
        assert runs.max_concurrent_runs == 1
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert not instance.run_retries_enabled
        assert instance.run_monitoring_enabled


def test_every_command_of_ours_switches_telemetry_off(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from dagster_project.dbt import prepare_environment
    from dagster_project.refresh import prepare_dagster

    for name in ("DAGSTER_HOME", "DO_NOT_TRACK", "DBT_SEND_ANONYMOUS_USAGE_STATS", "PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    prepare_dagster(home)
    prepare_environment(home)
    assert os.environ["DAGSTER_HOME"] == str(home.dagster)
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert str(Path(sys.executable).parent) in os.environ["PATH"].split(os.pathsep)
