"""Estimating the weights of a linkage model by expectation maximisation.

Here: the arithmetic on counted agreement patterns. Which pairs are counted is decided in
``sampling``; what the levels mean is in ``settings``.

Splink's own estimation takes u from random pairs and m from pairs that agree on one blocking rule.
Neither sees what separates a family from one person: among random pairs households are as rare as
matches (1 in 5,000), and a session that blocks on the surname cannot weigh an address given the
surname. Here all pairs of nodes are represented at once, by strata with weights.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.identity.settings import Comparison

Weights = dict[str, dict[str, float]]
_Floats = npt.NDArray[np.float64]

PRIOR_PAIRS = 200.0
"""Matched pairs, per context, that the prior counts for at least."""

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
        most_kin: kin of a level -> most pairs of two people that can show such a level.
    """

    levels: npt.NDArray[np.int64]
    log_shares: _Floats
    pairs: _Floats
    is_match: _Floats
    is_labelled: npt.NDArray[np.bool_]
    most_kin: dict[str, float] = field(default_factory=dict)


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
    for kin, most in patterns.most_kin.items():
        prior_u = np.where(design.kin[kin], np.minimum(prior_u, most / CHANCE_PAIRS), prior_u)
    m, u, share = prior_m, prior_u, prior.share
    is_open, is_drawn = (
        np.isnan(patterns.is_match),
        ~patterns.is_labelled & (patterns.is_match == 0),
    )
    total = patterns.pairs.sum()
    iterations, before = 0, 0.0
    while iterations < MAX_ITERATIONS and abs(share - before) > CONVERGED * before:
        iterations, before = iterations + 1, share
        probability = _match_probability(design, m, u, share)
        matched = patterns.pairs * np.where(is_open, probability, patterns.is_match)
        matched = _without_impossible_kin(design, patterns, matched)
        # A drawn pair that looks like one person teaches neither side: it stands for a thousand.
        doubted = patterns.pairs * np.where(is_drawn, probability, 0.0)
        share = max(float(matched.sum() / total), min_share)
        m = _match_shares(design, matched, prior_m)[design.like]
        u = _chance_shares(design, patterns.pairs - matched - doubted, prior_u)
        # Two people agree under the likelier context at least as often as under the other. Where
        # nothing holds it, coincidences of 1,000,000 records pass for matches and then for rare.
        np.maximum.at(u, design.like, u.copy())
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
    confirmed: npt.NDArray[np.bool_]  # (n_levels,): learnt from pairs of one birth date alone
    is_confirmed: _Floats  # (n_patterns,): 1 where the birth dates are one
    prior_weight: _Floats  # (n_levels,): the comparison's
    like: npt.NDArray[np.int64]  # (n_levels,): the level whose P(level | one person) it has
    kin: dict[str, npt.NDArray[np.bool_]]  # (n_levels,): levels that two people show only as such
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
    labels = [(name, level.label) for name, level in levels]
    known_matches = patterns.pairs * patterns.is_labelled * (patterns.is_match == 1.0)
    return _Design(
        shows=shows,
        by_chance=shows - has_frequency * equality,
        log_frequency=np.nansum(patterns.log_shares, axis=1),
        labelled=shows.T @ known_matches,
        context=np.array([[float(a == b) for b in places] for a in places]),
        anchored=np.array([level.anchored for _, level in levels]),
        confirmed=np.array([level.confirmed for _, level in levels]),
        is_confirmed=shows @ np.array([float(level.confirms) for _, level in levels]),
        like=np.array([labels.index((c, level.like or level.label)) for c, level in levels]),
        kin={kin: np.array([level.kin == kin for _, level in levels]) for kin in patterns.most_kin},
        prior_weight=np.repeat(
            [c.prior_weight for c in comparisons], [len(c.levels) for c in comparisons]
        ),
        odds=np.array([level.odds or 0.0 for _, level in levels]),
    )


def _match_probability(design: _Design, m: _Floats, u: _Floats, share: float) -> _Floats:
    """(n_patterns,) probability that a pair of the pattern is one person."""
    log_odds = (
        np.log(share / (1 - share))
        + design.shows @ np.log(m)
        - design.by_chance @ np.log(u)
        - design.log_frequency
    )
    probability: _Floats = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    return probability


def _match_shares(design: _Design, matched: _Floats, prior: _Floats) -> _Floats:
    """P(level | one person, context): from labels, from confirmed pairs, the rest from all pairs."""
    by_labels = (design.labelled + PRIOR_PAIRS * prior) / (
        design.context @ design.labelled + PRIOR_PAIRS
    )
    of_one_age = _drawn_to_prior(design, matched * design.is_confirmed, prior)
    fixed = np.where(design.confirmed, of_one_age, by_labels) * (design.anchored | design.confirmed)
    free = _drawn_to_prior(design, matched, prior) * (fixed == 0)
    left = 1 - design.context @ fixed
    return np.where(fixed > 0, fixed, free * left / np.maximum(design.context @ free, 1e-300))


def _drawn_to_prior(design: _Design, matched: _Floats, prior: _Floats) -> _Floats:
    """Share of each level within its context, as the pairs show it, drawn to the prior."""
    count = design.shows.T @ matched
    all_levels = design.context @ count
    strength = PRIOR_PAIRS + design.prior_weight * np.maximum(
        all_levels - design.context @ design.labelled, 0
    )
    drawn: _Floats = (count + strength * prior) / (all_levels + strength)
    return drawn


def _without_impossible_kin(design: _Design, patterns: Patterns, matched: _Floats) -> _Floats:
    """Matched pairs of each pattern, more where else there would be more relatives than can be.

    Source: Ganchev, Graca, Gillenwater & Taskar (2010), *Posterior Regularization for Structured
    Latent Variable Models*, JMLR 11: expectations that respect a known bound.
    """
    for kin, most in patterns.most_kin.items():
        shown = np.isnan(patterns.is_match) & (design.shows[:, design.kin[kin]].sum(axis=1) > 0)
        two_people = (patterns.pairs - matched) * shown
        excess = max(float(two_people.sum()) - most, 0.0)
        matched = matched + two_people * excess / max(float(two_people.sum()), 1e-300)
    return matched


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
