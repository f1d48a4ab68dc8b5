"""The shape all normalisers share: distinct raw values in, a lookup table of the same rows out."""

from collections.abc import Sequence

import pyarrow as pa

Texts = list[str | None]


def read_texts(values: pa.Table, *columns: str) -> list[Texts]:
    """The named columns as lists of text or None, in row order; other types are cast to text.

    Raises:
        ValueError: a column is missing.
    """
    missing = [column for column in columns if column not in values.column_names]
    if missing:
        raise ValueError(
            f"The table of raw values has the columns {', '.join(values.column_names) or '-'}; "
            f"{', '.join(missing)} is needed too. Select it under that name."
        )
    return [values.column(column).cast(pa.string()).to_pylist() for column in columns]


def lookup_table(
    keys: dict[str, Texts], rows: Sequence[tuple[object, ...]], **types: pa.DataType
) -> pa.Table:
    """One row per input row: the key columns as read, then one column per entry of ``types``.

    ``rows`` holds one tuple per input row, its values in the order of ``types``.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    found = {
        name: pa.array(column, type=type_)
        for (name, type_), column in zip(types.items(), columns, strict=True)
    }
    return pa.table({name: pa.array(key, type=pa.string()) for name, key in keys.items()} | found)
