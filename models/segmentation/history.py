"""Who was in which segment from when to when, and why that changed.

One row per membership and period ``[valid_from, valid_to)``; the current one has ``valid_to`` null.
Exclusive schemes hold exactly one open row per customer, ``audience`` any number. Rows of earlier
days are never rewritten, but for the day and the cause of their end; erasure removes a person's
rows altogether. Who belongs where today is decided by the schemes. Replaying an edited rule over
past dates is ``replay``: its rows (``is_replayed``) pass through here untouched.

``cause`` is why a row began or, for a row that closed and was not followed by another, why it
ended. ``began_by`` keeps why it began in both cases, so that a day can be run again: what that day
began is dropped, what it closed is open again, and the day is decided anew.

Causes, the first that fits:

- ``split``: the customer came out of a split, or is the half that kept its id.
- ``new``: the customer was in no segment of any scheme before.
- ``merge``: the customer was taken in by another, or took one in.
- ``erasure``: the customer exists no more, because its records were removed from the sources.
- ``refit`` / ``rule_change``: the definition changed, of a fitted scheme or of another.
- ``behaviour``: something happened since the previous run (``last_event_on``).
- ``time``: nothing did; only days went by.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.segmentation.history_causes import IdentityChanges, Run, circumstances
from models.segmentation.history_rows import (
    HISTORY_SCHEMA,
    Catalogue,
    Rows,
    among,
    before_day,
    closed,
    in_order,
    mask,
    opened,
    repeats,
)

__all__ = ["HISTORY_SCHEMA", "NO_CHANGES", "IdentityChanges", "Run", "advance_history"]

NO_CHANGES = IdentityChanges()


def advance_history(
    previous: pa.Table | None,
    current: pa.Table,
    *,
    run: Run,
    previous_run: Run | None,
    last_events: pa.Table,
    identity: IdentityChanges = NO_CHANGES,
) -> pa.Table:
    """Bring ``segments.segment_history`` forward to the end of ``run.as_of``.

    Args:
        previous: history so far (``HISTORY_SCHEMA``); may hold ``run.as_of`` already, from an
            earlier run of the same day, whose rows are then replaced. None at first.
        current: all memberships of the day, of all schemes: ``customer_id``, ``segment_id``.
        run: the day, with the definitions in force.
        previous_run: the last published day before it; None for the first.
        last_events: ``customer_id``, ``last_event_on`` (DATE, null allowed); customers not in it
            count as silent.
        identity: merges, splits and erasures.

    Returns:
        The history, ordered by customer_id, segment_id, valid_from: the same whatever the order of
        rows in the arguments, and the same when the day is run again.

    Raises:
        ValueError: the history goes beyond ``as_of``, a customer has two segments of one exclusive
            scheme or one audience twice, a definition has no version, or ``previous_run`` does not
            fit.
    """
    current = current.select(["customer_id", "segment_id"])
    history = before_day(previous, run.as_of, identity.erased)
    _check_previous(history, run, previous_run)
    catalogue = Catalogue.of(history, current)
    old, new = catalogue.rows(history), catalogue.rows(current)
    versions = catalogue.versions(run.definition_versions)
    _check_current(catalogue, new, versions)

    is_open = mask(pc.and_(pc.is_null(history["valid_to"]), pc.invert(history["is_replayed"])))
    defined = pa.array(versions, pa.string()).take(pa.array(old.segment))
    is_same = mask(pc.fill_null(pc.equal(history["definition_version"], defined), False))
    stays = is_open & is_same & among(old.membership, new.membership)
    begins = ~among(new.membership, old.membership[stays])
    closes = is_open & ~stays
    ended = closes & ~among(old.place, new.place[begins])

    known = circumstances(
        catalogue,
        was_open=old.customer[is_open],
        is_current=new.customer,
        run=run,
        previous_run=previous_run,
        last_events=last_events,
        identity=identity,
    )
    history = closed(history, closes, run.as_of, ended, known.causes(old, ended))
    began = opened(catalogue, new, begins, (run.as_of, versions), known.causes(new, begins))
    membership = np.concatenate([old.membership, new.membership[begins]])
    return in_order(pa.concat_tables([history, began]), membership)


def _check_previous(history: pa.Table, run: Run, previous_run: Run | None) -> None:
    if previous_run and previous_run.as_of >= run.as_of:
        raise ValueError(
            f"The previous run is of {previous_run.as_of}, this one of {run.as_of}; the previous "
            "must lie before. When a day is run again, pass the run before that day."
        )
    if not previous_run and history.num_rows:
        raise ValueError(
            f"The history holds {history.num_rows} rows from before {run.as_of}, but no previous "
            "run is given; causes need it. Pass the last published run before that day."
        )


def _check_current(catalogue: Catalogue, new: Rows, versions: list[str | None]) -> None:
    missing = sorted(
        segment
        for segment, version, members in zip(
            catalogue.segments, versions, catalogue.sizes(new), strict=True
        )
        if members and version is None
    )
    if missing:
        raise ValueError(
            f"No definition version is given for {', '.join(missing)}; every scheme and audience "
            "needs one. Add it to the run's definition_versions."
        )
    twice = repeats(new.place)
    if twice:
        raise ValueError(
            f"{twice} memberships are too many: a customer has one segment per exclusive scheme "
            "and is in an audience once. Check the schemes that made them."
        )
