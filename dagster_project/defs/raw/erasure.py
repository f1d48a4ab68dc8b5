"""Erasure as the first step after reading: a record that was asked to be erased is in no raw table.

A request names a person record, an e-mail or a phone; what matches exactly goes, with everything
that hangs on the record's key (orders, lines, events), earlier rows included. Each row removed is
counted as suppressed with its file, so that I2 holds. From a database the person does not arrive at
all. The keys are kept in the state, before anything is removed: a lost warehouse, or a copy without
the person, must not bring back what hangs on them.
"""

import os

import duckdb

from dagster_project.home import Home
from dagster_project.sources import Source
from models.normalisation.spellings import phone_spellings

# How a person's rows are found in each table: its own key as a person record, its e-mail, its phone.
_PERSON_COLUMNS: dict[str, tuple[str, str, str | None, str | None]] = {
    "crm/contacts": ("crm", "kundnr", "epost", "telefon"),
    "shop/customers": ("shop", "customer_id", "email", "phone"),
    "tickets/bookings": ("tickets", "bookingnr", "email", "mobil"),
    "newsletter/subscribers": ("newsletter", "subscriber_id", "email", None),
    "survey/answers": ("survey", "response_id", "email", None),
    "social/engagements": ("social", "engagement_id", "email", None),
}

# Tables whose rows hang on a person record's key: (their column, the record's source).
_HANGS_ON: dict[str, tuple[str, str]] = {
    "shop/orders": ("customer_id", "shop"),
    "web/events": ("customer_id", "shop"),
    "newsletter/events": ("subscriber_id", "newsletter"),
}

# Keys that rows of other tables hang on: (what the key names, its column).
_HUNG_ON = {name: columns[:2] for name, columns in _PERSON_COLUMNS.items()} | {
    "shop/orders": ("order", "order_id")
}

_ASKED_EMAILS = "(select email from raw.erasure_requests where email is not null)"
_ASKED_PHONES = "(select digits from raw.erasure_phones)"
_PERSON_IS_ERASED = (
    "trim(person_source) || ':' || trim(person_key) in "
    "(select person_source || ':' || person_key from raw.erased_keys)"
)

ERASED = """
    create table if not exists raw.erased_keys (person_source varchar, person_key varchar);
    comment on column raw.erased_keys.person_source is 'The system of an erased record; order for its orders.';
    comment on column raw.erased_keys.person_key is 'Its key there: what hangs on it never comes back.'
"""
_REQUESTED = """
    comment on column raw.erasure_requests.email is 'The address whose records go, in small letters.';
    comment on column raw.erasure_requests.phone is 'The number whose records go, as delivered.';
    comment on column raw.erasure_requests.person_source is 'The system of the record that goes.';
    comment on column raw.erasure_requests.person_key is 'Its key there.';
    create or replace table raw.erasure_phones (digits varchar);
    comment on column raw.erasure_phones.digits is 'A number whose records go, in each way it may be written.'
"""


# Rows are removed where the record that they hang on was removed before.
LOADED_AFTER: dict[str, tuple[str, ...]] = {
    "shop/orders": ("shop/customers",),
    "shop/order_lines": ("shop/orders",),
    "web/events": ("shop/customers",),
    "newsletter/events": ("newsletter/subscribers",),
    "campaigns/assignments": tuple(_PERSON_COLUMNS),
    "privacy/consents": tuple(_PERSON_COLUMNS),
}


def remember_requests(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Write down what the erase requests name, in comparable form."""
    connection.execute(ERASED)
    if home.tombstones.exists():
        connection.execute(
            f"insert into raw.erased_keys from read_parquet('{home.tombstones}') except from raw.erased_keys"
        )
    connection.execute(
        f"create or replace table raw.erasure_requests as select {_email('email')} as email, phone, "
        "nullif(trim(person_source), '') as person_source, nullif(trim(person_key), '') as person_key "
        "from raw.privacy__requests where lower(trim(kind)) = 'erase'"
    )
    phones = connection.execute(
        "select phone from raw.erasure_requests where phone is not null"
    ).fetchall()
    spellings = sorted({digits for (phone,) in phones for digits in phone_spellings(phone)})
    connection.execute(_REQUESTED)
    connection.executemany(
        "insert into raw.erasure_phones values (?)", [[d] for d in spellings] or [[None]]
    )
    _remember_keys(
        connection,
        home,
        "select person_source, person_key from raw.erasure_requests where person_key is not null",
    )


def erased_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, source: Source, relation: str
) -> str | None:
    """SQL: which rows of a relation are of erased records, whose keys are remembered; None: never any."""
    condition = _condition(source)
    if condition is None:
        return None
    if source.name in _HUNG_ON:
        person_source, key = _HUNG_ON[source.name]
        _remember_keys(
            connection,
            home,
            f"select '{person_source}', cast(\"{key}\" as varchar) from {relation} where {condition}",
        )
    return condition


def remove_erased(connection: duckdb.DuckDBPyConnection, home: Home, source: Source) -> int:
    """Delete the rows of erased records from one raw table and count them as suppressed."""
    condition = erased_rows(connection, home, source, f"raw.{source.table}")
    if condition is None:
        return 0
    removed = connection.execute(
        f"delete from raw.{source.table} where {condition} returning _file_id"
    ).fetchall()
    for file_id in sorted({row[0] for row in removed}):
        rows = sum(row[0] == file_id for row in removed)
        connection.execute(
            "update raw.deliveries set accepted = accepted - ?, suppressed = suppressed + ? "
            "where file_id = ? and status in ('loaded', 'partly_loaded')",
            [rows, rows, file_id],
        )
    return len(removed)


def _remember_keys(connection: duckdb.DuckDBPyConnection, home: Home, found: str) -> None:
    """Add the keys that a query finds to those of erased records, here and in the state."""
    added = connection.execute(
        f"insert into raw.erased_keys ({found}) except from raw.erased_keys returning 1"
    ).fetchall()
    if not added:
        return
    partial = home.tombstones.with_suffix(".partial")
    connection.execute(f"copy (from raw.erased_keys order by all) to '{partial}' (format parquet)")
    with partial.open("rb") as file:
        partial.chmod(0o600)
        os.fsync(file.fileno())
    os.replace(partial, home.tombstones)


def _condition(source: Source) -> str | None:
    if source.name in _PERSON_COLUMNS:
        person_source, key, email, phone = _PERSON_COLUMNS[source.name]
        parts = [
            _key_is_erased(key, person_source),
            f"{_email(email)} in {_ASKED_EMAILS}",
        ]
        if phone:
            parts.append(f"{_phone(phone)} in {_ASKED_PHONES}")
        return " or ".join(f"coalesce({part}, false)" for part in parts)
    if source.name in _HANGS_ON:
        column, person_source = _HANGS_ON[source.name]
        return _key_is_erased(column, person_source)
    if source.name == "shop/order_lines":
        return _key_is_erased("order_id", "order")
    if source.name == "campaigns/assignments":
        return _PERSON_IS_ERASED
    if source.name == "privacy/consents":
        return (
            f"coalesce({_PERSON_IS_ERASED}, false) or coalesce({_email('email')} in {_ASKED_EMAILS}, false) "
            f"or coalesce({_phone('phone')} in {_ASKED_PHONES}, false)"
        )
    return None


def _key_is_erased(column: str, person_source: str) -> str:
    return (
        f'trim(cast("{column}" as varchar)) in '
        f"(select person_key from raw.erased_keys where person_source = '{person_source}')"
    )


def _email(column: str | None) -> str:
    return f"nullif(lower(trim(cast(\"{column}\" as varchar))), '')"


def _phone(column: str) -> str:
    return f"nullif(regexp_replace(cast(\"{column}\" as varchar), '[^0-9]', '', 'g'), '')"
