"""An exact splitter for CSV files that do not read cleanly: one bad record costs one record.

DuckDB's reader is the fast path; an unclosed quote makes it swallow the next record, so a file with
any reject is split here instead, line by line: a record may span lines while a quote is open, and
where that does not give the right number of columns the first line alone is quarantined.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

# A record that needs more lines or characters than this is a runaway quote, not a long text.
_MOST_LINES = 50
_MOST_CHARACTERS = 64 * 1024


@dataclass(frozen=True)
class Rejected:
    """A record that could not be split: its 1-based number in the file and why."""

    record_no: int
    reason_code: str


def is_undecodable(text: str) -> bool:
    """Whether it holds bytes that did not decode: they come as lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def split_csv(lines: list[str], *, columns: int, delimiter: str) -> Iterator[list[str] | Rejected]:
    """Records of a CSV body, in order.

    Args:
        lines: the file's lines after the header, without their line ends.
        columns: how many fields each record must have.
        delimiter: one character.

    Yields:
        The fields of a good record, or a ``Rejected`` with R_COLS, R_QUOTE, R_SIZE or R_ENC.
    """
    position = record_no = 0
    while position < len(lines):
        if not lines[position]:
            position += 1
            continue
        record_no += 1
        fields, used = _record_at(lines, position, columns, delimiter)
        if fields is None:
            yield Rejected(record_no, _reason(lines[position], columns, delimiter))
            position += used
        else:
            yield fields
            position += used


def _record_at(
    lines: list[str], position: int, columns: int, delimiter: str
) -> tuple[list[str] | None, int]:
    text = lines[position]
    used = 1
    while _quote_is_open(text):
        if used == _MOST_LINES or position + used == len(lines) or len(text) > _MOST_CHARACTERS:
            return None, 1
        text += "\n" + lines[position + used]
        used += 1
    fields = _fields(text, delimiter)
    if is_undecodable(text):
        return None, used
    if fields is None or len(fields) != columns or len(text) > _MOST_CHARACTERS:
        return None, 1
    return fields, used


def _quote_is_open(text: str) -> bool:
    return text.count('"') % 2 == 1


def _fields(text: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _reason(line: str, columns: int, delimiter: str) -> str:
    if is_undecodable(line):
        return "R_ENC"
    if len(line) > _MOST_CHARACTERS:
        return "R_SIZE"
    if _quote_is_open(line) or _fields(line, delimiter) is None:
        return "R_QUOTE"
    return "R_COLS"
