"""Lookup tables of distinct raw values: the way from the field's libraries into dbt's SQL.

Each asset reads the distinct values of a few raw columns, calls one function of
``models.normalisation`` and writes its table, which staging joins by the MD5 of the value
(``dbt/macros/lookups.sql``). Which raw columns hold what is said here; how a value is read is said
there.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.state import secret_key
from dagster_project.vocabulary import RAW, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models import normalisation
from models.normalisation.person_numbers import pseudonym

# Where each kind of value is delivered: (raw table, value column[, country column]).
_NAMES = (
    ("crm__contacts", "fornamn"),
    ("crm__contacts", "efternamn"),
    ("crm__contacts", "ort"),
    ("crm__companies", "ort"),
    ("register__companies", "city"),
    ("shop__customers", "first_name"),
    ("shop__customers", "last_name"),
    ("shop__customers", "city"),
    ("tickets__bookings", "by"),
)
_FULL_NAMES = (("tickets__bookings", "navn"), ("newsletter__subscribers", "name"))
_EMAILS = (
    ("crm__contacts", "epost"),
    ("shop__customers", "email"),
    ("tickets__bookings", "email"),
    ("newsletter__subscribers", "email"),
    ("social__engagements", "email"),
    ("survey__answers", "email"),
    ("privacy__consents", "email"),
    ("privacy__requests", "email"),
)
_PHONES = (
    ("crm__contacts", "telefon", "land"),
    ("shop__customers", "phone", "country_code"),
    ("tickets__bookings", "mobil", "land"),
    ("privacy__consents", "phone", None),
    ("privacy__requests", "phone", None),
)
_STREETS = (
    ("crm__contacts", "gatuadress"),
    ("crm__companies", "gatuadress"),
    ("shop__customers", "street"),
)
_POSTAL_CODES = (
    ("crm__contacts", "postnr", "land"),
    ("crm__companies", "postnr", "land"),
    ("register__companies", "postal_code", "country_code"),
    ("shop__customers", "postal_code", "country_code"),
    ("tickets__bookings", "postnr", "land"),
    ("reference__places", "postal_code", "country_code"),
)
_COUNTRIES = (
    ("crm__contacts", "land"),
    ("crm__companies", "land"),
    ("register__companies", "country_code"),
    ("shop__customers", "country_code"),
    ("tickets__bookings", "land"),
)
_ORG_NUMBERS = (
    ("crm__companies", "orgnr", "land"),
    ("register__companies", "org_number", "country_code"),
    ("shop__customers", "org_number", "country_code"),
)
_COMPANY_NAMES = (("crm__companies", "namn"), ("register__companies", "legal_name"))
_WEBSITES = (("crm__companies", "webb"),)
_INDUSTRIES = (("crm__companies", "bransch_sni"), ("register__companies", "nace_code"))

KEY = "raw_md5"

# What the columns of these tables hold, each said once.
_WORDS = {
    KEY: "MD5 of what was delivered, with the country beside it where that matters: people type their national "
    "person number into any field, and no table after raw may hold it.",
    "name": "As its bearer writes it; null where it is none.",
    "name_match": "A form for comparison, without the legal form.",
    "first_name": "The first names; null where there are none.",
    "last_name": "The surname; null where there is none.",
    "first_name_warning": "What was wrong with the first names, as a W_ code.",
    "last_name_warning": "What was wrong with the surname, as a W_ code.",
    "email": "The address, if mail can be sent to it.",
    "email_match": "The address in one spelling, for comparison; never to write to.",
    "is_role": "Whether the mailbox is an office's, such as info@.",
    "phone": "The number in E.164, if it can be called.",
    "phone_match": "The number in one spelling, for comparison; never to call.",
    "street": "Street and number in one spelling.",
    "street_match": "Street and number in a form for comparison.",
    "postal_code": "The code as its country writes it.",
    "country_code": "The country, ISO 3166-1 alpha-2.",
    "org_number": "The number, if its country's rules let it be one.",
    "org_number_match": "The number in one spelling, for comparison.",
    "domain": "The web site's domain.",
    "industry_code": "The industry as a NACE code.",
    "industry_section": "Its section in NACE, one letter.",
    "warning": "What was wrong with the value, as a W_ code.",
    "network": "The network.",
    "social_key": "An HMAC of network and e-mail that stands for the person there.",
}

Places = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class Lookup:
    """One lookup table: what is normalised, by what, from where."""

    name: str
    description: str
    normalise: Callable[[pa.Table], pa.Table]
    raw_columns: tuple[str, ...]
    places: Places

    @property
    def key(self) -> dg.AssetKey:
        """The asset's key."""
        return dg.AssetKey([STAGING, f"lookup_{self.name}"])


LOOKUPS: tuple[Lookup, ...] = (
    Lookup(
        "names", "Names of people and cities.", normalisation.normalise_names, ("name_raw",), _NAMES
    ),
    Lookup(
        "full_names",
        "Whole names in one field, split into first and last name.",
        normalisation.split_full_names,
        ("full_name_raw",),
        _FULL_NAMES,
    ),
    Lookup("emails", "E-mail addresses.", normalisation.normalise_emails, ("email_raw",), _EMAILS),
    Lookup(
        "phones",
        "Phone numbers with the country beside them, as E.164.",
        normalisation.normalise_phones,
        ("phone_raw", "country_raw"),
        _PHONES,
    ),
    Lookup(
        "streets", "Street addresses.", normalisation.normalise_streets, ("street_raw",), _STREETS
    ),
    Lookup(
        "postal_codes",
        "Postal codes with the country beside them.",
        normalisation.normalise_postal_codes,
        ("postal_code_raw", "country_raw"),
        _POSTAL_CODES,
    ),
    Lookup(
        "countries",
        "Countries as ISO 3166 codes.",
        normalisation.normalise_countries,
        ("country_raw",),
        _COUNTRIES,
    ),
    Lookup(
        "org_numbers",
        "Company registration numbers with the country beside them.",
        normalisation.normalise_org_numbers,
        ("org_number_raw", "country_raw"),
        _ORG_NUMBERS,
    ),
    Lookup(
        "company_names",
        "Company names, with a form for comparison that lacks the legal form.",
        normalisation.normalise_company_names,
        ("name_raw",),
        _COMPANY_NAMES,
    ),
    Lookup(
        "websites",
        "Web sites as domains.",
        normalisation.normalise_websites,
        ("website_raw",),
        _WEBSITES,
    ),
    Lookup(
        "industries",
        "Industry codes as NACE, with their section.",
        normalisation.normalise_industries,
        ("industry_raw",),
        _INDUSTRIES,
    ),
)

SOCIAL_KEYS = dg.AssetKey([STAGING, "lookup_social_keys"])
DELIVERIES = dg.AssetKey([RAW, "deliveries"])


def lookup_asset(lookup: Lookup) -> dg.AssetsDefinition:
    """The asset that makes one lookup table."""

    @dg.asset(
        key=lookup.key,
        group_name=STAGING,
        description=f"{lookup.description} One row per distinct delivered value.",
        kinds={"python", "duckdb"},
        deps=[DELIVERIES, *sorted({dg.AssetKey([RAW, str(place[0])]) for place in lookup.places})],
        pool=WAREHOUSE_POOL,
        check_specs=[
            dg.AssetCheckSpec(
                "one_row_per_value",
                asset=lookup.key,
                description="Joining it multiplies no row.",
                blocking=True,
            )
        ],
    )
    def table(warehouse: Warehouse) -> dg.MaterializeResult:
        values = warehouse.read(distinct_values(lookup))
        rows = looked_up(lookup, values, secret_key(warehouse.home, "person_numbers"))
        warehouse.replace(f"staging.lookup_{lookup.name}", rows, _described(rows))
        repeated = rows.num_rows - pc.count_distinct(rows[KEY]).as_py()
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows.num_rows,
                "dagster/column_schema": warehouse.schema_of(f"staging.lookup_{lookup.name}"),
                "values_with_a_warning": _warned(rows),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="one_row_per_value",
                    passed=repeated == 0,
                    metadata={"repeated_values": repeated, "limit": 0},
                )
            ],
        )

    return table


@dg.asset(
    key=SOCIAL_KEYS,
    group_name=STAGING,
    kinds={"python", "duckdb"},
    deps=[dg.AssetKey([RAW, "social__engagements"]), dg.AssetKey([STAGING, "lookup_emails"])],
    pool=WAREHOUSE_POOL,
    check_specs=[dg.AssetCheckSpec("one_row_per_value", asset=SOCIAL_KEYS, blocking=True)],
)
def lookup_social_keys(warehouse: Warehouse) -> dg.MaterializeResult:
    """Names a person on a network by an HMAC of network and e-mail: the network's own id is not delivered."""
    rows = social_keys(warehouse.read(NETWORK_EMAILS), secret_key(warehouse.home, "social"))
    warehouse.replace("staging.lookup_social_keys", rows, _described(rows))
    repeated = rows.num_rows - pc.count_distinct(rows["social_key"]).as_py()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "dagster/column_schema": warehouse.schema_of("staging.lookup_social_keys"),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="one_row_per_value",
                passed=repeated == 0,
                metadata={"repeated_values": repeated, "limit": 0},
            )
        ],
    )


def looked_up(lookup: Lookup, values: pa.Table, secret: bytes) -> pa.Table:
    """The lookup's table, in which no delivered value and no national person number can be read.

    Args:
        lookup: what the values are.
        values: what ``distinct_values`` of it found.
        secret: key of the pseudonyms.

    Returns:
        ``raw_md5`` and the normaliser's columns, a row per value; a person number that stands for a
        company as a pseudonym, the same for each of its spellings.
    """
    rows = lookup.normalise(values.drop_columns([KEY]))
    rows = rows.drop_columns(list(lookup.raw_columns)).add_column(0, KEY, values[KEY])
    for name in {"org_number", "org_number_match"} & set(rows.column_names):
        is_person = pc.equal(rows["warning"], "W_PERSON_NUMBER").to_pylist()
        hidden = [
            pseudonym(value, secret) if value and person else value
            for value, person in zip(rows[name].to_pylist(), is_person, strict=True)
        ]
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(hidden, pa.string()))
    return rows


NETWORK_EMAILS = (
    "select distinct lower(trim(cast(network as varchar))) as network, email_match "
    "from raw.social__engagements as engagements join staging.lookup_emails "
    f"on md5(cast(engagements.email as varchar)) = {KEY} "
    "where email_match is not null and network is not null order by all"
)


def social_keys(pairs: pa.Table, key: bytes) -> pa.Table:
    """The pairs of network and e-mail with the key that names their person."""
    named = zip(pairs["network"].to_pylist(), pairs["email_match"].to_pylist(), strict=True)
    keys = [
        hmac.new(key, f"{network}:{email}".encode(), hashlib.sha256).hexdigest()[:24]
        for network, email in named
    ]
    return pairs.append_column("social_key", pa.array(keys, pa.string()))


@dg.definitions
def lookups() -> dg.Definitions:
    """All lookup tables."""
    return dg.Definitions(
        assets=[*(lookup_asset(lookup) for lookup in LOOKUPS), lookup_social_keys]
    )


def distinct_values(lookup: Lookup) -> str:
    """SQL for every distinct value that the lookup must know, with its key.

    The key is what the macros of ``dbt/macros/lookups.sql`` make of the same columns.
    """
    selects = []
    for place in lookup.places:
        columns = [
            f'cast("{column}" as varchar)' if column else "cast(null as varchar)"
            for column in place[1:]
        ]
        # No country and an empty one say the same, and share their key.
        columns[1:] = [f"coalesce({column}, '')" for column in columns[1:]]
        named = [
            f"{column} as {name}" for column, name in zip(columns, lookup.raw_columns, strict=True)
        ]
        # Whoever asked to be erased is found in raw; nothing later needs the address again.
        only = " where lower(trim(kind)) <> 'erase'" if place[0] == "privacy__requests" else ""
        selects.append(f"select {', '.join(named)} from raw.{place[0]}{only}")
    value = lookup.raw_columns[0]
    return (
        f"select *, md5({' || chr(31) || '.join(lookup.raw_columns)}) as {KEY} "
        f"from (select distinct * from ({' union all '.join(selects)}) where {value} is not null) order by all"
    )


def _described(rows: pa.Table) -> dict[str, str]:
    return {name: _WORDS[name] for name in rows.column_names}


def _warned(rows: pa.Table) -> int:
    warnings = [rows[name] for name in rows.column_names if name.endswith("warning")]
    return sum(rows.num_rows - column.null_count for column in warnings)
