"""When people buy: each person's pace, spells of activity, silence and return."""

from dataclasses import dataclass, replace

import numpy as np

from demo.company import persona_values
from demo.draws import Array, chance, stream
from demo.membership import Records
from demo.order_lines import line_count_chances
from demo.people import People
from demo.timeline import DAY, YEAR_DAYS, Timeline, clock

LINES_PER_PERSON = 20
_NEVER_BUY_SHARE = 0.13
# Time between someone's last order and their return, in days.
_SILENCE = (200, 520)


@dataclass(frozen=True)
class Orders:
    """All orders in order of time.

    Attributes:
        account: Row of the shop's ``Records``.
        person: Row of ``People``.
        at: Moment of the order.
        campaign: Position in the campaigns that won the order, -1 for none.
    """

    account: Array
    person: Array
    at: Array
    campaign: Array

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self.at)


def in_order_of_time(orders: Orders) -> Orders:
    """Sort orders by moment; equal moments keep their order."""
    order = np.argsort(orders.at, kind="stable")
    return replace(
        orders,
        **{name: getattr(orders, name)[order] for name in Orders.__dataclass_fields__},
    )


def _spells(
    rng: np.random.Generator, people: People, buyers: Array, first_day: Array, timeline: Timeline
) -> tuple[Array, Array, Array]:
    """Return buyer (position in ``buyers``), first and last day of each spell of activity."""
    persona = people.persona[buyers]
    size = len(buyers)
    stay = rng.exponential(persona_values("stay")[persona] * YEAR_DAYS)
    # Those who were here before the first day have stayed at least until then.
    last = np.minimum(first_day + 30 + stay, timeline.today).astype(np.int64)
    stopped = last < timeline.today
    returns = stopped & chance(rng, persona_values("returns")[persona], size)
    again = last + rng.integers(*_SILENCE, size)
    again_last = again + rng.exponential(300, size).astype(np.int64) + 20
    back = returns & (again < timeline.today)
    return (
        np.concatenate([np.arange(size), np.flatnonzero(back)]),
        np.concatenate([first_day, again[back]]),
        np.concatenate([last, np.minimum(again_last[back], timeline.today)]),
    )


def _moments_of_spells(
    rng: np.random.Generator,
    persona: Array,
    first: Array,
    last: Array,
    pace: Array,
    timeline: Timeline,
) -> tuple[Array, Array]:
    """Return spell and moment of each order.

    A spell's orders are evenly spread over its demand with a jitter: a personal rhythm that
    stretches and shrinks with the season.
    """
    demand = timeline.demand()
    begin = demand[persona, first - timeline.start_day]
    end = demand[persona, last - timeline.start_day + 1]
    orders = rng.poisson(pace * (end - begin))
    spell = np.repeat(np.arange(len(orders)), orders)
    before = np.cumsum(orders) - orders
    nth = np.arange(len(spell)) - before[spell]
    position = (nth + rng.random(len(spell))) / orders[spell]
    level = begin[spell] + position * (end - begin)[spell]
    day = np.empty(len(spell), dtype=np.int64)
    owner = persona[spell]
    for number, steps in enumerate(demand):
        mask = owner == number
        day[mask] = np.searchsorted(steps, level[mask], side="right") - 1
    day = np.minimum(day, timeline.today - timeline.start_day) + timeline.start_day
    return spell, day * DAY + clock(rng, len(day))


def draw_orders(people: People, shop: Records, seed: int, timeline: Timeline) -> Orders:
    """Draw all orders that people place of their own accord.

    About 20 order lines per person of the whole base come out; whoever has two accounts uses both.

    Args:
        people: The population.
        shop: The shop's accounts.
        seed: The seed of the whole delivery.
        timeline: Orders lie between its first day and its last.
    """
    rng = stream(seed, "orders")
    # The first account of each person, and the second one where there is one.
    by_person = np.argsort(shop.person, kind="stable")
    owners, starts, counts = np.unique(
        shop.person[by_person], return_index=True, return_counts=True
    )
    account = by_person[starts]
    second = np.where(counts > 1, by_person[np.minimum(starts + 1, len(by_person) - 1)], account)
    opened = shop.created[account] // DAY + 1
    buys = ~chance(rng, _NEVER_BUY_SHARE, len(owners)) & (opened <= timeline.today)
    if not buys.any():
        buys[np.argmin(opened)] = True
    buyers, account, second = owners[buys], account[buys], second[buys]
    first_day = np.clip(opened[buys], timeline.start_day, timeline.today)

    buyer, first, last = _spells(rng, people, buyers, first_day, timeline)
    persona = people.persona[buyers]
    # Heavy tail: a tenth of a persona's people buy about a third of what it buys.
    own_pace = persona_values("orders")[persona] * rng.gamma(1.3, 1 / 1.3, len(buyers))
    demand = timeline.demand()
    length = (
        demand[persona[buyer], last - timeline.start_day + 1]
        - demand[persona[buyer], first - timeline.start_day]
    )
    basket = line_count_chances() @ np.arange(1, line_count_chances().shape[1] + 1)
    lines = (own_pace[buyer] * length * basket[persona[buyer]]).sum()
    pace = own_pace * (LINES_PER_PERSON * len(people) / max(lines, 1.0))
    spell, at = _moments_of_spells(rng, persona[buyer], first, last, pace[buyer], timeline)
    who = buyer[spell]
    uses_second = (at > shop.created[second[who]] + DAY) & chance(rng, 0.4, len(who))
    orders = Orders(
        account=np.where(uses_second, second[who], account[who]).astype(np.int32),
        person=buyers[who].astype(np.int32),
        at=at,
        campaign=np.full(len(at), -1, dtype=np.int8),
    )
    return in_order_of_time(orders)
