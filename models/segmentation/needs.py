"""Needs: what matters most to a person, by their own answers to psychographic scales.

A scale is a question ``PSY_<name>`` answered from 1 to 5. People differ in how readily they agree, so an
answer is read against all answers to its scale, and what counts is what a person puts above the rest (as
values are ranked within a person by S. H. Schwartz, 1992, *Advances in Experimental Social Psychology* 25).
An unanswered scale is left out, not taken for the middle.
"""

import hashlib
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.segmentation.descriptions import SegmentText
from models.segmentation.feature_table import FeatureData, read_features
from models.segmentation.memberships import NO_PROFILING, has_profiling, membership_table
from models.segmentation.wording import choose, sentence, whole

UNASSIGNED = "needs.unassigned"
NO_ANSWERS = "too few answers"
NO_LEAD = "answers alike throughout"
MODEL_FORMAT = 1
FEWEST_ANSWERS = 30  # of a scale; below it its mean and spread are not known
ANSWERED_SHARE = 0.5  # of the scales that a person must have answered, and at least two of them
HIGHEST = 5  # of the answers, which begin at 1


def fit_needs(features: FeatureData, answers: pa.Table) -> dict[str, Any]:
    """Measure each scale on those who answered it and allow profiling.

    Args:
        features: ``customer_id``, ``is_profiling_allowed``.
        answers: ``customer_id``, ``scale`` (the name after ``PSY_``), ``value`` (1 to 5); one row per
            customer and scale.

    Returns:
        JSON-able: ``format``, ``scales`` (``name``, ``segment``, ``mean``, ``deviation``, ``answers``; by name;
        those with at least 30 answers that differ), ``definition_version``. Fewer than two scales are
        none.
    """
    table = read_features(features, ["is_profiling_allowed"])
    allowed = table.where(has_profiling(table)).customer_ids
    counted = answers.filter(pc.is_in(answers["customer_id"], value_set=allowed))
    figures = counted.group_by("scale").aggregate(
        [("value", "mean"), ("value", "stddev"), ("value", "count")]
    )
    scales = [
        {
            "name": row["scale"],
            "segment": segment_name(row["scale"]),
            "mean": round(row["value_mean"], 6),
            "deviation": round(row["value_stddev"], 6),
            "answers": row["value_count"],
        }
        for row in figures.sort_by("scale").to_pylist()
        if row["value_count"] >= FEWEST_ANSWERS and row["value_stddev"] > 0
    ]
    # Two spellings of one name are one segment: the one that more people answered.
    by_segment = {scale["segment"]: scale for scale in sorted(scales, key=lambda s: s["answers"])}
    kept = sorted(by_segment.values(), key=lambda scale: str(scale["name"]))
    kept = kept if len(kept) > 1 else []
    version = hashlib.sha256(repr(kept).encode()).hexdigest()[:12]
    return {"format": MODEL_FORMAT, "scales": kept, "definition_version": version}


def assign_needs(features: FeatureData, answers: pa.Table, model: dict[str, Any]) -> pa.Table:
    """Put each person into one segment of the scheme ``needs``: the scale they lead with.

    ``strength`` is the lead over the second scale in deviations, at most 1.

    Args:
        features: ``customer_id``, ``is_profiling_allowed``; all persons, any order.
        answers: as for ``fit_needs``.
        model: what it gave.

    Returns:
        A membership per customer (``memberships.MEMBERSHIP_SCHEMA``), ascending by ``customer_id``;
        unassigned below two answers or half of the scales, and where all answers stand alike.

    Raises:
        ValueError: a column is missing, or customers repeat.
    """
    table = read_features(features, ["is_profiling_allowed"])
    scales = model["scales"]
    denied = ~has_profiling(table)
    if not scales:
        reasons = choose([(denied, NO_PROFILING)], pa.repeat(NO_ANSWERS, len(table)))
        nowhere = pa.repeat(UNASSIGNED, len(table))
        return membership_table(table, nowhere, np.ones(len(table)), reasons)
    told = _by_customer(table.customer_ids, answers, [scale["name"] for scale in scales])
    means = np.array([scale["mean"] for scale in scales])
    standing = (told - means) / np.array([scale["deviation"] for scale in scales])
    standing = np.where(np.isnan(standing), -np.inf, standing)
    answered = np.isfinite(standing).sum(axis=1) >= max(2, ANSWERED_SHARE * len(scales))
    first = standing.argmax(axis=1)
    ranked = np.sort(standing, axis=1)
    lead = np.zeros(len(table))
    lead[answered] = np.round(ranked[answered, -1] - ranked[answered, -2], 9)
    is_out = denied | ~answered | (lead <= 0)
    place = pa.array(first)
    names = pa.array([f"needs.{scale['segment']}" for scale in scales]).take(place)
    labels = pa.array([_words(scale["name"]) for scale in scales]).take(place)
    bases = pa.array([f"{scale['mean']:.1f}" for scale in scales]).take(place)
    own = whole(told[np.arange(len(table)), first])
    return membership_table(
        table,
        choose([(is_out, UNASSIGNED)], names),
        np.where(is_out, 1.0, np.minimum(lead, 1.0)),
        choose(
            [(denied, NO_PROFILING), (~answered, NO_ANSWERS), (is_out, NO_LEAD)],
            sentence(labels, " above all: ", own, f" of {HIGHEST} (mean ", bases, ")"),
        ),
    )


def needs_texts(model: dict[str, Any]) -> dict[str, SegmentText]:
    """Title and description of each segment, by the name after the scheme."""
    return {
        scale["segment"]: SegmentText(
            f"{_words(scale['name']).capitalize()} first",
            f"Put {_words(scale['name'])} above all else that the surveys asked about. Say first what the "
            f"offer does for {_words(scale['name'])}, in words and pictures.",
        )
        for scale in model["scales"]
    }


def segment_name(scale: str) -> str:
    """The part of a segment_id that a scale gives: lower case, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", scale.lower()).strip("_")[:64] or "other"


def _words(scale: str) -> str:
    return re.sub(r"[^\w]+|_", " ", scale).strip().lower() or "other"


def _by_customer(
    customer_ids: pa.Array, answers: pa.Table, scales: list[str]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Answers as (customers, scales), missing as NaN."""
    told = np.full((len(customer_ids), len(scales)), np.nan)
    if not scales:
        return told
    row = pc.index_in(answers["customer_id"], value_set=customer_ids)
    column = pc.index_in(answers["scale"], value_set=pa.array(scales, pa.string()))
    known = pc.and_(pc.is_valid(row), pc.is_valid(column))
    rows, columns, values = (
        part.filter(known).to_numpy() for part in (row, column, answers["value"])
    )
    told[rows, columns] = values
    return told
