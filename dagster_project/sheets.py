"""Sheets that people keep in the state folder, such as labels and feedback: reading their lines."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dagster_project.errors import ConfigurationError


def lines_of(
    file: Path, columns: Sequence[str], sentence: Callable[[str], str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of each line and what stands in the columns, stripped; none without the file.

    Args:
        file: CSV with a header, in UTF-8, by commas or semicolons.
        columns: that the header must have.
        sentence: what was found -> the error's text.

    Raises:
        ConfigurationError: it cannot be read, or a column is missing.
    """
    if not file.exists():
        return
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(sentence(type(error).__name__)) from None
    # A sheet saved in much of Europe has semicolons.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
        raise ConfigurationError(sentence(f"its header lacks {', '.join(missing)}"))
    for number, line in enumerate(reader, start=2):
        yield number, {name: (line[name] or "").strip() for name in columns}
