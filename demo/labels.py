"""Labels as a user's reviewers would leave them: whose record is whose, for some people.

They are drawn from the truth when the demo is written. The pipeline compares its customers with them
and learns nothing from them.
"""

import csv
from pathlib import Path

import pyarrow.parquet as pq

from demo.atomic import complete_or_absent

PEOPLE = 250


def write_labels(truth: Path, file: Path) -> None:
    """Write (record_id, person_id) of all records of about ``PEOPLE`` people, by record.

    Args:
        truth: The truth folder of the same demo.
        file: The CSV to write.
    """
    records = pq.read_table(truth / "person_records.parquet").to_pylist()
    people = sorted({record["person_id"] for record in records})
    reviewed = set(people[:: max(1, len(people) // PEOPLE)])
    with complete_or_absent(file) as partial, partial.open("w", newline="") as handle:
        partial.chmod(0o600)
        writer = csv.DictWriter(handle, ["record_id", "person_id"])
        writer.writeheader()
        writer.writerows(
            sorted(
                (record for record in records if record["person_id"] in reviewed),
                key=lambda record: str(record["record_id"]),
            )
        )
