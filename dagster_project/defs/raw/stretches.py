"""A text in parts: lines that are plainly records, many at a time, and what the splitter makes of the rest.

The exact splitter (``records``) costs 20 us a record, and of a damaged file nearly all lines are good.
A line that is a record by itself, whatever stands before it, needs no splitter: here such lines are
told apart at 1 to 2 us each. What plain means for a format is said by its reader.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from dagster_project.defs.raw.records import MOST_BYTES, Line, Record, cut, pieces_of

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class PlainLines:
    """Lines in a row that are one record each: the number of the first, where it starts, the lines."""

    first: int
    start: int
    lines: list[bytes]

    @property
    def end(self) -> int:
        """Where they end, with the last one's line end."""
        return self.start + sum(map(len, self.lines))

    @property
    def contents(self) -> list[bytes]:
        """The lines without their ends."""
        return [line.rstrip(b"\r\n") for line in self.lines]

    def starts(self) -> list[int]:
        """Where each of them starts."""
        return list(itertools.accumulate(map(len, self.lines), initial=self.start))[:-1]


Part = PlainLines | Record

# Whether a line of nothing but text, with its end, is plainly a record.
IsPlain = Callable[[bytes], bool]

# The exact splitter: lines, and the number of the first record.
Split = Callable[[Iterator[Line], int], Iterator[Record]]


def parts_of(path: Path, header_lines: int, is_plain: IsPlain, split: Split) -> Iterator[Part]:
    """All records of a text behind its header of so many short lines, in order."""
    stretches = _Stretches(path, header_lines, is_plain)
    record_no = 0
    while stretch := stretches.next:
        if stretch.is_plain:
            stretches.advance()
            yield PlainLines(record_no + 1, stretch.start, stretch.lines)
            record_no += len(stretch.lines)
        else:
            for record in split(stretches.odd_lines(), record_no + 1):
                yield record
                record_no = record.record_no


@dataclass(frozen=True)
class _Stretch:
    """Lines in a row that are all plain, or none of them."""

    is_plain: bool
    start: int
    skipped: int
    lines: list[bytes]


class _Stretches:
    """The stretches of a text, of which the next one can be looked at."""

    def __init__(self, path: Path, header_lines: int, is_plain: IsPlain) -> None:
        self._left = _stretches(path, header_lines, is_plain)
        self.next = next(self._left, None)

    def advance(self) -> None:
        """Pass the next one over."""
        self.next = next(self._left, None)

    def odd_lines(self) -> Iterator[Line]:
        """Lines up to the next plain one."""
        while (stretch := self.next) and not stretch.is_plain:
            start, skipped = stretch.start, stretch.skipped
            for text in stretch.lines:
                end = start + skipped + len(text)
                yield Line(cut(text), start, end)
                start, skipped = end, 0
            self.advance()


def numbers_of(parts: list[PlainLines]) -> pa.Array:
    """The numbers of the records in all these lines."""
    numbers = [np.arange(part.first, part.first + len(part.lines)) for part in parts]
    return pa.array(np.concatenate([np.empty(0, np.int64), *numbers]))


def _stretches(path: Path, header_lines: int, is_plain: IsPlain) -> Iterator[_Stretch]:
    for start, skipped, lines in pieces_of(path):
        behind = start + skipped + sum(map(len, lines[:header_lines]))
        start = behind if header_lines else start
        for plain, group in itertools.groupby(lines[header_lines:], _sound_and(is_plain, lines)):
            stretch = _Stretch(plain, start, skipped, list(group))
            yield stretch
            start, skipped = start + skipped + sum(map(len, stretch.lines)), 0
        header_lines = 0


def _sound_and(is_plain: IsPlain, lines: list[bytes]) -> IsPlain:
    """What is asked of each of these lines: where all are sound, only whether they are plain."""
    if max(map(len, lines)) <= MOST_BYTES and _is_sound(b"".join(lines)):
        return is_plain
    return lambda line: len(line) <= MOST_BYTES and _is_sound(line) and is_plain(line)


def _is_sound(text: bytes) -> bool:
    """Whether lines have their ends, and hold nothing but text."""
    if text[-1] not in b"\r\n" or b"\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _BOM not in text
