"""Comparison forms: what a record says, spelt so that equal things are equal.

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
_PUNCTUATION = ".,;:-_@+ "

_EMAIL = rf"""
    case when regexp_matches(email_match, '[0-9][0-9]')
        then translate(lower(email_match), '{_PUNCTUATION}', '')
        when contains(email_match, '@') then lower(email_match) end
"""
"""A numbered address is known by its letters and digits alone, so a lost dot or @ does no harm;
without a number, namesakes do have anna.berg@ and annaberg@ at one provider."""

_EMAIL_LOCAL = rf"""
    translate(lower(split_part(split_part(email_match, '@', 1), '+', 1)), '{_PUNCTUATION}', '')
"""


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
    _create_name_forms(con)
    _create_typed(con)
    _create_spellings(con)
    con.execute(rf"""
        create table people as
        with folded as (
            select record_id, birth_date, {_EMAIL} as email, {_EMAIL_LOCAL} as email_local,
                nullif(regexp_replace(phone_match, '[^0-9]', '', 'g'), '') as phone,
                string_split(given.folded, ' ') as given_all,
                string_split(regexp_replace(family.folded, '^(({_PARTICLES}) )+', ''), ' ')
                    as family_tokens,
                regexp_replace(streets.folded, ' ({_FLOOR_WORDS}) .*$| ({_FLOOR_WORDS})$', '')
                    as street_text,
                regexp_replace(replace(postal.folded, ' ', ''), '^[a-z]{{1,3}}([0-9]{{4,5}})$', '\1')
                    as postal,
                replace(regexp_replace(cities.folded, ' [a-z]{{1,2}}$', ''), ' ', '') as city
            from typed
            left join spellings as given on given.raw = first_name
            left join spellings as family on family.raw = last_name
            left join spellings as streets on streets.raw = street
            left join spellings as postal on postal.raw = postal_code
            left join spellings as cities on cities.raw = typed.city
        ),
        parts as (
            select * exclude (given_all),
                -- An initial counts only where no name is written out.
                coalesce(nullif(list_filter(given_all, lambda n: length(n) > 1), []), given_all)
                    as given_tokens,
                nullif(regexp_extract(street_text, '[0-9]+( ?[a-z]\b)?'), '') as house_text
            from folded
        )
        select record_id, given_tokens, family_tokens, birth_date, email, phone, postal, city,
            array_to_string(given_tokens, '') as given,
            array_to_string(family_tokens, '') as family,
            coalesce(name_forms.names, [given_tokens[1]]) as given_keys, given_keys[1] as given_key,
            case when length(email_local) > 4 then email_local end as email_local,
            nullif(regexp_extract(email_local, '[0-9]+$'), '') as email_number,
            nullif(replace(regexp_replace(street_text, '[0-9]+( ?[a-z]\b)?.*$', ''), ' ', ''), '')
                as street,
            replace(house_text, ' ', '') as house_no
        from parts left join name_forms on name_forms.form = given_tokens[1]
    """)  # noqa: S608 (only constants of this module are put in)


def _create_name_forms(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``name_forms``: folded form of a given name and the names it may stand for."""
    forms, names = zip(*name_forms(), strict=True)
    con.register("name_forms_in", pa.table({"form": forms, "name": names}))
    con.execute(f"""
        create table name_forms as
        select {fold("form")} as form, list_distinct(list({fold("name")} order by name)) as names
        from name_forms_in group by 1
    """)  # noqa: S608 (fold gives SQL made here)


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
    """)  # noqa: S608 (only constants of this module are put in)


def _create_spellings(con: duckdb.DuckDBPyConnection) -> None:
    """Table ``spellings``: each distinct text and its fold. Names and places repeat: 5 x faster."""
    columns = ("first_name", "last_name", "street", "postal_code", "city")
    texts = " union all ".join(f"select distinct {column} as raw from typed" for column in columns)
    con.execute(f"""
        create table spellings as
        select raw, {fold("raw")} as folded from (select distinct raw from ({texts}))
        where raw is not null
    """)  # noqa: S608 (only constants of this module are put in)
