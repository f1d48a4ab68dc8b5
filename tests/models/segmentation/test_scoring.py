import json
import re
import subprocess
import sys

import numpy as np
import pytest

from models.segmentation.clustering import fit_behaviour
from models.segmentation.scoring import score_behaviour
from models.segmentation.stable_labels import label_clusters


@pytest.fixture(scope="module")
def memberships(customers, model):
    return score_behaviour(customers, model)


def test_each_customer_is_in_one_named_segment_and_shares_are_the_models(memberships, model):
    frame = memberships.to_pandas()
    assert frame["customer_id"].is_monotonic_increasing
    assert frame["customer_id"].is_unique
    names = [label["segment_id"] for label in model["labels"]]
    assert set(frame["segment_id"]) == {*names, "behaviour.unassigned"}
    placed = frame[frame["segment_id"] != "behaviour.unassigned"]
    shares = placed["segment_id"].value_counts(normalize=True)
    np.testing.assert_allclose(shares[names], model["shares"], atol=1e-6)


def test_a_customers_place_does_not_depend_on_who_else_is_scored(customers, memberships, model):
    some = customers.sample(200, random_state=3)
    alone = score_behaviour(some, model).to_pandas().set_index("customer_id")
    together = memberships.to_pandas().set_index("customer_id").loc[alone.index]
    assert alone.equals(together)


def test_a_model_from_json_scores_the_same(customers, memberships, model):
    assert score_behaviour(customers, json.loads(json.dumps(model))).equals(memberships)


def test_strength_is_the_margin_between_the_two_nearest_centres(memberships):
    strength = np.array(memberships["strength"])
    assert ((strength >= 0) & (strength <= 1)).all()
    assert 0.2 < np.median(strength) < 0.9


def test_the_reason_holds_two_of_the_customers_own_figures(customers, memberships):
    source = customers.set_index("customer_id")
    said = 0
    for row in memberships.to_pylist():
        if row["segment_id"] == "behaviour.unassigned":
            continue
        assert row["reason"].count("(all ") == 2
        found = re.search(r"visits in 365 days: (\d+) \(all", row["reason"])
        if found:
            said += 1
            assert int(found[1]) == source.loc[row["customer_id"], "visits_365d"]
    assert said > 100


def test_the_reason_names_what_sets_the_segment_apart(memberships, model):
    frame = memberships.to_pandas()
    for label in model["labels"]:
        reasons = frame["reason"][frame["segment_id"] == label["segment_id"]]
        assert reasons.str.split(":").str[0].mode()[0] in label["description"]


def test_unassigned_tells_why_without_figures(customers, memberships):
    frame = memberships.to_pandas().set_index("customer_id")
    source = customers.set_index("customer_id").loc[frame.index]
    unassigned = frame[frame["segment_id"] == "behaviour.unassigned"]["reason"]
    denied = source.index[~source["is_profiling_allowed"]]
    assert set(unassigned.loc[denied]) == {"no profiling"}
    assert set(unassigned.drop(denied)) == {"no orders"}


def test_without_clusters_everybody_is_unassigned(customers):
    few = customers.head(100)
    empty = label_clusters(fit_behaviour(few, seed=1), few)
    frame = score_behaviour(few, empty).to_pandas()
    assert set(frame["segment_id"]) == {"behaviour.unassigned"}
    assert "too few customers to find groups" in set(frame["reason"])


def test_a_model_without_names_is_refused(customers):
    with pytest.raises(ValueError, match="0 names for 4 clusters"):
        score_behaviour(customers, fit_behaviour(customers, seed=1, k_range=[4]))


def test_scoring_needs_no_scikit_learn():
    code = (
        "import sys, models.segmentation.scoring, models.segmentation.stable_labels, "
        "models.segmentation.clustering, models.segmentation.predicates; "
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
