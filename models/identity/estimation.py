"""Estimating the weights of a linkage model by expectation maximisation.

Here: the arithmetic on counted agreement patterns. Which pairs are counted is decided in
``training``; what the levels mean is in ``settings``.

Splink's own estimation takes u from random pairs and m from pairs that agree on one blocking
rule. Neither sees what separates a family from one person: among random pairs households are
as rare as matches (1 in 5,000), and a session that blocks on the surname cannot weigh an
address given the surname. Here all pairs of nodes are represented at once: candidates of the
blocking keys, and a sample of the rest with its weight.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.identity.settings import Comparison

Weights = dict[str, dict[str, float]]

PRIOR_PAIRS = 200.0
"""Matched pairs, per context, that the prior counts for: 200 real pairs weigh as much as it."""

CHANCE_PAIRS = 20_000.0
"""Non-matching pairs, per context, that the prior counts for. Namesakes are a few thousand pairs
among 5,000 people and a million among 100,000: the prior steadies the first and leaves the second."""

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
        is_candidate: (n_patterns,); False for the sampled rest, which are taken as non-matches: one
            of them stands for a thousand pairs and must not outvote the candidates.
    """

    levels: npt.NDArray[np.int64]
    log_shares: npt.NDArray[np.float64]
    pairs: npt.NDArray[np.float64]
    is_candidate: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """Fitted probabilities by comparison and level, and the share of pairs that match."""

    match: Weights
    chance: Weights
    share: float
    matched_pairs: float
    iterations: int


def estimate(
    patterns: Patterns,
    comparisons: tuple[Comparison, ...],
    prior: Estimate,
    min_share: float,
) -> Estimate:
    """Fit level probabilities to counted patterns, starting from and drawn to a prior.

    Args:
        patterns: what was counted.
        comparisons: the comparisons that the columns of ``patterns.levels`` hold.
        prior: probabilities to start from; it counts for ``PRIOR_PAIRS`` and ``CHANCE_PAIRS``.
        min_share: lowest share of matches allowed, in (0, 1).

    Returns:
        The maximum a posteriori estimate. A level that no pair shows keeps its prior.

    Source: Enamorado, Fifield & Imai (2019), *Using a Probabilistic Model to Assist Merging of
    Large-Scale Administrative Records*, APSR 113(2), for EM on patterns with a prior.
    """
    index = _indicators(patterns.levels, comparisons)
    known = np.repeat(~np.isnan(patterns.log_shares), [len(c.levels) for c in comparisons], axis=1)
    by_chance = index * ~known
    log_share = np.nansum(patterns.log_shares, axis=1)
    pairs = patterns.pairs
    context = _context_matrix(comparisons)
    prior_m, prior_u = (_vector(w, comparisons) for w in (prior.match, prior.chance))
    prior_m = prior_m / (context @ prior_m)
    prior_u = prior_u / (context @ prior_u)
    anchored = np.array([level.anchored for c in comparisons for level in c.levels])
    odds_given = np.array([level.odds or 0.0 for c in comparisons for level in c.levels])
    free = 1 - context @ (prior_m * anchored)
    log_m, log_u, share = np.log(prior_m), np.log(prior_u), prior.share
    iteration = 0
    for iteration in range(1, MAX_ITERATIONS + 1):
        log_odds = np.log(share / (1 - share)) + index @ log_m - by_chance @ log_u - log_share
        matched = pairs * patterns.is_candidate / (1 + np.exp(-np.clip(log_odds, -700, 700)))
        before = share
        count_m = index.T @ matched
        count_u = index.T @ (pairs - matched)
        m = (count_m + PRIOR_PAIRS * prior_m) * ~anchored
        m = np.where(anchored, prior_m, m * free / np.maximum(context @ m, 1e-300))
        u = (count_u + CHANCE_PAIRS * prior_u + UNSEEN_PAIRS) / (
            context @ count_u + CHANCE_PAIRS + UNSEEN_PAIRS * context.sum(axis=1)
        )
        share = max(float(matched.sum() / pairs.sum()), min_share)
        u = np.where(odds_given > 0, m * share / (1 - share) / np.maximum(odds_given, 1e-300), u)
        log_m, log_u = np.log(m), np.log(u)
        if abs(share - before) <= CONVERGED * before:
            break
    return Estimate(
        match=_by_level(np.exp(log_m), comparisons),
        chance=_by_level(np.exp(log_u), comparisons),
        share=share,
        matched_pairs=float(matched.sum()),
        iterations=iteration,
    )


def _indicators(
    patterns: npt.NDArray[np.int64], comparisons: tuple[Comparison, ...]
) -> npt.NDArray[np.float64]:
    """(n_patterns, n_levels of all comparisons): 1 where the pattern shows the level."""
    columns = [
        (patterns[:, [c]] == np.arange(len(comparison.levels))).astype(np.float64)
        for c, comparison in enumerate(comparisons)
    ]
    return np.hstack(columns)


def _context_matrix(comparisons: tuple[Comparison, ...]) -> npt.NDArray[np.float64]:
    """(n_levels, n_levels): 1 where two levels share comparison and context."""
    keys = [(c.name, level.context) for c in comparisons for level in c.levels]
    return np.array([[float(a == b) for b in keys] for a in keys])


def _vector(weights: Weights, comparisons: tuple[Comparison, ...]) -> npt.NDArray[np.float64]:
    return np.array([weights[c.name][level.label] for c in comparisons for level in c.levels])


def _by_level(values: npt.NDArray[np.float64], comparisons: tuple[Comparison, ...]) -> Weights:
    flat = iter(values)
    return {
        c.name: {level.label: float(f"{next(flat):.6g}") for level in c.levels}
        for c in comparisons
    }
