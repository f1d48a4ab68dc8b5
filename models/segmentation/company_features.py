"""Documentation of every feature of a company: the one place that says what it means.

The table ``customers.company_features`` is made in SQL to match this list, name by name. Orders are those
that were placed by a shop account under the company's number, whoever placed them. See ``features``.
"""

from models.segmentation.features import COMPANIES, GOLDEN, ORDER_FEATURES, ORDERS, Feature

COMPANY_FEATURES: tuple[Feature, ...] = (
    Feature(
        "customer_id", "text", "id", "customer", None, None, False, COMPANIES,
        "Key of the company, its company_id; one row each. Not usable in rules.",
    ),
    Feature(
        "country_code", "text", "text", "country", None, None, True, COMPANIES,
        "ISO 3166-1 alpha-2, upper case.",
    ),
    Feature("city", "text", "text", "city", None, None, True, COMPANIES, "City of the address."),
    Feature(
        "industry_section", "text", "text", "industry", None, None, True, COMPANIES,
        "NACE section, A to U; null where unknown.",
    ),
    Feature(
        "industry_code", "text", "text", "industry code", None, None, True, COMPANIES,
        "NACE class as the register or the CRM says it; null where unknown.",
    ),
    Feature(
        "employees", "integer", "employees", "employees", 0, None, True, COMPANIES,
        "Number of employees; null where unknown or withheld.",
    ),
    Feature(
        "turnover_eur", "number", "EUR", "turnover", None, None, True, COMPANIES,
        "The company's own revenue in its year, EUR; null where unknown.",
    ),
    Feature(
        "people", "integer", "people", "known people", 0, None, False, GOLDEN,
        "Persons known to act for it.",
    ),
    Feature(
        "decision_makers", "integer", "people", "decision makers", 0, None, False, GOLDEN,
        "Those of them whose title is one of people who decide.",
    ),
    *ORDER_FEATURES,
    Feature(
        "is_profiling_allowed", "boolean", "yes/no", "profiling allowed", None, None, False,
        COMPANIES, "True throughout: to deny profiling is a person's right.",
    ),
    Feature(
        "last_event_on", "date", "date", "last event on", None, None, True, ORDERS,
        "Day of the newest order; null without any.",
    ),
    Feature(
        "is_prospect", "boolean", "yes/no", "prospect", None, None, False, ORDERS,
        "True where the company never ordered.",
    ),
)  # fmt: skip
