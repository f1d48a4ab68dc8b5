"""An exact splitter: a text into its lines and records, each with the bytes where it lies.

DuckDB's readers are the fast path; an unclosed quote makes them swallow the next record. A file that
they do not read to the byte is split here, so that one bad record costs one record. Lines end with
LF, CRLF or CR. A quote opens a field only at its start; anywhere else it is a character.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A record of more bytes than this is a runaway quote or a damaged file, not a long text.
MOST_BYTES = 64 * 1024
_PIECE = 1 << 20
_BOM = b"\xef\xbb\xbf"
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_IN_QUOTES = re.compile(r'(?:[^"]|"")*')


@dataclass(frozen=True)
class Rejected:
    """A record that could not be read: its 1-based number in the file, why, and where it lies."""

    record_no: int
    reason_code: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """One line with its end, cut when it is longer than a record may be; positions in the text."""

    text: bytes
    start: int
    end: int

    @property
    def content(self) -> bytes:
        """The line without its end."""
        return self.text.rstrip(b"\r\n")

    @property
    def is_whole(self) -> bool:
        """Whether it ends with a line end."""
        return self.text[-1:] in {b"\n", b"\r"}


@dataclass(frozen=True)
class Record:
    """One record: its lines without the last line's end, and its fields or why it has none."""

    record_no: int
    lines: list[Line]
    value: list[str] | str | None
    reason_code: str | None

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """Where it ends in the text, without its line end."""
        last = self.lines[-1]
        return last.end - (len(last.text) - len(last.content))


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of a text, in order; their ends stay with them."""
    for start, skipped, lines in pieces_of(path):
        for text in lines:
            end = start + skipped + len(text)
            yield Line(cut(text), start, end)
            start, skipped = end, 0


def pieces_of(path: Path) -> Iterator[tuple[int, int, list[bytes]]]:
    """About a megabyte of whole lines at a time: where they start, what the first one lacks, the lines."""
    position, rest = 0, b""
    with path.open("rb") as text:
        skipped = 0
        while piece := text.read(_PIECE):
            if piece[-1:] == b"\r":
                piece += text.read(1)
            found = (rest + piece).splitlines(keepends=True)
            rest = b""
            if found[-1][-1:] not in {b"\n", b"\r"}:
                rest = found.pop()
            if found:
                yield position, skipped, found
                position, skipped = position + skipped + sum(map(len, found)), 0
            if len(rest) > _PIECE:
                # A line without an end: only its start is kept.
                skipped += len(rest) - MOST_BYTES - 1
                rest = rest[: MOST_BYTES + 1]
    if rest:
        yield position, skipped, [rest]


def cut(line: bytes) -> bytes:
    """A line with its end, without what is beyond the size of a record."""
    if len(line) <= MOST_BYTES + 2:
        return line
    end = len(line) - len(line.rstrip(b"\r\n"))
    return line[: MOST_BYTES + 1] + (line[-end:] if end else b"")


def split_csv(
    lines: Iterator[Line], first: int, *, columns: int, delimiter: str, last_line_counts: bool
) -> Iterator[Record]:
    """Records of a CSV text, in order; blank lines between them are no records.

    A record goes on over lines while a quote is open, but never over a line that is a record by
    itself: then the quote is the damage (R_QUOTE). What follows such damage with fewer delimiters
    than a record has is still part of it.

    Args:
        lines: what stands behind the header.
        first: the number of the first record.
        columns: how many fields a record has; empty ones beyond that are surplus.
        delimiter: one character.
        last_line_counts: whether a last line without its line end is a record (else R_TRUNCATED).

    Yields:
        Records with their fields, or with R_COLS, R_QUOTE, R_SIZE, R_ENC or R_TRUNCATED.
    """
    splitter = _CsvSplitter(_Ahead(lines), columns, delimiter)
    record_no = first - 1
    while line := splitter.lines.peek(0):
        if not _without_mark(line.content):
            splitter.lines.take(1)
            continue
        record_no += 1
        taken, value, reason = splitter.next_record(line)
        if not taken[-1].is_whole and not last_line_counts:
            value, reason = None, "R_TRUNCATED"
        yield Record(record_no, taken, value, reason)


class _Ahead:
    """Lines that can be looked at before they are taken."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._seen: list[Line] = []

    def peek(self, ahead: int) -> Line | None:
        while len(self._seen) <= ahead:
            line = next(self._lines, None)
            if line is None:
                return None
            self._seen.append(line)
        return self._seen[ahead]

    def take(self, count: int) -> list[Line]:
        taken, self._seen = self._seen[:count], self._seen[count:]
        return taken


@dataclass
class _CsvSplitter:
    lines: _Ahead
    columns: int
    delimiter: str

    def next_record(self, first: Line) -> tuple[list[Line], list[str] | None, str | None]:
        if b'"' not in first.text and len(first.text) <= MOST_BYTES:
            self.lines.take(1)
            fields = _decoded(first.content)
            if fields is None:
                return [first], None, "R_ENC"
            return [first], *self._fitted(fields.split(self.delimiter))
        used = self._lines_of_record()
        if used is None:
            taken = self.lines.take(1)
            while (
                (more := self.lines.peek(0))
                and self._is_remainder(more, taken)
                and not self._begins_record()
            ):
                taken += self.lines.take(1)
            return taken, None, self._reason(first)
        taken = self.lines.take(used)
        text = _decoded(_joined(taken))
        if text is None:
            return taken, None, "R_ENC"
        fields_of_text = self._parsed(text)
        if fields_of_text is None:
            return taken, None, "R_QUOTE"
        return taken, *self._fitted(fields_of_text)

    def _lines_of_record(self) -> int | None:
        """How many lines the record at the front has; None where a quote is not closed."""
        used, size, is_open = 0, 0, False
        while line := self.lines.peek(used):
            size += len(line.text)
            if size > MOST_BYTES or (used and is_open and self._is_record(line)):
                return None
            state = self._quote_state(_escaped(line.content), is_open)
            if state is None:
                return None
            used, is_open = used + 1, state
            if not is_open:
                return used
        return None

    def _begins_record(self) -> bool:
        """Whether a whole record of several lines begins at the front."""
        used = self._lines_of_record()
        if used is None or used == 1:
            return False
        lines = [line for n in range(used) if (line := self.lines.peek(n))]
        fields = self._parsed(_escaped(_joined(lines)))
        return fields is not None and self._fitted(fields)[1] is None

    def _is_record(self, line: Line) -> bool:
        """Whether a line within open quotes would be a whole record by itself, and not close them."""
        text = _escaped(line.content)
        if text.count(self.delimiter) < self.columns - 1 or self.columns == 1:
            return False
        if self._quote_state(text, True) is False:
            return False
        fields = self._parsed(text)
        return fields is not None and self._fitted(fields)[1] is None

    def _quote_state(self, text: str, is_open: bool) -> bool | None:
        """Whether a quote is open at the end of the line; None where a closed one goes on."""
        position = 0
        while True:
            if is_open:
                position = _end_of_quoted(text, position)
                if position == len(text):
                    return True
                position += 1
                if position == len(text):
                    return False
                if text[position] != self.delimiter:
                    return None
                position += 1
                is_open = False
            elif text[position : position + 1] == '"':
                is_open = True
                position += 1
            else:
                position = text.find(self.delimiter, position) + 1
                if position == 0:
                    return False

    def _is_remainder(self, line: Line, taken: list[Line]) -> bool:
        text = line.content.decode("utf-8", "replace")
        return (
            text.count(self.delimiter) < self.columns - 1
            and line.end - taken[0].start <= MOST_BYTES
        )

    def _parsed(self, text: str) -> list[str] | None:
        try:
            rows = list(csv.reader([text], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _fitted(self, fields: list[str]) -> tuple[list[str] | None, str | None]:
        """The fields that the header names; those beyond must be empty."""
        if len(fields) < self.columns or any(fields[self.columns :]):
            return None, "R_COLS"
        return fields[: self.columns], None

    def _reason(self, line: Line) -> str:
        if len(line.text) > MOST_BYTES:
            return "R_SIZE"
        return "R_ENC" if _decoded(line.content) is None else "R_QUOTE"


def _joined(lines: list[Line]) -> bytes:
    """A record's lines with the line ends between them."""
    return b"".join(line.text for line in lines[:-1]) + lines[-1].content


def _end_of_quoted(text: str, position: int) -> int:
    """Where the quote that closes stands, or the end of the text; two quotes are one within."""
    inside = _IN_QUOTES.match(text, position)
    return inside.end() if inside else position


def _without_mark(content: bytes) -> bytes:
    return content.removeprefix(_BOM)


def _decoded(content: bytes) -> str | None:
    """A record's text; None where it holds bytes that no text has."""
    try:
        text = _without_mark(content).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _escaped(content: bytes) -> str:
    return _without_mark(content).decode("utf-8", "surrogateescape")


def split_jsonl(lines: Iterator[Line], first: int, *, last_line_counts: bool) -> Iterator[Record]:
    """Records of a JSON lines text, in order: one object per line, each name in it once.

    Args:
        lines: the whole text.
        first: the number of the first record.
        last_line_counts: whether a last line without its line end is a record (else R_TRUNCATED).

    Yields:
        Records with their line, or with R_JSON, R_SIZE, R_ENC or R_TRUNCATED.
    """
    record_no = first - 1
    for line in lines:
        if not _without_mark(line.content).strip():
            continue
        record_no += 1
        value, reason = _json_object(line)
        if not line.is_whole and not last_line_counts:
            value, reason = None, "R_TRUNCATED"
        yield Record(record_no, [line], value, reason)


def _json_object(line: Line) -> tuple[str | None, str | None]:
    if len(line.text) > MOST_BYTES:
        return None, "R_SIZE"
    text = _decoded(line.content)
    if text is None:
        return None, "R_ENC"
    try:
        found = json.loads(text, object_pairs_hook=_with_names_once)
        if "\\u" in text:
            # Half of a surrogate pair is no character, and does not encode.
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None, "R_JSON"
    if not isinstance(found, dict) or _ESCAPED_NUL.search(text):
        return None, "R_JSON"
    return text, None


def _with_names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
