"""Replaying an edited audience: who would have been in it on days gone by, had it been so defined.

A trend line survives the edit: the new definition's rows of past dates stand beside what was published,
marked ``is_replayed``, and end where the new definition takes over. How the history goes forward by a day
is ``history``; selecting the members of a day is the shell's, on features of that day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from models.segmentation.history_rows import AUDIENCE, HISTORY_SCHEMA

MONTH_ENDS = 24
MOST_PUBLISHED_DAYS = 90
"""Of days published before, the newest ones; what was published earlier is met at month ends."""

Definition = tuple[str, str]
"""``segment_id`` and ``definition_version``."""


def edited_audiences(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Audiences that were defined otherwise in the run before: ``segment_id``, ascending.

    Args:
        now: version by definition, as in ``history_causes.Run``.
        before: the same of the last published run before the day; empty at first.
    """
    return sorted(
        name
        for name, version in now.items()
        if name.startswith(f"{AUDIENCE}.") and before.get(name, version) != version
    )


def replay_days(published: Collection[date], as_of: date) -> list[date]:
    """Days on which an edited audience is looked at again, ascending.

    Args:
        published: days published before.
        as_of: the day of the run; nothing from it on.

    Returns:
        The newest 90 days published before ``as_of``, and the 24 month ends before the first of them.
    """
    days = sorted(day for day in published if day < as_of)[-MOST_PUBLISHED_DAYS:]
    first = days[0] if days else as_of
    ends: list[date] = []
    while len(ends) < MONTH_ENDS:
        first = first.replace(day=1) - timedelta(days=1)
        ends.append(first)
    return [*reversed(ends), *days]


def replayed_rows(
    members: pa.Table, days: Sequence[date], as_of: date, versions: Mapping[str, str]
) -> pa.Table:
    """Memberships of days gone by as periods.

    A member on one day is one until the next day that was looked at, the last until ``as_of``.

    Args:
        members: ``as_of``, ``customer_id``, ``segment_id``; each at most once.
        days: the days that were looked at, ascending, all before ``as_of``.
        as_of: the day from which the definition is in force.
        versions: ``definition_version`` by ``segment_id``.

    Returns:
        ``history.HISTORY_SCHEMA``, ordered by customer, segment and day; cause ``rule_change``.
    """
    calendar = pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "place": pa.array(range(len(days)), pa.int64()),
            "next_day": pa.array([*days[1:], as_of] if days else [], pa.date32()),
        }
    )
    defined = pa.table(
        {
            "segment_id": pa.array(list(versions), pa.string()),
            "definition_version": pa.array(list(versions.values()), pa.string()),
        }
    )
    with duckdb.connect() as connection:
        connection.register("members", members)
        connection.register("calendar", calendar)
        connection.register("defined", defined)
        rows = connection.execute(
            f"""
            with numbered as (
                select
                    customer_id, segment_id, day, next_day,
                    place - row_number() over (partition by customer_id, segment_id order by place) as stay
                from members inner join calendar on members.as_of = calendar.day
            )
            select
                customer_id, '{AUDIENCE}' as scheme, segment_id, definition_version,
                min(day) as valid_from, max(next_day) as valid_to,
                'rule_change' as cause, true as is_replayed, 'rule_change' as began_by
            from numbered inner join defined using (segment_id)
            group by customer_id, segment_id, definition_version, stay
            order by customer_id, segment_id, valid_from
            """
        ).to_arrow_table()
    return rows.cast(HISTORY_SCHEMA)


def with_replays(
    history: pa.Table | None, rows: pa.Table, replaced: Collection[Definition]
) -> pa.Table | None:
    """A history with replayed rows in place of those that it holds of the same definitions.

    Args:
        history: so far; None at first, which has nothing to replay.
        rows: of ``replayed_rows``.
        replaced: definitions whose replayed rows go.
    """
    if history is None:
        return None
    parts = (without_replays(history, replaced), rows)
    return pa.concat_tables(
        [part.select(HISTORY_SCHEMA.names).cast(HISTORY_SCHEMA) for part in parts]
    )


def without_replays(rows: pa.Table, replaced: Collection[Definition]) -> pa.Table:
    """Rows but for the replayed ones of these definitions.

    Args:
        rows: with ``segment_id``, ``definition_version``, ``is_replayed``.
        replaced: the definitions.
    """
    for segment_id, version in replaced:
        is_of_it = pc.and_(
            pc.equal(rows["segment_id"], segment_id), pc.equal(rows["definition_version"], version)
        )
        rows = rows.filter(pc.invert(pc.and_(rows["is_replayed"], is_of_it)))
    return rows
