"""Preparing person records for comparison: one node per distinct identity.

Here: values that identify nobody, the collapse of records that say the same, and blocking keys.
The comparison forms are made in ``forms``; which keys there are is in ``blocking``.
"""

from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from models.identity.blocking import blocking_keys
from models.identity.evidence import GIVEN_NAME, create_macros, pair_columns
from models.identity.forms import TEXT_COLUMNS, create_people

SHARING_CAP = 20
"""Most distinct identities that may hold one e-mail or phone before it identifies nobody."""

PLACEHOLDER_DATES = ("1800-01-01", "1900-01-01", "1901-01-01", "1970-01-01")
"""Days that systems write when they know none. A person born on one loses only this evidence."""

IDENTITY = "given_tokens, family_tokens, birth_date, email, phone, street, house_no, postal, city"
"""Columns of ``people`` in which two records of one node agree."""


@dataclass(frozen=True)
class Exclusions:
    """Values that identify nobody, found in data and pinned with a fitted model.

    Attributes:
        emails: md5 of e-mails held by more than ``SHARING_CAP`` identities (digests, because a
            model file is read by people).
        phones: the same for phones.
        birth_dates: ISO days far more frequent than a birthday can be.
    """

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()

    @classmethod
    def from_model(cls, model: dict[str, Any]) -> "Exclusions":
        """The exclusions pinned with a fitted model."""
        return cls(**{name: tuple(values) for name, values in model["exclusions"].items()})

    def as_json(self) -> dict[str, list[str]]:
        """The same as lists, for a fitted model."""
        return {name: list(values) for name, values in asdict(self).items()}


def load_nodes(
    con: duckdb.DuckDBPyConnection, records: pa.Table, excluded: Exclusions
) -> Exclusions:
    """Create the tables ``people``, ``members`` and ``nodes`` on ``con`` from person records.

    Args:
        con: a connection of the caller's own, used for nothing else; it gets the macros of
            ``evidence``, too.
        records: the columns of int_identity__person_records; any but record_id may be all null.
        excluded: what the fitted model already holds to be nobody's own.

    Returns:
        All exclusions that were applied: those given and those found in these records. ``members``
        has (record_id, node, first_id); ``nodes`` one row per distinct identity: ``node`` (BIGINT,
        in the order of its smallest record id), ``first_id`` (that id), the columns of ``people``
        and the blocking keys.

    Raises:
        ValueError: a needed column is missing, or record_id is null or repeated.
    """
    _check_records(records)
    con.register("records_in", records)
    create_macros(con)
    create_people(con)
    dates = _exclude_placeholder_dates(con, excluded.birth_dates)
    emails = _exclude_overshared(con, "email", ("email_local", "email_number"), excluded.emails)
    phones = _exclude_overshared(con, "phone", (), excluded.phones)
    _find_shared_mailboxes(con)
    _collapse(con)
    _create_nodes(con)
    return Exclusions(emails=emails, phones=phones, birth_dates=dates)


def _check_records(records: pa.Table) -> None:
    missing = sorted({*TEXT_COLUMNS, "birth_date"} - set(records.column_names))
    if missing:
        raise ValueError(
            f"The person records lack the column(s) {', '.join(missing)}; a column may be empty "
            "but must be there. Select it as null where a source has no such field."
        )
    ids = records.column("record_id")
    if ids.null_count or pc.count_distinct(ids).as_py() < len(ids):
        raise ValueError(
            "The person records hold a null or repeated record_id; each record needs its own. "
            "Deduplicate by record_id before linking."
        )


def _exclude_placeholder_dates(
    con: duckdb.DuckDBPyConnection, pinned: tuple[str, ...]
) -> tuple[str, ...]:
    """Null days that are no birthday: known placeholders, pinned ones, and far too frequent ones.

    Births spread over some 20,000 days; a day with more than ten people plus eight times its
    expected share is one that a system fills in.
    """
    found = con.execute("""
        with dated as (
            select distinct given, family, birth_date from people where birth_date is not null
        )
        select strftime(birth_date, '%Y-%m-%d') from dated group by birth_date
        having count(*) > 10 + 8 * (select count(*) from dated) / 20000
    """).fetchall()
    days = sorted({day for (day,) in found} | {*PLACEHOLDER_DATES, *pinned})
    con.execute(
        "update people set birth_date = null where list_contains(?::date[], birth_date)", [days]
    )
    return tuple(days)


def _exclude_overshared(
    con: duckdb.DuckDBPyConnection,
    column: str,
    made_of_it: tuple[str, ...],
    pinned: tuple[str, ...],
) -> tuple[str, ...]:
    """Null the values of ``column`` that too many different people hold; digests of all such."""
    found = con.execute(f"""
        with frequent as (
            select {column} from people where {column} is not null
            group by 1 having count(*) > {SHARING_CAP}
        )
        select md5({column}) from people semi join frequent using ({column}) group by {column}
        having count(distinct hash({IDENTITY})) > {SHARING_CAP}
    """).fetchall()
    digests = sorted({digest for (digest,) in found} | set(pinned))
    if digests:
        cleared = ", ".join(f"{name} = null" for name in (column, *made_of_it))
        con.execute(
            f"update people set {cleared} where list_contains(?::varchar[], md5({column}))",
            [digests],
        )
    return tuple(digests)


def _find_shared_mailboxes(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``shared_mailboxes``: e-mails that two clearly different given names use."""
    names = ", ".join(GIVEN_NAME.columns)
    con.execute(f"""
        create table shared_mailboxes as
        with readers as (
            select distinct email, {names} from people
            where email is not null and given is not null
            qualify count(*) over (partition by email) > 1
        ),
        pairs as (
            select l.email, {pair_columns(*GIVEN_NAME.columns)} from readers as l
            join readers as r on l.email = r.email and l.given < r.given
        )
        select distinct email from pairs where {GIVEN_NAME.is_any("same beginning", "different")}
    """)


def _collapse(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``members``: records that say the same are one node, named by the smallest record id.

    A name alone, or a name and a place, is no identity, and neither is a mailbox that several
    people read: such records stay apart and are left to the model.
    """
    con.execute(f"""
        create table identified as
        select record_id,
            case when phone is not null
                or (email is not null and (given is not null
                    or email not in (select email from shared_mailboxes)))
                or (given is not null and family is not null
                    and (birth_date is not null or (street is not null and postal is not null)))
                then hash({IDENTITY}) else hash(record_id) end as identity
        from people;

        create table first_records as
        with firsts as (select identity, min(record_id) as first_id from identified group by 1)
        select *, row_number() over (order by first_id) as node from firsts;

        create table members as
        select record_id, node, first_id from identified join first_records using (identity)
    """)


def _create_nodes(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``nodes``; a blocking key that gathers too many of them is null."""
    keys = ", ".join(
        f"nullif(hash({key.made_of}), hash(null::varchar)) as {key.name}" for key in blocking_keys()
    )
    con.execute(f"""
        create table nodes as
        with described as (
            select node, first_id, people.* exclude (record_id),
                strftime(birth_date, '%Y%m%d') as birth_text,
                case when day(birth_date) <= 12 and day(birth_date) <> month(birth_date)
                    then make_date(year(birth_date), day(birth_date), month(birth_date)) end
                    as birth_swap,
                coalesce(email in (select email from shared_mailboxes), false) as mailbox_shared
            from first_records join people on record_id = first_id
        )
        select *, {keys} from described
    """)
    for key in blocking_keys():
        con.execute(f"""
            create or replace table crowded as
            select {key.name} as value from nodes where {key.name} is not null
            group by 1 having count(*) > {key.cap}
        """)
        if con.execute("select count(*) from crowded").fetchall()[0][0]:
            con.execute(
                f"update nodes set {key.name} = null "
                f"where {key.name} in (select value from crowded)"
            )
