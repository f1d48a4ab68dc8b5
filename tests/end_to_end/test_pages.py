"""The pages' commands, typed line by line in a bare clone: a newcomer gets what the pages say.

docs/landing.md has a test of its own, test_landing_page; docs/bi/superset.md is `make test-bi`.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from dagster_project.settings import CHECKOUT

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_200)]

# What serves until it is stopped, or is what runs this test.
NOT_TYPED = (
    "make dev",
    "make test",
    "make check",
    "make format",
    "make bench",
    "make superset",
    "make test-bi",
)
OUR_SETTINGS = ("SKIKT_", "DEMO_", "DAGSTER_", "DBT_", "PYTHON", "VIRTUAL_ENV")


class Newcomer:
    """Somebody with a bare clone and a terminal, who types what a page says; exports hold within one page."""

    def __init__(self, clone: Path, home: Path) -> None:
        self.clone = clone
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(OUR_SETTINGS)
        }
        self.environment = {
            **kept,
            "HOME": str(home),
            # Fewer people than the demo has by default: the sentences are the same.
            "DEMO_PEOPLE": "1000",
        }

    def type(self, lines: str) -> str:
        """What came on the screen; each line must succeed."""
        done = subprocess.run(
            ["bash", "-ec", lines],
            cwd=self.clone,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def follow(self, page: str) -> list[str]:
        """Type all of a page; what each block answered."""
        blocks = re.findall(
            r"^```sh\n(.*?)^```", (CHECKOUT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        said, exported = [], ""
        for block in blocks:
            typed = "\n".join(
                line for line in block.splitlines() if not any(word in line for word in NOT_TYPED)
            )
            said.append(self.type(exported + typed))
            exported += "".join(
                f"{line}\n" for line in re.findall(r"^export .*", typed, re.MULTILINE)
            )
        return said


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    folder = tmp_path_factory.mktemp("newcomer")
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, clone], check=True, timeout=60)
    (folder / "home").mkdir()
    return Newcomer(clone, folder / "home")


def test_the_readme(newcomer: Newcomer) -> None:
    demo, query, own_data = newcomer.follow("README.md")
    assert "Champions" in demo
    assert "Champions" in query
    assert "segments.html" in own_data


@pytest.mark.parametrize("page", ["docs/identity.md", "docs/segments.md", "docs/operations.md"])
def test_a_page(newcomer: Newcomer, page: str) -> None:
    newcomer.follow(page)


def test_the_page_on_privacy(newcomer: Newcomer) -> None:
    newcomer.follow("docs/privacy.md")
    assert newcomer.type(".venv/bin/skikt explain crm:100002 || echo ended with $?").endswith(
        "ended with 2\n"
    )
