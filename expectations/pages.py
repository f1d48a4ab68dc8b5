"""Turns validation results into the pages of the Data Docs site; ``data_docs`` writes them.

Templates and style are in ``templates/``. The pages run no script and load nothing, and a content
security policy says so to the browser. All text is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from expectations.results import OUTCOMES, Outcome, PromiseResult, SuiteResult

_TITLES: dict[Outcome, str] = {
    "failed": "Failed",
    "warned": "Warnings",
    "noted": "Noted",
    "passed": "Passed",
}


def render_pages(results: Sequence[SuiteResult], *, run_id: str, as_of: date) -> dict[str, str]:
    """Text of each page by its relative path, the index last.

    Raises:
        ValueError: a table's name is no file name.
    """
    templates = _templates()
    about = {"run_id": run_id, "as_of": as_of.isoformat()}
    pages = {}
    for result in results:
        if not re.fullmatch(r"[a-z0-9_]+", result.table):
            raise ValueError(
                f"A page cannot be named after table {result.table!r}: "
                "use lower-case letters, digits and underscores only."
            )
        pages[f"tables/{result.table}.html"] = templates.get_template("table.html.j2").render(
            result=result, groups=_by_outcome(result.promises), **about
        )
    pages["index.html"] = templates.get_template("index.html.j2").render(
        results=results,
        blocked=sum(result.blocks for result in results),
        rows=sum(result.rows for result in results),
        totals={outcome: sum(r.count(outcome) for r in results) for outcome in OUTCOMES},
        attention=_attention(results),
        **about,
    )
    return pages


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "thousands": "{:,}".format,
        "finding": _finding,
        "breakable": _breakable,
    }
    environment.globals |= {"titles": _TITLES, "outcomes": OUTCOMES}
    return environment


def _by_outcome(
    promises: Sequence[PromiseResult],
) -> list[tuple[Outcome, list[PromiseResult]]]:
    """The outcomes that occur, the gravest first, each with its promises."""
    groups = [(outcome, [p for p in promises if p.outcome == outcome]) for outcome in OUTCOMES]
    return [(outcome, group) for outcome, group in groups if group]


def _attention(results: Sequence[SuiteResult]) -> list[tuple[str, PromiseResult]]:
    """Table and promise of all that failed, then of all that warned."""
    return [
        (result.table, promise)
        for outcome in ("failed", "warned")
        for result in results
        for promise in result.promises
        if promise.outcome == outcome
    ]


def _finding(promise: PromiseResult) -> str:
    """What was found, in words: its own, or how many of how many rows keep or break the promise."""
    if promise.finding is not None:
        return promise.finding
    if promise.error is not None:
        return (
            "Could not be checked: a column is missing, or of a type that this rule cannot read "
            f"({promise.error})."
        )
    if promise.checked_count == 0:
        return "Nothing to check."
    checked, broken = promise.checked_count, promise.unexpected_count
    if broken == 0:
        return f"Met by all {checked:,} rows checked."
    if promise.success:
        share = _percent(1 - promise.unexpected_share)
        return f"Met by {checked - broken:,} of {checked:,} rows checked ({share})."
    return (
        f"Not met by {broken:,} of {checked:,} rows checked ({_percent(promise.unexpected_share)})."
    )


def _breakable(name: str) -> Markup:
    """A name that may continue on the next line after an underscore, for narrow screens."""
    return Markup("_<wbr>").join(name.split("_"))


def _percent(share: float) -> str:
    """A share in per cent with three digits that count, never rounded to none or all of it."""
    if share < 0.0001:
        return "less than 0.01%"
    return "more than 99.9%" if 0.999 < share < 1 else f"{100 * share:.3g}%"
