"""Synthetic customers for the room's tests: six overlapping ways of buying, with a known seed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.segmentation.clustering import fit_behaviour
from models.segmentation.stable_labels import label_clusters

AS_OF = date(2026, 3, 31)

# share, orders (mean), gap days, EUR, discount, online, store, weekend, visits, mail, web days
WAYS = (
    (0.26, 2.5, 130, 60, 0.75, 0.92, 0.04, 0.25, 0.3, 0.50, 6.0),
    (0.22, 9.0, 35, 45, 0.10, 0.05, 0.90, 0.30, 0.4, 0.12, 0.5),
    (0.18, 3.0, 90, 70, 0.10, 0.30, 0.60, 0.90, 4.0, 0.35, 1.5),
    (0.14, 14.0, 22, 120, 0.05, 0.25, 0.05, 0.28, 1.0, 0.60, 9.0),
    (0.12, 1.4, 300, 250, 0.05, 0.55, 0.40, 0.28, 0.2, 0.10, 0.8),
    (0.08, 4.0, 60, 30, 0.50, 0.45, 0.50, 0.40, 6.0, 0.75, 3.0),
)
CATEGORIES = np.array(["food", "garden", "outdoor", "toys", "wine"])


def draw_features(customers: int, seed: int, as_of: date = AS_OF) -> pd.DataFrame:
    """A features frame with every documented column; a tenth never ordered, 3 % deny profiling."""
    rng = np.random.default_rng(seed)
    ways = np.array(WAYS)
    way = rng.choice(len(ways), size=customers, p=ways[:, 0])
    (_, mean_orders, gap, eur, discount, online, store, weekend, visits, mail, web) = ways[way].T
    never = rng.random(customers) < 0.1
    orders = np.where(never, 0, 1 + rng.poisson(mean_orders * rng.gamma(2.0, 0.5, customers)))
    has, repeats = orders > 0, orders > 1
    recency = np.where(has, np.floor(rng.exponential(gap * 1.3)), np.nan)
    own_gap = np.where(repeats, np.maximum(gap * rng.gamma(6, 1 / 6, customers), 1), np.nan)
    previous_gap = np.where(repeats, np.floor(own_gap * rng.exponential(1.0, customers)), np.nan)
    span = np.where(repeats, own_gap * (orders - 1), 0)
    recent = np.clip((365 - np.nan_to_num(recency)) / (span + 30), 0, 1)
    orders_365d = np.where(
        np.nan_to_num(recency, nan=999) < 365, np.maximum(np.round(orders * recent), 1), 0
    )
    average = np.where(has, np.round(eur * rng.lognormal(0, 0.4, customers), 2), np.nan)

    def share(p: np.ndarray) -> np.ndarray:
        return np.where(has, rng.binomial(np.maximum(orders, 1), p) / np.maximum(orders, 1), np.nan)

    online_share, sent = (
        share(online),
        rng.binomial(40, 0.8, customers) * (rng.random(customers) < 0.7),
    )
    store_share = np.where(has, np.minimum(share(store), 1 - np.nan_to_num(online_share)), np.nan)
    opens = rng.binomial(sent, mail)
    day = np.datetime64(as_of)

    def days_ago(days: np.ndarray) -> pd.Series:
        gone = ~np.isnan(days)
        dates = np.full(customers, np.datetime64("NaT"), dtype="datetime64[D]")
        dates[gone] = day - days[gone].astype("timedelta64[D]")
        return pd.Series(dates.astype("datetime64[s]"))

    visits_365d = rng.poisson(visits)
    web_days = rng.poisson(web)
    categories = np.where(has, 1 + rng.binomial(np.clip(orders - 1, 0, 4), 0.5), 0)
    nps = np.where(rng.random(customers) < 0.15, rng.integers(0, 11, customers), np.nan)
    last_event = np.fmin(recency, np.where(web_days > 0, rng.integers(0, 90, customers), np.nan))
    located = rng.random(customers) < 0.9
    pick = rng.choice
    return pd.DataFrame(
        {
            "customer_id": [f"p_{n:08d}" for n in rng.permutation(customers)],
            "customer_since_on": days_ago(np.nan_to_num(recency) + np.ceil(span) + 1),
            "tenure_days": np.nan_to_num(recency) + np.ceil(span) + 1,
            "age_years": np.where(
                rng.random(customers) < 0.8, rng.integers(18, 90, customers), np.nan
            ),
            "gender": pick(
                np.array(["female", "male", None], dtype=object), customers, p=[0.5, 0.4, 0.1]
            ),
            "country_code": pick(np.array(["SE", "DK", "NO"]), customers, p=[0.7, 0.2, 0.1]),
            "region": pick(np.array(["Västra Götaland", "Skåne", "Stockholm"]), customers),
            "city": pick(np.array(["Göteborg", "Malmö", "Stockholm"]), customers),
            "latitude": np.where(located, 57.7 + rng.normal(0, 0.7, customers), np.nan),
            "longitude": np.where(located, 11.97 + rng.normal(0, 1.0, customers), np.nan),
            "nearest_location": np.where(located, "Göteborg", None),
            "nearest_location_km": np.where(located, rng.exponential(40, customers), np.nan),
            "job_title": pick(np.array(["Inköpschef", "Säljare", None], dtype=object), customers),
            "is_decision_maker": rng.random(customers) < 0.1,
            "employer_industry_section": pick(np.array(["G", "C", None], dtype=object), customers),
            "employer_employees": np.where(
                rng.random(customers) < 0.2, rng.integers(1, 500, customers), np.nan
            ),
            "orders": orders,
            "orders_365d": orders_365d.astype(int),
            "orders_90d": np.where(np.nan_to_num(recency, nan=999) < 90, 1, 0),
            "revenue_eur": np.where(has, average * orders, 0.0),
            "revenue_365d_eur": np.where(has, np.nan_to_num(average) * orders_365d, 0.0),
            "revenue_90d_eur": np.where(
                np.nan_to_num(recency, nan=999) < 90, np.nan_to_num(average), 0
            ),
            "first_order_on": days_ago(np.where(has, recency + np.ceil(span), np.nan)),
            "last_order_on": days_ago(recency),
            "recency_days": recency,
            "mean_order_gap_days": own_gap,
            "previous_order_gap_days": previous_gap,
            "gap_variation": np.where(orders > 2, rng.gamma(4, 0.2, customers), np.nan),
            "order_trend": np.where(orders_365d > 0, rng.uniform(-1, 1, customers), np.nan),
            "average_order_eur": average,
            "items_per_order": np.where(has, 1 + rng.poisson(1.5, customers), np.nan),
            "discount_share": share(discount),
            "refund_share": share(np.full(customers, 0.03)),
            "online_share": online_share,
            "store_share": store_share,
            "app_share": np.where(has, np.maximum(1 - online_share - store_share, 0), np.nan),
            "weekend_share": share(weekend),
            "usual_hours": np.where(has, pick(["morning", "evening"], customers), None),
            "top_category": np.where(has, pick(CATEGORIES, customers), None),
            "top_category_share": np.where(
                has, rng.beta(6, 2, customers) ** (categories > 1), np.nan
            ),
            "categories": categories,
            "visits_365d": visits_365d,
            "last_visit_on": days_ago(
                np.where(visits_365d > 0, rng.integers(0, 365, customers), np.nan)
            ),
            "email_sent_365d": sent,
            "email_opens_365d": opens,
            "email_clicks_365d": rng.binomial(opens, 0.15),
            "email_open_share": np.where(sent > 0, opens / np.maximum(sent, 1), np.nan),
            "web_sessions_days_90d": web_days,
            "web_events_90d": web_days * rng.integers(1, 9, customers),
            "web_searches_90d": rng.binomial(web_days, 0.4),
            "social_engagements_365d": rng.poisson(0.2, customers),
            "nps": nps,
            "is_profiling_allowed": rng.random(customers) > 0.03,
            "last_event_on": days_ago(last_event),
            "is_prospect": never,
            "is_retained": pick(np.array([True, False, None], dtype=object), customers),
            "scales_answered": np.where(
                rng.random(customers) < 0.3, rng.integers(1, 6, customers), np.nan
            ),
            "strongest_scale": pick(np.array(["price", "nature", None], dtype=object), customers),
            "strongest_scale_points": np.where(
                rng.random(customers) < 0.3, rng.integers(1, 6, customers), np.nan
            ),
            "interests": np.where(
                rng.random(customers) < 0.3, rng.integers(0, 9, customers), np.nan
            ),
        }
    )


@pytest.fixture(scope="session")
def as_of() -> date:
    return AS_OF


@pytest.fixture(scope="session")
def draw() -> Callable[..., pd.DataFrame]:
    return draw_features


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """2,000 customers, shared and never changed."""
    return draw_features(2000, seed=7)


@pytest.fixture(scope="session")
def fitted(customers: pd.DataFrame) -> dict[str, Any]:
    """The behaviour model of these customers, without names."""
    return fit_behaviour(customers, seed=1)


@pytest.fixture(scope="session")
def model(customers: pd.DataFrame, fitted: dict[str, Any]) -> dict[str, Any]:
    """The same, with names."""
    return label_clusters(fitted, customers)
