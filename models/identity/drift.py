"""Whether a fitted model still fits the records at hand, and whether their pairs look as before.

Pure figures: what is done about a drift is the caller's business.
"""

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.identity.forms import TEXT_COLUMNS

GROWTH = 2.0
"""So many times more records than a model was fitted to: names and chance agreements are others."""

FILL_CHANGE = 0.2
"""So much larger or smaller a share of filled values: a field came, went or changed its meaning."""

SCORE_BINS = 20
"""Bins of equal width over probabilities from 0.5 to 1."""

UNSTABLE = 0.25
"""Population stability index above which a distribution has shifted; below 0.1 it has not.

Source: Siddiqi (2006), *Credit Risk Scorecards*, chapter 7."""


def filled(records: pa.Table) -> dict[str, float]:
    """Share of records that hold a value, by column that is compared; 0 without any record."""
    rows = max(records.num_rows, 1)
    return {
        column: round(1 - records.column(column).null_count / rows, 4) if records.num_rows else 0.0
        for column in (*TEXT_COLUMNS, "birth_date")
        if column != "record_id"
    }


def drift(trained_on: dict[str, object], records: pa.Table) -> list[str]:
    """Sentences that say what of the records is no longer as the model saw it; none: it fits.

    Args:
        trained_on: of a fitted model.
        records: the columns of int_identity__person_records.
    """
    found = []
    before, now = int(str(trained_on["records"])), records.num_rows
    if now > before and now >= GROWTH * before:
        found.append(f"there were {before:,} records and are {now:,}")
    shares = trained_on["filled"]
    if not isinstance(shares, dict):
        raise TypeError("trained_on.filled of the model is no table of shares")
    for column, share in filled(records).items():
        was = float(shares.get(column, 0.0))
        if abs(share - was) > FILL_CHANGE:
            found.append(f"{column} was filled in {was:.0%} of records and is in {share:.0%}")
    return found


def score_histogram(pairs: pa.Table) -> list[float]:
    """(SCORE_BINS,) shares of the model's pairs by match probability, from 0.5 to 1; zeros without any."""
    probability = pairs.column("match_probability").to_numpy()
    is_scored = pairs.column("decided_by").to_numpy() == "model"
    counts: npt.NDArray[np.float64]
    counts = np.histogram(probability[is_scored], bins=SCORE_BINS, range=(0.5, 1.0))[0].astype(
        float
    )
    return [float(f"{share:.6g}") for share in counts / max(counts.sum(), 1.0)]


def stability_index(before: list[float], now: list[float]) -> float:
    """Population stability index of two histograms of shares: 0 when they are equal.

    A bin without pairs counts as one of 10,000, so that the index stays finite.
    """
    least = 1e-4
    return sum(
        (max(b, least) - max(a, least)) * math.log(max(b, least) / max(a, least))
        for a, b in zip(before, now, strict=True)
    )
