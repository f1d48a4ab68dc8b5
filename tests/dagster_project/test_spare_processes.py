"""The processes beside the run end with it, however it ends."""

import os
import signal
import subprocess
import sys
import time

_RUN = """
import sys, time
from dagster_project.spare_processes import find_cities
if __name__ == "__main__":
    print(find_cities(["Oslo"]), flush=True)
    time.sleep(600)
"""


def test_killed_run_leaves_no_process(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, start_new_session=True
    )
    assert run.stdout is not None
    assert b"Oslo" in run.stdout.readline()
    os.killpg(run.pid, 0)

    run.kill()
    run.wait()

    assert _all_end(run.pid, within=30)


def _all_end(group: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return False
