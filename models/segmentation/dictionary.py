"""The data dictionary of features as a page for people: ``docs/features.md`` is what comes out.

What the features are stands in ``features`` and ``company_features``.
"""

from collections.abc import Iterable

from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.features import ORDER_FEATURES, PERSON_FEATURES, Feature

_HEAD = """\
# Features

What is known of each customer in figures, on the as-of day: the columns of `customers.customer_features` (persons)
and `customers.company_features` (companies). Rules may use them by name, but for `customer_id`. Nothing later than
the day counts; "in 365 days" means the 365 days that end with it; an order counts when it is paid or shipped.

This page is generated from `models/segmentation/features.py` and `company_features.py`; change those.
"""


def features_page() -> str:
    """All features as Markdown: name, type and unit, range, where it comes from, meaning."""
    of_orders = {feature.name for feature in ORDER_FEATURES}
    parts = [
        _HEAD,
        _section("Persons", (f for f in PERSON_FEATURES if f.name not in of_orders)),
        _section("Companies", (f for f in COMPANY_FEATURES if f.name not in of_orders)),
        _section("Orders, of persons and of companies", ORDER_FEATURES),
    ]
    return "\n".join(parts)


def _section(title: str, features: Iterable[Feature]) -> str:
    rows = "\n".join(_row(feature) for feature in features)
    return f"## {title}\n\n| feature | type | range | from | meaning |\n|---|---|---|---|---|\n{rows}\n"


def _row(feature: Feature) -> str:
    unit = "" if feature.unit in {"text", "date", "yes/no", "id"} else f", {feature.unit}"
    sources = ", ".join(f"`{name.strip()}`" for name in feature.source.split(","))
    return (
        f"| `{feature.name}` | {feature.data_type}{unit} | {_range(feature)} | {sources} "
        f"| {feature.meaning} |"
    )


def _range(feature: Feature) -> str:
    if feature.low is None and feature.high is None:
        return ""
    low = "" if feature.low is None else f"{feature.low:g}"
    high = "" if feature.high is None else f"{feature.high:g}"
    return f"{low} to {high}" if high else f"{low} or more"
