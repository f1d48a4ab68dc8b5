import pyarrow as pa
import pytest

from models.identity.charts import match_weights_chart
from models.identity.evaluation import clustering_scores
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
