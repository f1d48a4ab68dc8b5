"""What is told to people when a run fails: one JSON message to a command of the user's choice."""

import json
import shlex
import subprocess
import sys

from dagster_project.settings import load_settings


def hand_over_failure(job: str, run_id: str, what: str) -> None:
    """Give the failure to the command in SKIKT_ON_FAILURE, on its standard input; nothing if unset.

    Args:
        job: the job that failed.
        run_id: the run, as Dagster names it.
        what: a sentence without values of people.
    """
    command = load_settings().on_failure
    if not command:
        return
    message = {
        "job": job,
        "run_id": run_id,
        "what": what,
        "next": "Open the run in Dagster's UI; docs/operations.md says what to do for each check.",
    }
    try:
        # The command is the user's own setting.
        arguments = shlex.split(command)
        subprocess.run(arguments, input=json.dumps(message), text=True, check=True, timeout=60)  # noqa: S603
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # The run's own ending must stay what it was.
        sys.stderr.write(
            f"The command in SKIKT_ON_FAILURE failed ({type(error).__name__}), so nobody was told. "
            "Try it by hand with a line of JSON on its standard input.\n"
        )
