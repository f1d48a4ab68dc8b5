"""From a delivered file to the table ``incoming``, by the file's format.

Whether a whole file must be held for its bytes or its header is decided by the readers; which of its
records are accepted is ``acceptance``. Nothing here puts a value of the file into a message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.defs.raw.csv_reader import read_csv
from dagster_project.defs.raw.jsonl_reader import read_jsonl
from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.parquet_reader import read_parquet
from dagster_project.defs.raw.reading import INCOMING, HeldError, Judge, Reading
from dagster_project.defs.raw.texts import open_text, unpacked


@contextmanager
def read_delivery(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, scratch: Path, judge: Judge
) -> Iterator[Reading]:
    """The temporary table ``incoming`` from one file; both last until the end of the block.

    Raises:
        HeldError: the file as a whole cannot be used.
    """
    connection.execute(f"drop table if exists {INCOMING}")
    if delivery.bytes == 0:
        raise HeldError(
            "F_EMPTY", "The file has 0 bytes. Deliver it again with its header and records."
        )
    if delivery.format == "parquet":
        with unpacked(delivery, scratch) as path:
            yield _not_empty(delivery, read_parquet(connection, delivery, path, judge))
    else:
        reader = read_csv if delivery.format == "csv" else read_jsonl
        with open_text(delivery, scratch) as text:
            yield _not_empty(delivery, reader(connection, delivery, text, judge))
    connection.execute(f"drop table if exists {INCOMING}")


def _not_empty(delivery: Delivery, reading: Reading) -> Reading:
    if reading.records == 0 and delivery.source.empty == "held":
        raise HeldError(
            "F_EMPTY",
            "The file has a header and no records. Deliver it again, or set `empty: allowed` for the source.",
        )
    return reading
