"""``delivery: snapshot``: a key that the newest complete file lacks was deleted at its origin.

Its rows keep their place as versions and say which delivery deleted them; staging's newest tables leave
them out. A file with quarantined records is not complete and deletes nothing.
"""

import duckdb

from dagster_project.defs.raw.landing import Delivery
from dagster_project.defs.raw.reading import INCOMING, HeldError
from dagster_project.defs.raw.thresholds import FEW_RECORDS


def delete_absent(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, *, is_complete: bool
) -> None:
    """Mark the keys that ``incoming`` lacks, and take the mark from those that it has.

    Raises:
        HeldError: more keys would go than may.
    """
    source = delivery.source
    key = ", ".join(f'trim(cast("{name}" as varchar))' for name in source.key)
    delivered = f"(select ({key}) from {INCOMING} where _fault is null)"
    table = f"raw.{source.table}"
    connection.execute(
        f"update {table} set _deleted_by = null where _deleted_by is not null and ({key}) in {delivered}"
    )
    if not is_complete:
        return
    present, absent = connection.execute(
        f"select count(distinct ({key})), count(distinct ({key})) filter (where ({key}) not in {delivered}) "
        f"from {table} where _deleted_by is null"
    ).fetchall()[0]
    limit = source.row_drop_limit or 0.0
    if not delivery.was_loaded and absent > FEW_RECORDS and absent > limit * present:
        raise HeldError(
            "F_VOLUME",
            f"{absent} of {present} keys are missing from this snapshot and would be deleted, and at most "
            f"{limit:.0%} may. Deliver it whole, or raise `max_row_drop` of the source.",
        )
    connection.execute(
        f"update {table} set _deleted_by = {delivery.number} where _deleted_by is null "
        f"and ({key}) not in {delivered}"
    )
