"""Promises of social media engagements."""

import great_expectations as gx

from expectations.contact_details import email
from expectations.moments import happened
from expectations.promises import filled, key


def engagements() -> gx.ExpectationSuite:
    """One row per like, comment, share and the like."""
    return gx.ExpectationSuite(
        name="stg_social__engagements",
        expectations=[
            *key("engagement_id"),
            *happened("occurred_at", delivered_as="at"),
            email(),
            filled("network", 1.0, why="A social record is told apart by network and e-mail."),
            filled("action", 1.0, why="An engagement of no kind counts nowhere."),
            filled(
                "topic",
                0.3,
                severity="info",
                why="Interests are learnt from the topics that people engage with.",
            ),
        ],
    )
