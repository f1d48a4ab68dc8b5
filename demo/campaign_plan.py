"""The plan of the campaigns: what they are, and what they truly do to whom.

Effects differ by persona: a treated person places an extra order with some chance or, where the
effect is below zero, drops the orders of those days. Who was assigned is in ``campaigns``.
"""

from dataclasses import dataclass

import numpy as np

from demo.company import CATEGORIES, PERSONAS, persona_values
from demo.draws import Array
from demo.text import Text, digits, join
from demo.timeline import Timeline

WINDOW_DAYS = 14


@dataclass(frozen=True)
class Campaign:
    """One campaign.

    Attributes:
        channel: email, sms or social.
        category: What it is about.
        days_ago: Days from its start to the last day of the delivery.
        treated: Share of the assigned people in the treatment arm.
        strength: Chance of an extra order for the persona that it fits best.
        cost: In hundredths of ``currency``.
        target: The segment that it was meant for, as its planner called it.
    """

    name: str
    channel: str
    goal: str
    category: str
    days_ago: int
    treated: float
    strength: float
    cost: int
    currency: str
    target: str


CAMPAIGNS = (
    Campaign("Vinterstart", "email", "sales", "ski", 1030, 0.5, 0.16, 2_400_000, "SEK", ""),
    Campaign("Vårlöp", "email", "sales", "running", 920, 0.5, 0.15, 1_800_000, "SEK", ""),
    Campaign("Sommertelt", "email", "sales", "tents", 820, 0.6, 0.14, 1_500_000, "DKK", ""),
    Campaign("Outlet SMS", "sms", "sales", "fashion", 700, 0.5, 0.12, 900_000, "NOK", ""),
    Campaign("Julegaver", "email", "sales", "gift_cards", 650, 0.6, 0.20, 2_200_000, "DKK", ""),
    Campaign("Rejsefeber", "social", "awareness", "travel", 560, 0.7, 0.06, 4_000_000, "DKK", ""),
    Campaign("Fiskepremiär", "email", "sales", "fishing", 480, 0.5, 0.18, 800_000, "SEK", ""),
    Campaign("Familjehelg", "sms", "sales", "kids", 390, 0.5, 0.13, 700_000, "SEK", ""),
    Campaign("Toppturer", "email", "sales", "ski", 300, 0.6, 0.17, 1_900_000, "NOK", ""),
    Campaign("Kom igen", "sms", "win_back", "running", 210, 0.5, 0.10, 600_000, "DKK", "at risk"),
    Campaign("Pyöräkevät", "social", "sales", "cycling", 130, 0.7, 0.07, 120_000, "EUR", ""),
    Campaign("Höstlager", "email", "sales", "fashion", 45, 0.6, 0.14, 2_000_000, "SEK", ""),
)  # fmt: skip
# Personas that buy less when a text message reaches them, and how strongly: chance to drop out.
_ANNOYED_BY_SMS = {"slow_traveller": 0.5, "summit_seeker": 0.35}
PERSON_SOURCE = {"email": "newsletter", "sms": "crm", "social": "shop"}


def campaign_keys() -> Text:
    """Return the key of each campaign."""
    return join("CMP-", digits(np.arange(1, len(CAMPAIGNS) + 1), 2))


def extra_order_chances() -> Array:
    """Return the chance of an extra order, shape (campaigns, personas); below zero: of dropping."""
    effects = np.zeros((len(CAMPAIGNS), len(PERSONAS)))
    weights = np.array([persona.categories for persona in PERSONAS])
    for row, campaign in enumerate(CAMPAIGNS):
        interest = weights[:, CATEGORIES.index(campaign.category)]
        reach = persona_values("opens") if campaign.channel == "email" else np.full(8, 0.4)
        fit = np.sqrt(interest / interest.max()) * (reach / reach.max())
        fit *= 0.6 + 0.8 * persona_values("discount")
        effects[row] = campaign.strength * fit / fit.max()
        if campaign.channel == "sms":
            for column, persona in enumerate(PERSONAS):
                effects[row, column] = -_ANNOYED_BY_SMS.get(persona.name, -effects[row, column])
    return effects


def start_day(campaign: Campaign, timeline: Timeline) -> int:
    """Return the day on which a campaign starts."""
    return timeline.today - campaign.days_ago
