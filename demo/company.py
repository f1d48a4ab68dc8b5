"""The demo company: Skikt, outdoor shop and organiser of trips in SE, DK, NO and FI.

Its categories, catalogue, personas and calendar of demand live here, as plain facts. How people and
orders are drawn from them lives in ``people``, ``orders`` and their neighbours.
"""

from dataclasses import dataclass

import numpy as np

from demo.draws import Array, zipf

COUNTRIES = ("SE", "DK", "NO", "FI")
COUNTRY_SHARES = np.array([0.45, 0.21, 0.18, 0.16])
CURRENCIES = ("SEK", "DKK", "NOK", "EUR", "USD", "ISK")  # the first four: the countries' own
UNITS_PER_EUR = np.array([11.2, 7.46, 11.6, 1.0, 1.09, 148.0])
HISTORY_YEARS = 3

CATEGORIES = (
    "tents",
    "climbing",
    "ski",
    "running",
    "cycling",
    "kids",
    "fishing",
    "travel",
    "fashion",
    "gift_cards",
)
SKUS_PER_CATEGORY = 40
_PRICE_EUR = np.array([140.0, 75.0, 120.0, 60.0, 85.0, 38.0, 48.0, 55.0, 65.0, 45.0])
SKU_CHANCES = zipf(SKUS_PER_CATEGORY, exponent=0.9)
CHANNELS = ("online", "store", "app")

# Demand per month (January first) relative to a category's own mean.
SEASON = np.array(
    [
        [0.2, 0.2, 0.4, 0.9, 1.6, 2.2, 2.4, 1.8, 0.9, 0.4, 0.3, 0.7],  # tents
        [0.6, 0.6, 0.8, 1.2, 1.4, 1.3, 1.2, 1.2, 1.1, 0.8, 0.8, 1.0],  # climbing
        [2.2, 2.0, 1.2, 0.4, 0.1, 0.1, 0.1, 0.2, 0.5, 1.1, 1.8, 2.3],  # ski
        [1.1, 0.9, 1.1, 1.3, 1.3, 1.0, 0.8, 1.1, 1.2, 0.8, 0.7, 0.7],  # running
        [0.3, 0.4, 1.0, 1.7, 1.8, 1.5, 1.2, 1.1, 0.9, 0.5, 0.5, 1.1],  # cycling
        [0.8, 0.6, 0.8, 0.9, 1.0, 1.1, 1.1, 1.4, 1.0, 0.8, 1.0, 1.5],  # kids
        [0.4, 0.4, 0.7, 1.3, 1.8, 1.7, 1.4, 1.2, 1.0, 0.7, 0.5, 0.9],  # fishing
        [1.0, 0.8, 0.9, 0.9, 1.1, 1.6, 1.5, 0.9, 0.8, 0.8, 0.7, 1.0],  # travel
        [0.8, 0.7, 0.9, 1.0, 1.0, 0.8, 0.7, 0.9, 1.2, 1.1, 1.4, 1.5],  # fashion
        [0.4, 0.6, 0.5, 0.6, 0.9, 1.1, 0.6, 0.5, 0.5, 0.7, 1.6, 4.0],  # gift_cards
    ]
)


@dataclass(frozen=True)
class Persona:
    """One latent kind of customer; the pipeline must find it again without being told.

    Attributes:
        share: Share of the population.
        age: Mean age in years; people vary around it by 10 to 15.
        female: Share of women.
        orders: Orders per active year, before the person's own pace.
        basket: Mean lines per order.
        price: Factor on the price level that is chosen.
        discount: Chance that an order carries a discount.
        stay: Mean years until the person stops buying.
        returns: Chance that someone who stopped comes back.
        channels: Weights of online, store, app.
        categories: Weights in the order of ``CATEGORIES``.
        opens: Chance to open a mail; ``clicks``: to click once opened.
        web: Factor on browsing.
        values: Mean answers, 1-5: adventure, price, sustainability, family, status, comfort.
        nps: Mean answer, 0-10.
        income: Mean household income in thousand EUR a year.
    """

    name: str
    share: float
    age: float
    female: float
    orders: float
    basket: float
    price: float
    discount: float
    stay: float
    returns: float
    channels: tuple[float, float, float]
    categories: tuple[float, ...]
    opens: float
    clicks: float
    web: float
    values: tuple[float, ...]
    nps: float
    income: float


PERSONAS = (
    Persona(
        "summit_seeker", 0.10, 33, 0.38, 7.5, 2.6, 1.45, 0.10, 6.0, 0.35, (0.50, 0.25, 0.25),
        (0.16, 0.30, 0.28, 0.08, 0.04, 0.00, 0.01, 0.09, 0.03, 0.01),
        0.46, 0.30, 1.5, (4.8, 2.0, 3.6, 2.0, 3.0, 1.8), 8.9, 58,
    ),
    Persona(
        "trail_runner", 0.13, 37, 0.52, 5.5, 1.7, 1.10, 0.20, 4.0, 0.30, (0.55, 0.10, 0.35),
        (0.02, 0.03, 0.05, 0.60, 0.14, 0.01, 0.00, 0.04, 0.10, 0.01),
        0.40, 0.26, 1.3, (3.9, 2.8, 3.5, 2.4, 2.9, 2.3), 8.3, 52,
    ),
    Persona(
        "family_camper", 0.19, 41, 0.58, 4.5, 3.4, 0.90, 0.35, 3.5, 0.30, (0.40, 0.48, 0.12),
        (0.30, 0.00, 0.10, 0.03, 0.08, 0.38, 0.03, 0.05, 0.02, 0.01),
        0.34, 0.18, 1.0, (3.0, 3.7, 3.4, 4.8, 2.2, 3.6), 8.0, 66,
    ),
    Persona(
        "quiet_angler", 0.09, 57, 0.18, 3.2, 2.0, 1.15, 0.08, 7.0, 0.20, (0.12, 0.85, 0.03),
        (0.12, 0.00, 0.03, 0.01, 0.04, 0.01, 0.70, 0.04, 0.04, 0.01),
        0.25, 0.08, 0.4, (2.9, 3.0, 3.4, 2.8, 1.8, 3.7), 8.4, 47,
    ),
    Persona(
        "city_layer", 0.15, 29, 0.62, 5.0, 1.9, 1.30, 0.25, 2.0, 0.35, (0.35, 0.15, 0.50),
        (0.01, 0.03, 0.06, 0.12, 0.10, 0.01, 0.00, 0.09, 0.56, 0.02),
        0.30, 0.24, 1.6, (2.5, 2.6, 3.2, 1.9, 4.6, 3.3), 7.2, 44,
    ),
    Persona(
        "bargain_hunter", 0.16, 46, 0.50, 3.8, 2.3, 0.62, 0.85, 1.8, 0.45, (0.75, 0.10, 0.15),
        (0.10, 0.02, 0.12, 0.12, 0.14, 0.14, 0.06, 0.10, 0.19, 0.01),
        0.52, 0.34, 1.4, (2.6, 4.8, 2.4, 3.0, 2.0, 3.0), 6.2, 36,
    ),
    Persona(
        "gift_giver", 0.10, 60, 0.66, 1.2, 1.4, 1.00, 0.15, 4.0, 0.40, (0.50, 0.45, 0.05),
        (0.02, 0.01, 0.02, 0.02, 0.03, 0.16, 0.04, 0.06, 0.14, 0.50),
        0.22, 0.10, 0.5, (1.8, 3.1, 3.0, 4.2, 2.6, 4.2), 7.6, 50,
    ),
    Persona(
        "slow_traveller", 0.08, 51, 0.60, 3.0, 2.2, 1.25, 0.12, 5.0, 0.30, (0.60, 0.32, 0.08),
        (0.10, 0.01, 0.04, 0.04, 0.16, 0.01, 0.03, 0.50, 0.10, 0.01),
        0.44, 0.28, 0.9, (3.6, 2.4, 4.8, 2.4, 2.0, 3.2), 8.7, 61,
    ),
)  # fmt: skip


def persona_values(name: str) -> Array:
    """Return one attribute of all personas as an array, in the order of ``PERSONAS``."""
    return np.array([getattr(persona, name) for persona in PERSONAS])


def sku_prices_eur() -> Array:
    """Return list prices in EUR, shape (categories, SKUs): cheap things sell most."""
    ladder = np.linspace(0.45, 2.6, SKUS_PER_CATEGORY)[(np.arange(SKUS_PER_CATEGORY) * 7) % 40]
    return np.asarray(np.round(_PRICE_EUR[:, None] * ladder, 0))
