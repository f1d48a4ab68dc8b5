"""The processes beside the run end with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_RUN = """
import sys, time
from dagster_project.spare_processes import find_cities
if __name__ == "__main__":
    print(find_cities(["Oslo"]), flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("folder", ["short", "too_long_for_a_socket_" * 5])
def test_a_killed_run_leaves_no_process(folder: str, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    (tmp_path / folder).mkdir()
    run = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"TMPDIR": str(tmp_path / folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
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
