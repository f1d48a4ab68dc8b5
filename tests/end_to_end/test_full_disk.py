"""A run that finds no more room ends with 5 and a sentence, and the next one with room ends well."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AS_OF, CONSOLE_SCRIPT, clean_environment


@pytest.mark.long
def test_without_room_nothing_changes_and_with_room_it_goes_on(
    tmp_path: Path,
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    published_files: Callable[[Path], dict[str, str]],
    skikt: Any,
) -> None:
    """Files of at most 100 KiB stand in for a full disk, which an ordinary user cannot make."""
    home = copy_of(small_home, tmp_path / "home")
    (home / "warehouse.duckdb").unlink()
    before = published_files(home)
    ended = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; exec {CONSOLE_SCRIPT} run --json"],
        env={**clean_environment(), "SKIKT_HOME": str(home), "SKIKT_AS_OF": AS_OF},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 5, ended.stderr[-2_000:]
    told = " ".join((ended.stdout + ended.stderr).split())
    assert "The disk is full. Free space below SKIKT_HOME" in told
    assert published_files(home) == before
    assert skikt.run(home).exit_code == 0
