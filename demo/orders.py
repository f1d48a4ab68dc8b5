"""``shop/orders.parquet`` and ``shop/order_lines.parquet``, streamed in chunks of orders.

When people order is in ``purchases``, what they order in ``order_lines``; which orders a campaign
won is in ``campaigns``.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from demo.campaign_plan import campaign_keys
from demo.company import (
    CATEGORIES,
    CHANNELS,
    CURRENCIES,
    SKUS_PER_CATEGORY,
    persona_values,
)
from demo.delivery import Delivery
from demo.dirt import choose_rows
from demo.draws import Array, chance, pick, pick_from, stream
from demo.order_lines import Lines, draw_lines, draw_tables
from demo.parquet import decimals, moments, null_where, parquet_file
from demo.purchases import Orders
from demo.records import World
from demo.text import Text, take, text
from demo.timeline import DAY, months_of

FIRST_ORDER_ID = 10_000_001
_ORDERS_PER_CHUNK = 250_000
_STATUSES = ("paid", "shipped", "refunded", "cancelled", "SHIPPED?")
_STATUS_CHANCES = np.array([0.14, 0.79, 0.045, 0.025])
_ORDER_FAULTS = {
    "missing_key": 0.0002, "orphan": 0.002, "negative_amount": 0.001, "huge_amount": 0.0002,
    "unknown_code": 0.0005, "total_not_lines": 0.003, "duplicate_row": 0.002,
}  # fmt: skip
_LINE_FAULTS = {
    "missing_key": 0.0002, "orphan": 0.001, "negative_amount": 0.001, "zero_quantity": 0.001,
    "unknown_code": 0.002, "duplicate_row": 0.002,
}  # fmt: skip


def _dictionary(codes: Array, words: Text) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), words)


def _categories() -> Text:
    return text([*CATEGORIES, "ukendt kategori"])


def _skus() -> Text:
    return text(
        [f"{name[:3].upper()}-{n:03d}" for name in CATEGORIES for n in range(SKUS_PER_CATEGORY)]
    )


def _line_table(delivery: Delivery, lines: Lines, order_id: Array, chunk: int) -> dict[str, Any]:
    """Make the columns of a chunk of lines, with their faults."""
    table = "shop/order_lines"
    hit = choose_rows(_LINE_FAULTS, len(lines.order), delivery.seed, table, delivery.ledger, chunk)
    ids = order_id[lines.order]
    ids[hit["orphan"]] = 9_000_000_000 + hit["orphan"]
    category, quantity, amount = lines.category.astype(np.int16), lines.quantity, lines.amount
    category[hit["unknown_code"]] = len(CATEGORIES)
    amount[hit["negative_amount"]] *= -1
    quantity[hit["zero_quantity"]] = 0
    missing = np.zeros(len(ids), dtype=bool)
    missing[hit["missing_key"]] = True
    again = np.concatenate([np.arange(len(ids)), hit["duplicate_row"]])
    return {
        "order_id": null_where(pa.array(ids), missing).take(pa.array(again)),
        "line_no": pa.array(lines.number[again].astype(np.int32)),
        "sku": _dictionary(
            (lines.category * np.int64(SKUS_PER_CATEGORY) + lines.sku)[again], _skus()
        ),
        "category": _dictionary(category[again], _categories()),
        "quantity": pa.array(quantity[again].astype(np.int32)),
        "line_amount": decimals(amount[again]),
    }


def _order_table(
    delivery: Delivery, columns: dict[str, Array], keys: Text, chunk: int
) -> dict[str, Any]:
    """Make the columns of a chunk of orders, with their faults."""
    table = "shop/orders"
    size = len(columns["order_id"])
    hit = choose_rows(_ORDER_FAULTS, size, delivery.seed, table, delivery.ledger, chunk)
    total, status, account = columns["total"], columns["status"], columns["account"]
    total[hit["negative_amount"]] *= -1
    total[hit["huge_amount"]] *= 100
    total[hit["total_not_lines"]] += 4900
    status[hit["unknown_code"]] = len(_STATUSES) - 1
    account[hit["orphan"]] = len(keys) - 1
    missing = np.zeros(size, dtype=bool)
    missing[hit["missing_key"]] = True
    again = np.concatenate([np.arange(size), hit["duplicate_row"]])
    no_campaign = columns["campaign"][again] < 0
    no_discount = columns["discount"][again] == 0
    return {
        "order_id": null_where(pa.array(columns["order_id"]), missing).take(pa.array(again)),
        "customer_id": take(keys, account[again]),
        "ordered_at": moments(columns["at"][again]),
        "status": _dictionary(status[again], text(_STATUSES)),
        "currency": _dictionary(columns["currency"][again], text(CURRENCIES)),
        "total_amount": decimals(total[again]),
        "discount_amount": decimals(columns["discount"][again], no_discount),
        "sales_channel": _dictionary(columns["channel"][again], text(CHANNELS)),
        "campaign_id": null_where(
            take(campaign_keys(), np.maximum(columns["campaign"][again], 0)), no_campaign
        ),
    }


def write_orders(
    delivery: Delivery, world: World, orders: Orders, keys: Text, for_company: Array
) -> None:  # fmt: skip
    """Write both files.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        orders: All orders, in order of time.
        keys: Key of each shop account.
        for_company: Whether each shop account buys for a company.
    """
    tables = draw_tables()
    keys = pa.concat_arrays([keys, text(["C99999999"])])
    today = delivery.timeline.today
    order_path = delivery.path("shop/orders", "parquet")
    line_path = delivery.path("shop/order_lines", "parquet")
    with parquet_file(order_path) as order_file, parquet_file(line_path) as line_file:
        for chunk, start in enumerate(range(0, max(len(orders), 1), _ORDERS_PER_CHUNK)):
            rows = slice(start, start + _ORDERS_PER_CHUNK)
            rng = stream(delivery.seed, "order_lines", chunk)
            person, account, at = orders.person[rows], orders.account[rows], orders.at[rows]
            size = len(person)
            persona = world.people.persona[person]
            currency = world.people.country[person].astype(np.int64)
            # Travellers pay in euro or dollar; a few in a currency that has no rate.
            abroad = rng.random(size)
            currency[abroad < 0.012] = CURRENCIES.index("EUR")
            currency[abroad < 0.004] = CURRENCIES.index("USD")
            currency[abroad < 0.0015] = CURRENCIES.index("ISK")
            has_rebate = chance(rng, persona_values("discount")[persona], size)
            rebate = np.where(has_rebate, np.array([0.1, 0.15, 0.2, 0.3])[
                pick(rng, np.array([0.35, 0.25, 0.25, 0.15]), size)], 0.0)  # fmt: skip
            lines, discount = draw_lines(
                rng, tables, persona, months_of(at // DAY), currency, rebate, for_company[account]
            )
            status = pick(rng, _STATUS_CHANCES, size)
            # What was ordered in the last days is paid and not yet shipped.
            status[(at // DAY > today - 3) & (status == 1)] = 0
            channel = pick_from(rng, tables.channel, persona).astype(np.int64)
            won = orders.campaign[rows] >= 0
            channel[won & (channel == 1)] = 0
            order_id = FIRST_ORDER_ID + start + np.arange(size)
            total = np.bincount(lines.order, weights=lines.amount, minlength=size).astype(np.int64)
            columns = {
                "order_id": order_id, "account": account.astype(np.int64), "at": at,
                "status": status, "currency": currency, "total": total, "discount": discount,
                "channel": channel, "campaign": orders.campaign[rows],
            }  # fmt: skip
            order_file.table(_order_table(delivery, columns, keys, chunk))
            line_file.table(_line_table(delivery, lines, order_id, chunk))
        delivery.rows["shop/orders"] = order_file.rows
        delivery.rows["shop/order_lines"] = line_file.rows
