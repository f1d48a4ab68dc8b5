"""How one day changed the segments: each one's growth by cause, and who moved from where to where.

Both compare the open rows of the history before the day with those after it; how the history goes
forward, and what the causes mean, is in ``history``. Of the erased no row is left, so they are
counted once, when they go (``departures``), and the counts are kept for a second run of the day.
"""

from datetime import date

import duckdb
import pyarrow as pa

from models.segmentation.history_rows import AUDIENCE

CHANGE_SCHEMA = pa.schema(
    [
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)
FLOW_SCHEMA = pa.schema(
    [
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("scheme", pa.string(), nullable=False),
        pa.field("from_segment_id", pa.string()),
        pa.field("to_segment_id", pa.string()),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)

DEPARTURE_SCHEMA = pa.schema(
    [
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("scheme", pa.string(), nullable=False),
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)

# Rows that ended before the day, or began on it, were not open when it began.
_WAS = """
    select customer_id, scheme, segment_id from before
    where not is_replayed and valid_from < $day and (valid_to is null or valid_to = $day)
"""
_NOW = """
    select customer_id, scheme, segment_id, began_by from after
    where not is_replayed and valid_to is null
"""


def departures(
    before: pa.Table | None, after: pa.Table, as_of: date, known: pa.Table | None
) -> pa.Table:
    """How many members each segment lost by erasure on the day.

    Args:
        before: the history of the run before (``history.HISTORY_SCHEMA``), people erased since
            included; it may hold the day already. None at first.
        after: what ``history.advance_history`` made of it.
        as_of: the day.
        known: what this function gave in the run before; counts if it was run for the same day.

    Returns:
        ``DEPARTURE_SCHEMA``, ordered.
    """
    known = DEPARTURE_SCHEMA.empty_table() if known is None else known
    return _asked(
        f"""
        with was as ({_WAS}),
        lost as (
            select scheme, segment_id, 1 as customers from was anti join after using (customer_id)
            union all
            select scheme, segment_id, customers from departed where as_of = $day
        )
        select $day as as_of, scheme, segment_id, sum(customers) as customers from lost
        group by all order by all
        """,
        before,
        after,
        known,
        as_of,
    ).cast(DEPARTURE_SCHEMA)


def changes_by_cause(
    before: pa.Table | None, after: pa.Table, departed: pa.Table, as_of: date
) -> pa.Table:
    """Each segment's change in size on the day, split by cause.

    Args:
        before: as in ``departures``.
        after: as in ``departures``.
        departed: what ``departures`` gave for them.
        as_of: the day.

    Returns:
        ``CHANGE_SCHEMA``, ordered; ``customers`` is signed, and what a cause brings and takes is
        added up. Over the causes of a segment they are its members after the day less those
        before, exactly. A member who left is counted under what began the membership that took
        its place, or else under what ended it.
    """
    return _asked(
        f"""
        with was as ({_WAS}), now as ({_NOW}),
        ended as (
            select customer_id, segment_id, cause from after where not is_replayed and valid_to = $day
        ),
        moves as (
            select segment_id, began_by as cause, 1 as customers
            from now anti join was using (customer_id, segment_id)
            union all
            select was.segment_id, coalesce(next.began_by, ended.cause), -1
            from (from was semi join after using (customer_id)) as was
            anti join now using (customer_id, segment_id)
            left join now as next
                on next.customer_id = was.customer_id and next.scheme = was.scheme
                and was.scheme <> '{AUDIENCE}'
            left join ended
                on ended.customer_id = was.customer_id and ended.segment_id = was.segment_id
            union all
            select segment_id, 'erasure', -customers from departed
        )
        select $day as as_of, segment_id, cause, sum(customers) as customers from moves
        group by all order by all
        """,
        before,
        after,
        departed,
        as_of,
    ).cast(CHANGE_SCHEMA)


def flows(before: pa.Table | None, after: pa.Table, departed: pa.Table, as_of: date) -> pa.Table:
    """How many customers went from which segment to which, per exclusive scheme.

    Args:
        before: as in ``departures``.
        after: as in ``departures``.
        departed: what ``departures`` gave for them.
        as_of: the day.

    Returns:
        ``FLOW_SCHEMA``, ordered. Those who stayed have the same segment on both sides; who was in
        none before has no ``from_segment_id``, who is in none any more no ``to_segment_id``. Over
        ``to_segment_id`` the customers add up to the members of today, over ``from_segment_id`` to
        those of the day before.
    """
    return _asked(
        f"""
        with was as (from ({_WAS}) semi join after using (customer_id)), now as ({_NOW}),
        moves as (
            select scheme, was.segment_id as came_from, now.segment_id as went_to, 1 as customers
            from was full join now using (customer_id, scheme)
            where scheme <> '{AUDIENCE}'
            union all
            select scheme, segment_id, null, customers from departed where scheme <> '{AUDIENCE}'
        )
        select $day as as_of, scheme, came_from as from_segment_id, went_to as to_segment_id,
            sum(customers) as customers
        from moves group by all order by all
        """,
        before,
        after,
        departed,
        as_of,
    ).cast(FLOW_SCHEMA)


def _asked(
    query: str, before: pa.Table | None, after: pa.Table, departed: pa.Table, as_of: date
) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("before", after.slice(0, 0) if before is None else before)
        connection.register("after", after)
        connection.register("departed", departed)
        return connection.execute(query, {"day": as_of}).to_arrow_table()
