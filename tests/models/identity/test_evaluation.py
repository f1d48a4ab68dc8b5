from datetime import date

import pyarrow as pa
import pytest

from models.identity.charts import match_weights_chart
from models.identity.clustering import PAIR_SCHEMA
from models.identity.evaluation import (
    Contradictions,
    Density,
    clustering_scores,
    contradicting_facts,
    density,
)
from models.identity.training import prior_model


def table(clusters: str) -> pa.Table:
    """'aab' -> records 0 and 1 in cluster a, record 2 in cluster b."""
    return pa.table(
        {"record_id": [str(i) for i in range(len(clusters))], "cluster_id": list(clusters)}
    )


def test_scores_by_hand() -> None:
    # Truth {0, 1, 2} {3}; predicted {0, 1} {2, 3}: one of three true pairs, one of two predicted.
    found = clustering_scores(table("xxyy"), table("aaab"))
    assert found["pair_precision"] == pytest.approx(1 / 2)
    assert found["pair_recall"] == pytest.approx(1 / 3)
    assert found["bcubed_precision"] == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found["bcubed_recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found["cluster_f1"] == 0


def test_perfect_and_nothing_to_find() -> None:
    assert set(clustering_scores(table("xyy"), table("abb")).values()) == {1.0}
    assert set(clustering_scores(table("xyz"), table("abc")).values()) == {1.0}


def test_no_common_record_is_refused() -> None:
    other = pa.table({"record_id": ["q"], "cluster_id": ["a"]})
    with pytest.raises(ValueError, match="no record_id in common"):
        clustering_scores(table("x"), other)


def test_chart_names_the_levels_and_needs_no_network() -> None:
    page = match_weights_chart(prior_model())
    assert "same place at" not in page
    assert "namesakes: same phone and address" in page
    assert "<script src=" not in page


def test_customers_that_contradict_themselves_are_counted() -> None:
    rows = [
        ("a1", "a", date(1980, 1, 2), "female"),
        ("a2", "a", date(1980, 2, 1), None),  # day and month swapped
        ("b1", "b", date(1980, 5, 5), "male"),
        ("b2", "b", date(1951, 9, 17), "female"),
        ("c1", "c", None, "male"),
        ("c2", "c", date(1990, 1, 1), "female"),
        ("d1", "d", date(1970, 1, 1), "female"),
    ]
    names = ("record_id", "customer_id", "birth_date", "gender")
    people = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    found = contradicting_facts(people, people.select(["record_id", "customer_id"]))
    assert found == Contradictions(
        customers_of_several_records=3,
        customers_in_conflict=2,
        two_birth_dates=1,
        two_genders=2,
    )


def test_customers_that_hang_together_by_a_chain_are_counted() -> None:
    identities = pa.table(
        {
            "record_id": [f"{customer}{place}" for customer in "abc" for place in range(5)],
            "customer_id": [customer for customer in "abc" for _ in range(5)],
        }
    )
    chain = [(f"a{place}", f"a{place + 1}") for place in range(4)]  # 4 of 10 pairs
    star = [(f"b{one}", f"b{other}") for one in range(3) for other in range(one + 1, 5)]  # 9 of 10
    repeated = [("c0", f"c{place}") for place in (3, 4)]  # three nodes: not large
    rows = [(*pair, 0.99, 6.6, "model") for pair in (*chain, *star)]
    rows += [(*pair, 1.0, None, "exact") for pair in repeated]
    rows += [("a0", "a4", 0.6, 0.6, "model"), ("a0", "b0", 0.99, 6.6, "model")]
    pairs = pa.Table.from_pylist(
        [dict(zip(PAIR_SCHEMA.names, row, strict=True)) for row in rows], schema=PAIR_SCHEMA
    )
    assert density(identities, pairs, threshold=0.95) == Density(2, 1)
