import pyarrow as pa
import pytest

from models.segmentation.quality import QualityLimits, judge

LIMITS = QualityLimits(fewest=50, broadest=0.6)
GOOD = {
    "segment_id": "audience.a",
    "customers": 100,
    "share": 0.1,
    "reach": 1.2,
    "homogeneity": 0.4,
    "least_homogeneity": 0.3,
    "customers_before": 90,
    "stale_fact_share": 0.2,
    "separation": 0.8,
    "lift_low": 0.95,
    "lift_high": 1.4,
    "agreeing": 3,
    "disagreeing": 1,
}


def judged(asking=(), **changed):
    row = {name: pa.array([value]) for name, value in (GOOD | changed).items()}
    return {line["measure"]: line for line in judge(pa.table(row), LIMITS, asking).to_pylist()}


def test_a_good_segment_passes_every_measure():
    assert {line["has_passed"] for line in judged().values()} == {True}
    assert list(judged()) == [
        "size", "reach", "breadth", "freshness", "separation", "lift", "stability", "feedback",
        "homogeneity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "changed"),
    [
        ("size", {"customers": 49, "customers_before": 49}),
        ("reach", {"reach": 0.99}),
        ("homogeneity", {"homogeneity": 0.29}),
        ("breadth", {"share": 0.61}),
        ("freshness", {"stale_fact_share": 0.51}),
        ("separation", {"separation": 0.19}),
        ("lift", {"lift_low": 0.95, "lift_high": 1.05}),
        ("lift", {"lift_low": 0.901, "lift_high": 0.98}),
        ("stability", {"customers_before": 210}),
        ("stability", {"customers_before": 60}),
        ("feedback", {"agreeing": 1, "disagreeing": 2}),
    ],
)
def test_each_measure_can_fail_alone(measure, changed):
    failing = {name for name, line in judged(**changed).items() if line["has_passed"] is False}
    assert failing == {measure}


@pytest.mark.parametrize(
    ("measure", "changed"),
    [
        ("freshness", {"stale_fact_share": None}),
        ("separation", {"separation": None}),
        ("lift", {"lift_low": None, "lift_high": None}),
        ("reach", {"reach": None}),
        ("homogeneity", {"homogeneity": None}),
        ("homogeneity", {"least_homogeneity": None}),
        ("stability", {"customers_before": None}),
        ("feedback", {"agreeing": 0, "disagreeing": 2}),
    ],
)
def test_what_is_not_known_fails_nothing(measure, changed):
    line = judged(asking=["audience.a"], **changed)[measure]
    assert (line["has_passed"], line["refuses_approval"]) == (None, False)


def test_only_a_draft_that_asks_is_refused():
    assert not any(line["refuses_approval"] for line in judged(customers=1).values())
    refused = judged(asking=["audience.a"], share=0.9)
    assert [name for name, line in refused.items() if line["refuses_approval"]] == ["breadth"]
