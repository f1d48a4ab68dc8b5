"""Complaints about a predicate that name the rule, the place in its text and the way out."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class PredicateText:
    """One predicate as written: the rule's name, the field (include or exclude) and the text."""

    rule: str
    field: str
    text: str

    def error(self, problem: str, node: exp.Expr | None = None) -> ValueError:
        """A refusal; ``problem`` says what was found, what is needed, what to do."""
        start = _start(node) if node is not None else None
        return self.error_at(problem, start)

    def error_at(self, problem: str, start: int | None) -> ValueError:
        """A refusal at a character of the text, where it is known."""
        place = ""
        if start is not None:
            line = self.text.count("\n", 0, start) + 1
            column = start - self.text.rfind("\n", 0, start)
            place = f", line {line}, column {column}"
        return ValueError(f"Rule {self.rule}, {self.field}{place}: {problem}")


def suggestion(name: str, known: Iterable[str]) -> str:
    """' Did you mean age_years?' for the nearest known name, or '' where none is near."""
    spelled = {word.lower(): word for word in sorted(known)}
    nearest = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=0.4)
    return f" Did you mean {spelled[nearest[0]]}?" if nearest else ""


def _start(node: exp.Expr) -> int | None:
    """Where the node, or the first part of it that knows its place, begins in the text."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return min(starts) if starts else None
