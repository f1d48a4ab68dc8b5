"""Comparison forms: what a record says, spelt so that equal things are equal.

Names and places are folded once per distinct text, for they repeat.

Here: the table ``people`` with folded names, addresses and e-mails, one row per record. What
identifies nobody and which records say the same is in ``preparation``; normalising what people
typed (phones, e-mails, countries) is another room's work and done before.
"""

import duckdb
import pyarrow as pa

from models.identity.given_names import name_forms

TEXT_COLUMNS = (
    "record_id",
    "first_name",
    "last_name",
    "email_match",
    "phone_match",
    "street",
    "postal_code",
    "city",
)
"""Text columns of a person record that linkage reads."""

_PARTICLES = "von|van|de|der|den|af|av|la|le|di|del"
_FLOOR_WORDS = "lgh|lagenhet|leil|tr|trappa|st|tv|th|mf|sal|etg|etasje|vaning|apt|as"
_PUNCTUATION = ".,;:-_ "

_EMAIL = """
    case when regexp_matches(email_match, '[0-9][0-9]')
        then replace(replace(mailbox, '@', ''), '+', '')
        when contains(email_match, '@') then lower(email_match) end
"""
"""A numbered address is known by its letters and digits alone, so a lost dot or @ does no harm;
without a number, namesakes do have anna.berg@ and annaberg@ at one provider."""


def fold(text: str) -> str:
    """SQL: ``text`` in lower case letters and digits, one spelling for å/aa, ä/æ/ae, ö/ø/oe."""
    folded = f"strip_accents(translate(lower({text}), 'øœæðđłþ', 'ooaddlt'))"
    folded = f"replace(replace({folded}, 'ß', 'ss'), 'aa', 'a')"
    folded = f"replace(replace(replace({folded}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')"
    return f"nullif(trim(regexp_replace({folded}, '[^a-z0-9]+', ' ', 'g')), '')"


def create_people(con: duckdb.DuckDBPyConnection) -> None:
    """Create ``people`` from ``records_in``: one row per record with its comparison forms.

    Columns: record_id; given, family (letters alone); given_tokens, family_tokens; given_key (the
    name that a short form stands for) and given_keys (all it may stand for); birth_date; email,
    email_local (null below 5 characters), email_number; phone; street, house_no, postal, city.
    """
    _create_typed(con)
    _create_given_names(con)
    _create_other_forms(con)
    con.execute(f"""
        create table people as
        with spelt as (
            select *, translate(lower(email_match), '{_PUNCTUATION}', '') as mailbox from typed
        ),
        typed as (
            select *, split_part(split_part(mailbox, '@', 1), '+', 1) as mail_name from spelt
        )
        select record_id, birth_date,
            given, given_tokens, given_keys, given_keys[1] as given_key,
            family, family_tokens,
            nullif({_EMAIL}, '') as email,
            case when length(mail_name) > 4 then mail_name end as email_local,
            nullif(regexp_extract(mail_name, '[0-9]+$'), '') as email_number,
            nullif(translate(phone_match, '+()-/. ', ''), '') as phone,
            streets.street, house_no, postal, cities.city
        from typed
        left join given_names on given_names.raw = first_name
        left join surnames on surnames.raw = last_name
        left join streets on streets.raw = typed.street
        left join postal_codes on postal_codes.raw = postal_code
        left join cities on cities.raw = typed.city
    """)


def _create_typed(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``typed``: trimmed text, and a whole name in one of the two fields taken apart.

    "Lund, Anna" and "Anna Maria Lund" both become given names and surname.
    """
    texts = ", ".join(f"nullif(trim({c}::varchar), '') as {c}" for c in TEXT_COLUMNS)
    con.execute(rf"""
        create table typed as
        with as_text as (
            select {texts}, try_cast(birth_date::varchar as date) as birth_date from records_in
        ),
        whole as (
            select *, case when (first_name is null) <> (last_name is null)
                and contains(coalesce(first_name, last_name), ' ')
                then coalesce(first_name, last_name) end as full_name
            from as_text
        )
        select * exclude (full_name) replace (
            case when full_name is null then first_name
                when contains(full_name, ',') then split_part(full_name, ',', 2)
                else regexp_replace(full_name, '\s+\S+$', '') end as first_name,
            case when full_name is null then last_name
                when contains(full_name, ',') then split_part(full_name, ',', 1)
                else regexp_extract(full_name, '\S+$') end as last_name)
        from whole
    """)


def _create_given_names(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``given_names``: what each distinct text in first_name is compared by."""
    forms, names = zip(*name_forms(), strict=True)
    con.register("name_forms_in", pa.table({"form": forms, "name": names}))
    con.execute(f"""
        create table name_forms as
        select {fold("form")} as form, list_distinct(list({fold("name")} order by name)) as names
        from name_forms_in group by 1
    """)
    # An initial counts only where no name is written out.
    con.execute(f"""
        create table given_names as
        with split as (
            select raw, string_split({fold("raw")}, ' ') as words
            from (select distinct first_name as raw from typed)
        ),
        tokens as (
            select raw, coalesce(nullif(list_filter(words, lambda w: length(w) > 1), []), words)
                as given_tokens
            from split
        )
        select raw, given_tokens, array_to_string(given_tokens, '') as given,
            coalesce(name_forms.names, [given_tokens[1]]) as given_keys
        from tokens left join name_forms on name_forms.form = given_tokens[1]
    """)


def _create_other_forms(con: duckdb.DuckDBPyConnection) -> None:
    """Tables ``surnames``, ``streets``, ``postal_codes`` and ``cities``, likewise."""
    con.execute(rf"""
        create table surnames as
        with tokens as (
            select raw,
                string_split(regexp_replace({fold("raw")}, '^(({_PARTICLES}) )+', ''), ' ')
                    as family_tokens
            from (select distinct last_name as raw from typed)
        )
        select raw, family_tokens, array_to_string(family_tokens, '') as family from tokens;

        create table streets as
        with folded as (
            select raw,
                regexp_replace({fold("raw")}, ' ({_FLOOR_WORDS}) .*$| ({_FLOOR_WORDS})$', '') as text
            from (select distinct street as raw from typed)
        )
        select raw,
            nullif(replace(regexp_replace(text, '[0-9]+( ?[a-z]\b)?.*$', ''), ' ', ''), '')
                as street,
            nullif(replace(regexp_extract(text, '[0-9]+( ?[a-z]\b)?'), ' ', ''), '') as house_no
        from folded;

        create table postal_codes as
        select raw, regexp_replace(
                replace({fold("raw")}, ' ', ''), '^[a-z]{{1,3}}([0-9]{{4,5}})$', '\1') as postal
        from (select distinct postal_code as raw from typed);

        create table cities as
        select raw, replace(regexp_replace({fold("raw")}, ' [a-z]{{1,2}}$', ''), ' ', '') as city
        from (select distinct city as raw from typed)
    """)
