"""Finding groups of customers who behave alike: choosing k, and fitting k-means once.

The fitted model is plain JSON and holds all that scoring needs; nothing here is run again to score
(``scoring``). Names come from ``stable_labels``. scikit-learn is imported only while fitting.

k is chosen by what people can live with: groups neither tiny nor half the base, that come back
when the customers are drawn anew (bootstrap), and that lie apart. Sources: J. Hartigan & M. Wong
(1979) and D. Arthur & S. Vassilvitskii (2007) for k-means and its start; C. Hennig (2007),
*Comput. Stat. Data Anal.* 52, and Y. Fang & J. Wang (2012), ibid. 56, for stability under the
bootstrap; L. Hubert & P. Arabie (1985), *J. Classification* 2, for the adjusted Rand index (ARI);
L. Vendramin, R. Campello & E. Hruschka (2010), *Stat. Anal. Data Min.* 3, for the simplified
silhouette, ``1 - d1 / d2`` by distance to the nearest and second nearest centre.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.segmentation.behaviour_space import (
    NEEDED_FEATURES,
    Matrix,
    fit_space,
    has_behaviour,
    project,
)
from models.segmentation.feature_table import FeatureData, FeatureTable, read_features
from models.segmentation.nearest import nearest_centres
from models.segmentation.threads import one_thread

MODEL_FORMAT = 1
K_RANGE = tuple(range(3, 11))
MIN_CUSTOMERS = 200  # below it, 2 % of the customers are fewer than four people
SAMPLE_CUSTOMERS = 20_000  # choosing k on more changes nothing but the time
STARTS = 4  # k-means starts per k for the reference, of which the best is kept
RESAMPLES = 20
RESAMPLE_CUSTOMERS = 6_000
RESAMPLE_STARTS = (
    6  # with 2, a poor start is taken for instability: p10 .61 instead of .85 on the demo
)
SMALLEST_SHARE = 0.02
LARGEST_SHARE = 0.45
STABLE_MEDIAN = 0.85
STABLE_P10 = 0.70
# How much better another k must be separated than the k in use: without it, 2 % more customers moved
# one demo of three from 5 clusters to 6, and with them one customer of five.
WORTH_A_CHANGE = 0.05
# Silhouettes closer than this tell no k from another: a cut at two digits chose by .3249 against .3251.
AS_WELL_SEPARATED = 0.02

Candidate = dict[str, Any]


def fit_behaviour(
    features: FeatureData,
    *,
    seed: int,
    k_range: Sequence[int] = K_RANGE,
    previous: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Fit the scheme ``behaviour`` on customers who ordered and allow profiling.

    Each k in ``k_range`` gets a reference clustering of at most 20,000 customers (those with the
    smallest hash of ``customer_id``). Those within the size bounds (smallest share at least 2 %,
    largest at most 45 %) are drawn anew 20 times with replacement, clustered, and compared by ARI.
    Among the stable ones (median at least 0.85, 10th percentile at least 0.70) whose silhouette is
    within 0.02 of the greatest, the greatest 10th percentile wins, to 1 digit, which a refit is
    likelier to find again, then the greater k; where none is stable, the greatest median; the
    model says so in ``choice``. The winner is then run to its optimum on all customers.

    A refit begins with the clusters in use: their k is tried from their centres, and is kept while it
    is stable and no other stable k is better separated by 0.05.

    Args:
        features: ``behaviour_space.NEEDED_FEATURES`` and ``customer_id``, any order.
        seed: decides starts and draws; same features and seed, same model.
        k_range: numbers of clusters to try, each at least 2.
        previous: the model in use until now; None for the first.

    Returns:
        JSON-able: ``format``, ``k``, ``space`` (see ``behaviour_space``), ``centroids`` (k lists,
        6 digits, largest cluster first), ``shares``, ``candidates`` (k, smallest_share,
        largest_share, silhouette, ari_median, ari_p10, is_stable; the last three null where not
        drawn), ``choice`` (why this k, in words), ``customers``, ``fingerprint`` (of the data),
        ``definition_version`` (of space and centroids), ``seed``, ``versions``, ``labels`` (empty:
        see ``stable_labels``).
        ``k`` is 0, with nobody to be assigned, for fewer than 200 such customers or where they
        hardly differ.

    Raises:
        ValueError: a column is missing, customers repeat, or a k is below 2.
    """
    if not k_range or min(k_range) < 2:
        raise ValueError(f"k_range is {list(k_range)}; it needs numbers of 2 or more.")
    table = read_features(features, NEEDED_FEATURES)
    fitted = table.where(has_behaviour(table))
    space = fit_space(fitted) if len(fitted) >= MIN_CUSTOMERS else []
    points = project(fitted, space)
    sample = _sample(fitted, points)
    feasible = [k for k in sorted(set(k_range)) if k <= len(np.unique(sample, axis=0))]
    if not space or not feasible:
        centroids, candidates = np.empty((0, len(space))), list[Candidate]()
        choice = f"{len(fitted)} customers with orders: too few, or too much alike, to find groups"
    else:
        with one_thread():
            in_use = _carried(previous, space)
            centroids, candidates, choice = _choose(sample, feasible, seed, in_use)
            centroids = _optimum(points, centroids)
    return {
        "format": MODEL_FORMAT,
        "k": len(centroids),
        "space": space,
        "centroids": centroids.tolist(),
        "shares": _shares(points, centroids).round(6).tolist(),
        "candidates": candidates,
        "choice": choice,
        "customers": len(fitted),
        "fingerprint": _fingerprint(fitted, points),
        "definition_version": _version(space, centroids),
        "seed": seed,
        "versions": _versions(),
        "labels": [],
    }


def _sample(fitted: FeatureTable, points: Matrix) -> Matrix:
    """Customers with the smallest hashes: any refit samples mostly the same people again."""
    if len(points) <= SAMPLE_CUSTOMERS:
        return points
    chosen = np.argpartition(fitted.hashes, SAMPLE_CUSTOMERS)[:SAMPLE_CUSTOMERS]
    return points[np.sort(chosen)]


def _carried(previous: dict[str, Any] | None, space: list[dict[str, Any]]) -> Matrix | None:
    """The centres in use as points of the new space; None where other axes span it."""
    if not previous or not previous["k"]:
        return None
    old = previous["space"]
    if [axis["feature"] for axis in old] != [axis["feature"] for axis in space]:
        return None
    (old_mean, old_scale), (mean, scale) = (
        (np.array([a["mean"] for a in axes]), np.array([a["scale"] for a in axes]))
        for axes in (old, space)
    )
    return np.asarray((np.array(previous["centroids"]) * old_scale + old_mean - mean) / scale)


def _choose(
    sample: Matrix, k_range: Sequence[int], seed: int, in_use: Matrix | None
) -> tuple[Matrix, list[Candidate], str]:
    kept = len(in_use) if in_use is not None and len(in_use) in k_range else 0
    references = {
        k: _optimum(sample, in_use)
        if k == kept and in_use is not None
        else _k_means(sample, k, seed=seed, starts=STARTS)
        for k in k_range
    }
    candidates = [_measured(sample, references[k]) for k in k_range]
    bounded = [candidate for candidate in candidates if _is_bounded(candidate)] or candidates
    for candidate in bounded:
        candidate |= _stability(sample, references[candidate["k"]], seed)
    stable = [candidate for candidate in bounded if candidate["is_stable"]]
    if stable:
        least = max(candidate["silhouette"] for candidate in stable) - AS_WELL_SEPARATED
        near = [candidate for candidate in stable if candidate["silhouette"] >= least]
        best = max(near, key=lambda c: (round(c["ari_p10"], 1), c["k"]))
    else:
        best = max(bounded, key=lambda c: (c["ari_median"], c["k"]))
    used = next((candidate for candidate in stable if candidate["k"] == kept), None)
    if used and all(c["silhouette"] < used["silhouette"] + WORTH_A_CHANGE for c in stable):
        return references[kept], candidates, f"{_figures(used)}; the k in use, still stable"
    return references[best["k"]], candidates, _words(best, len(stable))


def _measured(sample: Matrix, centroids: Matrix) -> Candidate:
    nearest = nearest_centres(sample, centroids)
    shares = np.bincount(nearest.labels, minlength=len(centroids)) / len(sample)
    return {
        "k": len(centroids),
        "smallest_share": round(float(shares.min()), 6),
        "largest_share": round(float(shares.max()), 6),
        "silhouette": round(float(nearest.margin.mean()), 6),
        "ari_median": None,
        "ari_p10": None,
        "is_stable": None,
    }


def _is_bounded(candidate: Candidate) -> bool:
    return bool(
        candidate["smallest_share"] >= SMALLEST_SHARE
        and candidate["largest_share"] <= LARGEST_SHARE
    )


def _stability(sample: Matrix, reference: Matrix, seed: int) -> Candidate:
    from sklearn.metrics import adjusted_rand_score

    k = len(reference)
    judged = sample[: 2 * RESAMPLE_CUSTOMERS]
    labels = nearest_centres(judged, reference).labels
    agreement = []
    for draw in range(RESAMPLES):
        random = np.random.default_rng([seed, k, draw])
        rows = random.integers(len(sample), size=min(len(sample), RESAMPLE_CUSTOMERS))
        redrawn = _k_means(sample[rows], k, seed=draw, starts=RESAMPLE_STARTS)
        agreement.append(adjusted_rand_score(labels, nearest_centres(judged, redrawn).labels))
    median, p10 = (round(float(figure), 6) for figure in np.quantile(agreement, [0.5, 0.1]))
    is_stable = median >= STABLE_MEDIAN and p10 >= STABLE_P10
    return {"ari_median": median, "ari_p10": p10, "is_stable": is_stable}


def _k_means(points: Matrix, k: int, *, seed: int, starts: int) -> Matrix:
    from sklearn.cluster import KMeans

    fitted = KMeans(k, n_init=starts, random_state=seed).fit(points)
    return np.asarray(fitted.cluster_centers_)


def _optimum(points: Matrix, centroids: Matrix) -> Matrix:
    """Centres run on from ``centroids`` on all points, largest cluster first, to 6 digits."""
    from sklearn.cluster import KMeans

    fitted = KMeans(len(centroids), init=centroids, n_init=1).fit(points)
    centres = np.round(fitted.cluster_centers_, 6) + 0.0
    order = np.lexsort([*centres.T[::-1], -_shares(points, centres)])
    return np.asarray(centres[order])


def _shares(points: Matrix, centroids: Matrix) -> Matrix:
    if len(centroids) == 0:
        return np.empty(0)
    labels = nearest_centres(points, centroids).labels
    return np.bincount(labels, minlength=len(centroids)) / len(points)


def _figures(candidate: Candidate) -> str:
    return (
        f"k = {candidate['k']}: ARI median {candidate['ari_median']:.2f}, 10th percentile "
        f"{candidate['ari_p10']:.2f}, silhouette {candidate['silhouette']:.2f}, shares "
        f"{candidate['smallest_share']:.1%} to {candidate['largest_share']:.1%}"
    )


def _words(best: Candidate, stable: int) -> str:
    figures = _figures(best)
    if not _is_bounded(best):
        return f"{figures}; no k kept the size bounds, this is the most stable"
    if not stable:
        return f"{figures}; no k within the size bounds was stable, this is the most stable"
    return f"{figures}; the best separated of {stable} stable candidates"


def _fingerprint(fitted: FeatureTable, points: Matrix) -> str:
    digest = hashlib.sha256(fitted.hashes.tobytes())
    digest.update(np.round(points, 6).tobytes())
    return digest.hexdigest()


def _version(space: list[dict[str, Any]], centroids: Matrix) -> str:
    """Changes exactly when scoring could change."""
    return hashlib.sha256(repr((space, centroids.tolist())).encode()).hexdigest()[:12]


def _versions() -> dict[str, str]:
    import sklearn

    return {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
