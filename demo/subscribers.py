"""``newsletter/subscribers.csv``: addresses on the mailing lists, many without a name."""

import numpy as np

from demo.delivery import Delivery
from demo.draws import Array, chance, pick, stream
from demo.membership import Records
from demo.phones import TIDY
from demo.records import Habits, World, see
from demo.text import join, take, text, where
from demo.timeline import NEVER, iso_moments
from demo.versions import Written
from demo.writers import PLAIN

_HABITS = Habits(
    typo=0.010, nickname=0.08, swapped=0.002, styles=(0.010, 0.020, 0.003, 0.040, 0.010),
    phone_styles=TIDY, no_email=0.0, no_phone=1.0, no_birth=1.0, no_street=1.0,
    landline=0.0, second_email=0.02, placeholder=0.0,
)  # fmt: skip


def write_subscribers(
    delivery: Delivery, world: World, records: Records, left_at: Array
) -> Written:
    """Write ``newsletter/subscribers.csv``.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        records: The newsletter's records.
        left_at: Moment at which each subscriber left, NEVER for those who stay.
    """
    rng = stream(delivery.seed, "newsletter")
    rows, size = records.person, len(records)
    nobody = np.zeros(size, dtype=bool)
    seen = see(rng, world, rows, records.updated, nobody, _HABITS)
    lists = text(["nyheter", "nyheter|tilbud", "nyheter|rejser", "tilbud", "nyheter|tilbud|rejser"])
    # Who uses a household's address says who they are.
    nameless = chance(rng, np.where(world.contact.shares_email[rows], 0.05, 0.4), size)
    left = left_at != NEVER
    bounced = ~left & chance(rng, 0.015, size)
    status = take(text(["subscribed", "unsubscribed", "bounced"]), left + 2 * bounced)
    columns = {
        "subscriber_id": records.key,
        "email": seen.email,
        "name": where(nameless, "", join(seen.first, " ", seen.last)),
        "lists": take(lists, pick(rng, np.array([0.4, 0.25, 0.15, 0.1, 0.1]), size)),
        "status": status,
        "subscribed_at": iso_moments(records.created),
        "unsubscribed_at": where(left, iso_moments(np.maximum(left_at, 0)), ""),
    }
    broken = delivery.csv("newsletter/subscribers", columns, PLAIN)
    return Written(records, ~broken, nobody)
