"""Runs the job ``refresh`` in this process, and tells how it ended.

The same job runs from Dagster's UI, schedule and sensor; here it runs without a daemon, with
progress for the person who waits.
"""

import gc
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dagster_project.errors import EXIT_CODES
from dagster_project.failure_hook import hand_over_failure
from dagster_project.full_disk import record_faults
from dagster_project.home import Home
from dagster_project.settings import CHECKOUT

_OWN_LOGGER: dict[str, Any] = {"loggers": {"console": {}}}

HELD_EXIT_CODE = EXIT_CODES["DeliveryHeldError"]
GATE_EXIT_CODE = EXIT_CODES["GateFailedError"]


@dataclass(frozen=True)
class Ending:
    """How a refresh ended."""

    exit_code: int
    run_id: str
    seconds: float
    is_published: bool
    sentence: str
    seconds_per_stage: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def prepare_dagster(home: Home) -> None:
    """Point Dagster at this home, with the checkout's instance settings and its tools on the path."""
    shutil.copyfile(CHECKOUT / "dagster.yaml", home.dagster / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["SKIKT_HOME"] = str(home.root)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["DO_NOT_TRACK"] = "1"
    # Of 1,300 events a run has 400 that say what it will do; they are written as one.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")


def start_ui(home: Home, port: int) -> int:
    """Dagster's UI and daemon on 127.0.0.1, until interrupted; the process's exit code."""
    prepare_dagster(home)
    command = [
        "dagster",
        "dev",
        "--workspace",
        "workspace.yaml",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    return subprocess.call(command, cwd=CHECKOUT)  # noqa: S603  (the command is our own)


@record_faults()
def refresh(
    home: Home, *, show: bool, job_name: str = "refresh", tags: dict[str, str] | None = None
) -> Ending:
    """Run the job once.

    Args:
        home: where to run it.
        show: print each asset as it is done.
        job_name: ``refresh``, or a job of the same assets that does one of them otherwise.
        tags: of the run.
    """
    prepare_dagster(home)
    # What is loaded lives until the end; each full collection would look at all of it again.
    gc.disable()
    from dagster_project import spare_processes

    spare_processes.start()
    import dagster as dg

    from dagster_project.alerts import tell_about
    from dagster_project.console import Progress
    from dagster_project.event_log import EventLog

    progress = Progress(show)
    job = _told_to(progress, job_name)
    gc.freeze()
    gc.enable()
    # Dagster and dbt make many objects and few circles: at Python's own 700 this costs 1 s a run.
    gc.set_threshold(50_000)
    with dg.DagsterInstance.get() as instance:
        log = instance.event_log_storage
        # The warehouse's lock is ours: no other run materialises anything.
        with log.written_by_nobody_else() if isinstance(log, EventLog) else nullcontext():
            result = job.execute_in_process(
                instance=instance, raise_on_error=False, run_config=_OWN_LOGGER, tags=tags
            )
        ending = _ending(home, result, progress)
        tell_about(instance, ending.run_id, "" if result.success else ending.sentence)
    if not result.success:
        # Dagster's sensor sees only runs that its daemon started.
        hand_over_failure(job_name, ending.run_id, ending.sentence)
    spare_processes.stop()
    # Taking half a million objects apart at the interpreter's end would take 1.5 s.
    gc.freeze()
    return ending


@record_faults()
def run_job(home: Home, name: str, **config: dict[str, Any]) -> dict[str, Any]:
    """Run one of the small jobs in this process; what its steps told, as their metadata.

    Args:
        home: where to run it.
        name: of the job.
        config: what a step is to be given, by the step's name.

    Raises:
        SkiktError: what stopped it, as its step said it.
    """
    prepare_dagster(home)
    import dagster as dg

    from dagster_project.console import Progress

    job = _told_to(Progress(is_shown=False), name)
    with dg.DagsterInstance.get() as instance:
        steps = {step: {"config": given} for step, given in config.items()}
        result = job.execute_in_process(instance=instance, run_config=_OWN_LOGGER | {"ops": steps})
    return {
        label: told.value
        for event in result.all_events
        if event.is_successful_output
        for label, told in event.step_output_data.metadata.items()
    }


def _told_to(progress: Any, name: str) -> Any:
    """The job with ``progress`` in the place of Dagster's own console log."""
    from dagster_project.definitions import load

    job = load().resolve_job_def(name)
    return job.with_logger_defs({"console": progress.as_dagster_logger()})


def _ending(home: Home, result: Any, progress: Any) -> Ending:
    exit_code, sentence = _exit_code(home, result)
    return Ending(
        exit_code=exit_code,
        run_id=result.run_id,
        seconds=round(progress.seconds, 1),
        is_published=home.published_run_id() == result.run_id,
        sentence=sentence,
        seconds_per_stage=progress.seconds_per_stage(),
    )


def _exit_code(home: Home, result: Any) -> tuple[int, str]:
    if result.success:
        held = _held_sources(home)
        if not held:
            return 0, ""
        return HELD_EXIT_CODE, (
            f"Published, but these deliveries were held: {' '.join(held)} What was loaded from them before is "
            "still in use. Correct them and run again."
        )
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error.cause:
                error = error.cause
            if error.cls_name == "DagsterAssetCheckFailedError":
                continue
            if error.cls_name in EXIT_CODES:
                return EXIT_CODES[error.cls_name], error.message.partition(": ")[2].strip()
            return 1, (
                f"{event.step_key} failed with {error.cls_name}, which is a bug. Its log is in the UI "
                f"(`make dev`), run {result.run_id}. Nothing was published."
            )
    return GATE_EXIT_CODE, _gate_sentence(result)


def _gate_sentence(result: Any) -> str:
    from dagster_project.checks import CHANGED

    failed = [
        check
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.blocking
    ]
    names = ", ".join(f"{check.asset_key.to_user_string()} {check.check_name}" for check in failed)
    changed = [f" {check.metadata[CHANGED].value}" for check in failed if CHANGED in check.metadata]
    return (
        f"A quality gate failed: {names}.{''.join(changed)} Nothing was published. Open the check in "
        "the UI (`make dev`) or reports/data_docs/index.html to see how many rows break which promise."
    )


def _held_sources(home: Home) -> list[str]:
    from dagster_project.warehouse import Warehouse

    rows = Warehouse(root=str(home.root)).read(
        "select path || ' (' || reason || ')' as held from raw.deliveries join raw.as_of using (run_id) "
        "where status = 'held' order by 1"
    )
    return [str(value) for value in rows["held"].to_pylist()]
