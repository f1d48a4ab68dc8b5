"""Ids that last: the same person or company keeps its id over runs.

Here: giving ids to clusters, from a ledger of the ids given before. Which records form a cluster
is decided in ``resolution`` (people) and ``companies``.

The rules. A new cluster's id is made from its oldest record. A cluster that was there before keeps
its id, whatever records come or go. When clusters become one, the older id lives. When a cluster
falls apart, the part with most records keeps the id. A retired id is never given to anyone else;
it comes back when its oldest record stands on its own again.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from models.identity.connection import connect

ID_DIGITS = 16
"""Hex digits of an id: 64 bits; two of 1,000,000 ids collide with probability 3e-8."""

LEDGER_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("customer_id", pa.string()),
        ("status", pa.string()),
        ("successor_id", pa.string()),
    ]
)
"""Active rows: one per record. Retired rows: one per id that was merged away, with the record it
was made from and the id it lives on in."""

EVENT_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("event", pa.string()),
        ("id", pa.string()),
        ("other_id", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Assignment:
    """Ids of one run.

    Attributes:
        identities: (record_id, customer_id), each record of the clusters once, by record_id.
        ledger: what the next run needs (``LEDGER_SCHEMA``).
        events: every id that came, went, merged, split or came back (``EVENT_SCHEMA``).
    """

    identities: pa.Table
    ledger: pa.Table
    events: pa.Table


def assign_ids(
    clusters: pa.Table,
    created_at: pa.Table,
    ledger: pa.Table | None,
    *,
    run_id: str,
    prefix: str = "p_",
) -> Assignment:
    """Give each cluster its id.

    Args:
        clusters: (record_id, cluster_id), each record once; cluster ids mean nothing beyond this
            call.
        created_at: (record_id, created_at) with the age of each record; a missing or null time
            counts as the youngest. More records than in ``clusters`` do no harm.
        ledger: the ledger of the run before; None where there is none. Records that are gone are
            dropped from it.
        run_id: written into the events.
        prefix: of new ids, such as ``p_`` for people and ``c_`` for companies.

    Returns:
        The ids, the next ledger and the events. Equal inputs give equal tables, in any row order.

    Raises:
        ValueError: a record is in two clusters, or in none (null).
    """
    with connect() as con:
        con.register("clusters_in", clusters.select(["record_id", "cluster_id"]))
        con.register("created_in", created_at.select(["record_id", "created_at"]))
        con.register("ledger_in", LEDGER_SCHEMA.empty_table() if ledger is None else ledger)
        _load(con)
        _keep_old_ids(con)
        _make_new_ids(con, prefix)
        return Assignment(
            identities=_table(con, "select record_id, customer_id from assigned order by 1"),
            ledger=_table(con, _LEDGER).cast(LEDGER_SCHEMA),
            events=_table(con, _EVENTS, [run_id]).cast(EVENT_SCHEMA),
        )


def churn(ledger: pa.Table, identities: pa.Table) -> dict[str, int]:
    """How many customers of the run before lost their id.

    Args:
        ledger: the ledger that the run started from.
        identities: (record_id, customer_id) as assigned in the run.

    Returns:
        ``surviving``: earlier ids of which at least one record is still there; ``changed``: those
        of them that are no longer in force; ``records_changed``: records with another id than
        before; ``records_new``: records that had none.
    """
    with connect() as con:
        con.register("ledger_in", ledger)
        con.register("identities_in", identities)
        row = con.execute("""
            with was as (
                select old.customer_id as old_id, new.customer_id as new_id
                from ledger_in as old join identities_in as new using (record_id)
                where old.status = 'active'
            )
            select count(distinct old_id), count(distinct old_id) filter (
                    old_id not in (select customer_id from identities_in)),
                count(*) filter (old_id <> new_id),
                (select count(*) from identities_in) - count(*)
            from was
        """).fetchall()[0]
    names = ("surviving", "changed", "records_changed", "records_new")
    return dict(zip(names, row, strict=True))


def _load(con: duckdb.DuckDBPyConnection) -> None:
    """Tables ``records`` (with ``age``: 1 is the oldest), ``held`` and ``retired``."""
    bad = con.execute("""
        select count(*) - count(distinct record_id), count(*) filter (cluster_id is null)
        from clusters_in
    """).fetchall()[0]
    if any(bad):
        raise ValueError(
            f"The clusters hold {bad[0]} repeated or null record ids and {bad[1]} records without "
            "a cluster; each record needs exactly one. Cluster the records again."
        )
    con.execute("""
        create table records as
        with created as (
            select record_id, min(created_at) as created_at from created_in group by 1
        )
        select record_id, cluster_id,
            row_number() over (order by created_at nulls last, record_id) as age
        from clusters_in left join created using (record_id)
    """)
    con.execute("""
        create table held as
        select record_id, cluster_id, age, customer_id from records
        join (select * from ledger_in where status = 'active') using (record_id)
    """)
    con.execute("create table retired as select * from ledger_in where status = 'merged'")


def _keep_old_ids(con: duckdb.DuckDBPyConnection) -> None:
    """Tables ``parts`` of each old id, and ``kept``: the id that a cluster goes on with."""
    con.execute("""
        create table parts as
        select customer_id, cluster_id, count(*) as records,
            min(min(age)) over (partition by customer_id) as id_age,
            row_number() over (
                partition by customer_id order by count(*) desc, min(age)) = 1 as is_largest
        from held group by customer_id, cluster_id
    """)
    con.execute("""
        create table kept as
        select cluster_id, arg_min(customer_id, id_age) as customer_id
        from parts where is_largest group by 1
    """)


def _make_new_ids(con: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """Table ``assigned``: every record with its id; new ids come from the oldest record.

    An id that is taken (by the larger part of a split, or by chance) is made anew with a counter.
    """
    con.execute("""
        create table new_ids as
        select cluster_id, arg_min(record_id, age) as anchor, min(age) as age,
            null::varchar as customer_id, false as is_restored
        from records where cluster_id not in (select cluster_id from kept) group by 1
    """)
    con.execute("""
        create table taken as select distinct customer_id from ledger_in where status = 'active'
    """)
    attempt = 0
    while con.execute("select count(*) from new_ids where customer_id is null").fetchall()[0][0]:
        con.execute(
            f"""
            create or replace table proposed as
            with proposals as (
                select cluster_id, anchor, age, $prefix || left(sha256(
                    anchor || case when $attempt = 0 then '' else '#' || $attempt end),
                    {ID_DIGITS}) as proposal
                from new_ids where customer_id is null
            )
            select cluster_id, proposal, retired.customer_id is not null as is_restored
            from proposals left join retired
                on retired.customer_id = proposal and retired.record_id = anchor
            where proposal not in (select customer_id from taken)
            and (retired.customer_id is not null
                or proposal not in (select customer_id from retired))
            qualify row_number() over (partition by proposal order by age) = 1
            """,
            {"prefix": prefix, "attempt": attempt},
        )
        con.execute("""
            update new_ids set customer_id = proposal, is_restored = proposed.is_restored
            from proposed where proposed.cluster_id = new_ids.cluster_id
        """)
        con.execute("insert into taken select proposal from proposed")
        attempt += 1
    con.execute("""
        create table assigned as
        select record_id, records.age,
            coalesce(kept.customer_id, new_ids.customer_id) as customer_id
        from records left join kept using (cluster_id) left join new_ids using (cluster_id)
    """)
    con.execute("""
        create table absorbed as
        select old.customer_id, now.customer_id as successor_id, old.first_record
        from (
            select customer_id, arg_min(record_id, age) as first_record from held group by 1
        ) as old
        join parts on parts.customer_id = old.customer_id and is_largest
        join kept as now on now.cluster_id = parts.cluster_id
        where now.customer_id <> old.customer_id
    """)


_LEDGER = """
    select record_id, customer_id, 'active' as status, null as successor_id from assigned
    union all
    select first_record, customer_id, 'merged', successor_id from absorbed
    union all
    select record_id, retired.customer_id, 'merged',
        coalesce(absorbed.successor_id, retired.successor_id)
    from retired left join absorbed on absorbed.customer_id = retired.successor_id
    where retired.customer_id not in (select customer_id from assigned)
    order by status, record_id, customer_id
"""

_EVENTS = """
    with origins as (
        select assigned.customer_id, arg_min(held.customer_id, held.age) as old_id
        from assigned join held using (record_id) group by 1
    ),
    events as (
        select case when is_restored then 'restored' else 'created' end as event,
            new_ids.customer_id as id, origins.old_id as other_id,
            case when is_restored then 'its oldest record stands on its own again'
                when origins.old_id is not null then 'split off from a customer'
                else 'first record of a new customer' end as reason
        from new_ids left join origins using (customer_id)
        union all
        select 'merged', successor_id, customer_id, 'its records belong to one customer; older id'
        from absorbed
        union all
        select 'retired', customer_id, successor_id, 'merged into an older id' from absorbed
        union all
        select distinct 'split', held.customer_id, assigned.customer_id,
            'records left; the largest part keeps the id'
        from held join assigned using (record_id)
        left join absorbed on absorbed.customer_id = held.customer_id
        where assigned.customer_id <> coalesce(absorbed.successor_id, held.customer_id)
        union all
        select distinct 'retired', customer_id, null, 'no record is left'
        from ledger_in where status = 'active'
        and customer_id not in (select customer_id from held)
    )
    select ? as run_id, event, id, other_id, reason from events order by event, id, other_id
"""


def _table(con: duckdb.DuckDBPyConnection, sql: str, values: list[str] | None = None) -> pa.Table:
    return con.execute(sql, values or []).to_arrow_table()
