"""Homes that the real console script has run in."""

from pathlib import Path

import pytest
from console_script import skikt


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo of 1,000 people was refreshed once. Tests only read it."""
    home = tmp_path_factory.mktemp("demo_home")
    ended = skikt(home, "demo", "--json", DEMO_PEOPLE="1000")
    assert ended.code == 0, ended.err + ended.out
    return home
