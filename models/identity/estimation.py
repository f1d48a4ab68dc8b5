"""Estimating the weights of a linkage model by expectation maximisation.

Here: the arithmetic on counted agreement patterns. Which pairs are counted is decided in
``sampling``; what the levels mean is in ``settings``.

Splink's own estimation takes u from random pairs and m from pairs that agree on one blocking rule.
Neither sees what separates a family from one person: among random pairs households are as rare as
matches (1 in 5,000), and a session that blocks on the surname cannot weigh an address given the
surname. Here all pairs of nodes are represented at once, by strata with weights.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.identity.settings import Comparison

Weights = dict[str, dict[str, float]]
_Floats = npt.NDArray[np.float64]

PRIOR_PAIRS = 200.0
"""Matched pairs, per context, that the prior counts for at least."""

PRIOR_WEIGHT = 3.0
"""Matched pairs that the prior counts for, per matched pair of the data in a context.

Left to the data alone, 100,000 people with common names drift: namesakes who share nothing else
become "people who moved and changed phone and mailbox" (pairwise precision 0.81 instead of 0.99).
"""

CHANCE_PAIRS = 4_000.0
"""Non-matching pairs, per context, that the prior counts for. Namesakes are a few thousand pairs
among 5,000 people and a million among 100,000: the prior steadies the first, not the second."""

UNSEEN_PAIRS = 0.5
"""Pairs added to each level among non-matches, so that a level never seen is rare, not absent."""

MAX_ITERATIONS = 100
CONVERGED = 1e-6


@dataclass(frozen=True)
class Patterns:
    """Agreement patterns and how many pairs of nodes show each.

    Attributes:
        levels: (n_patterns, n_comparisons); level index in the order of the comparison's levels,
            -1 where unknown.
        log_shares: (n_patterns, n_comparisons); natural log of the term frequency of an equal
            value, nan where no frequency refines the level.
        pairs: (n_patterns,); pairs of nodes that the pattern stands for, > 0.
        is_match: (n_patterns,); 1.0 for pairs that are known to match, 0.0 for known non-matches,
            nan where estimation decides.
        is_labelled: (n_patterns,); whether a person said so, rather than the way pairs are drawn.
    """

    levels: npt.NDArray[np.int64]
    log_shares: _Floats
    pairs: _Floats
    is_match: _Floats
    is_labelled: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """Fitted probabilities by comparison and level, and the share of pairs that match."""

    match: Weights
    chance: Weights
    share: float
    matched_pairs: float = 0.0
    iterations: int = 0


def estimate(
    patterns: Patterns, comparisons: tuple[Comparison, ...], prior: Estimate, min_share: float
) -> Estimate:
    """Fit level probabilities to counted patterns, starting from and drawn to a prior.

    Args:
        patterns: what was counted.
        comparisons: the comparisons that the columns of ``patterns.levels`` hold.
        prior: probabilities to start from; it counts for ``PRIOR_PAIRS`` and ``CHANCE_PAIRS``.
        min_share: lowest share of matches allowed, in (0, 1).

    Returns:
        The maximum a posteriori estimate, rounded to six digits. A level that no pair shows keeps
        its prior; so does an anchored level, unless labels show it.

    Source: Enamorado, Fifield & Imai (2019), *Using a Probabilistic Model to Assist Merging of
    Large-Scale Administrative Records*, APSR 113(2), for EM on patterns with a prior.
    """
    design = _design(patterns, comparisons)
    prior_m, prior_u = (_vector(w, comparisons) for w in (prior.match, prior.chance))
    prior_m, prior_u = prior_m / (design.context @ prior_m), prior_u / (design.context @ prior_u)
    m, u, share = prior_m, prior_u, prior.share
    total = patterns.pairs.sum()
    iterations, before = 0, 0.0
    while iterations < MAX_ITERATIONS and abs(share - before) > CONVERGED * before:
        iterations, before = iterations + 1, share
        matched = patterns.pairs * _match_probability(design, patterns.is_match, m, u, share)
        share = max(float(matched.sum() / total), min_share)
        m = _match_shares(design, matched, prior_m)
        u = _chance_shares(design, patterns.pairs - matched, prior_u)
        u = np.where(design.odds > 0, m * share / (1 - share) / np.maximum(design.odds, 1e-9), u)
    return Estimate(
        match=_by_level(m, comparisons),
        chance=_by_level(u, comparisons),
        share=float(f"{share:.6g}"),
        matched_pairs=float(matched.sum()),
        iterations=iterations,
    )


@dataclass(frozen=True)
class _Design:
    """The patterns as matrices over all levels of all comparisons (n_levels columns)."""

    shows: _Floats  # (n_patterns, n_levels): 1 where the pattern shows the level
    by_chance: _Floats  # the same, less 1 at the pure equality that a term frequency replaces
    log_frequency: _Floats  # (n_patterns,): sum of the term frequencies' logs
    labelled: _Floats  # (n_levels,): labelled matches that show the level
    context: _Floats  # (n_levels, n_levels): 1 where two levels share comparison and context
    anchored: npt.NDArray[np.bool_]  # (n_levels,)
    odds: _Floats  # (n_levels,): 0 where none are set


def _design(patterns: Patterns, comparisons: tuple[Comparison, ...]) -> _Design:
    levels = [(c.name, level) for c in comparisons for level in c.levels]
    shows = np.hstack(
        [patterns.levels[:, [i]] == np.arange(len(c.levels)) for i, c in enumerate(comparisons)]
    ).astype(np.float64)
    equality = np.array(
        [
            bool(level.frequencies) and not any(x.frequencies for x in c.levels[place + 1 :])
            for c in comparisons
            for place, level in enumerate(c.levels)
        ]
    )
    has_frequency = np.repeat(
        ~np.isnan(patterns.log_shares), [len(c.levels) for c in comparisons], axis=1
    )
    places = [(name, level.context) for name, level in levels]
    known_matches = patterns.pairs * patterns.is_labelled * (patterns.is_match == 1.0)
    return _Design(
        shows=shows,
        by_chance=shows - has_frequency * equality,
        log_frequency=np.nansum(patterns.log_shares, axis=1),
        labelled=shows.T @ known_matches,
        context=np.array([[float(a == b) for b in places] for a in places]),
        anchored=np.array([level.anchored for _, level in levels]),
        odds=np.array([level.odds or 0.0 for _, level in levels]),
    )


def _match_probability(
    design: _Design, is_match: _Floats, m: _Floats, u: _Floats, share: float
) -> _Floats:
    """(n_patterns,) probability that a pair of the pattern is one person."""
    log_odds = (
        np.log(share / (1 - share))
        + design.shows @ np.log(m)
        - design.by_chance @ np.log(u)
        - design.log_frequency
    )
    estimated = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    return np.where(np.isnan(is_match), estimated, is_match)


def _match_shares(design: _Design, matched: _Floats, prior: _Floats) -> _Floats:
    """P(level | one person, context): anchored levels from labels, the rest from all pairs."""
    by_labels = (design.labelled + PRIOR_PAIRS * prior) / (
        design.context @ design.labelled + PRIOR_PAIRS
    )
    count = design.shows.T @ matched
    strength = PRIOR_PAIRS + PRIOR_WEIGHT * (design.context @ (count - design.labelled))
    free = (count + strength * prior) * ~design.anchored
    left = 1 - design.context @ (by_labels * design.anchored)
    scaled = free * left / np.maximum(design.context @ free, 1e-300)
    return np.where(design.anchored, by_labels, scaled)


def _chance_shares(design: _Design, unmatched: _Floats, prior: _Floats) -> _Floats:
    """P(level | two people, context)."""
    count = design.shows.T @ unmatched
    in_context = design.context.sum(axis=1)
    shares: _Floats = (count + CHANCE_PAIRS * prior + UNSEEN_PAIRS) / (
        design.context @ count + CHANCE_PAIRS + UNSEEN_PAIRS * in_context
    )
    return shares


def _vector(weights: Weights, comparisons: tuple[Comparison, ...]) -> _Floats:
    return np.array([weights[c.name][level.label] for c in comparisons for level in c.levels])


def _by_level(values: _Floats, comparisons: tuple[Comparison, ...]) -> Weights:
    flat = iter(values)
    return {
        c.name: {level.label: float(f"{next(flat):.6g}") for level in c.levels} for c in comparisons
    }
