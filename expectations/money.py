"""The promises about money: euros stay euros, and other currencies have a rate."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promises import filled_where

CURRENCY = r"^[A-Z]{3}\Z"  # ISO 4217; \Z, not $, which also matches before a final line break


def currency() -> gxe.Expectation:
    """What stands in ``currency`` looks like an ISO 4217 currency code."""
    return gxe.ExpectColumnValuesToMatchRegex(
        column="currency",
        regex=CURRENCY,
        severity="warning",
        description="Each currency is three capital letters (ISO 4217).",
        notes="The rate is looked up under this code. Another spelling has no rate, so its amounts "
        "stay out of every figure in euros.",
    )


def money(amount: str, amount_eur: str) -> list[gxe.Expectation]:
    """Amounts in euros keep their value (critical); most others have a rate (warning)."""
    known = Column(amount).is_not_null()
    in_euros = (Column("currency") == "EUR") & known
    return [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A=amount_eur,
            column_B=amount,
            row_condition=in_euros,
            ignore_row_if="neither",
            severity="critical",
            description=f"Where {amount} is in euros, {amount_eur} is the same amount.",
            notes="A euro is a euro, with or without a rate table. Another figure means that a "
            "rate was applied or decimals were cut; none means that money was lost on the way.",
        ),
        filled_where(
            amount_eur,
            known,
            f"{amount} is known",
            share=0.99,
            why="A currency without a rate keeps its original amount and counts in no figure in "
            "euros. Add the rate to reference/fx_rates.",
        ),
        currency(),
    ]
