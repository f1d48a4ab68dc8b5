"""The promises that several tables make, each worded once.

Words and rule come from the same arguments, so that they cannot drift apart. What concerns contact
details, moments and money is in modules of these names; what a table promises, and why, is in its
source's module.

``critical`` is kept for keys, moments, money and formats that staging itself makes: there a broken
promise is a fault of the pipeline. Whatever depends on a user's data (fill rates, categories,
ranges, orphans) is ``warning`` or ``info``: data may be sparse, and an empty table is legal.
"""

from __future__ import annotations

from collections.abc import Sequence

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Condition

from expectations.results import DELIVERED_AS, Severity

PERSON_SOURCES = ("crm", "shop", "tickets", "newsletter", "survey", "social")
"""The systems whose records can be people: the first part of a ``record_id``."""


def key(*columns: str) -> list[gxe.Expectation]:
    """The columns identify a row: never null, and no two rows alike. Critical."""
    together = " and ".join(columns)
    words = f"No two rows share the same {together}."
    why = (
        "Counts, sums and identities rest on the key: a repeated key counts twice. Staging keeps "
        "the newest version of each key, so a repeat is a fault of staging."
    )
    unique = (
        gxe.ExpectColumnValuesToBeUnique(
            column=columns[0], severity="critical", description=words, notes=why
        )
        if len(columns) == 1
        else gxe.ExpectCompoundColumnsToBeUnique(
            column_list=list(columns), severity="critical", description=words, notes=why
        )
    )
    return [
        *(
            required(column, why="A record without its key is quarantined when it is loaded.")
            for column in columns
        ),
        unique,
    ]


def required(column: str, *, why: str, delivered_as: str | None = None) -> gxe.Expectation:
    """The column is never null. Critical, unless the contract lets the ``delivered_as`` column be empty."""
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column,
        severity="critical",
        description=f"Every row has a value in {column}.",
        notes=why,
        meta={DELIVERED_AS: delivered_as} if delivered_as else None,
    )


def filled(
    column: str, share: float, *, why: str, severity: Severity = "warning"
) -> gxe.Expectation:
    """At least ``share`` (0..1) of the rows have a value in the column. Never critical."""
    many = "Every row has" if share == 1 else f"At least {share:.0%} of the rows have"
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column,
        mostly=share,
        severity=severity,
        description=f"{many} a value in {column}.",
        notes=why,
    )


def filled_where(
    column: str, condition: Condition, words: str, *, why: str, share: float = 1.0
) -> gxe.Expectation:
    """Of the rows that meet ``condition`` (said in ``words``), ``share`` have the column filled."""
    many = "every row has" if share == 1 else f"at least {share:.0%} of the rows have"
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column,
        mostly=share,
        row_condition=condition,
        severity="warning",
        description=f"Where {words}, {many} a value in {column}.",
        notes=why,
    )


def one_of(column: str, values: Sequence[str], *, why: str) -> gxe.Expectation:
    """What stands in the column is one of ``values``. Warns: an unknown category is legal."""
    return gxe.ExpectColumnValuesToBeInSet(
        column=column,
        value_set=list(values),
        severity="warning",
        description=f"Each {column} is one of: {', '.join(values)}.",
        notes=why,
    )


def between(
    column: str, low: float | None = None, high: float | None = None, *, why: str
) -> gxe.Expectation:
    """What stands in the column is a number from ``low`` to ``high``, both included."""
    limits = {"at least": low, "at most": high}
    words = " and ".join(f"{word} {x:,g}" for word, x in limits.items() if x is not None)
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=low,
        max_value=high,
        severity="warning",
        description=f"Each {column} is {words}.",
        notes=why,
    )
