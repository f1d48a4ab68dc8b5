"""Dirt: about one row in a hundred is wrong, in many ways, and a ledger says how many in which.

What makes a fault is here; which faults a file has is in ``faults``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from demo.draws import Array, stream
from demo.text import Text, rewrite, stack, take

# Smaller files get a fault by its share only: a few unreadable rows of fifty would have a whole
# file refused. Faults that leave the record readable are welcome in small files too.
_ROWS_FOR_ONE_BROKEN, _ROWS_FOR_ONE_OTHER = 200, 20


@dataclass(frozen=True)
class Fault:
    """One way in which rows of a file are wrong.

    Attributes:
        kind: Its name in the ledger.
        share: Share of the rows that have it.
        column: The column that it changes; "" for the whole line, "*" for a repeated row.
        change: Old text and running number -> new text.
        breaks: Whether the record cannot be read any more.
    """

    kind: str
    share: float
    column: str
    change: Callable[[str, int], str]
    breaks: bool = False


@dataclass
class Ledger:
    """Counts faults while files are written."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, file: str, kind: str, rows: int) -> None:
        """Count ``rows`` more rows of ``file`` with this kind of fault."""
        if rows:
            self.rows[file, kind] += rows


@dataclass(frozen=True)
class Soiled:
    """Columns with their faults in them.

    Attributes:
        columns: Repeated rows are at the end.
        line_faults: Faults of whole lines and the rows that have them, still to be applied.
        is_broken: For each original row, whether it cannot be read any more.
    """

    columns: dict[str, Text]
    line_faults: list[tuple[Fault, Array]]
    is_broken: Array

    def soil_lines(self, lines: Text) -> Text:
        """Apply the faults of whole lines."""
        for fault, rows in self.line_faults:
            lines = rewrite(lines, rows, fault.change)
        return lines


def _count(share: float, size: int, chunk: int, rows_for_one: int) -> int:
    least = 1 if chunk == 0 and size >= rows_for_one else 0
    return max(least, round(share * size))


def _choose(counts: Sequence[int], size: int, seed: int, file: str, chunk: int) -> list[Array]:
    """Choose that many rows for each fault; no row has two."""
    rng = stream(seed, "dirt", file, chunk)
    rows = rng.choice(size, min(size, sum(counts)), replace=False)
    ends = np.cumsum(counts)
    return [np.sort(rows[end - count : end]) for count, end in zip(counts, ends, strict=True)]


def choose_rows(
    shares: dict[str, float], size: int, seed: int, file: str, ledger: Ledger, chunk: int = 0
) -> dict[str, Array]:
    """Choose and count rows for faults that the caller makes itself, in columns of numbers.

    Args:
        shares: Share of the rows for each kind of fault.
        size: Rows in this chunk.
        seed: The seed of the whole delivery.
        file: The file's name, ``<system>/<table>``: each file has its own stream.
        ledger: Counts what is to be done.
        chunk: Number of the chunk in the file; only the first makes sure of one row per fault.

    Returns:
        Sorted row numbers by kind; no row in two kinds.
    """
    counts = [_count(share, size, chunk, _ROWS_FOR_ONE_BROKEN) for share in shares.values()]
    chosen = dict(zip(shares, _choose(counts, size, seed, file, chunk), strict=True))
    for kind, rows in chosen.items():
        ledger.add(file, kind, len(rows))
    return chosen


def soil(
    columns: dict[str, Text], faults: Sequence[Fault], seed: int, file: str, ledger: Ledger,
    chunk: int = 0,
) -> Soiled:  # fmt: skip
    """Put faults into text columns.

    Args:
        columns: Text columns of one chunk of the file.
        faults: The file's faults.
        seed: The seed of the whole delivery.
        file: The file's name, ``<system>/<table>``.
        ledger: Counts what was done.
        chunk: Number of the chunk in the file.
    """
    columns = dict(columns)
    size = len(next(iter(columns.values())))
    is_broken = np.zeros(size, dtype=bool)
    line_faults: list[tuple[Fault, Array]] = []
    repeated = np.empty(0, dtype=np.int64)
    counts = [
        _count(
            fault.share,
            size,
            chunk,
            _ROWS_FOR_ONE_BROKEN if fault.breaks else _ROWS_FOR_ONE_OTHER,
        )
        for fault in faults
    ]
    chosen = _choose(counts, size, seed, file, chunk)
    for fault, rows in zip(faults, chosen, strict=True):
        ledger.add(file, fault.kind, len(rows))
        if fault.column == "*":
            repeated = rows
        elif fault.column == "":
            line_faults.append((fault, rows))
        else:
            columns[fault.column] = rewrite(columns[fault.column], rows, fault.change)
        if fault.breaks:
            is_broken[rows] = True
    if len(repeated):
        columns = {
            name: stack([column, take(column, repeated)]) for name, column in columns.items()
        }
    return Soiled(columns=columns, line_faults=line_faults, is_broken=is_broken)
