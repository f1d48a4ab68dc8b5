"""Promises of the company register's extract."""

import great_expectations as gx

from expectations.contact_details import country
from expectations.moments import in_years
from expectations.promises import between, filled, key


def companies() -> gx.ExpectationSuite:
    """One row per registered company and country."""
    return gx.ExpectationSuite(
        name="stg_register__companies",
        expectations=[
            *key("country_code", "org_number"),
            country(),
            filled(
                "legal_name",
                0.98,
                why="CRM companies without a valid company number are found by this name.",
            ),
            filled(
                "industry_code",
                0.5,
                severity="info",
                why="Industry segments are made from it; a company without it is in none.",
            ),
            between(
                "employees",
                low=0,
                why="Null means withheld, zero means none; a negative count is an error.",
            ),
            between(
                "revenue_eur",
                low=0,
                why="Net sales. Negative figures exist in real accounts but are rare; many "
                "point to a sign or unit read wrongly.",
            ),
            in_years(
                "founded_on",
                1200,
                2099,
                why="The oldest Nordic company has a charter of 1288; earlier is a placeholder.",
            ),
        ],
    )
