"""Time in the demo: first and last moment, demand per day, and how moments are written.

A moment is a whole number of seconds since 1970 (UTC), a day a whole number of days; both int64.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.company import HISTORY_YEARS, PERSONAS, SEASON
from demo.draws import Array, pick
from demo.text import Text

DAY = 86_400
YEAR_DAYS = 365.25
NEVER = -(2**40)  # a moment or day before all others: "has not happened"
# Demand grows by this factor a year; Friday to Sunday sell more than Monday (first).
_GROWTH = 1.08
_WEEKDAY = np.array([0.85, 0.85, 0.9, 0.95, 1.15, 1.25, 1.05])
# Share of activity per hour of the day, midnight first.
_HOURS = np.array(
    [1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3, 4, 5, 6, 6.5, 7, 6.5, 6, 6, 6.5, 7, 7.5, 8.5, 9, 8, 5, 2.5]
)


@dataclass(frozen=True)
class Timeline:
    """The span of the demo.

    Attributes:
        as_of: The last day, inclusive.
        today: ``as_of`` as a day number.
        start_day: First day with orders and events, three years before.
        start: First moment of ``start_day``.
        end: Last second of ``as_of``.
    """

    as_of: date

    @property
    def today(self) -> int:
        """The last day, as a day number."""
        return (self.as_of - date(1970, 1, 1)).days

    @property
    def start_day(self) -> int:
        """The first day with orders and events."""
        return self.today - round(HISTORY_YEARS * YEAR_DAYS)

    @property
    def start(self) -> int:
        """The first moment of the first day."""
        return self.start_day * DAY

    @property
    def end(self) -> int:
        """The last moment of the last day."""
        return self.today * DAY + DAY - 1

    def demand(self) -> Array:
        """Cumulated demand, in years of average demand.

        Returns:
            Shape (personas, days + 1): 0 at the start of the first day; growing with season,
            weekday and trend, so that a step in it is a fair share of a person's purchases.
        """
        days = np.arange(self.start_day, self.today + 1)
        months = months_of(days)
        weekday = _WEEKDAY[(days + 3) % 7]
        trend = _GROWTH ** ((days - days.mean()) / YEAR_DAYS)
        weights = np.array([persona.categories for persona in PERSONAS])
        season = (weights @ SEASON)[:, months]
        daily = season * weekday * trend
        daily *= len(days) / YEAR_DAYS / daily.sum(axis=1, keepdims=True)
        return np.concatenate([np.zeros((len(PERSONAS), 1)), daily.cumsum(axis=1)], axis=1)


def months_of(days: Array) -> Array:
    """Return the month (0-11) of each day number."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12)


def years_of(days: Array) -> Array:
    """Return the calendar year of each day number."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)


def clock(rng: np.random.Generator, size: int, first: int = 0, last: int = 24) -> Array:
    """Draw seconds within a day, by the hours at which people act, from ``first`` to ``last``."""
    hours = pick(rng, _HOURS[first:last], size) + first
    return np.asarray(hours * 3600 + rng.integers(0, 3600, size))


def _seconds(moments: Array) -> Text:
    return pa.array(np.asarray(moments, dtype=np.int64)).cast(pa.timestamp("s"))


def iso_dates(days: Array) -> Text:
    """Write days as ``2026-03-31``."""
    return (
        pa.array(np.asarray(days, dtype=np.int32), pa.int32()).cast(pa.date32()).cast(pa.string())
    )


def iso_moments(moments: Array) -> Text:
    """Write moments as ``2026-03-31 12:34:56``."""
    return _seconds(moments).cast(pa.string())


def zulu_moments(moments: Array) -> Text:
    """Write moments as ``2026-03-31T12:34:56Z``."""
    written = pc.utf8_replace_slice(iso_moments(moments), 10, 11, "T")
    return pc.binary_join_element_wise(written, "Z", "")


def danish_moments(moments: Array) -> Text:
    """Write wall-clock moments as ``31-03-2026 12:34``."""
    iso = iso_moments(moments)
    part = [pc.utf8_slice_codeunits(iso, a, b) for a, b in ((8, 10), (5, 7), (0, 4), (11, 16))]
    date_part = pc.binary_join_element_wise(part[0], part[1], part[2], "-")
    return pc.binary_join_element_wise(date_part, part[3], " ")
