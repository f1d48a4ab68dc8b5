"""Promises of reference data: own locations, places and exchange rates."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.contact_details import country
from expectations.moments import in_years
from expectations.money import currency
from expectations.promises import between, filled, key


def _position() -> list[gxe.Expectation]:
    """The place is on the globe, and mostly known."""
    return [
        between("latitude", -90, 90, why="Degrees north. Others are swapped or in another unit."),
        between("longitude", -180, 180, why="Degrees east. Others are in another unit."),
        filled("latitude", 0.9, why="Distances can be told only for places with a position."),
        filled("longitude", 0.9, why="Distances can be told only for places with a position."),
    ]


def locations() -> gx.ExpectationSuite:
    """One row per location of one's own, around which a segment can be drawn."""
    return gx.ExpectationSuite(
        name="stg_reference__locations",
        expectations=[
            *key("location_id"),
            *_position(),
            country(),
            filled("name", 1.0, why="Segments around a location are named after it."),
        ],
    )


def places() -> gx.ExpectationSuite:
    """One row per postal code."""
    return gx.ExpectationSuite(
        name="stg_reference__places",
        expectations=[
            *key("country_code", "postal_code"),
            *_position(),
            country(),
            filled("region", 0.9, why="Segments by region leave out customers without one."),
        ],
    )


def fx_rates() -> gx.ExpectationSuite:
    """One row per currency and the day from which its rate holds."""
    return gx.ExpectationSuite(
        name="stg_reference__fx_rates",
        expectations=[
            *key("currency", "valid_from_on"),
            gxe.ExpectColumnValuesToBeBetween(
                column="eur_per_unit",
                min_value=0,
                strict_min=True,
                severity="critical",
                description="Each eur_per_unit is more than zero.",
                notes="A rate of zero or less turns real sales into none or into losses. Staging "
                "nulls such a rate, and the amounts keep their currency.",
            ),
            between(
                "eur_per_unit",
                high=5,
                why="No currency is worth more than about 3 euros. Higher rates are the wrong way "
                "round: units per euro instead of euros per unit.",
            ),
            filled(
                "eur_per_unit",
                1.0,
                why="Without it, amounts in this currency count in no figure in euros.",
            ),
            currency(),
            in_years("valid_from_on", 1999, 2099, why="The euro begins in 1999."),
            gxe.ExpectColumnValuesToBeBetween(
                column="eur_per_unit",
                min_value=1,
                max_value=1,
                row_condition=Column("currency") == "EUR",
                severity="warning",
                description="Where the currency is EUR, each eur_per_unit is 1.",
                notes="A euro is a euro; the row is not used, but whoever wrote it meant "
                "something else.",
            ),
        ],
    )
