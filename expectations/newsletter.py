"""Promises of the newsletter tool: who subscribes, and what became of each mail."""

import great_expectations as gx

from expectations.contact_details import email, key_of_no_person
from expectations.moments import happened, not_before
from expectations.promises import filled, key, one_of


def subscribers() -> gx.ExpectationSuite:
    """One row per subscription."""
    return gx.ExpectationSuite(
        name="stg_newsletter__subscribers",
        expectations=[
            *key("subscriber_id"),
            key_of_no_person("subscriber_id"),
            email(),
            filled(
                "email",
                0.95,
                why="A subscription is an e-mail address; one without can neither be mailed nor "
                "be linked to anybody.",
            ),
            filled(
                "status",
                0.95,
                why="A subscriber marked unsubscribed has withdrawn consent. Without the mark, a "
                "withdrawal could be missed.",
            ),
            not_before(
                "unsubscribed_at",
                "subscribed_at",
                why="Consent follows the later moment; a swapped pair would undo a withdrawal.",
            ),
        ],
    )


def events() -> gx.ExpectationSuite:
    """One row per thing that happened to a mail."""
    return gx.ExpectationSuite(
        name="stg_newsletter__events",
        expectations=[
            *key("event_id"),
            *happened("occurred_at", delivered_as="at"),
            one_of(
                "event",
                ("sent", "open", "click", "bounce", "unsubscribe"),
                why="Other events are kept and counted under no measure of response. A new word "
                "for unsubscribe would miss a withdrawal.",
            ),
            filled("event", 1.0, why="An event of no kind counts nowhere."),
            filled(
                "subscriber_id",
                1.0,
                why="An event that names no subscriber is kept, and belongs to nobody.",
            ),
            filled(
                "campaign_id",
                0.5,
                severity="info",
                why="Response per campaign counts only events that name one.",
            ),
        ],
    )
