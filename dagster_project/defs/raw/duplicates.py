"""Which good records of ``incoming`` bring nothing new: what is stored already is not stored again.

An event is known by its key. A keyed row is compared with the versions of its key: it is new if no
version is like it, or if it goes back to one and so becomes the newest. The newest has the newest
``updated``, then the newest delivery, then the greatest row hash; ``dbt/macros/versions.sql`` says
the same. So a file that holds several versions of a key may come every night and adds nothing.
"""

import duckdb

from dagster_project.defs.raw.reading import INCOMING, identifier
from dagster_project.sources import Source, typed

# Filled by ``find_duplicates``: the row ids in ``incoming`` of records that are not stored.
DUPLICATES = "duplicates"


def find_duplicates(
    connection: duckdb.DuckDBPyConnection, source: Source, delivery: int, record_no: str
) -> int:
    """Fill ``duplicates`` for a delivery by its number; how many they are.

    ``record_no`` is the place of a record in its file, as SQL over ``incoming``.
    """
    keys = [f"cast({identifier(name)} as varchar)" for name in source.key]
    found = []
    if repeated := _repeated(connection, source, keys, record_no):
        found.append(repeated)
    if connection.execute(f"from raw.{source.table} limit 1").fetchall():
        found.append(_known(source, keys, delivery))
    if not found:
        return 0
    connection.execute(f"create or replace temp table {DUPLICATES} as ({') union ('.join(found)})")
    return int(connection.execute(f"select count(*) from {DUPLICATES}").fetchall()[0][0])


def _repeated(
    connection: duckdb.DuckDBPyConnection, source: Source, keys: list[str], record_no: str
) -> str | None:
    """SQL: the records that stand above them in the file already; None if none does.

    Hashes are grouped in a third of the time in which records are numbered: only those with a hash
    that comes twice are.
    """
    same = ", ".join([*keys, "_row_hash"] if source.kind == "keyed" else keys)
    content = "_row_hash" if source.kind == "keyed" else f"hash({same})"
    hashes = connection.execute(
        f"create or replace temp table repeated as select {content} as content from {INCOMING} "
        "where _fault is null group by all having count(*) > 1"
    ).fetchall()[0][0]
    if not hashes:
        return None
    return (
        f"select rowid as record from {INCOMING} where _fault is null and {content} in (from repeated) "
        f"qualify row_number() over (partition by {same} order by {record_no}) > 1"
    )


def _known(source: Source, keys: list[str], delivery: int) -> str:
    """SQL: the records that are stored already."""
    key = ", ".join(f"k{n}" for n in range(len(keys)))
    named = ", ".join(f"{value} as k{n}" for n, value in enumerate(keys))
    if source.kind == "event":
        return (
            f"select record from (select rowid as record, {named} from {INCOMING} where _fault is null) as arrived "
            f"semi join (select {named} from raw.{source.table}) as stored using ({key})"
        )
    updated = next((typed(source, c) for c in source.fields if c.name == source.updated), "null")
    moment = f"coalesce(cast({updated} as timestamp), timestamp '0001-01-01')"
    # Nearly every row of a table that comes whole equals its key's newest version; only what is left is
    # looked up among the older ones.
    return f"""
        with
        arrived as (
            select rowid as record, {named}, _row_hash, ({moment}, {delivery}, _row_hash) as place
            from {INCOMING} where _fault is null
        ),
        stored as (
            select {named}, _row_hash, ({moment}, _delivery_no, _row_hash) as place from raw.{source.table}
        ),
        newest as (
            select {key}, arg_max(_row_hash, place) as _row_hash, max(place) as place from stored group by {key}
        ),
        others as (select * from arrived anti join newest using ({key}, _row_hash)),
        older as (select * from others semi join stored using ({key}, _row_hash)),
        last_words as (
            select {key}, max(place) as place from arrived semi join older using ({key}) group by {key}
        )
        select record from arrived semi join newest using ({key}, _row_hash)
        union
        select older.record
        from older inner join newest using ({key}) inner join last_words using ({key})
        where older.place < newest.place or older.place < last_words.place
    """
