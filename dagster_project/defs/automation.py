"""When things run by themselves: the job, the nightly schedule, the landing sensor, what is told after runs."""

import hashlib
import json
from collections.abc import Iterator

import dagster as dg

from dagster_project.alerts import tell_about
from dagster_project.failure_hook import hand_over_failure
from dagster_project.settings import load_settings

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="Takes in what lies in the landing folder, brings every table up to date and publishes. "
    "Runs every night and on new deliveries; run it by hand after correcting a delivery or a rule.",
    # A run that hangs frees the warehouse after six hours; the L size takes minutes.
    tags={"dagster/max_runtime": 21_600},
)

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=refresh,
    cron_schedule="0 5 * * *",
    execution_timezone="Europe/Stockholm",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.sensor(job=refresh, minimum_interval_seconds=60)
def landing(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Refreshes when the landing folder changed and has been quiet for one look (a minute).

    A file that is still being written changes between two looks, so a delivery starts one run.
    """
    seen = _landing_state()
    cursor = json.loads(context.cursor or "{}")
    context.update_cursor(json.dumps({"seen": seen, "done": cursor.get("done")}))
    if not seen or seen == cursor.get("done"):
        yield dg.SkipReason("Nothing new lies in the landing folder.")
    elif seen != cursor.get("seen"):
        yield dg.SkipReason("The landing folder is changing; looking again.")
    else:
        context.update_cursor(json.dumps({"seen": seen, "done": seen}))
        yield dg.RunRequest(run_key=seen)


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def on_failure(context: dg.RunFailureSensorContext) -> None:
    """Hands a failed run to the command in SKIKT_ON_FAILURE, as JSON on its standard input."""
    hand_over_failure(
        context.dagster_run.job_name,
        context.dagster_run.run_id,
        context.failure_event.message or "",
    )
    tell_about(
        context.instance,
        context.dagster_run.run_id,
        f"The job {context.dagster_run.job_name} failed.",
    )


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS, default_status=dg.DefaultSensorStatus.RUNNING
)
def on_success(context: dg.RunStatusSensorContext) -> None:
    """Tells of checks that newly fail in a run that ended well."""
    tell_about(context.instance, context.dagster_run.run_id)


def _landing_state() -> str:
    folder = load_settings().home_folders.landing
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [
        f"{path.relative_to(folder)}:{path.stat().st_size}:{path.stat().st_mtime_ns}"
        for path in files
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest() if facts else ""
