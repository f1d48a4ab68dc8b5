"""Parquet files, written in chunks of one row group each, and their typed columns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.atomic import complete_or_absent
from demo.draws import Array


class ParquetFile:
    """An open Parquet file that takes tables by the chunk, one row group each.

    Attributes:
        rows: Rows written so far.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self.rows = 0

    def table(self, columns: Mapping[str, Any]) -> None:
        """Write one chunk; every chunk has the same columns and types."""
        table = pa.table(dict(columns))
        if self._writer is None:
            # Fixed settings, no stored Arrow schema: the bytes depend on the data alone.
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", compression_level=1, version="2.6",
                store_schema=False, store_decimal_as_integer=True,
            )  # fmt: skip
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self.rows += table.num_rows

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


@contextmanager
def parquet_file(path: Path) -> Iterator[ParquetFile]:
    """Open a Parquet file that appears under its name when it is complete."""
    with complete_or_absent(path) as temporary:
        opened = ParquetFile(temporary)
        yield opened
        opened.close()


def decimals(cents: Array, missing: Array | None = None) -> Any:
    """Turn whole hundredths into DECIMAL(18, 2)."""
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents
    words[:, 1] = np.where(cents < 0, -1, 0)
    exact = pa.Array.from_buffers(
        pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(words.tobytes())]
    )
    return exact if missing is None else pc.if_else(pa.array(missing), None, exact)


def moments(seconds: Array) -> Any:
    """Turn moments into TIMESTAMP, UTC without zone."""
    return pa.array(np.asarray(seconds, dtype=np.int64) * 1_000_000).cast(pa.timestamp("us"))


def dates(days: Array, missing: Array) -> Any:
    """Turn days into DATE, null where missing."""
    return pa.array(np.asarray(days, dtype=np.int32), mask=missing).cast(pa.date32())


def null_where(column: Any, mask: Array) -> Any:
    """Turn values of any type to null."""
    return pc.if_else(pa.array(mask), pa.scalar(None, column.type), column)
