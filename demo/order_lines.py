"""What people order: lines with category, article, quantity and amount. Files: ``orders``."""

from dataclasses import dataclass

import numpy as np

from demo.company import (
    CATEGORIES,
    PERSONAS,
    SEASON,
    SKU_CHANCES,
    SKUS_PER_CATEGORY,
    UNITS_PER_EUR,
    persona_values,
    sku_prices_eur,
)
from demo.draws import Array, lookup_table, pick_from

_MOST_LINES = 12


def line_count_chances() -> Array:
    """Return the chances of 1, 2, ... lines in an order, shape (personas, 12).

    Lines above the first are geometric; the persona's mean is that of the untruncated draw.
    """
    means = persona_values("basket") - 1
    chances = (means / (1 + means))[:, None] ** np.arange(_MOST_LINES)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Tables:
    """Lookup tables for draws by the million."""

    lines: Array
    category: Array
    sku: Array
    channel: Array
    price: Array


def draw_tables() -> Tables:
    """Make the tables; they depend on nothing that is drawn."""
    weights = np.array([persona.categories for persona in PERSONAS])
    by_month = weights[:, None, :] * SEASON.T[None, :, :]
    # Someone who pays less picks from the cheap end: rank by price, tilted.
    prices = sku_prices_eur()
    level = persona_values("price")[:, None, None]
    tilt = (prices / prices.mean(axis=1, keepdims=True))[None] ** (np.log(level) * 1.5)
    return Tables(
        lines=lookup_table(line_count_chances()),
        category=lookup_table(by_month.reshape(-1, len(CATEGORIES))),
        sku=lookup_table((SKU_CHANCES * tilt).reshape(-1, SKUS_PER_CATEGORY)),
        channel=lookup_table(persona_values("channels")),
        price=prices,
    )


@dataclass(frozen=True)
class Lines:
    """The lines of one chunk of orders; money in hundredths of the order's currency."""

    order: Array
    number: Array
    category: Array
    sku: Array
    quantity: Array
    amount: Array


def draw_lines(
    rng: np.random.Generator, tables: Tables, persona: Array, month: Array, currency: Array,
    rebate: Array, for_company: Array,
) -> tuple[Lines, Array]:  # fmt: skip
    """Draw the lines of a chunk, and the discount of each order in hundredths."""
    count = pick_from(rng, tables.lines, persona).astype(np.int64) + 1
    order = np.repeat(np.arange(len(persona)), count)
    number = np.arange(len(order)) - (np.cumsum(count) - count)[order] + 1
    category = pick_from(rng, tables.category, (persona.astype(np.int64) * 12 + month)[order])
    sku = pick_from(rng, tables.sku, persona[order].astype(np.int64) * len(CATEGORIES) + category)
    quantity = 1 + (rng.random(len(order)) < 0.12).astype(np.int64)
    quantity += for_company[order] * rng.integers(0, 9, len(order))
    # Shops price in round units of their currency: 140 EUR is 1,568 SEK is 1,569 SEK.
    unit = np.round(tables.price[category, sku] * UNITS_PER_EUR[currency[order]])
    full = unit * quantity * 100
    amount = np.round(full * (1 - rebate[order])).astype(np.int64)
    discount = np.bincount(order, weights=full - amount, minlength=len(persona))
    return Lines(order, number, category, sku, quantity, amount), discount.astype(np.int64)
