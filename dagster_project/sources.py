"""The sources file as typed objects: what each delivery looks like.

Reading the files themselves is ``defs/raw``; how staging parses a text with these formats is a
macro in ``dbt/macros``.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import duckdb
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.settings import CHECKOUT

SOURCES_FILE = "sources.yaml"

# One of these must have been delivered before anything can be published.
PERSON_SOURCES = ("crm/contacts", "shop/customers", "tickets/bookings", "newsletter/subscribers")

# Columns that name a person or a sole trader's company, by raw table: in all stages after raw, a key that is a
# national person number is a pseudonym.
PERSON_KEYS: dict[str, tuple[str, ...]] = {
    "crm__contacts": ("kundnr", "foretag_nr"),
    "crm__companies": ("foretag_nr",),
    "shop__customers": ("customer_id",),
    "shop__orders": ("customer_id",),
    "web__events": ("customer_id",),
    "tickets__bookings": ("bookingnr",),
    "newsletter__subscribers": ("subscriber_id",),
    "newsletter__events": ("subscriber_id",),
    "survey__answers": ("response_id",),
    "campaigns__assignments": ("person_key",),
    "privacy__consents": ("person_key",),
    "privacy__requests": ("person_key",),
}

# A table of a database: up to two names, each plain or in double quotes.
_NAME = r'("(?:[^"]|"")+"|[^".;\s]+)'
TABLE_NAME = rf"(?:{_NAME}\.)?{_NAME}"

# One end of a column's range: a number or a day; null is no end.
Bound = Annotated[Decimal | date | None, Field(union_mode="left_to_right")]

# A snapshot with so much fewer rows than usual is held, where its source says nothing else.
_MOST_ROW_DROP = 0.5


@cache
def _known_to_strptime(format_: str) -> str:
    with duckdb.connect() as connection:
        try:
            connection.execute("select try_strptime('', ?)", [format_])
        except duckdb.Error:
            raise ValueError("no format that DuckDB's strptime knows, such as %Y-%m-%d") from None
    return format_


# As in DuckDB's strptime; of several, the first that reads a value counts.
Formats = Annotated[
    tuple[
        Annotated[str, Field(pattern=r"^[^']+$"), AfterValidator(_known_to_strptime)],
        ...,
    ],
    BeforeValidator(lambda formats: (formats,) if isinstance(formats, str) else formats),
    Field(min_length=1),
]
ColumnType = Literal["text", "date", "timestamp", "decimal", "integer", "number"]


class Column(BaseModel):
    """One column of a delivery, by the name that the rest of the project uses."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    is_required: bool
    may_be_unusable: bool
    delivered_as: str


class Source(BaseModel):
    """One landing table: how its files are written and what they must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")
    description: str
    owner: str
    format: Literal["csv", "jsonl", "parquet", "postgres"]
    delimiter: str = Field(min_length=1, max_length=1, pattern=r"[^'\"\\]")
    encoding: str
    decimal_sign: Literal[".", ","]
    date_format: Formats
    timestamp_format: Formats
    timezone: str
    kind: Literal["keyed", "event"]
    strict: bool
    key: tuple[str, ...]
    updated: str | None = None
    newest: str | None = None
    contract: dict[str, str]
    columns: dict[str, str] = {}
    required: bool
    empty: Literal["held", "allowed"]
    final_newline: Literal["required", "optional"]
    delivery: Literal["upsert", "snapshot"]
    cadence_days: float = Field(gt=0)
    max_quarantined_share: float = Field(ge=0, le=1)
    max_unreadable_share: float = Field(ge=0, le=1)
    max_garbled_share: float = Field(ge=0, le=1)
    max_row_drop: float | None = Field(default=None, ge=0, le=1)
    values: dict[str, tuple[str, ...]] = {}
    range: dict[str, tuple[Bound, Bound]] = {}
    connection: str | None = None
    database_table: str | None = Field(default=None, alias="table")
    query: str | None = None
    overlap_minutes: float = Field(ge=0)
    timeout_minutes: float = Field(gt=0)

    @model_validator(mode="after")
    def _names_are_of_the_contract(self) -> "Source":
        named = {*self.key, *self.columns, *filter(None, (self.updated, self.newest))}
        named |= {*self.values, *self.range}
        if unknown := sorted(named - set(self.contract)):
            raise ValueError(
                f"names {', '.join(unknown)}, which its contract lacks; use one of {', '.join(self.contract)}"
            )
        return self

    @model_validator(mode="after")
    def _database_is_named(self) -> "Source":
        words = (self.connection, self.database_table, self.query)
        if self.format != "postgres":
            if any(words):
                raise ValueError("connection, table and query belong to `format: postgres`")
        elif not self.connection or bool(self.database_table) == bool(self.query):
            raise ValueError("format: postgres needs `connection`, and either `table` or `query`")
        return self

    @field_validator("connection")
    @classmethod
    def _connection_names_a_variable(cls, connection: str | None) -> str | None:
        if connection and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", connection):
            raise ValueError(
                "no name of an environment variable. Put what connects to the database into a variable, "
                "and that variable's name here: a password does not belong into this file"
            )
        return connection

    @field_validator("database_table")
    @classmethod
    def _table_is_one_name(cls, table: str | None) -> str | None:
        if table and not re.fullmatch(TABLE_NAME, table):
            raise ValueError(
                'no table; write table, schema.table or, around odd signs, "my schema"."my.table"'
            )
        return table

    @field_validator("query")
    @classmethod
    def _query_is_one_select(cls, query: str | None) -> str | None:
        if query and (";" in query or not re.match(r"\s*(select|with)\b", query, re.IGNORECASE)):
            raise ValueError(
                "not one select. It begins with select or with and holds no `;` "
                "(write chr(59) where a text needs one)"
            )
        return query

    @model_validator(mode="after")
    def _words_fit_together(self) -> "Source":
        if self.delivery == "snapshot" and self.kind == "event":
            raise ValueError(
                "is of events, which only happen; `delivery: snapshot` is for keyed rows"
            )
        for name, bounds in self.range.items():
            type_ = next(column.type for column in self.fields if column.name == name)
            for bound in filter(lambda bound: bound is not None, bounds):
                if type_ == "text" or isinstance(bound, date) != (type_ in {"date", "timestamp"}):
                    raise ValueError(f"has a range of {name} that is not of its type, {type_}")
        return self

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            "a".encode(encoding)
        except LookupError:
            raise ValueError("no such encoding; write utf-8, cp1252, latin-1 or utf-16") from None
        return encoding

    @field_validator("timezone")
    @classmethod
    def _timezone_is_known(cls, timezone: str) -> str:
        if timezone not in _time_zones():
            raise ValueError("no such time zone; write one like Europe/Stockholm, or UTC")
        return timezone

    @property
    def system(self) -> str:
        """The system that delivers, such as ``crm``."""
        return self.name.split("/")[0]

    @property
    def entity(self) -> str:
        """What is delivered, such as ``contacts``."""
        return self.name.split("/")[1]

    @property
    def table(self) -> str:
        """The raw table's name, such as ``crm__contacts``."""
        return f"{self.system}__{self.entity}"

    @cached_property
    def fields(self) -> tuple[Column, ...]:
        """The contract's columns, in its order."""
        return tuple(
            Column(
                name=name,
                type=words.removeprefix("required ").removeprefix("header ").strip(),  # type: ignore[arg-type]
                is_required=words.startswith(("required ", "header ")),
                may_be_unusable=not words.startswith("required "),
                delivered_as=self.columns.get(name, name),
            )
            for name, words in self.contract.items()
        )

    @property
    def row_drop_limit(self) -> float | None:
        """The largest drop in rows that is not held; None where files may hold only what changed."""
        if self.max_row_drop is None and self.delivery == "snapshot":
            return _MOST_ROW_DROP
        return self.max_row_drop

    @property
    def strict_columns(self) -> tuple[Column, ...]:
        """Columns whose unusable value costs the record, keys apart."""
        if not self.strict:
            return ()
        return tuple(c for c in self.fields if not c.may_be_unusable and c.name not in self.key)


@cache
def _time_zones() -> set[str]:
    """All that are known; finding them takes 20 ms, and every source asks."""
    return available_timezones()


@cache
def read_sources(home: Home) -> dict[str, Source]:
    """All sources by name: the checkout's defaults with the home's own entries laid over them.

    Raises:
        ConfigurationError: a sources file cannot be read or an entry does not fit; names the entry.
    """
    default = _read(CHECKOUT / SOURCES_FILE)
    own_file = home.config / SOURCES_FILE
    own = _read(own_file) if own_file.exists() else {}
    shared = {**default.get("defaults", {}), **own.get("defaults", {})}
    entries = default["sources"]
    for name, entry in (own.get("sources") or {}).items():
        entries[name] = {**entries.get(name, {}), **(entry or {})}
    return {name: _source(name, {**shared, **entry}) for name, entry in entries.items()}


def typed(source: Source, column: Column) -> str:
    """SQL: a delivered column read as its type, null where it cannot be.

    The macros of ``dbt/macros/typing.sql`` read alike; tests/dbt holds both against each other.
    """
    text = f"nullif(trim(cast(\"{column.name}\" as varchar)), '')"
    iso = f"case when regexp_matches({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') then {text} end"
    # strptime knows words too: "epoch" and "infinity" are no dates here.
    digits = f"case when regexp_matches({text}, '[0-9]') then {text} end"
    number = f"replace({text}, '{source.decimal_sign}', '.')"
    plain = _reads_as(source, column, text, "[+-]?[0-9]+(SIGN[0-9]+)?([eE][+-]?[0-9]{1,2})?")
    whole = _reads_as(source, column, text, "[+-]?[0-9]+(SIGN0+)?")
    read = {
        "text": text,
        "date": _day(source, digits, iso),
        "timestamp": _moment(source, digits, iso),
        "decimal": f"case when {plain} then try_cast({number} as decimal(18, 4)) end",
        "integer": f"case when {whole} then try_cast(regexp_replace({number}, '\\.0+$', '') as bigint) end",
        "number": f"case when {plain} then try_cast({number} as double) end",
    }[column.type]
    if column.type in {"date", "timestamp"}:
        return (
            f"case when {read} >= date '1900-01-01' and {read} < date '2100-01-01' then {read} end"
        )
    return read


# After the time of day stands a zone: "Z", "+02:00", " Europe/Paris".
_HAS_ZONE = "regexp_matches({}, ':[0-9.]+ ?[-+A-Za-z]')"
_AT_MIDNIGHT = "regexp_matches({}, '^.{{10}}[ T]00:00(:00([.]0+)?)?[ Zz0-9:+-]*$')"


def _moment(source: Source, digits: str, iso: str) -> str:
    """SQL: a moment in UTC; a text without a zone is in the source's, one with a zone is in its own."""
    declared = ", ".join(
        _declared_moment(source, f"try_strptime({digits}, '{format_}')", format_)
        for format_ in source.timestamp_format
    )
    return (
        f"coalesce({declared}, "
        f"case when {_HAS_ZONE.format(iso)} then try_cast(try_cast({iso} as timestamptz) as timestamp) "
        f"else {_in_utc(source, f'try_cast({iso} as timestamp)')} end)"
    )


def _declared_moment(source: Source, declared: str, format_: str) -> str:
    # %z and %Z read the zone; a plain Z at the end is UTC's.
    return f"cast({declared} as timestamp)" if format_[-1] in "zZ" else _in_utc(source, declared)


def _in_utc(source: Source, local: str) -> str:
    if source.timezone == "UTC":
        return local
    return f"(({local}) at time zone '{source.timezone}') at time zone 'UTC'"


def _day(source: Source, digits: str, iso: str) -> str:
    """SQL: a day; a moment with a zone is of the day at the source, one at midnight of the day it names."""
    moment = f"try_cast({iso} as timestamptz) at time zone '{source.timezone}'"
    formats = ", ".join(f"'{format_}'" for format_ in source.date_format)
    return (
        f"coalesce(cast(try_strptime({digits}, [{formats}]) as date), "
        f"case when {_AT_MIDNIGHT.format(iso)} then try_cast(left({iso}, 10) as date) "
        f"when {_HAS_ZONE.format(iso)} then cast({moment} as date) "
        f"else cast(try_cast({iso} as timestamp) as date) end)"
    )


def _reads_as(source: Source, column: Column, text: str, pattern: str) -> str:
    """SQL: only the declared sign parts decimals; a column that is no text (Parquet) has a point."""
    by_point = f"regexp_full_match({text}, '{pattern.replace('SIGN', chr(92) + '.')}')"
    if source.decimal_sign == ".":
        return by_point
    by_sign = f"regexp_full_match({text}, '{pattern.replace('SIGN', source.decimal_sign)}')"
    return f"({by_sign} or (typeof(\"{column.name}\") <> 'VARCHAR' and {by_point}))"


def is_allowed(source: Source, column: Column) -> list[tuple[str, str]]:
    """SQL: that a value is among the declared ones (CATEGORY), and that it is in range (RANGE).

    Texts are compared without regard to case; the macro ``delivered`` of dbt/macros says the same.
    """
    allowed = []
    if column.name in source.values:
        listed = ", ".join(f"'{_quoted(value.lower())}'" for value in source.values[column.name])
        text = f'lower(trim(cast("{column.name}" as varchar)))'
        allowed.append((f"{text} in ({listed})", "CATEGORY"))
    if column.name in source.range:
        value = typed(source, column)
        low, high = map(_literal, source.range[column.name])
        parts = [f"({value}) >= {low}"] if low else []
        parts += [f"({value}) <= {high}"] if high else []
        allowed.append((" and ".join(parts) or "true", "RANGE"))
    return allowed


def _literal(bound: date | Decimal | None) -> str | None:
    if bound is None:
        return None
    return f"date '{bound}'" if isinstance(bound, date) else str(bound)


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def newest_moments(sources: Iterable[Source]) -> dict[str, str]:
    """SQL for the moment that tells each raw table's age, by table, for those that have one."""
    return {
        source.table: typed(source, column)
        for source in sources
        for column in source.fields
        if column.name == source.newest
    }


def _source(name: str, entry: dict[str, Any]) -> Source:
    try:
        source = Source(name=name, **entry)
        source.fields  # noqa: B018  (types are read here, so that a wrong one is a configuration error)
    except (ValidationError, TypeError) as error:
        place: tuple[int | str, ...] = ()
        what = str(error)
        if isinstance(error, ValidationError):
            place, what = error.errors()[0]["loc"], error.errors()[0]["msg"]
        where = ".".join(str(part) for part in place) or "entry"
        raise ConfigurationError(
            f"{SOURCES_FILE}: {where} of {name} does not fit: {what}. "
            f"Correct that entry; the head of {SOURCES_FILE} in the checkout explains each word."
        ) from None
    return source


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{path.name} cannot be read as YAML ({type(error).__name__}). Correct or remove {path}."
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("sources"), dict):
        raise ConfigurationError(
            f"{path.name} has no `sources:` mapping at its top. Start from the checkout's {SOURCES_FILE}."
        )
    return content
