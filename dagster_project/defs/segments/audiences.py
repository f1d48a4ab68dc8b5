"""Rule-based audiences: the memberships that their predicates select.

What a rule may say is ``models.segmentation``; where its file lies is ``dagster_project.rules``.
"""

import re
from collections.abc import Callable
from datetime import date

import duckdb
import pyarrow as pa

from dagster_project.errors import ConfigurationError
from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.features import PERSON_FEATURES, Feature
from models.segmentation.memberships import MEMBERSHIP_SCHEMA
from models.segmentation.predicate_facts import FactTables
from models.segmentation.predicates import CompiledAudience, compile_audience
from models.segmentation.rule_files import AudienceRule

EXCLUDED_SCHEMA = pa.schema(
    [
        pa.field("segment_id", pa.string(), nullable=False),
        pa.field("excluded", pa.int64(), nullable=False),
    ]
)
# Texts in a predicate: one of them may be the name of a city.
_QUOTED = re.compile(r"'([^']*)'")
FindCities = Callable[[list[str]], dict[str, tuple[float, float]]]

_FACTS = FactTables(
    campaigns="customers.fct_campaign_receipts",
    interactions="customers.fct_interactions",
    answers="customers.fct_survey_answers",
    # All that fct_interactions can hold: a source that was not delivered makes no rule wrong.
    interaction_kinds=(
        "visit",
        *(f"email_{event}" for event in ("sent", "open", "click", "bounce", "unsubscribe")),
        *(
            f"web_{event}"
            for event in (
                "page_view",
                "product_view",
                "search",
                "add_to_cart",
                "checkout",
                "purchase",
            )
        ),
        "social_engagement",
        "survey_answer",
    ),
)

# By customer type: where its features lie, what they are, and what else is known of it.
_RELATIONS: dict[str, tuple[str, tuple[Feature, ...], FactTables | None]] = {
    "person": ("customers.customer_features", PERSON_FEATURES, _FACTS),
    "company": ("customers.company_features", COMPANY_FEATURES, None),
}


def select_members(
    connection: duckdb.DuckDBPyConnection,
    rules: list[AudienceRule],
    as_of: date,
    *,
    customer_type: str,
    find_cities: FindCities,
    features: str | None = None,
) -> pa.Table:
    """Who is in each audience of one customer type on a day, and why.

    Args:
        connection: to the warehouse, with customers built.
        rules: the rules in force.
        as_of: the day; facts after it do not count.
        customer_type: person or company.
        find_cities: names -> coordinates of those that are cities; asked only if a rule needs it.
        features: relation of the features of that day, where it is not today's.

    Raises:
        ConfigurationError: a predicate says something that is not allowed.
    """
    relation = features or _RELATIONS[customer_type][0]
    selects = [
        f"select customer_id, '{audience.segment_id}' as segment_id, cast(1 as double) as strength, "
        f"{audience.sql_reason} as reason from {relation} "
        f"where {audience.sql_include} and not coalesce({audience.sql_exclude}, false)"
        for audience in _compiled(connection, rules, as_of, customer_type, find_cities)
    ]
    if not selects:
        return MEMBERSHIP_SCHEMA.empty_table()
    query = f"select * from ({' union all '.join(selects)}) order by segment_id, customer_id"
    return connection.sql(query).to_arrow_table().cast(MEMBERSHIP_SCHEMA)


def count_excluded(
    connection: duckdb.DuckDBPyConnection,
    rules: list[AudienceRule],
    as_of: date,
    *,
    customer_type: str,
    find_cities: FindCities,
) -> pa.Table:
    """How many customers each audience leaves out though they fit: ``EXCLUDED_SCHEMA``.

    Args:
        connection: to the warehouse, with customers built.
        rules: the rules in force.
        as_of: the day; facts after it do not count.
        customer_type: person or company.
        find_cities: as in ``select_members``.

    Raises:
        ConfigurationError: a predicate says something that is not allowed.
    """
    counts = [
        f"select '{audience.segment_id}' as segment_id, count(*) as excluded "
        f"from {_RELATIONS[customer_type][0]} where {audience.sql_include} and {audience.sql_exclude}"
        for audience in _compiled(connection, rules, as_of, customer_type, find_cities)
    ]
    if not counts:
        return EXCLUDED_SCHEMA.empty_table()
    return connection.sql(" union all ".join(counts)).to_arrow_table().cast(EXCLUDED_SCHEMA)


def _compiled(
    connection: duckdb.DuckDBPyConnection,
    rules: list[AudienceRule],
    as_of: date,
    customer_type: str,
    find_cities: FindCities,
) -> list[CompiledAudience]:
    rules = [rule for rule in rules if rule.customer_type == customer_type]
    places = _places(connection, rules, find_cities)
    _, features, facts = _RELATIONS[customer_type]
    try:
        return [
            compile_audience(rule, columns=features, places=places, facts=facts, as_of=as_of)
            for rule in rules
        ]
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _places(
    connection: duckdb.DuckDBPyConnection, rules: list[AudienceRule], find_cities: FindCities
) -> dict[str, tuple[float, float]]:
    """The cities that rules may mean, and the company's own locations, which win."""
    quoted = {
        text for rule in rules for text in _QUOTED.findall(f"{rule.include} {rule.exclude or ''}")
    }
    own = connection.execute(
        "select name, latitude, longitude from staging.stg_reference__locations "
        "where latitude is not null and longitude is not null order by name, location_id"
    ).fetchall()
    cities = (
        find_cities(sorted(quoted)) if any("within_km" in rule.include for rule in rules) else {}
    )
    return cities | {name: (latitude, longitude) for name, latitude, longitude in own}
