"""One delivery in the making: where files go, and what has been written so far.

The order in which files are made is in ``deliveries``.
"""

from dataclasses import dataclass, field
from pathlib import Path

from demo.dirt import Ledger, soil
from demo.draws import Array
from demo.faults import FAULTS
from demo.text import Text
from demo.timeline import Timeline
from demo.writers import CsvFormat, csv_lines, text_file

_LINES_PER_CHUNK = 200_000


@dataclass
class Delivery:
    """What every file needs to be written.

    Attributes:
        seed: The seed of the whole delivery.
        timeline: Its first and last moment.
        landing: The folder that holds ``<system>/<table>.<ext>``.
        ledger: Counts faults.
        rows: Rows per file, by ``<system>/<table>``.
    """

    seed: int
    timeline: Timeline
    landing: Path
    ledger: Ledger = field(default_factory=Ledger)
    rows: dict[str, int] = field(default_factory=dict)

    def path(self, table: str, extension: str) -> Path:
        """Return the path of a table's file."""
        return self.landing / f"{table}.{extension}"

    def csv(self, table: str, columns: dict[str, Text], form: CsvFormat) -> Array:
        """Write a CSV file with the faults that belong to it.

        Args:
            table: ``<system>/<table>``.
            columns: Text columns in the order of the file.
            form: Delimiter and encoding.

        Returns:
            For each row of ``columns``, whether its record was made unreadable.
        """
        soiled = soil(columns, FAULTS.get(table, ()), self.seed, table, self.ledger)
        with text_file(self.path(table, "csv"), form.encoding) as file:
            file.header(form.delimiter.join(columns))
            lines = soiled.soil_lines(csv_lines(soiled.columns, form))
            for start in range(0, len(lines), _LINES_PER_CHUNK):
                file.lines(lines.slice(start, _LINES_PER_CHUNK))
            self.rows[table] = file.rows
        return soiled.is_broken
