"""Promises about change: how a table compares with the user's own last published run.

Only here may what a delivery holds stop a run: not how full a table is, but that it collapsed since
last time. A first delivery has nothing to be compared with. What is counted is ``figures``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from expectations.figures import Figure, Kind
from expectations.results import PromiseResult

MAX_LOST_ROWS_SHARE = 0.3
"""Rows leave by erasure and by a key's absence from a snapshot, which are percents; half an export
loses more."""
MAX_GROWTH = 3.0
"""A file delivered again under new keys doubles a table; three times it is worth a look."""
MAX_LOST_FILL_SHARE = 0.2
"""20 points fewer of the rows have the column filled: linkage and segments lose that much."""
MAX_ORPHANS_GAINED_SHARE = 0.1
"""10 points more of the rows point to nobody: two tables were exported under different keys."""
MAX_CATEGORY_SHIFT_SHARE = 0.2
"""20 points more or fewer of the rows are in one category."""
MIN_ROWS = 50
"""Below it a handful of people moves every share: such a comparison warns."""
MAX_GROWTH_FOR_SHARES = 2.0
"""A table that more than doubled holds mostly new rows: its shares say nothing about the old ones,
and warn."""

_COLLAPSED = (
    "A change like this is far more often a broken export than a change in the business. If it is "
    "real, say so in config/accepted_changes.yaml."
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """When one kind of figure has changed too much, from ``old`` to ``new``."""

    kind: Kind
    description: str
    is_broken: Callable[[Figure, Figure], bool]
    why: str
    may_block: bool = True


_RULES = (
    _Rule(
        "rows",
        "The table kept at least 70% of its rows since the last published run.",
        lambda new, old: new.count < (1 - MAX_LOST_ROWS_SHARE) * old.count,
        _COLLAPSED,
    ),
    _Rule(
        "rows",
        "The table has at most three times the rows of the last published run.",
        lambda new, old: new.count > MAX_GROWTH * old.count,
        "The same people delivered again under new keys look like this; so do honest growth and a "
        "first full delivery after a trial.",
        may_block=False,
    ),
    _Rule(
        "filled",
        "No column lost more than 20 points of its fill rate since the last published run.",
        lambda new, old: old.share - new.share > MAX_LOST_FILL_SHARE,
        _COLLAPSED,
    ),
    _Rule(
        "orphans",
        "At most 10 points more of the rows point to nobody than in the last published run.",
        lambda new, old: new.share - old.share > MAX_ORPHANS_GAINED_SHARE,
        _COLLAPSED,
    ),
    _Rule(
        "category",
        "No category gained or lost more than 20 points since the last published run.",
        lambda new, old: abs(new.share - old.share) > MAX_CATEGORY_SHIFT_SHARE,
        "A system that began to use its words differently shows here first. Business changes, too, "
        "so this warns.",
        may_block=False,
    ),
)


def compare(
    now: Sequence[Figure], before: Sequence[Figure], *, since: str, accepted: Mapping[str, str]
) -> tuple[PromiseResult, ...]:
    """Promises about one table's change since the last published run.

    Args:
        now: the table's figures in this run.
        before: its figures in the last published run.
        since: names that run, such as ``the published run of 2026-11-19``.
        accepted: why a person accepted a figure's change, by the figure's name.

    Returns:
        Results like a suite's, each with its ``finding``: the figure now and before. None where
        the table held no row before.
    """
    old_by_name = {(figure.name, figure.category): figure for figure in before}
    pairs = [
        (new, old) for new in now if (old := old_by_name.get((new.name, new.category))) and old.of
    ]
    rows = next(((new.count, old.count) for new, old in pairs if new.kind == "rows"), (0, 0))
    if not rows[1]:
        return ()
    results = []
    for rule in _RULES:
        of_kind = [(new, old) for new, old in pairs if new.kind == rule.kind and _has_rows(new)]
        if of_kind:
            may_block = rule.may_block and _is_comparable(rule.kind, *rows)
            results.append(_result(rule, of_kind, since, accepted, may_block))
    return tuple(results)


def _has_rows(figure: Figure) -> bool:
    return figure.kind == "rows" or figure.of > 0


def _is_comparable(kind: Kind, rows_now: int, rows_before: int) -> bool:
    if kind != "rows" and rows_now > MAX_GROWTH_FOR_SHARES * rows_before:
        return False
    return rows_before >= MIN_ROWS


def _result(
    rule: _Rule,
    pairs: Sequence[tuple[Figure, Figure]],
    since: str,
    accepted: Mapping[str, str],
    may_block: bool,
) -> PromiseResult:
    changed = [(new, old) for new, old in pairs if rule.is_broken(new, old)]
    broken = [(new, old) for new, old in changed if new.name not in accepted]
    reasons = [
        f"Accepted: {reason}"
        for reason in dict.fromkeys(
            accepted[new.name] for new, _ in changed if new.name in accepted
        )
    ]
    shown = changed or (pairs if rule.kind == "rows" else ())
    found = [f"{_words(new, old, since)}." for new, old in shown]
    return PromiseResult(
        description=rule.description,
        columns=tuple(dict.fromkeys(new.column for new, _ in changed if new.column)),
        severity="critical" if may_block else "warning",
        success=not broken,
        element_count=len(pairs),
        missing_count=0,
        unexpected_count=len(changed),
        reason=rule.why,
        finding=" ".join(found + reasons) or f"Compared with {since}.",
        broken_figures=tuple(dict.fromkeys(new.name for new, _ in broken)),
    )


def _words(new: Figure, old: Figure, since: str) -> str:
    if new.kind == "rows":
        return f"{new.count:,} rows now, {old.count:,} in {since}"
    what = {
        "filled": f"{new.column} filled",
        "orphans": f"{new.column} of nobody known",
        "category": f"{new.column} is {new.category or 'another value'}",
    }[new.kind]
    return f"{what}: {new.share:.0%} of the rows now, {old.share:.0%} in {since}"
