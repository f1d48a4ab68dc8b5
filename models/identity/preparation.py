"""Preparing person records for comparison: one node per distinct identity, in comparable forms.

Here: folding of names, addresses and e-mails, placeholder dates, values shared by too many,
blocking keys, and the collapse of records that say the same. What the forms are compared for is
in ``settings``; normalising what people typed (phones, e-mails, countries) is another room's work
and done before.
"""

from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pyarrow as pa

from models.identity.given_names import name_forms
from models.identity.evidence import GIVEN_NAME, create_macros
from models.identity.settings import blocking_keys

SHARING_CAP = 20
"""Most distinct nodes that may hold one e-mail or phone before it stops being an identifier."""

PLACEHOLDER_DATES = ("1800-01-01", "1900-01-01", "1901-01-01", "1970-01-01")
"""Days that systems write when they know none. A person born on one loses only this evidence."""

TEXT_COLUMNS = (
    "record_id",
    "first_name",
    "last_name",
    "email_match",
    "phone_match",
    "street",
    "postal_code",
    "city",
    "country_code",
)

PARTICLES = "von|van|de|der|den|af|av|la|le|di|del"
EMAIL_FORM = r"""
    case when regexp_matches(email_match, '[0-9]{2}')
        then nullif(regexp_replace(lower(email_match), '[^a-z0-9]', '', 'g'), '')
        when contains(email_match, '@') then lower(email_match) end
"""
"""SQL: the e-mail to compare. A numbered address is known by its letters and digits alone, so a lost
dot or @ does no harm; without a number, namesakes do have anna.berg@ and annaberg@."""

FLOOR_WORDS = "lgh|lagenhet|leil|tr|trappa|st|tv|th|mf|sal|etg|etasje|vaning|apt|as"


@dataclass(frozen=True)
class Exclusions:
    """Values that identify nobody, found in data and pinned with a fitted model.

    Attributes:
        emails: md5 of e-mails held by more than ``SHARING_CAP`` nodes (digests, because a model
            file is read by people).
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


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory connection with the macros of ``evidence``.

    It keeps no row order, so that parallel plans need no sorting.
    """
    con = duckdb.connect(":memory:")
    con.execute("set preserve_insertion_order = false")
    create_macros(con)
    return con


def fold(text: str) -> str:
    """SQL: ``text`` in lower case letters and digits, one spelling for å/aa, ä/æ/ae, ö/ø/oe."""
    folded = f"strip_accents(translate(lower({text}), 'øœæðđłþ', 'ooaddlt'))"
    folded = f"replace(replace({folded}, 'ß', 'ss'), 'aa', 'a')"
    folded = f"replace(replace(replace({folded}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')"
    return f"nullif(trim(regexp_replace({folded}, '[^a-z0-9]+', ' ', 'g')), '')"


def load_nodes(
    con: duckdb.DuckDBPyConnection, records: pa.Table, excluded: Exclusions
) -> Exclusions:
    """Create the tables ``members`` and ``nodes`` on ``con`` from person records.

    Args:
        con: a connection of the caller's own.
        records: the columns of int_identity__person_records; any but record_id may be all null.
        excluded: what the fitted model already holds to be nobody's own.

    Returns:
        All exclusions that were applied: those given and those found in these records.
        ``members`` has (record_id, node), ``nodes`` one row per distinct identity with
        ``node`` (BIGINT, in the order of its smallest record_id) and the comparison forms.

    Raises:
        ValueError: a needed column is missing, or record_id is null or repeated.
    """
    check_columns(records)
    con.register("records_in", records)
    _create_people(con)
    dates = _placeholder_dates(con, excluded)
    con.execute(
        "update people set birth_date = null where list_contains(?::date[], birth_date)",
        [list(dates)],
    )
    emails = _overshared(con, "email", excluded.emails)
    phones = _overshared(con, "phone", excluded.phones)
    _find_shared_mailboxes(con)
    _create_nodes(con)
    return Exclusions(emails=emails, phones=phones, birth_dates=dates)


def check_columns(records: pa.Table) -> None:
    """Raise ValueError unless all columns that linkage reads are there."""
    missing = sorted({*TEXT_COLUMNS, "birth_date"} - set(records.column_names))
    if missing:
        raise ValueError(
            f"The person records lack the column(s) {', '.join(missing)}; a column may be empty "
            "but must be there. Select it as null where a source has no such field."
        )
    ids = records.column("record_id")
    if ids.null_count or ids.cast(pa.string()).unique().__len__() != len(ids):
        raise ValueError(
            "The person records hold a null or repeated record_id; each record needs its own. "
            "Deduplicate by record_id before linking."
        )


def _create_people(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``people``: one row per record with its comparison forms."""
    con.register("name_forms_in", pa.table(dict(zip(("form", "name"), zip(*name_forms(), strict=True), strict=True))))
    con.execute(f"""
        create table name_forms as
        select {fold("form")} as form,
            list_distinct(list({fold("name")} order by name)) as names
        from name_forms_in group by 1
    """)  # noqa: S608 (fold gives SQL made here)
    texts = ", ".join(f"nullif(trim({c}::varchar), '') as {c}" for c in TEXT_COLUMNS)
    con.execute(f"""
        create table people as
        with as_text as (
            select {texts}, try_cast(birth_date::varchar as date) as birth_date from records_in
        ),
        -- A whole name in one of the two fields is taken apart: "Lund, Anna" or "Anna Maria Lund".
        whole as (
            select *, case when (first_name is null) <> (last_name is null)
                and contains(coalesce(first_name, last_name), ' ')
                then coalesce(first_name, last_name) end as full_name
            from as_text
        ),
        named as (
            select * replace (
                case when full_name is null then first_name
                    when contains(full_name, ',') then split_part(full_name, ',', 2)
                    else regexp_replace(full_name, '\\s+\\S+$', '') end as first_name,
                case when full_name is null then last_name
                    when contains(full_name, ',') then split_part(full_name, ',', 1)
                    else regexp_extract(full_name, '\\S+$') end as last_name)
            from whole
        ),
        folded as (
            select record_id, birth_date,
                string_split({fold("first_name")}, ' ') as given_all,
                string_split(regexp_replace({fold("last_name")}, '^(({PARTICLES}) )+', ''), ' ')
                    as family_tokens,
                {EMAIL_FORM} as email,
                regexp_replace({fold("split_part(split_part(email_match, '@', 1), '+', 1)")},
                    ' ', '', 'g') as email_local,
                nullif(regexp_replace(phone_match, '[^0-9]', '', 'g'), '') as phone,
                regexp_replace({fold("street")}, ' ({FLOOR_WORDS}) .*$| ({FLOOR_WORDS})$', '')
                    as street_text,
                regexp_replace(replace({fold("postal_code")}, ' ', ''),
                    '^[a-z]{{1,3}}([0-9]{{4,5}})$', '\\1') as postal,
                replace(regexp_replace({fold("city")}, ' [a-z]{{1,2}}$', ''), ' ', '') as city
            from named
        ),
        parts as (
            select *,
                case when length(array_to_string(list_filter(given_all, lambda n: length(n) > 1), '')) > 0
                    then list_filter(given_all, lambda n: length(n) > 1) else given_all end
                    as given_tokens,
                nullif(regexp_extract(street_text, '[0-9]+( ?[a-z]\\b)?'), '') as house_text
            from folded
        )
        select record_id, given_tokens, family_tokens, birth_date, email, phone, postal, city,
            array_to_string(given_tokens, '') as given,
            array_to_string(family_tokens, '') as family,
            coalesce(name_forms.names, [given_tokens[1]]) as given_keys, given_keys[1] as given_key,
            case when length(email_local) > 4 then email_local end as email_local,
            nullif(regexp_extract(email_local, '[0-9]+$'), '') as email_number,
            nullif(replace(regexp_replace(street_text, '[0-9]+( ?[a-z]\\b)?.*$', ''), ' ', ''), '')
                as street,
            replace(house_text, ' ', '') as house_no
        from parts left join name_forms on name_forms.form = given_tokens[1]
    """)  # noqa: S608 (only constants of this module are put in)


def _placeholder_dates(
    con: duckdb.DuckDBPyConnection, excluded: Exclusions
) -> tuple[str, ...]:
    """Days that are no birthday: known placeholders, pinned ones, and far too frequent ones.

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
    return tuple(sorted({day for (day,) in found} | {*PLACEHOLDER_DATES, *excluded.birth_dates}))


def _overshared(
    con: duckdb.DuckDBPyConnection, column: str, pinned: tuple[str, ...]
) -> tuple[str, ...]:
    """Null the values of ``column`` that too many different people hold; digests of all such."""
    con.execute(f"""
        create or replace table overshared as
        select {column} as held from people where {column} is not null group by 1
        having count(*) > {SHARING_CAP} and count(distinct hash(
            given, family, birth_date, email, phone, street, house_no, postal)) > {SHARING_CAP}
    """)  # noqa: S608 (column is one of ours)
    digests = {row[0] for row in con.execute("select md5(held) from overshared").fetchall()}
    listed = sorted(digests | set(pinned))
    if listed:
        also = f", {column}_local = null" if column == "email" else ""
        con.execute(
            f"update people set {column} = null{also} "  # noqa: S608
            "where md5({0}) in (select unnest(?::varchar[]))".format(column),
            [listed],
        )
    return tuple(listed)


def _create_nodes(con: duckdb.DuckDBPyConnection) -> None:
    """Tables ``members`` and ``nodes``: records that say the same become one node.

    A name alone, or a name and a place, is no identity: such records stay apart and are left to
    the model.
    """
    con.execute("""
        create table members as
        with identities as (
            select record_id,
                case when phone is not null
                    or (email is not null and (given is not null
                        or email not in (select email from shared_mailboxes)))
                    or (given is not null and family is not null
                        and (birth_date is not null or (street is not null and postal is not null)))
                    then null else record_id end as alone,
                given_tokens, family_tokens, birth_date, email, phone, street, house_no, postal,
                city
            from people
        ),
        grouped as (
            select min(record_id) as first_id, list(record_id) as record_ids
            from identities group by all_but_record_id
        )
        select unnest(record_ids) as record_id,
            row_number() over (order by first_id) as node, first_id
        from grouped
    """.replace("group by all_but_record_id", "group by alone, given_tokens, family_tokens, "
        "birth_date, email, phone, street, house_no, postal, city"))
    keys = ", ".join(f"hash({key.made_of}) as {key.name}" for key in blocking_keys())
    con.execute(f"""
        create table nodes as
        with first_members as (
            select members.node, members.first_id, people.* exclude (record_id),
                strftime(birth_date, '%Y%m%d') as birth_text,
                case when day(birth_date) <= 12 and day(birth_date) <> month(birth_date)
                    then make_date(year(birth_date), day(birth_date), month(birth_date)) end
                    as birth_swap
            from members join people on people.record_id = members.first_id
                and members.record_id = members.first_id
        )
        select *, email in (select email from shared_mailboxes) as mailbox_shared, {keys} from first_members order by node
    """)  # noqa: S608 (keys are constants of settings)
    for key in blocking_keys():
        con.execute(f"""
            update nodes set {key.name} = null where {key.name} in (
                select {key.name} from nodes where {key.name} is not null group by 1
                having count(*) > {key.cap})
        """)  # noqa: S608 (names and caps are constants of settings)


def _find_shared_mailboxes(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``shared_mailboxes``: e-mails that two clearly different given names use."""
    names = ", ".join(GIVEN_NAME.columns)
    sides = ", ".join(f"{side}.{n} as {n}_{side}" for side in "lr" for n in GIVEN_NAME.columns)
    con.execute(f"""
        create table shared_mailboxes as
        with readers as (
            select distinct email, {names} from people
            where email is not null and given is not null
            qualify count(*) over (partition by email) > 1
        ),
        pairs as (
            select l.email, {sides} from readers as l
            join readers as r on l.email = r.email and l.given < r.given
        )
        select distinct email from pairs where {GIVEN_NAME.is_any("same beginning", "different")}
    """)  # noqa: S608 (constants of settings)
