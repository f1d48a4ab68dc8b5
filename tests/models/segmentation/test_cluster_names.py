import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.behaviour_space import AXES
from models.segmentation.cluster_names import describe_cluster, name_cluster, slug

SPACE = [{"feature": axis.feature, "theme": axis.theme, "base": 0.2} for axis in AXES]
PLACE = {axis.feature: place for place, axis in enumerate(AXES)}


def centre(**figures):
    centroid = np.zeros(len(AXES))
    for feature, figure in figures.items():
        centroid[PLACE[feature]] = figure
    return centroid


def test_the_furthest_theme_gives_the_noun_the_next_the_adjective():
    centroid = centre(discount_share=1.5, weekend_share=0.9, visits_365d=0.1)
    assert name_cluster(centroid, SPACE, set()) == "Weekend bargain hunters"


def test_a_taken_name_gets_the_next_difference():
    centroid = centre(discount_share=1.5, weekend_share=0.9, app_share=0.5)
    taken = {"weekend_bargain_hunters"}
    assert name_cluster(centroid, SPACE, taken) == "Weekend app bargain hunters"


def test_one_theme_is_said_once():
    centroid = centre(online_share=1.5, store_share=-1.4, average_order_eur=0.5)
    assert name_cluster(centroid, SPACE, set()) == "Big basket online shoppers"


def test_small_differences_are_not_named():
    assert name_cluster(centre(discount_share=0.1), SPACE, set()) == "Typical customers"


def test_the_sentence_gives_figures_against_all():
    means = np.full(len(AXES), np.nan)
    means[PLACE["discount_share"]], means[PLACE["visits_365d"]] = 0.44, 3.0
    centroid = centre(discount_share=1.5, weekend_share=1.0, visits_365d=0.5)
    assert describe_cluster(centroid, SPACE, means) == (
        "Set apart from all customers who order by: orders with a discount 44 % (all 20 %), "
        "visits in 365 days 3 (all 0.2)."
    )


@given(
    st.lists(
        st.lists(st.floats(-3, 3), min_size=len(AXES), max_size=len(AXES)), min_size=1, max_size=15
    )
)
def test_names_never_run_out_and_never_repeat(centres):
    taken: set[str] = set()
    for centroid in [*centres, *centres]:
        name = slug(name_cluster(np.array(centroid), SPACE, taken))
        assert name not in taken
        taken.add(name)
