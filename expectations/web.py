"""Promises of web statistics."""

import great_expectations as gx

from expectations.moments import happened
from expectations.promises import filled, key, one_of


def events() -> gx.ExpectationSuite:
    """One row per thing that a visitor did."""
    return gx.ExpectationSuite(
        name="stg_web__events",
        expectations=[
            *key("event_id"),
            *happened("occurred_at", delivered_as="at"),
            one_of(
                "event",
                (
                    "page_view",
                    "product_view",
                    "search",
                    "add_to_cart",
                    "checkout",
                    "purchase",
                ),
                why="Other events are kept and counted as activity, not as a step towards a "
                "purchase.",
            ),
            filled("event", 1.0, why="An event of no kind counts nowhere."),
            filled(
                "visitor_id",
                1.0,
                why="Events are joined into visits by it; one without stands alone.",
            ),
            filled(
                "shop_customer_id",
                0.02,
                severity="info",
                why="Visitors are tied to customers by those who log in. With hardly any, web "
                "behaviour describes nobody.",
            ),
        ],
    )
