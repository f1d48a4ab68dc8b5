"""Text files: CSV and JSON lines, written in chunks. Parquet files are in ``parquet``.

Which columns a file has, and what is wrong in it, lives with its subject and in ``dirt``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow.compute as pc

from demo.atomic import complete_or_absent
from demo.text import Text, join, where

# Stands for one byte that is not valid UTF-8 (å in Latin-1), as another system's text leaves it.
BROKEN_BYTE = "\ue000"


@dataclass(frozen=True)
class CsvFormat:
    """How a system writes CSV.

    Attributes:
        delimiter: One character.
        encoding: ``cp1252``, ``utf-8`` or ``utf-8-sig`` (with byte order mark).
    """

    delimiter: str
    encoding: str


CRM = CsvFormat(";", "cp1252")
TICKETS = CsvFormat(",", "utf-8-sig")
PLAIN = CsvFormat(",", "utf-8")


def _quoted(column: Text, delimiter: str) -> Text:
    """Quote the values that hold a delimiter, a quote or a line break."""
    needs = pc.match_substring_regex(column, f'[{delimiter}"\n]')
    if not pc.any(needs).as_py():
        return column
    return where(np.asarray(needs), join('"', pc.replace_substring(column, '"', '""'), '"'), column)


def csv_lines(columns: Mapping[str, Text], form: CsvFormat) -> Text:
    """Write each row as one line, without its line end."""
    cells = [_quoted(column, form.delimiter) for column in columns.values()]
    return pc.binary_join_element_wise(*cells, form.delimiter)


def json_lines(columns: Mapping[str, Text], bare: frozenset[str]) -> Text:
    """Write each row as one JSON object.

    Args:
        columns: Text columns, free of quotes and control characters.
        bare: Columns that are JSON already (numbers, null) and get no quotes.
    """
    parts: list[Text | str] = []
    for name, column in columns.items():
        head = ", " if parts else "{"
        quote = "" if name in bare else '"'
        parts += [f'{head}"{name}": {quote}', column, quote]
    return join(*parts, "}")


def _line_bytes(lines: Text) -> bytes:
    """Return the lines with their line ends: the buffer of one Arrow column, sliced."""
    ended = join(lines, "\n")
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int32)
    first, last = offsets[ended.offset], offsets[ended.offset + len(ended)]
    return bytes(memoryview(ended.buffers()[2])[first:last])


class TextFile:
    """An open text file that takes lines by the chunk.

    Attributes:
        rows: Data lines written so far.
    """

    def __init__(self, handle: BinaryIO, encoding: str) -> None:
        self._handle = handle
        self._encoding = encoding.removesuffix("-sig")
        self.rows = 0
        if encoding.endswith("-sig"):
            handle.write(b"\xef\xbb\xbf")

    def header(self, line: str) -> None:
        """Write the header line."""
        self._handle.write(f"{line}\n".encode(self._encoding))

    def lines(self, lines: Text) -> None:
        """Write data lines."""
        if not len(lines):
            return
        data = _line_bytes(lines)
        if self._encoding != "utf-8":
            data = data.decode("utf-8").encode(self._encoding)
        else:
            data = data.replace(BROKEN_BYTE.encode(), b"\xe5")
        self._handle.write(data)
        self.rows += len(lines)


@contextmanager
def text_file(path: Path, encoding: str) -> Iterator[TextFile]:
    """Open a text file that appears under its name when it is complete."""
    with complete_or_absent(path) as temporary, temporary.open("wb") as handle:
        yield TextFile(handle, encoding)
