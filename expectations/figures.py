"""Which figures of a table are kept from run to run, so that the next run can compare itself.

Counts only; the only words among them are names of tables and columns, and the categories that a
suite lists itself. Counting is the shell's matter, judging ``history``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import great_expectations as gx

Kind = Literal["rows", "filled", "orphans", "category"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One count of one table.

    Attributes:
        table: the table's name.
        kind: what is counted: all ``rows``; those with ``column`` ``filled``; ``orphans``, whose
            value in ``column`` names no row of another table; those of one ``category``.
        column: empty for ``rows``.
        category: a name that the suite lists, empty for any other value.
        count: rows that are so.
        of: rows that could be: for orphans and categories those with a value, else all.
    """

    table: str
    kind: Kind
    column: str
    category: str
    count: int
    of: int

    @property
    def name(self) -> str:
        """As a user writes it in ``accepted_changes.yaml``: ``rows``, ``filled.email``."""
        return f"{self.kind}.{self.column}" if self.column else self.kind

    @property
    def share(self) -> float:
        """``count`` of ``of``, 0..1."""
        return self.count / self.of if self.of else 0.0


class Reference(NamedTuple):
    """A column that names a row of another staging table, by that table's key."""

    column: str
    other_table: str
    other_column: str


_REFERENCES: dict[str, Reference] = {
    "stg_crm__contacts": Reference("crm_company_id", "stg_crm__companies", "crm_company_id"),
    "stg_shop__orders": Reference("shop_customer_id", "stg_shop__customers", "shop_customer_id"),
    "stg_shop__order_lines": Reference("order_id", "stg_shop__orders", "order_id"),
    "stg_newsletter__events": Reference(
        "subscriber_id", "stg_newsletter__subscribers", "subscriber_id"
    ),
    "stg_web__events": Reference("shop_customer_id", "stg_shop__customers", "shop_customer_id"),
    "stg_campaigns__assignments": Reference(
        "campaign_id", "stg_campaigns__campaigns", "campaign_id"
    ),
}


def reference_of(table: str) -> Reference | None:
    """Where a table points to, if it does. An orphan is legal; a jump in orphans is not."""
    return _REFERENCES.get(table)


def categories_of(suite: gx.ExpectationSuite) -> dict[str, tuple[str, ...]]:
    """The closed lists that a suite names, by column."""
    return {
        promise.column: tuple(promise.value_set)
        for promise in suite.expectations
        if getattr(promise, "value_set", None)
    }
