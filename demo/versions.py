"""The rows that a person file writes for its records, and what of them can be read."""

from dataclasses import dataclass

import numpy as np

from demo.draws import Array, chance, stream
from demo.membership import Records
from demo.people import People
from demo.timeline import DAY


@dataclass(frozen=True)
class Written:
    """What a person file ended up with.

    Attributes:
        records: The records.
        is_readable: Whether each record's line and key can be read.
        for_company: Whether each record is used for a company (shop only).
    """

    records: Records
    is_readable: Array
    for_company: Array


@dataclass(frozen=True)
class Versions:
    """The rows of a file in which a record may stand twice, as it was and as it is.

    Attributes:
        record: Row of ``Records``.
        seen_at: Moment at which the row was written: its last change.
    """

    record: Array
    seen_at: Array

    def any_readable(self, is_broken: Array) -> Array:
        """Return, for each record, whether one of its rows can be read."""
        return np.bincount(self.record, weights=~is_broken) > 0


def draw_versions(records: Records, people: People, seed: int) -> Versions:
    """Add the first version of some records: half of those that moved since, a few of the rest."""
    rng = stream(seed, "versions", records.source)
    moved_on = people.moved_on[records.person]
    moved = (records.created // DAY < moved_on) & (moved_on <= records.updated // DAY)
    changed = records.created // DAY < records.updated // DAY
    older = np.flatnonzero(changed & chance(rng, np.where(moved, 0.5, 0.01), len(records)))
    return Versions(
        record=np.concatenate([np.arange(len(records)), older]),
        seen_at=np.concatenate([records.updated, records.created[older]]),
    )
