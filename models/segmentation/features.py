"""Documentation of every feature of a person: the one place that says what it means.

The table ``customers.customer_features`` is made in SQL to match this list, name by name; a rule
file may use what stands here and nothing else; reasons take their words from ``label``. Companies have
theirs in ``company_features``, with the same orders' features. How features are turned into numbers for
clustering lives in ``behaviour_space``.

All features describe the state at the end of the day ``as_of`` and rest on nothing later (I8).
"In 365 days" means the 365 days that end with ``as_of``. An order counts when it is paid or
shipped; revenue is what was paid for such orders, in EUR.
"""

from dataclasses import dataclass
from typing import Literal

DataType = Literal["text", "integer", "number", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of ``customers.customer_features`` or ``customers.company_features``.

    Attributes:
        name: the column.
        data_type: text, integer, number (double), boolean or date.
        unit: what one step of the value is, e.g. ``days``, ``EUR``, ``share`` (0..1).
        label: the words that reasons and profiles use, before a colon and the value.
        low: smallest possible value, None where open or not a number.
        high: greatest possible value, None where open or not a number.
        is_nullable: whether the value may be missing; ``meaning`` then says when.
        source: the tables it is computed from.
        meaning: one sentence.
    """

    name: str
    data_type: DataType
    unit: str
    label: str
    low: float | None
    high: float | None
    is_nullable: bool
    source: str
    meaning: str


def _text(name: str, label: str, source: str, meaning: str) -> Feature:
    return Feature(name, "text", "text", label, None, None, True, source, meaning)


def _count(name: str, unit: str, label: str, source: str, meaning: str) -> Feature:
    return Feature(name, "integer", unit, label, 0, None, False, source, meaning)


def _share(name: str, label: str, source: str, meaning: str) -> Feature:
    return Feature(name, "number", "share", label, 0, 1, True, source, meaning)


def _revenue(name: str, label: str, meaning: str) -> Feature:
    return Feature(name, "number", "EUR", label, None, None, True, ORDERS, meaning)


def _date(name: str, label: str, source: str, meaning: str) -> Feature:
    return Feature(name, "date", "date", label, None, None, True, source, meaning)


def _flag(name: str, label: str, source: str, meaning: str) -> Feature:
    return Feature(name, "boolean", "yes/no", label, None, None, False, source, meaning)


GOLDEN = "customers.dim_customers"
COMPANIES = "customers.dim_companies"
ORDERS = "customers.fct_orders"
LINES = "staging.stg_shop__order_lines, staging.stg_tickets__bookings"
INTERACTIONS = "customers.fct_interactions"
BOOKINGS = "staging.stg_tickets__bookings"
MAIL = "staging.stg_newsletter__events"
WEB = "staging.stg_web__events"
SOCIAL = "staging.stg_social__engagements"
SURVEY = "staging.stg_survey__answers"
CONSENTS = "staging.stg_privacy__consents"

ORDER_FEATURES: tuple[Feature, ...] = (
    # How often, how much, how recently
    _count("orders", "orders", "orders", ORDERS, "Paid or shipped orders, all time."),
    _count("orders_365d", "orders", "orders in 365 days", ORDERS, "Orders of the last 365 days."),
    _count("orders_90d", "orders", "orders in 90 days", ORDERS, "Orders of the last 90 days."),
    _revenue(
        "revenue_eur", "revenue",
        "Revenue, all time; null where no order has a rate to EUR, 0 without orders.",
    ),
    _revenue(
        "revenue_365d_eur", "revenue in 365 days",
        "Revenue of the last 365 days; null and 0 as revenue_eur.",
    ),
    _revenue(
        "revenue_90d_eur", "revenue in 90 days",
        "Revenue of the last 90 days; null and 0 as revenue_eur.",
    ),
    _date("first_order_on", "first order on", ORDERS, "Day of the first order; null without."),
    _date("last_order_on", "last order on", ORDERS, "Day of the newest order; null without."),
    Feature(
        "recency_days", "integer", "days", "days since last order", 0, None, True, ORDERS,
        "as_of minus last_order_on; null without orders.",
    ),
    Feature(
        "mean_order_gap_days", "number", "days", "days between orders", 0, None, True, ORDERS,
        "(last_order_on - first_order_on) / (orders - 1): own rhythm; null below 2 orders.",
    ),
    Feature(
        "previous_order_gap_days", "number", "days", "days before last order", 0, None, True,
        ORDERS, "Days between the last order and the one before it; null below 2 orders.",
    ),
    Feature(
        "gap_variation", "number", "ratio", "variation of the days between orders", 0, None, True,
        ORDERS,
        "Standard deviation of the days between orders over their mean: 0 like clockwork, 1 as if by "
        "chance; null below 3 orders.",
    ),
    Feature(
        "order_trend", "number", "index", "trend of orders", -1, 1, True, ORDERS,
        "(orders of the last 180 days - orders of the 180 before) / both: -1 stopped, 1 began; null "
        "without any.",
    ),
    Feature(
        "is_retained", "boolean", "yes/no", "retained", None, None, True, ORDERS,
        "Of those who ordered in the 365 days before the last 365: whether they ordered in the last 365 "
        "too; null for all others. Its mean is the retention rate.",
    ),
    Feature(
        "average_order_eur", "number", "EUR", "average order", None, None, True, ORDERS,
        "Revenue per order with a known EUR amount, all time; null without any.",
    ),
    Feature(
        "items_per_order", "number", "items", "items per order", 0, None, True, LINES,
        "Quantity of shop order lines per shop order that has lines, all time; null without any.",
    ),
    # What they buy and how
    _share(
        "discount_share", "orders with a discount", ORDERS,
        "Share of orders with discount_amount > 0; null without orders.",
    ),
    _share(
        "refund_share", "refunded orders", ORDERS,
        "Refunded orders / (paid, shipped and refunded orders); null without any of them.",
    ),
    _share(
        "online_share", "orders online", ORDERS,
        "Share of orders with sales_channel online; null without orders.",
    ),
    _share(
        "store_share", "orders in store", ORDERS,
        "Share of orders with sales_channel store; null without orders.",
    ),
    _share(
        "app_share", "orders in the app", ORDERS,
        "Share of orders with sales_channel app; null without orders.",
    ),
    _share(
        "weekend_share", "orders at weekends", ORDERS,
        "Share of orders placed on a Saturday or Sunday (UTC); null without orders.",
    ),
    _text(
        "usual_hours", "usual hours", ORDERS,
        "When most orders are placed, Swedish time: night (until 6), morning (until 12), afternoon (until 18) or "
        "evening, ties by the earlier; null without an order that has an hour.",
    ),
    _text(
        "top_category", "favourite category", LINES,
        "Category with the most revenue, ties by name; null without a known category.",
    ),
    _share(
        "top_category_share", "revenue in favourite category", LINES,
        "Share of the revenue in known categories that top_category holds; null without any.",
    ),
    _count("categories", "categories", "categories bought", LINES, "Distinct categories bought."),
)  # fmt: skip

PERSON_FEATURES: tuple[Feature, ...] = (
    # Who and where
    Feature(
        "customer_id", "text", "id", "customer", None, None, False, GOLDEN,
        "Key of the person; one row each. Not usable in rules.",
    ),
    _date("customer_since_on", "customer since", GOLDEN, "Day of the first record or event."),
    Feature(
        "tenure_days", "integer", "days", "days as a customer", 0, None, True, GOLDEN,
        "as_of minus customer_since_on; null where that is unknown.",
    ),
    Feature(
        "age_years", "integer", "years", "age", 0, 120, True, GOLDEN,
        "Completed years of age at as_of; null where the birth date is unknown.",
    ),
    _text("gender", "gender", GOLDEN, "female or male; null where unknown."),
    _text("country_code", "country", GOLDEN, "ISO 3166-1 alpha-2, upper case."),
    _text("region", "region", "staging.stg_reference__places", "Region of the postal code."),
    _text("city", "city", GOLDEN, "City of the address."),
    Feature(
        "latitude", "number", "degrees", "latitude", -90, 90, True,
        "staging.stg_reference__places",
        "WGS 84 latitude of the postal code, else of the city; null where neither is known.",
    ),
    Feature(
        "longitude", "number", "degrees", "longitude", -180, 180, True,
        "staging.stg_reference__places", "WGS 84 longitude, as latitude.",
    ),
    _text(
        "nearest_location", "nearest location", "staging.stg_reference__locations",
        "Own location nearest to latitude and longitude; null where they or locations are unknown.",
    ),
    Feature(
        "nearest_location_km", "number", "km", "distance to the nearest location", 0, None, True,
        "staging.stg_reference__locations", "Kilometres to it, great-circle; null as nearest_location.",
    ),
    # For whom they work
    _text("job_title", "job title", GOLDEN, "Job title as written; null where unknown."),
    _flag(
        "is_decision_maker", "decision maker", GOLDEN,
        "True where the job title is one of those who decide: managing director, head, owner.",
    ),
    _text(
        "employer_industry_section", "industry of the employer", COMPANIES,
        "NACE section, A to U, of the company they act for; null without one.",
    ),
    Feature(
        "employer_employees", "integer", "employees", "employees of the employer", 0, None, True,
        COMPANIES, "Employees of the company they act for; null without one or withheld.",
    ),
    *ORDER_FEATURES,
    # Visits and engagement
    _count(
        "visits_365d", "visits", "visits in 365 days", BOOKINGS,
        "Bookings of the last 365 days that were attended, or booked with attendance unknown.",
    ),
    _date("last_visit_on", "last visit on", BOOKINGS, "Day of the newest such booking."),
    _count("email_sent_365d", "e-mails", "e-mails sent in 365 days", MAIL, "Mails sent to them."),
    _count("email_opens_365d", "e-mails", "e-mails opened in 365 days", MAIL, "Mails opened."),
    _count("email_clicks_365d", "clicks", "e-mail clicks in 365 days", MAIL, "Clicks in mails."),
    _share(
        "email_open_share", "e-mails opened", MAIL,
        "Opened mails / sent mails of the last 365 days, at most 1; null when none was sent.",
    ),
    _count(
        "web_sessions_days_90d", "days", "days on the web in 90 days", WEB,
        "Distinct days with a web event in the last 90 days.",
    ),
    _count("web_events_90d", "events", "web events in 90 days", WEB, "Web events."),
    _count("web_searches_90d", "searches", "searches in 90 days", WEB, "Searches on the site."),
    _count(
        "social_engagements_365d", "engagements", "social engagements in 365 days", SOCIAL,
        "Likes, comments, shares and the like that carried their e-mail.",
    ),
    Feature(
        "nps", "integer", "points", "likelihood to recommend", 0, 10, True, SURVEY,
        "Newest answer to the NPS question; null without one.",
    ),
    # What they value and like
    Feature(
        "scales_answered", "integer", "answers", "scales answered", 1, None, True, SURVEY,
        "PSY_ questions whose newest answer is 1, 2, 3, 4 or 5; null without any.",
    ),
    _text(
        "strongest_scale", "values most", SURVEY,
        "PSY_ question, without PSY_, that they gave the most points; ties by name; null without any.",
    ),
    Feature(
        "strongest_scale_points", "integer", "points", "points for what they value most", 1, 5, True,
        SURVEY, "Points that they gave it; null as strongest_scale.",
    ),
    Feature(
        "interests", "integer", "interests", "interests", 0, None, True, SURVEY,
        "INT_ questions whose newest answer is yes, in English or Nordic; null where none was answered.",
    ),
    # What may be done, and how fresh
    _flag(
        "is_profiling_allowed", "profiling allowed", CONSENTS,
        "False where the newest profiling consent is denied or withdrawn; no record = allowed.",
    ),
    _date(
        "last_event_on", "last event on", INTERACTIONS,
        "Day of the newest order or interaction of any kind; null without any.",
    ),
    _flag("is_prospect", "prospect", ORDERS, "True where the customer never ordered."),
)  # fmt: skip
