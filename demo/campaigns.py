"""The campaigns run: who was in which arm, and who bought, or stayed away, because of it.

What each campaign does is planned in ``campaign_plan``; the files are in ``campaign_files``.
"""

from dataclasses import dataclass

import numpy as np

from demo.campaign_plan import CAMPAIGNS, WINDOW_DAYS, extra_order_chances, start_day
from demo.company import PERSONAS
from demo.draws import Array, chance, stream
from demo.people import People
from demo.purchases import Orders, in_order_of_time
from demo.timeline import DAY, Timeline, clock

_ASSIGNED_SHARE = 0.6


@dataclass(frozen=True)
class Reach:
    """When people can be reached by a channel and can order, one row per person.

    Attributes:
        since, until: First day and the day after the last; an empty span for those who cannot.
    """

    since: Array
    until: Array


@dataclass(frozen=True)
class Assignments:
    """Who was in which campaign.

    Attributes:
        campaign: Position in ``CAMPAIGNS``.
        person: Row of ``People``.
        treated: Whether in the treatment arm.
        converted_at: Moment of the extra order that the campaign caused, 0 without one.
    """

    campaign: Array
    person: Array
    treated: Array
    converted_at: Array


@dataclass(frozen=True)
class Uplifts:
    """True effects, shape (campaigns, personas).

    Attributes:
        people: Assigned people.
        base: Share that ordered within the window of their own accord.
        uplift: Change of that share by treatment, expected.
    """

    people: Array
    base: Array
    uplift: Array


def run_campaigns(
    orders: Orders, people: People, reachable: dict[str, Reach], account: Array, seed: int,
    timeline: Timeline,
) -> tuple[Orders, Assignments, Uplifts]:  # fmt: skip
    """Assign people to arms and let the campaigns work on the orders.

    Args:
        orders: Orders that people place of their own accord, in order of time.
        people: The population.
        reachable: When each person can be reached by each channel and can order.
        account: First shop account of each person.
        seed: The seed of the whole delivery.
        timeline: When the campaigns ran.

    Returns:
        All orders in order of time, the assignments, and the true effects.
    """
    effects = extra_order_chances()
    shape = (len(CAMPAIGNS), len(PERSONAS))
    counts, base, uplift = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    dropped = np.zeros(len(orders), dtype=bool)
    credited = np.full(len(orders), -1, dtype=np.int8)
    parts: list[tuple[Array, ...]] = []
    for number, campaign in enumerate(CAMPAIGNS):
        rng = stream(seed, "campaign", number)
        day = start_day(campaign, timeline)
        reach = reachable[campaign.channel]
        able = np.flatnonzero((reach.since < day - 3) & (reach.until > day + 1))
        person = able[chance(rng, _ASSIGNED_SHARE, len(able))]
        treated = chance(rng, campaign.treated, len(person))
        persona = people.persona[person]

        low, high = np.searchsorted(orders.at, [day * DAY, (day + WINDOW_DAYS) * DAY])
        window = orders.person[low:high]
        bought = np.zeros(len(people), dtype=bool)
        bought[window] = True
        counts[number] = np.bincount(persona, minlength=shape[1])
        own = np.bincount(persona, weights=bought[person], minlength=shape[1])
        base[number] = own / np.maximum(counts[number], 1)
        effect = effects[number]
        uplift[number] = np.where(effect > 0, effect * (1 - base[number]), effect * base[number])

        acts = treated & chance(rng, np.abs(effect[persona]), len(person))
        leaves = np.zeros(len(people), dtype=bool)
        leaves[person[acts & (effect[persona] < 0)]] = True
        dropped[low:high] |= leaves[window]
        # Shops credit a campaign with orders that would have come anyway, too.
        is_treated = np.zeros(len(people), dtype=bool)
        is_treated[person[treated]] = True
        credit = is_treated[window] & chance(rng, 0.25, len(window))
        credited[low:high] = np.where(credit, number, credited[low:high])

        converts = acts & (effect[persona] > 0)
        delay = np.minimum(rng.exponential(3.0, len(person)), WINDOW_DAYS - 2).astype(np.int64)
        at = (day + delay) * DAY + clock(rng, len(person), 11, 24)
        parts.append((np.full(len(person), number, np.int8), person, treated, at * converts))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    assignments = Assignments(*joined)
    extra = np.flatnonzero(assignments.converted_at)
    every = Orders(
        account=np.concatenate(
            [orders.account[~dropped], account[assignments.person[extra]].astype(np.int32)]
        ),
        person=np.concatenate(
            [orders.person[~dropped], assignments.person[extra].astype(np.int32)]
        ),
        at=np.concatenate([orders.at[~dropped], assignments.converted_at[extra]]),
        campaign=np.concatenate([credited[~dropped], assignments.campaign[extra]]),
    )
    return in_order_of_time(every), assignments, Uplifts(counts, base, uplift)
