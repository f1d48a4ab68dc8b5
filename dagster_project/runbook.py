"""What to do when a check fails: the lines of ``docs/operations.md``, so that they are written once."""

import re
from functools import cache

from dagster_project.settings import CHECKOUT

RUNBOOK = CHECKOUT / "docs" / "operations.md"
_ROW = re.compile(r"^\| (`[a-z0-9_.<>]+`(?:, `[a-z0-9_.<>]+`)*) \| [^|]+ \| (.+) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def next_step(check: str) -> str:
    """What a failed check means and what to do, in the runbook's words.

    Args:
        check: its name; a dbt test's name begins with that of its kind.
    """
    steps = _steps()
    kind = max((name for name in steps if check.startswith(name)), key=len, default="")
    return steps.get(kind, "docs/operations.md says what to do when a check fails.")


@cache
def _steps() -> dict[str, str]:
    rows = _ROW.findall(RUNBOOK.read_text(encoding="utf-8"))
    return {
        name.strip("` "): _LINK.sub(r"\1", words)
        for names, words in rows
        for name in names.split(",")
    }
