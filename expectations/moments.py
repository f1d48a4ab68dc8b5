"""The promises about dates and moments: they are there, believable, and in order.

Nothing here knows today's date: what lies after the run's day is legal and not yet counted.
"""

from datetime import UTC, datetime

import great_expectations.expectations as gxe

from expectations.promises import required


def in_years(column: str, first: int, last: int, *, why: str) -> gxe.Expectation:
    """What stands in the column lies in the years ``first`` to ``last``, both included."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=datetime(first, 1, 1, tzinfo=UTC),
        max_value=datetime(last + 1, 1, 1, tzinfo=UTC),
        strict_max=True,
        severity="warning",
        description=f"Each {column} lies in the years {first} to {last}.",
        notes=why,
    )


def birth_date() -> gxe.Expectation:
    """What stands in ``birth_date`` can be the birth date of somebody alive."""
    return in_years(
        "birth_date",
        1900,
        2099,
        why="Earlier dates are spreadsheets' zero or a placeholder. Many people share it, so it "
        "would make strangers look alike.",
    )


def happened(column: str, *, delivered_as: str) -> list[gxe.Expectation]:
    """The event has a moment (critical where its contract says so), and a believable one (warning)."""
    return [
        required(
            column,
            why="Without its moment an event has no place in any period. A record that lacks it "
            "is quarantined when it is loaded, unless the source's contract lets it in.",
            delivered_as=delivered_as,
        ),
        in_years(
            column,
            1990,
            2099,
            why="Dates outside are placeholders or a system's clock set wrong; recency would be "
            "decades off. Moments after the run's day are loaded and not yet counted.",
        ),
    ]


def not_before(later: str, earlier: str, *, why: str) -> gxe.Expectation:
    """Where a row has both moments, ``later`` is not before ``earlier``."""
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=later,
        column_B=earlier,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        severity="warning",
        description=f"No {later} is before its {earlier}.",
        notes=why,
    )
