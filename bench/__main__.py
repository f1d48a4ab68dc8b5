"""``python -m bench S|M|L``: intake, a first refresh, later ones, and the same work as a plain script.

Each runs as a process of its own; memory is the largest process so far. Of the small size the later
refresh and the plain script run in turn three times, and the median counts. Figures of one machine
are not another's: read the ratios.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.intake import measure_intake

# A run of seconds is at the mercy of the machine's other work.
TIMES = {"S": 3, "M": 1, "L": 1}
PEOPLE = {"S": 5_000, "M": 100_000, "L": 1_000_000}


@dataclass(frozen=True)
class Measured:
    """One process: what it printed, wall seconds and peak memory in GB."""

    output: str
    seconds: float
    gigabytes: float


def main() -> None:
    """Measure one size and print it."""
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in PEOPLE:
        sys.exit(f"SIZE is {size!r}; use one of {', '.join(PEOPLE)}.")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        generated = _run(home, _python("-m", "bench.deliveries", str(PEOPLE[size])))
        first = _run(home, _skikt("run", "--json"))
        again: list[Measured] = []
        plain: list[Measured] = []
        for _ in range(TIMES[size]):
            again.append(_run(home, _skikt("run", "--json")))
            plain.append(_run(home, _python("-m", "bench.plain")))
            shutil.rmtree(home / "plain")
    print(f"\n{size}: {PEOPLE[size]:,} people")
    print(
        f"{'intake of a clean file':28}{'rows/s':>10}{'MB/s':>8}{'bare read':>12}{'newer format':>15}"
    )
    for file in measure_intake(size):
        ratios = f"{file.bare / file.intake:11.2f}x{file.bare_newer / file.intake:14.2f}x"
        print(
            f"  {file.name:26}{file.rows / file.intake:10,.0f}{file.bytes / file.intake / 1e6:8.1f}{ratios}"
        )
    _show("write demo deliveries", generated)
    _show("first refresh", first)
    _show("refresh again, same day", _median(again))
    _show("plain script, same work", _median(plain))
    ratio = first.seconds / _median(plain).seconds
    print(f"{'first refresh / plain script':28}{ratio:8.2f}x")
    for stage, seconds in json.loads(first.output.splitlines()[-1])["seconds_per_stage"].items():
        print(f"  {stage:26}{seconds:8.2f} s")


def _run(home: Path, command: list[str]) -> Measured:
    environment = os.environ | {"SKIKT_HOME": str(home), "SKIKT_AS_OF": "2026-11-20"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    began = time.monotonic()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.monotonic() - began
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return Measured(done.stdout, seconds, peak / 2**20)


def _median(runs: list[Measured]) -> Measured:
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _skikt(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("skikt")), *arguments]


def _show(what: str, measured: Measured) -> None:
    print(f"{what:28}{measured.seconds:8.2f} s   peak so far {measured.gigabytes:5.2f} GB")


main()
