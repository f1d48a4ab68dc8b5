"""``campaigns/``: the list of campaigns, and who was assigned to which arm of them."""

import numpy as np

from demo.campaign_plan import (
    CAMPAIGNS,
    PERSON_SOURCE,
    WINDOW_DAYS,
    campaign_keys,
    start_day,
)
from demo.campaigns import Assignments
from demo.delivery import Delivery
from demo.draws import stream
from demo.text import Text, digits, join, stack, take, text, where
from demo.timeline import DAY, iso_dates, zulu_moments
from demo.writers import PLAIN


def write_campaigns(delivery: Delivery, assignments: Assignments, keys: dict[str, Text]) -> None:
    """Write ``campaigns/campaigns.csv`` and ``campaigns/assignments.csv``.

    Args:
        delivery: The delivery in the making.
        assignments: Who was in which arm.
        keys: For each source, the key of each person's first record there.
    """
    timeline = delivery.timeline
    starts = np.array([start_day(campaign, timeline) for campaign in CAMPAIGNS])
    cost = np.array([campaign.cost for campaign in CAMPAIGNS])
    columns = {
        "campaign_id": campaign_keys(),
        "name": text([campaign.name for campaign in CAMPAIGNS]),
        "channel": text([campaign.channel for campaign in CAMPAIGNS]),
        "goal": text([campaign.goal for campaign in CAMPAIGNS]),
        "starts_on": iso_dates(starts),
        "ends_on": iso_dates(starts + WINDOW_DAYS - 1),
        "cost": join(digits(cost // 100), ".", digits(cost % 100, 2)),
        "currency": text([campaign.currency for campaign in CAMPAIGNS]),
        "target_segment": text([campaign.target for campaign in CAMPAIGNS]),
    }
    delivery.csv("campaigns/campaigns", columns, PLAIN)

    rng = stream(delivery.seed, "assignments")
    sources = text([PERSON_SOURCE[campaign.channel] for campaign in CAMPAIGNS])
    source_names = list(dict.fromkeys(PERSON_SOURCE.values()))
    source = np.array(
        [source_names.index(PERSON_SOURCE[campaign.channel]) for campaign in CAMPAIGNS]
    )[assignments.campaign]
    people = len(keys[source_names[0]])
    key = take(stack([keys[name] for name in source_names]), source * people + assignments.person)
    at = (starts[assignments.campaign] - 2) * DAY + rng.integers(0, DAY, len(key))
    columns = {
        "campaign_id": take(campaign_keys(), assignments.campaign),
        "person_source": take(sources, assignments.campaign),
        "person_key": key,
        "arm": where(assignments.treated, "treatment", "control"),
        "assigned_at": zulu_moments(at),
    }
    delivery.csv("campaigns/assignments", columns, PLAIN)
