"""``newsletter/events.jsonl``: mails sent, opened, clicked, bounced, and farewells."""

from dataclasses import dataclass

import numpy as np

from demo.campaign_plan import CAMPAIGNS, campaign_keys, start_day
from demo.campaigns import Assignments
from demo.company import persona_values
from demo.delivery import Delivery
from demo.dirt import soil
from demo.draws import Array, chance, stream
from demo.faults import FAULTS
from demo.membership import Records
from demo.people import People
from demo.text import digits, join, take, text
from demo.timeline import DAY, NEVER, Timeline, zulu_moments
from demo.writers import json_lines, text_file

EVENTS = ("sent", "open", "click", "bounce", "unsubscribe")
_SENT, _OPEN, _CLICK, _BOUNCE, _UNSUBSCRIBE = range(len(EVENTS))
_LETTERS = 12  # one each quarter
_EVENTS_PER_CHUNK = 250_000
_FIRST_EVENT = 10_000_001


@dataclass(frozen=True)
class _Mails:
    """Mails sent.

    Attributes:
        subscriber: Row of ``Records``.
        campaign: Position in ``CAMPAIGNS``, -1 for the quarterly letter.
        at: Moment of sending.
        converted_at: Moment of the order that the mail caused, 0 without one.
    """

    subscriber: Array
    campaign: Array
    at: Array
    converted_at: Array


def leaving_moments(records: Records, people: People, seed: int, timeline: Timeline) -> Array:
    """Return the moment at which each subscriber left, NEVER for those who stay.

    Who opens little leaves more.
    """
    rng = stream(seed, "leaving")
    opens = persona_values("opens")[people.persona[records.person]]
    leaves = chance(rng, 0.26 - 0.3 * opens, len(records))
    first = np.maximum(records.created + DAY, timeline.start)
    at = first + np.floor(rng.random(len(records)) * (timeline.end - first)).astype(np.int64)
    return np.where(leaves & (first < timeline.end), at, NEVER)


def _letters(
    rng: np.random.Generator, records: Records, left_at: Array, delivery: Delivery
) -> _Mails:
    """Send the quarterly letter to everyone on the list that day."""
    days = delivery.timeline.today - 20 - 91 * np.arange(_LETTERS)
    parts = []
    until = np.where(left_at == NEVER, delivery.timeline.end, left_at)
    for day in days[::-1]:
        moment = day * DAY + 7 * 3600
        on_list = np.flatnonzero((records.created < moment) & (until > moment))
        parts.append((on_list, moment + rng.integers(0, 5400, len(on_list))))
    subscriber = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[1] for part in parts])
    return _Mails(subscriber, np.full(len(at), -1, np.int8), at, np.zeros(len(at), np.int64))


def _campaign_mails(
    rng: np.random.Generator, assignments: Assignments, subscriber_of: Array, timeline: Timeline
) -> _Mails:
    """Send the treatment arm of the mail campaigns their mail."""
    is_mail = np.array([campaign.channel == "email" for campaign in CAMPAIGNS])
    starts = np.array([start_day(campaign, timeline) for campaign in CAMPAIGNS])
    rows = np.flatnonzero(assignments.treated & is_mail[assignments.campaign])
    campaign = assignments.campaign[rows]
    at = starts[campaign] * DAY + 8 * 3600 + rng.integers(0, 3600, len(rows))
    subscriber = subscriber_of[assignments.person[rows]]
    return _Mails(subscriber, campaign, at, assignments.converted_at[rows])


def _answers(
    rng: np.random.Generator, mails: _Mails, persona: Array, bounces: Array, end: int
) -> tuple[Array, Array, Array]:
    """Return mail, kind and moment of all events; whoever was won by a mail has clicked it."""
    size = len(mails.at)
    won = mails.converted_at > 0
    bounced = bounces[mails.subscriber] & ~won
    opened = (chance(rng, persona_values("opens")[persona], size) | won) & ~bounced
    clicked = opened & (chance(rng, persona_values("clicks")[persona], size) | won)
    wait = np.minimum(rng.exponential(6 * 3600, size), 10 * DAY).astype(np.int64) + 60
    # Between mail and order: the mail is opened an hour and clicked ten minutes before the order.
    open_at = np.where(won, np.minimum(mails.at + wait, mails.converted_at - 3600), mails.at + wait)
    click_at = np.where(won, mails.converted_at - 600, open_at + rng.integers(5, 900, size))
    every = np.arange(size)
    parts = (
        (every, _SENT, mails.at),
        (every[opened], _OPEN, open_at[opened]),
        (every[clicked], _CLICK, click_at[clicked]),
        (every[bounced], _BOUNCE, mails.at[bounced] + 30),
    )
    mail = np.concatenate([rows for rows, _, _ in parts])
    kind = np.concatenate([np.full(len(rows), kind, np.int8) for rows, kind, _ in parts])
    at = np.minimum(np.concatenate([moment for _, _, moment in parts]), end)
    return mail, kind, at


def write_newsletter_events(
    delivery: Delivery, people: People, records: Records, left_at: Array, assignments: Assignments,
    subscriber_of: Array,
) -> None:  # fmt: skip
    """Write the events in order of time.

    Args:
        delivery: The delivery in the making.
        people: The population.
        records: The newsletter's records.
        left_at: Moment at which each of them left.
        assignments: Who was in which campaign.
        subscriber_of: Each person's first record in ``records``.
    """
    rng = stream(delivery.seed, "newsletter_events")
    parts = (
        _letters(rng, records, left_at, delivery),
        _campaign_mails(rng, assignments, subscriber_of, delivery.timeline),
    )
    mails = _Mails(*(
        np.concatenate([getattr(part, name) for part in parts])
        for name in _Mails.__dataclass_fields__
    ))  # fmt: skip
    persona = people.persona[records.person[mails.subscriber]]
    bounces = chance(rng, 0.012, len(records))
    mail, kind, at = _answers(rng, mails, persona, bounces, delivery.timeline.end)
    gone = np.flatnonzero(left_at != NEVER)
    subscriber = np.concatenate([mails.subscriber[mail], gone])
    campaign = np.concatenate([mails.campaign[mail], np.full(len(gone), -1, np.int8)])
    kind = np.concatenate([kind, np.full(len(gone), _UNSUBSCRIBE, np.int8)])
    at = np.concatenate([at, left_at[gone]])
    order = np.argsort(at, kind="stable")

    table = "newsletter/events"
    campaigns = text([f'"{key}"' for key in campaign_keys().to_pylist()] + ["null"])
    with text_file(delivery.path(table, "jsonl"), "utf-8") as file:
        for chunk, start in enumerate(range(0, len(order), _EVENTS_PER_CHUNK)):
            rows = order[start : start + _EVENTS_PER_CHUNK]
            columns = {
                "event_id": join("NE", digits(_FIRST_EVENT + start + np.arange(len(rows)))),
                "subscriber_id": take(records.key, subscriber[rows]),
                "campaign_id": take(
                    campaigns, np.where(campaign[rows] < 0, len(CAMPAIGNS), campaign[rows])
                ),
                "event": take(text(EVENTS), kind[rows]),
                "at": zulu_moments(at[rows]),
            }
            soiled = soil(columns, FAULTS[table], delivery.seed, table, delivery.ledger, chunk)
            lines = json_lines(soiled.columns, frozenset({"campaign_id"}))
            file.lines(soiled.soil_lines(lines))
        delivery.rows[table] = file.rows
