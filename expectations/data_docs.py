"""The Data Docs site: every table's promises and how far they were kept, for people.

The pages are our own (``pages``), over Great Expectations' results, because its own renderer does
not do: its pages load styles, scripts and fonts from other hosts, and print values from the data
unescaped. Ours load nothing and hold no value from the data, since ``results`` holds none. No
clock is read: the same results give the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from expectations.pages import render_pages
from expectations.results import SuiteResult


def render_data_docs(
    results: Sequence[SuiteResult], folder: Path, *, run_id: str, as_of: date
) -> Path:
    """Write the site: ``index.html``, and ``tables/<table>.html`` for each result.

    All pages are built aside first. Then each replaces its predecessor in one step, the index
    last, and pages of tables that are no longer checked go; a reader never meets half a page.

    Args:
        results: one per table, in the order to show them.
        folder: where the site goes; made if absent. Beside it, a hidden folder of the same name
            is used while building.
        run_id: the run that validated, shown at the foot.
        as_of: the last day whose data counts, shown at the foot.

    Returns:
        The path of ``index.html``.

    Raises:
        ValueError: a table's name is no file name.
    """
    pages = render_pages(results, run_id=run_id, as_of=as_of)
    aside = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(aside, ignore_errors=True)  # left by a run that was killed
    for name, text in pages.items():
        page = aside / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name in pages:
        (aside / name).replace(folder / name)
    shutil.rmtree(aside)
    for page in (folder / "tables").glob("*.html"):
        if f"tables/{page.name}" not in pages:
            page.unlink()
    return folder / "index.html"
