"""Which records reviewers know to be one person: ``state/labels.csv`` of the home, where there is one.

Customers are compared with them (``identity/customer_identities``, check ``agrees_with_labels``);
nothing is learnt from them. What must be or cannot be one customer is ``decisions``.
"""

import csv
import io

import pyarrow as pa

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home

LABELS_FILE = "labels.csv"
_COLUMNS = ("record_id", "person_id")


def read_labels(home: Home) -> pa.Table:
    """(record_id, cluster_id), each record once; no rows without the file.

    Raises:
        ConfigurationError: it cannot be used; names the line, never what it says.
    """
    file = home.state / LABELS_FILE
    schema = pa.schema([("record_id", pa.string()), ("cluster_id", pa.string())])
    if not file.exists():
        return schema.empty_table()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(_sentence(type(error).__name__)) from None
    # A sheet saved in much of Europe has semicolons.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or [])]:
        raise ConfigurationError(_sentence(f"its header lacks {', '.join(missing)}"))
    labels: dict[str, str] = {}
    for number, line in enumerate(reader, start=2):
        record, person = ((line[name] or "").strip() for name in _COLUMNS)
        if not record or not person:
            raise ConfigurationError(_sentence(f"line {number}: it names no record or no person"))
        if labels.setdefault(record, person) != person:
            raise ConfigurationError(
                _sentence(f"line {number}: its record has another person above")
            )
    return pa.table([list(labels), list(labels.values())], schema=schema)


def _sentence(found: str) -> str:
    return (
        f"state/{LABELS_FILE} cannot be used ({found}). It needs the header {','.join(_COLUMNS)} and lines like "
        "`crm:K17,anna-1`, the same person_id for records of one person (docs/operations.md)."
    )
