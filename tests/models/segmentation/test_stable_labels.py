import json
import re

import pandas as pd

from models.segmentation.clustering import fit_behaviour
from models.segmentation.scoring import score_behaviour
from models.segmentation.stable_labels import label_clusters


def test_names_are_telling_unique_and_fit_to_be_ids(model):
    ids = [label["segment_id"] for label in model["labels"]]
    assert len(set(ids)) == len(ids) == model["k"]
    for label in model["labels"]:
        assert re.fullmatch(r"behaviour\.[a-z0-9_]{1,64}", label["segment_id"])
        assert "cluster" not in label["segment_id"]
        assert label["name"][0].isupper()
        assert re.search(r"\(all \d", label["description"])
        assert not label["is_carried"]
    assert model["used_ids"] == sorted(ids)
    assert json.loads(json.dumps(model)) == model


def test_a_name_says_what_the_members_do(model, customers):
    memberships = score_behaviour(customers, model).to_pandas().set_index("customer_id")
    source = customers.set_index("customer_id").loc[memberships.index]
    said = {"weekend": "weekend_share", "bargain": "discount_share", "app": "app_share"}
    told = 0
    for word, feature in said.items():
        for segment_id in set(memberships["segment_id"]):
            if word in segment_id.removeprefix("behaviour.").split("_"):
                members = source[memberships["segment_id"] == segment_id]
                assert members[feature].mean() > 1.3 * source[feature].mean()
                told += 1
    assert told >= 2


def test_a_refit_with_two_percent_new_customers_keeps_ids_and_members(model, customers, draw):
    new = draw(80, seed=99).assign(customer_id=lambda frame: "q" + frame["customer_id"])
    later = pd.concat([customers, new])
    refit = label_clusters(fit_behaviour(later, seed=1, previous=model), later, previous=model)
    assert all(label["is_carried"] for label in refit["labels"])
    before = score_behaviour(customers, model).to_pandas()["segment_id"]
    after = score_behaviour(customers, refit).to_pandas()["segment_id"]
    assert (before == after).mean() >= 0.97


def test_names_follow_the_members_not_the_order_of_clusters(fitted, model, customers):
    turned = fitted | {"centroids": fitted["centroids"][::-1]}
    labels = label_clusters(turned, customers, previous=model)["labels"]
    assert [label["segment_id"] for label in labels] == [
        label["segment_id"] for label in model["labels"]
    ][::-1]
    assert {label["overlap"] for label in labels} == {1.0}


def test_a_name_is_not_carried_below_half_overlap_and_never_given_again(model, customers):
    # Ten instead of six: the four more overlap with none by half, and take no old name.
    more = label_clusters(fit_behaviour(customers, seed=1, k_range=[10]), customers, previous=model)
    old = set(model["used_ids"])
    renamed = [label for label in more["labels"] if not label["is_carried"]]
    assert len(renamed) >= 4
    for label in renamed:
        assert label["overlap"] is None or label["overlap"] < 0.5
        assert label["segment_id"] not in old
    assert old < set(more["used_ids"])


def test_a_match_below_half_overlap_is_told_but_not_carried(fitted, customers):
    mixed = customers.assign(
        **{
            feature: customers[feature].sample(frac=1, random_state=4).to_numpy()
            for feature in ("discount_share", "weekend_share", "web_sessions_days_90d")
        }
    )
    other = label_clusters(fit_behaviour(mixed, seed=1, k_range=[6]), mixed)
    labels = label_clusters(fitted, customers, previous=other)["labels"]
    weak = [label for label in labels if label["overlap"] < 0.5]
    assert weak
    for label in labels:
        assert label["is_carried"] == (label["overlap"] >= 0.5)
        assert label["matched_id"] in other["used_ids"]
        assert (label["segment_id"] == label["matched_id"]) == label["is_carried"]


def test_without_clusters_there_is_nothing_to_name(fitted, model, customers):
    few = customers.head(100)
    empty = label_clusters(fit_behaviour(few, seed=1), few, previous=model)
    assert empty["labels"] == []
    assert empty["used_ids"] == model["used_ids"]
    again = label_clusters(fitted, customers, previous=empty)
    assert not {label["segment_id"] for label in again["labels"]} & set(model["used_ids"])
