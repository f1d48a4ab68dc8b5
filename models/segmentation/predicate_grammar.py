"""The language of ``include`` and ``exclude``: what may be written, and its checked translation.

    visits_365d >= 1 and age_years between 25 and 60 and within_km_of('Göteborg', 40)

Allowed are and, or, not, brackets; = != < <= > >=; between; in (list of values); is null; like and
ilike; + - * /; columns that ``features`` documents; plain values (dates as '2026-01-31'); the
functions of ``predicate_facts``. The text is parsed by sqlglot, but its tree is never passed on:
each node is looked up in a table, here or in ``predicate_values``, and built anew from checked
parts, so that whatever is not in a table, or comes with an option that is not known, is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

from sqlglot import exp

from models.segmentation.predicate_errors import PredicateText
from models.segmentation.predicate_facts import Scope, call_function
from models.segmentation.predicate_parsing import parse
from models.segmentation.predicate_values import ALLOWED, Values, called

MAX_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Translation:
    """A checked predicate.

    Attributes:
        condition: tree made only of nodes built by us.
        columns: documented features it reads, in order of appearance.
        compared: those among them that are compared themselves: they go into the reason.
        said: SQL text expressions for the functions called, null where untrue.
    """

    condition: exp.Expr
    columns: list[str]
    compared: list[str]
    said: list[str]


def translate(text: PredicateText, scope: Scope) -> Translation:
    """Check a predicate and rebuild it.

    Raises:
        ValueError: the first thing in it that is not allowed, with its place and the way out.
    """
    values = Values(text, scope)
    conditions = _Conditions(values)
    condition = conditions.condition(parse(text))
    return Translation(
        condition, list(values.columns), list(values.compared), list(conditions.said)
    )


@dataclass(slots=True)
class _Conditions:
    """Checks and rebuilds conditions; ``said`` gathers the words of the functions called."""

    values: Values
    said: dict[str, None] = field(default_factory=dict)

    def condition(self, node: exp.Expr) -> exp.Expr:
        """Something true or false."""
        handler = _CONDITIONS.get(type(node))
        if handler is None:
            raise self.values.text.error(f"{called(node)} is not a condition. {ALLOWED}", node)
        self.values.enter(node)
        checked = handler(self, node)
        self.values.depth -= 1
        return checked

    def connected(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expression")
        kind = type(node)
        parts = [self.condition(part) for part in node.flatten(unnest=False)]
        return reduce(lambda left, right: kind(this=left, expression=right), parts)

    def negated(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this")
        return exp.Not(this=exp.paren(self.condition(node.this), copy=False))

    def bracketed(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this")
        return exp.paren(self.condition(node.this), copy=False)

    def compared_values(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expression")
        left, right = self.values.alike(
            node, self.values.operand(node.this), self.values.operand(node.expression)
        )
        return type(node)(this=left, expression=right)

    def between(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "low", "high")
        parts = [self.values.operand(node.args[part]) for part in ("this", "low", "high")]
        this, low, high = self.values.alike(node, *parts)
        return exp.Between(this=this, low=low, high=high)

    def listed(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expressions")
        values = [self.values.operand(value) for value in node.expressions]
        if not 0 < len(values) <= MAX_VALUES or not all(value.is_constant for value in values):
            raise self.values.text.error(
                f"in (...) takes 1 to {MAX_VALUES} plain values, for example in ('SE', 'DK').", node
            )
        this, *checked = self.values.alike(node, self.values.operand(node.this), *values)
        return exp.In(this=this, expressions=checked)

    def missing(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expression")
        if type(node.expression) is not exp.Null or type(node.this) is not exp.Column:
            raise self.values.text.error(
                "'is' takes a column on the left and null or not null on the right.", node
            )
        return exp.Is(this=self.values.column(node.this).node, expression=exp.null())

    def matched(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expression", "negate")
        pattern = node.expression
        column, value = self.values.operand(node.this), self.values.operand(pattern)
        is_quoted = type(pattern) is exp.Literal and pattern.is_string
        if column.kind != "text" or column.is_constant or not is_quoted:
            raise self.values.text.error(
                "like compares a text column with a quoted pattern, for example city like 'Mal%'.",
                node,
            )
        matched = type(node)(this=column.node, expression=value.node)
        return exp.Not(this=matched) if node.args.get("negate") else matched

    def flag(self, node: exp.Expr) -> exp.Expr:
        column = self.values.column(node)
        if column.kind != "boolean":
            raise self.values.text.error(
                f"{column.node.name} alone is not true or false; compare it with a value.", node
            )
        return column.node

    def fact(self, node: exp.Expr) -> exp.Expr:
        self.values.only(node, "this", "expressions")
        for argument in node.expressions:
            self.values.operand(argument)
        fact = call_function(node, self.values.scope, self.values.text)
        self.values.columns |= dict.fromkeys(fact.columns)
        self.said |= {fact.words: None}
        return fact.condition


_CONDITIONS: dict[type, Callable[[_Conditions, exp.Expr], exp.Expr]] = {
    exp.And: _Conditions.connected,
    exp.Or: _Conditions.connected,
    exp.Not: _Conditions.negated,
    exp.Paren: _Conditions.bracketed,
    exp.EQ: _Conditions.compared_values,
    exp.NEQ: _Conditions.compared_values,
    exp.LT: _Conditions.compared_values,
    exp.LTE: _Conditions.compared_values,
    exp.GT: _Conditions.compared_values,
    exp.GTE: _Conditions.compared_values,
    exp.Between: _Conditions.between,
    exp.In: _Conditions.listed,
    exp.Is: _Conditions.missing,
    exp.Like: _Conditions.matched,
    exp.ILike: _Conditions.matched,
    exp.Column: _Conditions.flag,
    exp.Anonymous: _Conditions.fact,
}
