"""A name and a sentence for a cluster, from what sets its members apart: never "cluster 3".

Which clusters need a new name is decided in ``stable_labels``.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.segmentation.behaviour_space import Space
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.wording import with_unit

NOTABLE = 0.25  # theme-weighted deviations from the mean; below it a difference is not named
FIGURES = 3  # features told in the sentence

_BY_NAME = {feature.name: feature for feature in PERSON_FEATURES}


@dataclass(frozen=True, slots=True)
class _Words:
    """How to call customers by one feature: beside another word, and alone."""

    adjective: str
    noun: str


# By feature: words for far above the mean, and for far below, where that says something.
_HIGH: dict[str, _Words] = {
    "orders": _Words("frequent", "regulars"),
    "recency_days": _Words("dormant", "dormant customers"),
    "average_order_eur": _Words("big basket", "big spenders"),
    "discount_share": _Words("bargain", "bargain hunters"),
    "online_share": _Words("online", "online shoppers"),
    "store_share": _Words("in-store", "store shoppers"),
    "app_share": _Words("app", "app shoppers"),
    "weekend_share": _Words("weekend", "weekend shoppers"),
    "categories": _Words("wide range", "explorers"),
    "top_category_share": _Words("focused", "specialists"),
    "visits_365d": _Words("visiting", "visitors"),
    "email_open_share": _Words("mail reading", "mail readers"),
    "email_clicks_365d": _Words("mail clicking", "mail clickers"),
    "web_sessions_days_90d": _Words("browsing", "web browsers"),
}
_LOW: dict[str, _Words] = {
    "orders": _Words("occasional", "occasional buyers"),
    "recency_days": _Words("recent", "recent buyers"),
    "average_order_eur": _Words("small basket", "small spenders"),
    "discount_share": _Words("full price", "full price buyers"),
    "online_share": _Words("offline", "offline shoppers"),
    "store_share": _Words("remote", "remote shoppers"),
    "weekend_share": _Words("weekday", "weekday shoppers"),
    "categories": _Words("narrow range", "narrow range buyers"),
    "top_category_share": _Words("varied", "all-rounders"),
    "email_open_share": _Words("mail ignoring", "mail ignorers"),
}
_PLAIN = _Words("typical", "typical customers")


def name_cluster(centroid: NDArray[np.float64], space: Space, taken: Collection[str]) -> str:
    """The shortest telling name that is still free, e.g. 'Weekend bargain hunters'.

    The noun comes from the theme that sets the cluster furthest apart, adjectives from the next.

    Args:
        centroid: the cluster's centre in ``space``.
        space: as fitted by ``behaviour_space``.
        taken: slugs (see ``slug``) in use, or used once for another cluster.
    """
    for name in _names(_telling_words(centroid, space)):
        if slug(name) not in taken:
            return name.capitalize()
    raise AssertionError("names never run out")


def describe_cluster(
    centroid: NDArray[np.float64], space: Space, means: NDArray[np.float64]
) -> str:
    """What sets the cluster apart, in figures against all customers it was fitted on.

    Args:
        centroid: the cluster's centre in ``space``.
        space: as fitted by ``behaviour_space``.
        means: mean raw value of each axis among the members; NaN where none is known.
    """
    told = [place for place in _strongest_per_theme(centroid, space) if not np.isnan(means[place])]
    figures = []
    for place in told[:FIGURES]:
        feature = _BY_NAME[space[place]["feature"]]
        own, base = with_unit(feature, np.array([means[place], space[place]["base"]])).to_pylist()
        figures.append(f"{feature.label} {own} (all {base})")
    return f"Set apart from all customers who order by: {', '.join(figures)}."


def slug(name: str) -> str:
    """A name as the last part of a segment_id: lower case, words joined by underscores."""
    return name.lower().replace("-", "_").replace(" ", "_")


def _telling_words(centroid: NDArray[np.float64], space: Space) -> list[_Words]:
    words = []
    for place in _strongest_per_theme(centroid, space):
        by_feature = _HIGH if centroid[place] > 0 else _LOW
        found = by_feature.get(space[place]["feature"])
        if found and abs(centroid[place]) >= NOTABLE:
            words.append(found)
    return words or [_PLAIN]


def _strongest_per_theme(centroid: NDArray[np.float64], space: Space) -> list[int]:
    """Places of axes, furthest from the mean first, one per theme: no name says a thing twice."""
    themes: dict[str, int] = {}
    for place in np.argsort(-np.abs(centroid), kind="stable").tolist():
        themes.setdefault(space[place]["theme"], place)
    return list(themes.values())


def _names(words: list[_Words]) -> Iterator[str]:
    """Candidates without end: two words, then more, then numbered."""
    noun, adjectives = words[0].noun, [word.adjective for word in words[1:]]
    for count in range(1, max(len(adjectives), 1) + 1):
        yield " ".join([*adjectives[:count], noun])
    full, number = " ".join([*adjectives, noun]), 2
    while True:
        yield f"{full} {number}"
        number += 1
