"""What a validation found: counts and our own words, never a value from the data.

Plain types only, so that results can be pickled, shown and compared without Great Expectations.
Making them is ``validation``'s job, showing them ``data_docs``'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
Outcome = Literal["failed", "warned", "noted", "passed"]

OUTCOMES: tuple[Outcome, ...] = ("failed", "warned", "noted", "passed")
"""Every outcome, the gravest first."""

DELIVERED_AS = "delivered_as"
"""The word under which a promise of Great Expectations carries what ``PromiseResult`` does."""

_BROKEN: dict[Severity, Outcome] = {"critical": "failed", "warning": "warned", "info": "noted"}


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """One promise, and how far the table kept it.

    Attributes:
        description: the promise in words.
        columns: the columns that the promise is about.
        severity: ``critical`` blocks what reads the table, ``warning`` warns, ``info`` informs.
        success: whether the promise was kept.
        element_count: rows that the promise applies to.
        missing_count: those of them with nothing to check (null); 0 where null itself is at issue.
        unexpected_count: those that break the promise; it may be kept all the same, up to a share.
        reason: why the promise is made.
        error: class name of the exception that prevented the check, else None.
        finding: what was found, in words, where counts of rows do not say it, else None.
        broken_figures: names of the figures that changed too much (``history``), else none.
        delivered_as: the column of the source's contract that must be required for this promise to
            be critical, else None.
    """

    description: str
    columns: tuple[str, ...]
    severity: Severity
    success: bool
    element_count: int
    missing_count: int
    unexpected_count: int
    reason: str
    error: str | None = None
    finding: str | None = None
    broken_figures: tuple[str, ...] = ()
    delivered_as: str | None = None

    @property
    def checked_count(self) -> int:
        """Rows that had something to check."""
        return self.element_count - self.missing_count

    @property
    def unexpected_share(self) -> float:
        """Share of the checked rows that break the promise, 0..1; 0 where none was checked."""
        return self.unexpected_count / self.checked_count if self.checked_count else 0.0

    @property
    def outcome(self) -> Outcome:
        """``passed``, else by severity ``failed``, ``warned`` or ``noted``."""
        return "passed" if self.success else _BROKEN[self.severity]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One table's promises, in the order of its suite.

    Attributes:
        table: the table's name.
        rows: rows that were validated.
        promises: one result per promise.
    """

    table: str
    rows: int
    promises: tuple[PromiseResult, ...]

    @property
    def blocks(self) -> bool:
        """Whether a critical promise is broken, so that nothing may be built on this table."""
        return self.count("failed") > 0

    def count(self, outcome: Outcome) -> int:
        """Number of promises with this outcome."""
        return sum(promise.outcome == outcome for promise in self.promises)
