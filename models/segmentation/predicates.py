"""Audience rules compiled to SQL: who is in, who is out, and why.

The shell runs, on the point-in-time features::

    select customer_id, <sql_reason> as reason
    from features
    where <sql_include> and not coalesce(<sql_exclude>, false)

The language is defined in ``predicate_grammar``, its functions in ``predicate_facts``; rule files
are read in ``rule_files``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from models.segmentation.features import Feature
from models.segmentation.predicate_errors import PredicateText
from models.segmentation.predicate_facts import FactTables, Scope
from models.segmentation.predicate_grammar import Translation, translate
from models.segmentation.rule_files import AudienceRule


@dataclass(frozen=True, slots=True)
class CompiledAudience:
    """An audience as DuckDB SQL over one row of features per customer.

    Attributes:
        segment_id: ``audience.<name>``.
        definition_version: the rule's.
        sql_include: condition; null counts as false in a where clause.
        sql_exclude: condition, ``FALSE`` without one; null must count as false (``coalesce``).
        sql_reason: text expression, the figures that ``include`` looks at: 'visits in 365 days: 3,
            age: 42 years, distance to Göteborg: 18 km'.
        columns: features read, in order of appearance.
    """

    segment_id: str
    definition_version: str
    sql_include: str
    sql_exclude: str
    sql_reason: str
    columns: tuple[str, ...]


def compile_audience(
    rule: AudienceRule,
    *,
    columns: Sequence[Feature],
    places: Mapping[str, tuple[float, float]],
    facts: FactTables | None,
    as_of: date,
) -> CompiledAudience:
    """Compile a rule; nothing but what ``predicate_grammar`` allows comes through.

    Args:
        rule: the audience.
        columns: features of the rule's customer type (``features``, ``company_features``).
        places: latitude and longitude in degrees by name: own locations and cities.
        facts: relations for campaigns received and interactions; None for companies.
        as_of: facts after it do not count.

    Raises:
        ValueError: a predicate says something that is not allowed: rule, place, way out.
    """
    scope = Scope({feature.name: feature for feature in columns}, places, facts, as_of)
    include = translate(PredicateText(rule.name, "include", rule.include), scope)
    exclude = None
    if rule.exclude is not None:
        exclude = translate(PredicateText(rule.name, "exclude", rule.exclude), scope)
    read = [*include.columns, *(exclude.columns if exclude else [])]
    return CompiledAudience(
        segment_id=rule.segment_id,
        definition_version=rule.definition_version,
        sql_include=_sql(include.condition),
        sql_exclude=_sql(exclude.condition) if exclude else "FALSE",
        sql_reason=_reason(include, scope),
        columns=tuple(dict.fromkeys(read)),
    )


def _sql(condition: exp.Expr) -> str:
    return f"({condition.sql('duckdb', comments=False)})"


def _reason(include: Translation, scope: Scope) -> str:
    figures = [_figure(scope.columns[name]) for name in include.compared]
    return f"concat_ws(', ', {', '.join([*figures, *include.said])})"


def _figure(feature: Feature) -> str:
    label = exp.Literal.string(f"{feature.label}: ").sql("duckdb")
    return f"{label} || coalesce({_shown(feature)}, 'unknown')"


def _shown(feature: Feature) -> str:
    """The value as ``wording.with_unit`` shows it, in SQL; null where unknown."""
    name = feature.name
    if feature.unit == "share":
        return f"cast(cast(round(100 * {name}) as bigint) as varchar) || ' %'"
    if feature.unit in {"EUR", "years"}:
        return f"cast(cast(round({name}) as bigint) as varchar) || ' {feature.unit}'"
    if feature.data_type == "number":
        return f"cast(round({name}, 1) as varchar)"
    if feature.data_type == "boolean":
        return f"case when {name} then 'yes' when not {name} then 'no' end"
    return f"cast({name} as varchar)"
