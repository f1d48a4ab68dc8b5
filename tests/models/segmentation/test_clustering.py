import json

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from models.segmentation.clustering import fit_behaviour


def test_the_chosen_clusters_are_of_a_size_and_come_back(fitted):
    chosen = next(item for item in fitted["candidates"] if item["k"] == fitted["k"])
    assert chosen["smallest_share"] >= 0.02
    assert chosen["largest_share"] <= 0.45
    assert chosen["ari_median"] >= 0.85
    assert chosen["ari_p10"] >= 0.70
    # Each is rounded to six digits.
    assert sum(fitted["shares"]) == pytest.approx(1, abs=len(fitted["shares"]) * 5e-7)
    assert [item["k"] for item in fitted["candidates"]] == list(range(3, 11))
    assert chosen["is_stable"]
    assert "stable candidates" in fitted["choice"]


def test_the_ways_of_buying_that_made_the_customers_are_found(draw):
    # Six were drawn; the five large ones are told apart at least.
    for seed in (21, 22, 23):
        assert fit_behaviour(draw(1500, seed), seed=1, k_range=range(4, 9))["k"] in {5, 6}


def test_the_fit_is_plain_json(fitted):
    assert json.loads(json.dumps(fitted)) == fitted


def test_shuffled_rows_and_threads_give_the_same_bytes(customers):
    fits = []
    for threads in (1, 2):
        shuffled = customers.sample(frac=1, random_state=threads)
        with threadpool_limits(limits=threads):
            fits.append(json.dumps(fit_behaviour(shuffled, seed=1, k_range=[4, 6])))
    assert fits[0] == fits[1]


def test_who_denies_profiling_or_never_ordered_has_no_part_in_it(fitted, customers):
    outside = ~customers["is_profiling_allowed"] | (customers["orders"] == 0)
    assert fit_behaviour(customers[~outside], seed=1) == fitted
    assert outside.sum() > 200


def test_another_customer_changes_the_fingerprint(fitted, customers):
    assert (
        fit_behaviour(customers.iloc[1:], seed=1, k_range=[3])["fingerprint"]
        != fitted["fingerprint"]
    )


def test_a_feature_that_is_empty_throughout_drops_out(customers):
    model = fit_behaviour(
        customers.assign(email_open_share=np.nan, weekend_share=0.0), seed=1, k_range=[4]
    )
    used = {axis["feature"] for axis in model["space"]}
    assert not used & {"email_open_share", "weekend_share"}
    assert len(used) == 12


def test_too_few_or_equal_customers_give_no_clusters_and_no_error(customers):
    assert fit_behaviour(customers.head(150), seed=1)["k"] == 0
    one = customers[customers["is_profiling_allowed"] & (customers["orders"] > 0)].head(1)
    alike = one.loc[one.index.repeat(300)].assign(customer_id=[f"p_{n}" for n in range(300)])
    model = fit_behaviour(alike, seed=1)
    assert (model["k"], model["centroids"]) == (0, [])
    assert model["choice"].startswith("300 customers with orders: too few, or too much alike")


def test_where_nothing_is_stable_the_choice_says_so(customers):
    rng = np.random.default_rng(5)
    noise = {
        column: rng.permuted(customers[column].to_numpy())
        for column in ("weekend_share", "visits_365d", "web_sessions_days_90d", "discount_share")
    }
    model = fit_behaviour(customers.assign(**noise), seed=1, k_range=[9, 10])
    assert model["k"] in {9, 10}
    assert "no k within the size bounds was stable" in model["choice"]


def test_k_below_two_is_refused(customers):
    with pytest.raises(ValueError, match=r"k_range is \[1, 4\]"):
        fit_behaviour(customers, seed=1, k_range=[1, 4])


def test_a_refit_keeps_the_k_in_use_while_it_is_stable_and_not_much_worse(fitted, customers):
    stable = {c["k"]: c["silhouette"] for c in fitted["candidates"] if c["is_stable"]}
    others = [k for k in stable if k != fitted["k"] and stable[k] > stable[fitted["k"]] - 0.05]
    assert others, "the customers drawn have a second way to be divided"
    in_use = fit_behaviour(customers, seed=1, k_range=others[:1])
    refit = fit_behaviour(customers, seed=1, previous=in_use)
    assert refit["k"] == others[0]
    assert refit["choice"].endswith("the k in use, still stable")
    assert np.allclose(refit["centroids"], in_use["centroids"], atol=0.02)


def test_a_refit_leaves_a_k_that_is_no_longer_stable(fitted, customers):
    unstable = [c["k"] for c in fitted["candidates"] if not c["is_stable"]]
    assert unstable
    in_use = fit_behaviour(customers, seed=1, k_range=unstable[-1:])
    refit = fit_behaviour(customers, seed=1, previous=in_use)
    assert refit["k"] == fitted["k"]
    assert "stable candidates" in refit["choice"]


def test_a_model_of_other_axes_is_no_beginning(customers, fitted):
    in_use = fit_behaviour(customers.assign(weekend_share=0.0), seed=1, k_range=[4])
    assert fit_behaviour(customers, seed=1, previous=in_use)["k"] == fitted["k"]
