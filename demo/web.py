"""``web/events.parquet``: visits to the web shop, by customers and by people it does not know."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from demo.campaign_plan import campaign_keys
from demo.company import CATEGORIES, PERSONAS, SEASON, persona_values
from demo.delivery import Delivery
from demo.dirt import choose_rows
from demo.draws import Array, chance, lookup_table, pick, pick_from, stream
from demo.membership import Records
from demo.parquet import moments, null_where, parquet_file
from demo.people import People
from demo.purchases import Orders
from demo.text import Text, digits, join, take, text
from demo.timeline import DAY, Timeline, clock, months_of

EVENTS = ("page_view", "product_view", "search", "add_to_cart", "checkout", "purchase", "scroll?")
_PURCHASE = EVENTS.index("purchase")
EVENTS_PER_PERSON = 4.9
_EVENTS_PER_SESSION = 4.5
_SESSIONS_PER_CHUNK = 60_000
_FIRST_EVENT = 500_000_001
# Source and medium, and their weights for a visit without campaign.
_ORIGINS = (("direct", ""), ("google", "organic"), ("google", "cpc"), ("facebook", "social"),
            ("instagram", "social"), ("newsletter", "email"), ("prisjakt", "referral"))  # fmt: skip
_ORIGIN_CHANCES = np.array([0.28, 0.3, 0.12, 0.08, 0.08, 0.08, 0.06])
_SEARCHES = {
    "tents": "telt tält tunneltelt teltta", "climbing": "klatresele rep karabin klätterskor",
    "ski": "ski skidor topptur hiihto", "running": "løbesko löparskor juoksukengät trail",
    "cycling": "cykel hjelm pyörä sykkelhjelm", "kids": "børnetøj regnställ barn flyverdragt",
    "fishing": "fiskestang spinnspö uistin vadere", "travel": "rygsæk ryggsäck reppu duffel",
    "fashion": "jakke jacka takki skaljakke", "gift_cards": "gavekort presentkort lahja jul",
}  # fmt: skip
_FAULTS = {
    "missing_key": 0.0003, "orphan": 0.002, "unknown_code": 0.001, "duplicate_row": 0.003,
    "no_visitor": 0.0004,
}  # fmt: skip


@dataclass(frozen=True)
class _Sessions:
    """Visits in order of time.

    Attributes:
        account: Row of the shop's ``Records``, -1 for visits that are not logged in.
        visitor: Number of the browser.
        persona: What guides the visitor's interest.
        at: First moment.
        campaign: Position in the campaigns, -1 for none.
        buys: Whether it ends with a purchase.
    """

    account: Array
    visitor: Array
    persona: Array
    at: Array
    campaign: Array
    buys: Array


def _draw_sessions(
    people: People, shop: Records, orders: Orders, seed: int, timeline: Timeline
) -> _Sessions:
    """Draw visits: some lead to known orders, the others just look around."""
    rng = stream(seed, "web")
    wanted = round(EVENTS_PER_PERSON * len(people) / _EVENTS_PER_SESSION)
    # A tenth of the visits end with an order that the shop has.
    is_late = orders.at > timeline.start + DAY
    share = min(1.0, 0.1 * wanted / max(len(orders), 1))
    bought = np.flatnonzero(chance(rng, share, len(orders)) & is_late)
    looks = wanted - len(bought)
    # Browsing follows a person's persona and how recently they joined the shop.
    weights = persona_values("web")[people.persona[shop.person]]
    account = pick(rng, weights, looks)
    opened = np.maximum(shop.created[account] // DAY, timeline.start_day)
    back = np.floor((timeline.today - opened + 1) * rng.random(looks) ** 1.4).astype(np.int64)
    looked_at = (timeline.today - back).clip(opened) * DAY + clock(rng, looks, 0, 23)

    account = np.concatenate([orders.account[bought], account])
    at = np.concatenate([orders.at[bought] - 900, looked_at])
    person = shop.person[account]
    # Browsers: one per account, a second one for some visits; members of a household share.
    shared = chance(rng, 0.06, len(at))
    device = rng.integers(0, 3, len(at)) // 2
    visitor = np.where(shared, people.household[person] * 3 + 2, account * 3 + device)
    visitor += np.where(shared, 3 * len(shop), 0)
    buys = np.arange(len(at)) < len(bought)
    anonymous = ~buys & chance(rng, 0.45, len(at))
    stranger = ~buys & chance(rng, 0.25, len(at))
    visitor = np.where(stranger, 10**9 + np.arange(len(at)), visitor)
    order = np.argsort(at, kind="stable")
    campaign = np.concatenate([orders.campaign[bought], np.full(looks, -1, np.int8)])
    return _Sessions(
        account=np.where(anonymous | stranger, -1, account)[order],
        visitor=visitor[order],
        persona=people.persona[person][order],
        at=at[order],
        campaign=campaign[order],
        buys=buys[order],
    )


def _chunk_columns(
    rng: np.random.Generator, sessions: _Sessions, rows: slice, end: int
) -> dict[str, Array]:
    """Unfold a chunk of visits into events; numbers only."""
    persona, at = sessions.persona[rows], sessions.at[rows]
    buys = sessions.buys[rows]
    # Buyers need at least five steps; others leave after a geometric number of them.
    steps = np.where(buys, 5, 0) + np.minimum(rng.geometric(0.26, len(at)), 12)
    visit = np.repeat(np.arange(len(at)), steps)
    nth = np.arange(len(visit)) - (np.cumsum(steps) - steps)[visit]
    left = steps[visit] - nth
    kind = pick(rng, np.array([0.38, 0.42, 0.13, 0.07]), len(visit))
    kind = np.where(nth == 0, 0, kind)
    kind = np.where(buys[visit] & (left <= 3), 6 - left, kind)
    weights = np.array([entry.categories for entry in PERSONAS]) + 0.01
    table = lookup_table((weights[:, None, :] * SEASON.T[None]).reshape(-1, len(CATEGORIES)))
    month = months_of(at // DAY)
    category = pick_from(rng, table, (persona.astype(np.int64) * 12 + month)[visit])
    # Within 900 seconds, so that the purchase is at the order's moment.
    gap = 900 // np.maximum(steps[visit] - 1, 1)
    moment = np.minimum(at[visit] + nth * gap, end)
    moment = np.where(buys[visit] & (left == 1), at[visit] + 900, moment)
    origin = pick(rng, _ORIGIN_CHANCES, len(at))[visit]
    return {
        "visit": visit, "kind": kind, "category": category, "at": moment, "origin": origin,
        "account": sessions.account[rows][visit], "visitor": sessions.visitor[rows][visit],
        "campaign": sessions.campaign[rows][visit].astype(np.int64),
        "word": rng.integers(0, 4, len(visit)),
    }  # fmt: skip


def _table(
    delivery: Delivery, drawn: dict[str, Array], keys: Text, first: int, chunk: int
) -> dict[str, Any]:
    """Make the columns of a chunk, with their faults."""
    table = "web/events"
    size = len(drawn["visit"])
    hit = choose_rows(_FAULTS, size, delivery.seed, table, delivery.ledger, chunk)
    drawn["account"][hit["orphan"]] = len(keys) - 1
    drawn["kind"][hit["unknown_code"]] = len(EVENTS) - 1
    no_key, no_visitor = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    no_key[hit["missing_key"]] = True
    no_visitor[hit["no_visitor"]] = True
    again = np.concatenate([np.arange(size), hit["duplicate_row"]])
    event_id = null_where(pa.array(first + np.arange(size)), no_key)
    kind, category, account = (drawn[name][again] for name in ("kind", "category", "account"))
    is_search = kind == EVENTS.index("search")
    words = text([word for name in CATEGORIES for word in _SEARCHES[name].split()])
    campaign = drawn["campaign"][again]
    origins = text([source for source, _ in _ORIGINS])
    media = text([medium or "none" for _, medium in _ORIGINS])
    return {
        "event_id": event_id.take(pa.array(again)),
        "visitor_id": null_where(join("v", digits(drawn["visitor"][again])), no_visitor[again]),
        "customer_id": null_where(take(keys, np.maximum(account, 0)), account < 0),
        "event": take(text(EVENTS), kind),
        "category": null_where(take(text(CATEGORIES), category), (kind == 0) | is_search),
        "search_term": null_where(
            take(words, category.astype(np.int64) * 4 + drawn["word"][again]), ~is_search
        ),
        "source": take(origins, drawn["origin"][again]),
        "medium": take(media, drawn["origin"][again]),
        "campaign_id": null_where(take(campaign_keys(), np.maximum(campaign, 0)), campaign < 0),
        "at": moments(drawn["at"][again]),
    }


def write_web_events(delivery: Delivery, people: People, shop: Records, orders: Orders) -> None:
    """Write the visits in order of their first moment.

    Args:
        delivery: The delivery in the making.
        people: The population.
        shop: The shop's records.
        orders: All orders; some of them end a visit.
    """
    sessions = _draw_sessions(people, shop, orders, delivery.seed, delivery.timeline)
    keys = pa.concat_arrays([shop.key, text(["C99999999"])])
    first = _FIRST_EVENT
    with parquet_file(delivery.path("web/events", "parquet")) as file:
        for chunk, start in enumerate(range(0, len(sessions.at), _SESSIONS_PER_CHUNK)):
            rng = stream(delivery.seed, "web_events", chunk)
            rows = slice(start, start + _SESSIONS_PER_CHUNK)
            drawn = _chunk_columns(rng, sessions, rows, delivery.timeline.end)
            file.table(_table(delivery, drawn, keys, first, chunk))
            first += len(drawn["visit"])
        delivery.rows["web/events"] = file.rows
