"""Promises of the ticket system: a booking is a person record, an order and a visit in one."""

import great_expectations as gx

from expectations.contact_details import country, email, key_of_no_person, phone
from expectations.moments import happened
from expectations.money import money
from expectations.promises import between, filled, key


def bookings() -> gx.ExpectationSuite:
    """One row per booking."""
    return gx.ExpectationSuite(
        name="stg_tickets__bookings",
        expectations=[
            *key("booking_id"),
            key_of_no_person("booking_id"),
            *happened("booked_at", delivered_as="bestilt"),
            email(),
            phone(),
            *money("amount", "amount_eur"),
            between(
                "amount",
                low=0,
                why="Negative amounts are accepted as they stand; they may be refunds booked as "
                "bookings.",
            ),
            between(
                "quantity",
                low=1,
                why="A booking is for at least one place; zero is a cancelled one.",
            ),
            filled(
                "last_name",
                0.8,
                why="Bookings made by phone often have no address: the name is what links them.",
            ),
            country(),
        ],
    )
