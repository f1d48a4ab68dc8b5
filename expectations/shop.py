"""Promises of the web shop's tables: customers, orders and their lines."""

import great_expectations as gx

from expectations.contact_details import country, email, key_of_no_person, phone
from expectations.moments import birth_date, happened, not_before
from expectations.money import money
from expectations.promises import between, filled, key, one_of, required


def customers() -> gx.ExpectationSuite:
    """One row per shop account, with enough filled in to recognise the same person elsewhere."""
    return gx.ExpectationSuite(
        name="stg_shop__customers",
        expectations=[
            *key("shop_customer_id"),
            key_of_no_person("shop_customer_id"),
            email(),
            phone(),
            birth_date(),
            country(),
            filled(
                "email_match",
                0.8,
                why="A shop sends receipts, so nearly every account has an address; it is the "
                "strongest evidence that two records are one person.",
            ),
            filled(
                "last_name",
                0.8,
                why="Two accounts with different addresses are compared by surname first.",
            ),
            filled(
                "postal_code",
                0.5,
                severity="info",
                why="Supports a match by name, and puts the customer on the map.",
            ),
            not_before(
                "updated_at",
                "created_at",
                why="The newest version of an account is chosen by updated_at; a clock set wrong "
                "lets an old version win.",
            ),
        ],
    )


def orders() -> gx.ExpectationSuite:
    """One row per order: who, when, how much, in which state."""
    return gx.ExpectationSuite(
        name="stg_shop__orders",
        expectations=[
            *key("order_id"),
            *happened("ordered_at", delivered_as="ordered_at"),
            required(
                "total_amount",
                why="Money in must equal money out. An order without a readable amount is "
                "quarantined when it is loaded, unless the contract lets it in.",
                delivered_as="total_amount",
            ),
            required(
                "currency",
                why="An amount without its currency is no amount. Such an order is quarantined "
                "when it is loaded, unless the contract lets it in.",
                delivered_as="currency",
            ),
            *money("total_amount", "amount_eur"),
            between(
                "total_amount",
                low=0,
                why="Negative totals are accepted as they stand; they may be refunds booked as "
                "orders, which then count twice.",
            ),
            one_of(
                "status",
                ("paid", "shipped", "refunded", "cancelled"),
                why="Paid and shipped count as revenue. An order in any other state brings none, "
                "so a new word for paid would hide sales.",
            ),
            filled(
                "status",
                1.0,
                why="An order without a status brings no revenue.",
            ),
            filled(
                "shop_customer_id",
                1.0,
                why="An order that names no customer is kept and counted, and belongs to nobody.",
            ),
        ],
    )


def order_lines() -> gx.ExpectationSuite:
    """One row per line of an order: what was bought."""
    return gx.ExpectationSuite(
        name="stg_shop__order_lines",
        expectations=[
            *key("order_id", "line_no"),
            filled(
                "category",
                0.5,
                why="Interests and the next best offer are learnt from what categories are bought.",
            ),
            filled(
                "line_amount",
                0.95,
                why="Lines are compared with their order's total; a line without an amount looks "
                "like a difference.",
            ),
            between(
                "line_amount",
                low=0,
                why="Negative lines are accepted; they are discounts or returns booked as lines, "
                "and the order's total already counts them.",
            ),
            between(
                "quantity",
                low=0,
                why="Negative quantities are accepted; they are returns booked as lines.",
            ),
        ],
    )
