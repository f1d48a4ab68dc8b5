"""Promises of all person records in one shape: what identity resolution reads."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.contact_details import country, email, phone
from expectations.moments import birth_date
from expectations.promises import PERSON_SOURCES, filled, filled_where, key, one_of

# A key may hold anything, a line break too.
RECORD_ID = rf"^(?:{'|'.join(PERSON_SOURCES)}):[\s\S]"


def person_records() -> gx.ExpectationSuite:
    """One row per person record of any source."""
    return gx.ExpectationSuite(
        name="int_identity__person_records",
        expectations=[
            *key("record_id"),
            gxe.ExpectColumnValuesToMatchRegex(
                column="record_id",
                regex=RECORD_ID,
                severity="critical",
                description=f"Each record_id is a source ({', '.join(PERSON_SOURCES)}), a colon "
                "and the key.",
                notes="Customer ids are handed on from run to run by it. Another shape would give "
                "everybody behind it a new id.",
            ),
            email(),
            phone(),
            birth_date(),
            one_of(
                "gender",
                ("female", "male"),
                why="Records that differ in it are held apart; other words would hold apart "
                "records of one person.",
            ),
            country(),
            filled_where(
                "email_match",
                Column("email").is_not_null(),
                "an e-mail is known",
                share=0.9,
                why="An address that is not compared joins nobody. A few may be left out on "
                "purpose, being shared or made up; more than that points to a fault.",
            ),
            filled_where(
                "last_name",
                Column("email_match").is_null() & Column("phone_match").is_null(),
                "neither e-mail nor phone is known",
                share=0.9,
                why="A record with neither contact nor surname can be joined to no other and "
                "becomes a customer of its own.",
            ),
            filled(
                "birth_date",
                0.1,
                severity="info",
                why="Tells apart people of the same name at the same address.",
            ),
        ],
    )
