"""Which records reviewers know to be one person: ``state/labels.csv`` of the home, where there is one.

Customers are compared with them (``identity/customer_identities``, check ``agrees_with_labels``);
nothing is learnt from them. What must be or cannot be one customer is ``decisions``.
"""

import pyarrow as pa

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.sheets import lines_of

LABELS_FILE = "labels.csv"
_COLUMNS = ("record_id", "person_id")


def read_labels(home: Home) -> pa.Table:
    """(record_id, cluster_id), each record once; no rows without the file.

    Raises:
        ConfigurationError: it cannot be used; names the line, never what it says.
    """
    schema = pa.schema([("record_id", pa.string()), ("cluster_id", pa.string())])
    labels: dict[str, str] = {}
    for number, line in lines_of(home.state / LABELS_FILE, _COLUMNS, _sentence):
        record, person = (line[name] for name in _COLUMNS)
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
