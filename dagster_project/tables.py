"""Small tables of figures as Dagster shows them on the page of an asset."""

import dagster as dg
import pyarrow as pa


def as_metadata(rows: pa.Table) -> dg.TableMetadataValue:
    """A table for the metadata of an asset or a job; without a row it shows its columns all the same."""
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in rows.to_pylist()],
        schema=dg.TableSchema(
            [dg.TableColumn(field.name, _kind(field.type)) for field in rows.schema]
        ),
    )


def _kind(of: pa.DataType) -> str:
    if pa.types.is_integer(of):
        return "int"
    if pa.types.is_floating(of):
        return "float"
    return "bool" if pa.types.is_boolean(of) else "string"
