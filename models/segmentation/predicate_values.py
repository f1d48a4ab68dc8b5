"""What has a value in a predicate: columns, plain values, and calculations with them.

Conditions made of values live in ``predicate_grammar``, which also says what is allowed in all.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlglot import exp

from models.segmentation.predicate_errors import PredicateText, suggestion
from models.segmentation.predicate_facts import Scope, day

MAX_DEPTH = 40
MAX_TEXT = 200
ALLOWED = (
    "Allowed are and, or, not, brackets, comparisons, between, in, is null, like, + - * /, "
    "documented columns, plain values and the documented functions."
)
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?")

Kind = Literal["number", "text", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class Operand:
    """A checked value, its kind, and whether it is the same for every customer."""

    node: exp.Expr
    kind: Kind
    is_constant: bool


@dataclass(slots=True)
class Values:
    """Checks and rebuilds values, and notes which columns were met, in order.

    Attributes:
        text: the predicate, for complaints.
        scope: what it may refer to.
        depth: how deep the present node lies.
        columns: every documented feature read.
        compared: those that are compared themselves; they go into the reason.
    """

    text: PredicateText
    scope: Scope
    depth: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    compared: dict[str, None] = field(default_factory=dict)

    def operand(self, node: exp.Expr) -> Operand:
        """Something that has a value."""
        handler = _OPERANDS.get(type(node))
        if handler is None:
            raise self.text.error(f"{called(node)} cannot stand here. {ALLOWED}", node)
        self.enter(node)
        checked = handler(self, node)
        self.depth -= 1
        return checked

    def enter(self, node: exp.Expr) -> None:
        """One level deeper, within limits."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.text.error("nested too deeply; use fewer brackets.", node)

    def only(self, node: exp.Expr, *parts: str) -> None:
        """Refuse options that are not known, such as another schema or an escape."""
        extra = sorted(key for key, value in node.args.items() if value and key not in parts)
        if extra:
            raise self.text.error(
                f"{called(node)} comes with an option that is not allowed ({extra[0]}). {ALLOWED}",
                node,
            )

    def column(self, node: exp.Expr) -> Operand:
        """A documented feature, in any case, quoted or not, of no other table."""
        self.only(node, "this")
        known = {name: feature for name, feature in self.scope.columns.items() if _usable(name)}
        name = node.name.lower() if type(node.this) is exp.Identifier else ""
        if name not in known:
            raise self.text.error(
                f"there is no column {node.name or 'of that kind'}.{suggestion(name, known)} "
                "models/segmentation/features.py lists them all.",
                node,
            )
        self.columns |= {name: None}
        self.compared |= {name: None}
        data_type = known[name].data_type
        kind: Kind = "number" if data_type == "integer" else data_type
        return Operand(exp.column(name), kind, is_constant=False)

    def literal(self, node: exp.Expr) -> Operand:
        """A plain number or quoted text."""
        value = node.this
        if not node.args["is_string"]:
            if not _NUMBER.fullmatch(value):
                raise self.text.error("numbers are written like 12 or 0.5, of 15 digits.", node)
            return Operand(exp.Literal.number(value.rstrip(".")), "number", is_constant=True)
        if len(value) > MAX_TEXT or any(unicodedata.category(c)[0] == "C" for c in value):
            raise self.text.error(
                f"quoted text may hold {MAX_TEXT} visible characters; shorten or retype it.", node
            )
        return Operand(exp.Literal.string(value), "text", is_constant=True)

    def _truth(self, node: exp.Expr) -> Operand:
        return Operand(exp.Boolean(this=bool(node.this)), "boolean", is_constant=True)

    def _inner(self, node: exp.Expr) -> Operand:
        self.only(node, "this")
        inner = self.operand(node.this)
        return Operand(exp.paren(inner.node, copy=False), inner.kind, inner.is_constant)

    def _minus(self, node: exp.Expr) -> Operand:
        self.only(node, "this")
        value = self._number(node.this)
        return Operand(exp.Neg(this=exp.paren(value.node)), "number", value.is_constant)

    def _calculated(self, node: exp.Expr) -> Operand:
        """In doubles: whole numbers could overflow, and an error would stop the nightly run."""
        self.only(node, "this", "expression")
        left, right = self._number(node.this), self._number(node.expression)
        double = [exp.cast(part.node, "double") for part in (left, right)]
        constant = left.is_constant and right.is_constant
        built = exp.paren(type(node)(this=double[0], expression=double[1]), copy=False)
        return Operand(built, "number", constant)

    def _number(self, node: exp.Expr) -> Operand:
        value = self.operand(node)
        if value.kind != "number":
            raise self.text.error(f"one can calculate with numbers only, not {value.kind}.", node)
        return value

    def alike(self, node: exp.Expr, *operands: Operand) -> list[exp.Expr]:
        """Operands that can be compared: one kind, and not constants alone."""
        if all(operand.is_constant for operand in operands):
            raise self.text.error(
                "this compares fixed values, which is always true or always false. Compare a "
                "column.",
                node,
            )
        kinds = {operand.kind for operand in operands if not operand.is_constant}
        if kinds == {"date"}:
            operands = tuple(self._dated(node, operand) for operand in operands)
        kinds = {operand.kind for operand in operands}
        if len(kinds) > 1:
            raise self.text.error(
                f"a {' and a '.join(sorted(kinds))} cannot be compared. Quote text and dates; do "
                "not quote numbers.",
                node,
            )
        return [operand.node for operand in operands]

    def _dated(self, node: exp.Expr, operand: Operand) -> Operand:
        if operand.kind != "text" or type(operand.node) is not exp.Literal:
            return operand
        try:
            return Operand(day(date.fromisoformat(operand.node.this)), "date", is_constant=True)
        except ValueError:
            raise self.text.error("dates are written like '2026-01-31'.", node) from None


_OPERANDS: dict[type, Callable[[Values, exp.Expr], Operand]] = {
    exp.Column: Values.column,
    exp.Literal: Values.literal,
    exp.Boolean: Values._truth,
    exp.Paren: Values._inner,
    exp.Neg: Values._minus,
    exp.Add: Values._calculated,
    exp.Sub: Values._calculated,
    exp.Mul: Values._calculated,
    exp.Div: Values._calculated,
}


def called(node: exp.Expr) -> str:
    """The node's sort in words: 'BitwiseNot' -> 'bitwise not'."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def _usable(column: str) -> bool:
    """Keys are no property of a customer: a list of ids is not a segment."""
    return not column.endswith("_id")
