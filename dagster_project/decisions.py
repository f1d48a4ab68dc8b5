"""What people decided about records: ``state/steward.csv`` of the home, which no run rolls back.

People write lines there, and so does the job ``unmerge``; the header is ``COLUMNS``. What decisions
do to pairs is ``models.identity.steward``.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date

import pyarrow as pa

from dagster_project.durable import replacing
from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from models.identity.steward import CANNOT_LINK, DECISION_SCHEMA, MUST_LINK, contradicted

STEWARD_FILE = "steward.csv"


@dataclass(frozen=True)
class Decision:
    """One line: two record ids as the pipeline names them, and what is true of them."""

    record_id: str
    other_record_id: str
    decision: str
    decided_on: str
    decided_by: str
    reason: str


COLUMNS = [field.name for field in fields(Decision)]
_NEEDED = DECISION_SCHEMA.names


def read_decisions(home: Home) -> pa.Table:
    """``models.identity.steward.DECISION_SCHEMA``; no rows without the file.

    Raises:
        ConfigurationError: a line cannot be used; names the line, never what it says.
    """
    return _usable(_read(home))


def add_decisions(home: Home, added: Iterable[Decision]) -> None:
    """Write lines behind those that are there; all of them or none.

    Raises:
        ConfigurationError: with them the file could not be used.
    """
    rows = [*_read(home), *added]
    _usable(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    with replacing(home.state / STEWARD_FILE) as file:
        file.write(text.getvalue().encode())


def _usable(rows: list[Decision]) -> pa.Table:
    decisions = pa.table(
        {name: [getattr(row, name) for row in rows] for name in _NEEDED}, schema=DECISION_SCHEMA
    )
    for position, row in enumerate(rows):
        if row.decision not in {MUST_LINK, CANNOT_LINK}:
            raise _unusable(position, f"decision is neither {MUST_LINK} nor {CANNOT_LINK}")
        if not row.record_id or not row.other_record_id or row.record_id == row.other_record_id:
            raise _unusable(position, "it does not name two records")
    for position in contradicted(decisions):
        raise _unusable(position, f"other lines say {MUST_LINK} of the same two records")
    return decisions


def _read(home: Home) -> list[Decision]:
    file = home.state / STEWARD_FILE
    if not file.exists():
        return []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(_sentence(f"{type(error).__name__}")) from None
    # A sheet saved in much of Europe has semicolons.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = reader.fieldnames or []
    if missing := [name for name in _NEEDED if name not in header]:
        raise ConfigurationError(_sentence(f"its header lacks {', '.join(missing)}"))
    lines = list(reader)
    # `unmerge` writes the file anew: what it does not know would be lost.
    if set(header) - set(COLUMNS) or any(None in line for line in lines):
        raise ConfigurationError(_sentence("it has more columns than these"))
    return [
        Decision(**{name: (line.get(name) or "").strip() for name in COLUMNS}) for line in lines
    ]


def _unusable(position: int, why: str) -> ConfigurationError:
    return ConfigurationError(_sentence(f"line {position + 2}: {why}"))


def _sentence(found: str) -> str:
    return (
        f"state/{STEWARD_FILE} cannot be used ({found}). It needs the header {','.join(COLUMNS)} and lines like "
        f"`crm:K17,shop:901,{MUST_LINK},{date(2026, 11, 20)},anna,same person` (docs/operations.md)."
    )
