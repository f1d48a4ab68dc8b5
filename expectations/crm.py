"""Promises of the CRM's tables: contacts and the companies they work for."""

import great_expectations as gx

from expectations.contact_details import country, email, key_of_no_person, phone
from expectations.moments import birth_date, not_before
from expectations.promises import between, filled, key, one_of


def contacts() -> gx.ExpectationSuite:
    """One row per CRM contact, with enough filled in to recognise the same person elsewhere."""
    return gx.ExpectationSuite(
        name="stg_crm__contacts",
        expectations=[
            *key("contact_id"),
            key_of_no_person("contact_id"),
            email(),
            phone(),
            birth_date(),
            one_of(
                "gender",
                ("female", "male"),
                why="The source's codes are translated in staging; one that is not known there "
                "should be null.",
            ),
            country(),
            filled(
                "last_name",
                0.9,
                why="Two contacts are compared by surname first. Without it only an exact e-mail "
                "or phone number can join them.",
            ),
            filled(
                "email_match",
                0.5,
                why="The strongest evidence that two records are one person. CRM systems hold it "
                "for most contacts; far less points to a column read wrongly.",
            ),
            filled(
                "birth_date",
                0.1,
                severity="info",
                why="Tells apart people of the same name, and makes age bands. Few B2B systems "
                "hold it.",
            ),
            not_before(
                "updated_at",
                "created_at",
                why="The newest version of a contact is chosen by updated_at; a clock set wrong "
                "lets an old version win.",
            ),
        ],
    )


def companies() -> gx.ExpectationSuite:
    """One row per company in the CRM."""
    return gx.ExpectationSuite(
        name="stg_crm__companies",
        expectations=[
            *key("crm_company_id"),
            country(),
            filled(
                "name", 0.95, why="A company without a name can be joined by its number at most."
            ),
            filled(
                "org_number",
                0.5,
                why="The one exact link to the company register. The rest is joined by name and "
                "place, which is weaker.",
            ),
            between("employees", low=0, why="A count of people; negative is a typing error."),
            between(
                "revenue_eur",
                low=0,
                why="Net sales. Negative figures exist in real accounts but are rare; many "
                "point to a sign or unit read wrongly.",
            ),
        ],
    )
