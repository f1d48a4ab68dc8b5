"""Promises of consents and of people's requests about their data.

A row that cannot be understood must never widen what is allowed; here people are warned that
somebody's wish may have been missed.
"""

import great_expectations as gx
from great_expectations.expectations.row_conditions import Column

from expectations.contact_details import email, phone
from expectations.moments import happened
from expectations.promises import PERSON_SOURCES, filled, filled_where, key, one_of

_UNREACHABLE = Column("email_match").is_null() & Column("phone_match").is_null()
_NO_CONTACT = "neither e-mail nor phone is known"


def consents() -> gx.ExpectationSuite:
    """One row per statement of a person about one purpose."""
    return gx.ExpectationSuite(
        name="stg_privacy__consents",
        expectations=[
            *key("consent_id"),
            *happened("recorded_at", delivered_as="recorded_at"),
            email(),
            phone(),
            one_of(
                "purpose",
                (
                    "marketing_email",
                    "marketing_sms",
                    "ads_user_data",
                    "ads_personalization",
                    "profiling",
                ),
                why="Consent to another purpose allows nothing here. A withdrawal under a "
                "misspelt purpose would be missed.",
            ),
            filled("purpose", 1.0, why="Consent to nothing in particular allows nothing."),
            one_of(
                "state",
                ("granted", "denied", "withdrawn"),
                why="Only granted allows. A new word for withdrawn would be missed.",
            ),
            filled("state", 1.0, why="Without a state it is unknown whether the person agreed."),
            one_of(
                "person_source",
                PERSON_SOURCES,
                why="Under another name the person is not found among the customers.",
            ),
            filled_where(
                "person_key",
                _UNREACHABLE,
                _NO_CONTACT,
                why="A consent that names nobody has no effect, and may be a withdrawal.",
            ),
        ],
    )


def requests() -> gx.ExpectationSuite:
    """One row per request to erase, to object, or to see one's data."""
    return gx.ExpectationSuite(
        name="stg_privacy__requests",
        expectations=[
            *key("request_id"),
            *happened("received_at", delivered_as="received_at"),
            email(),
            phone(),
            one_of(
                "kind",
                ("erase", "object", "access"),
                why="A request of another kind is not acted on, and the law gives a month.",
            ),
            filled("kind", 1.0, why="A request of no kind is not acted on."),
            one_of(
                "person_source",
                PERSON_SOURCES,
                why="Under another name the person is not found among the customers.",
            ),
            filled_where(
                "person_key",
                _UNREACHABLE,
                _NO_CONTACT,
                why="A request that names nobody cannot be fulfilled.",
            ),
        ],
    )
