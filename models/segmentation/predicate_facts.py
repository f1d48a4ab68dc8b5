"""The functions a predicate may call: distance to a place, campaigns, interactions, answers.

Each checks its arguments and gives a condition and the words for the reason. The grammar around
them lives in ``predicate_grammar``.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlglot
from sqlglot import exp

from models.segmentation.features import Feature
from models.segmentation.predicate_errors import PredicateText, suggestion

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
FARTHEST_KM = 20_040  # half a way round the earth
LONGEST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class FactTables:
    """Where facts about customers are found, and which kinds of interaction there are.

    Attributes:
        campaigns: relation with ``customer_id``, ``campaign_id``, ``received_on`` (DATE).
        interactions: relation with ``customer_id``, ``kind``, ``occurred_on`` (DATE).
        answers: relation with ``customer_id``, ``question_code``, ``answer``, ``answered_on``
            (DATE), and ``superseded_on``, the day of the customer's next answer to the question,
            null where there is none.
        interaction_kinds: the values of ``kind`` that a rule may ask for.
    """

    campaigns: str
    interactions: str
    answers: str
    interaction_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a predicate may refer to.

    Attributes:
        columns: feature by name.
        places: latitude and longitude (degrees) by name.
        facts: see ``FactTables``; None where facts are known of persons only.
        as_of: nothing later counts (I8).
    """

    columns: Mapping[str, Feature]
    places: Mapping[str, tuple[float, float]]
    facts: FactTables | None
    as_of: date


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition, the SQL text expression that words it (null where untrue), columns it reads."""

    condition: exp.Expr
    words: str
    columns: tuple[str, ...] = ()


def call_function(node: exp.Expr, scope: Scope, text: PredicateText) -> Fact:
    """Check a call of an allowed function and turn it into its condition.

    Raises:
        ValueError: an unknown function, or arguments that do not fit it.
    """
    name = node.this.lower() if isinstance(node.this, str) else ""
    if name not in _FUNCTIONS:
        raise text.error(
            f"there is no function {name or 'of that kind'}; known are "
            f"{', '.join(function.usage for function in _FUNCTIONS.values())}."
            f"{suggestion(name, _FUNCTIONS)}",
            node,
        )
    function = _FUNCTIONS[name]
    literals = [part for part in node.expressions if type(part) is exp.Literal]
    fits = [literal.is_string for literal in literals] == list(function.is_text)
    if not fits or len(literals) != len(node.expressions):
        raise text.error(
            f"{name} is called with other arguments than it takes; write {function.usage}, with "
            "plain values.",
            node,
        )
    return function.compile([literal.this for literal in literals], scope, node, text)


def _facts(scope: Scope, node: exp.Expr, text: PredicateText) -> FactTables:
    if scope.facts is None:
        raise text.error(
            "campaigns, interactions and answers are known of persons, not of companies; write a rule "
            "about persons, or use the features of companies.",
            node,
        )
    return scope.facts


def _within_km_of(values: Sequence[str], scope: Scope, node: exp.Expr, text: PredicateText) -> Fact:
    place = _find_place(values[0], scope, node, text)
    missing = {"latitude", "longitude"} - set(scope.columns)
    if missing:
        raise text.error("these customers have no latitude and longitude.", node)
    kilometres = _number(values[1])
    if not 0 < kilometres <= FARTHEST_KM:
        raise text.error(
            f"the distance must be above 0 and at most {FARTHEST_KM} km; write "
            f"{_FUNCTIONS['within_km_of'].usage}.",
            node,
        )
    latitude, longitude = (f"{degrees:.6f}" for degrees in scope.places[place])
    distance = (
        f"2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1.0, "
        f"pow(sin(radians(latitude - ({latitude})) / 2), 2) + cos(radians({latitude})) * "
        f"cos(radians(latitude)) * pow(sin(radians(longitude - ({longitude})) / 2), 2))))"
    )
    condition = exp.LTE(
        this=exp.paren(sqlglot.parse_one(distance, read="duckdb")),
        expression=exp.Literal.number(f"{kilometres:g}"),
    )
    label = _quoted(f"distance to {place}: ")
    words = f"{label} || coalesce(cast(cast(round({distance}) as bigint) as varchar) || ' km', "
    return Fact(condition, f"{words}'unknown')", ("latitude", "longitude"))


def _received_campaign(
    values: Sequence[str], scope: Scope, node: exp.Expr, text: PredicateText
) -> Fact:
    campaign_id = values[0]
    condition = _in_fact(
        _facts(scope, node, text).campaigns,
        exp.column("campaign_id", "fact").eq(exp.Literal.string(campaign_id)),
        _on_or_before("received_on", scope.as_of),
    )
    return _said(condition, f"received campaign {campaign_id}")


def _had_interaction(
    values: Sequence[str], scope: Scope, node: exp.Expr, text: PredicateText
) -> Fact:
    kind, days = values[0], _number(values[1])
    facts = _facts(scope, node, text)
    if kind not in facts.interaction_kinds:
        raise text.error(
            f"there is no such kind of interaction; known are "
            f"{', '.join(facts.interaction_kinds)}."
            f"{suggestion(kind, facts.interaction_kinds)}",
            node,
        )
    if not (1 <= days <= LONGEST_DAYS and days == int(days)):
        raise text.error(f"days must be a whole number, 1 to {LONGEST_DAYS}.", node)
    first = scope.as_of - timedelta(days=int(days) - 1)
    occurred_on = exp.column("occurred_on", "fact")
    condition = _in_fact(
        facts.interactions,
        exp.column("kind", "fact").eq(exp.Literal.string(kind)),
        exp.GTE(this=occurred_on, expression=day(first)),
        _on_or_before("occurred_on", scope.as_of),
    )
    return _said(condition, f"{kind} in the last {int(days)} days")


def _answered(values: Sequence[str], scope: Scope, node: exp.Expr, text: PredicateText) -> Fact:
    question, answer = values
    condition = _in_fact(
        _facts(scope, node, text).answers,
        *_newest_answer(question, scope),
        exp.func("lower", exp.column("answer", "fact")).eq(exp.Literal.string(answer.lower())),
    )
    return _said(condition, f"answered {question}: {answer}")


def _answered_between(
    values: Sequence[str], scope: Scope, node: exp.Expr, text: PredicateText
) -> Fact:
    question, low, high = values[0], _number(values[1]), _number(values[2])
    if low > high:
        raise text.error("the first number must not be above the second.", node)
    condition = _in_fact(
        _facts(scope, node, text).answers,
        *_newest_answer(question, scope),
        exp.Between(
            this=exp.TryCast(this=exp.column("answer", "fact"), to=exp.DataType.build("double")),
            low=exp.Literal.number(f"{low:g}"),
            high=exp.Literal.number(f"{high:g}"),
        ),
    )
    return _said(condition, f"answered {question} from {low:g} to {high:g}")


def _newest_answer(question: str, scope: Scope) -> tuple[exp.Expr, ...]:
    return (
        exp.column("question_code", "fact").eq(exp.Literal.string(question)),
        _on_or_before("answered_on", scope.as_of),
        exp.or_(
            exp.column("superseded_on", "fact").is_(exp.null()),
            exp.GT(this=exp.column("superseded_on", "fact"), expression=day(scope.as_of)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Function:
    usage: str
    is_text: tuple[bool, ...]
    compile: Callable[[Sequence[str], Scope, exp.Expr, PredicateText], Fact]


_FUNCTIONS = {
    "answered": _Function("answered('INT_hiking', 'yes')", (True, True), _answered),
    "answered_between": _Function(
        "answered_between('PSY_adventure', 4, 5)", (True, False, False), _answered_between
    ),
    "within_km_of": _Function("within_km_of('Göteborg', 40)", (True, False), _within_km_of),
    "received_campaign": _Function("received_campaign('C001')", (True,), _received_campaign),
    "had_interaction": _Function("had_interaction('visit', 365)", (True, False), _had_interaction),
}


def day(value: date) -> exp.Expr:
    """A date as an SQL literal."""
    return exp.cast(exp.Literal.string(value.isoformat()), "date")


def _in_fact(relation: str, *conditions: exp.Expr) -> exp.Expr:
    """``customer_id in (select ...)``; facts without a customer would turn "not in" into null."""
    fact = exp.select(exp.column("customer_id", "fact"))
    fact = fact.from_(exp.to_table(relation, dialect="duckdb").as_("fact"))
    known = exp.column("customer_id", "fact").is_(exp.null()).not_()
    query = fact.where(known, *conditions)
    return exp.In(this=exp.column("customer_id"), query=exp.Subquery(this=query))


def _on_or_before(column: str, as_of: date) -> exp.Expr:
    return exp.LTE(this=exp.column(column, "fact"), expression=day(as_of))


def _said(condition: exp.Expr, words: str) -> Fact:
    condition_sql = condition.sql("duckdb", comments=False)
    return Fact(condition, f"case when {condition_sql} then {_quoted(words)} end")


def _quoted(words: str) -> str:
    return exp.Literal.string(words).sql("duckdb")


def _number(digits: str) -> float:
    return float(digits)


def _find_place(name: str, scope: Scope, node: exp.Expr, text: PredicateText) -> str:
    """The place of that name; else the only one that differs in case and accents alone."""
    if name in scope.places:
        return name
    alike = sorted(place for place in scope.places if _folded(place) == _folded(name))
    if len({scope.places[place] for place in alike}) == 1:
        return alike[0]
    if alike:
        raise text.error(
            f"the place could be {' or '.join(alike)}; write one of them exactly.", node
        )
    near = suggestion(name, scope.places)
    raise text.error(
        f"there is no such place; it must be one of our locations or a known city.{near}", node
    )


def _folded(name: str) -> str:
    """'Göteborg' -> 'goteborg', 'Ålborg' -> 'alborg', 'København' -> 'kobenhavn'."""
    spelled = name.casefold().replace("ø", "o").replace("æ", "ae").replace("đ", "d")
    letters = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
