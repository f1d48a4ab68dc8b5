import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.identity.clustering import PAIR_SCHEMA, cluster

RECORDS = [f"r{i}" for i in range(8)]
Pair = tuple[str, str, float, float | None, str]


def table(pairs: list[Pair]) -> pa.Table:
    return pa.Table.from_pylist(
        [dict(zip(PAIR_SCHEMA.names, pair, strict=True)) for pair in pairs], schema=PAIR_SCHEMA
    )


def clusters_of(pairs: list[Pair], records: list[str] = RECORDS) -> dict[str, str]:
    found = cluster(pa.chunked_array([records]), table(pairs), threshold=0.95)
    return dict(zip(found["record_id"].to_pylist(), found["cluster_id"].to_pylist(), strict=True))


def model(one: str, other: str, probability: float, weight: float) -> Pair:
    return (one, other, probability, weight, "model")


def test_closure_is_named_by_its_smallest_record() -> None:
    found = clusters_of([model("r3", "r5", 0.99, 7), model("r1", "r5", 0.96, 5)])
    assert found == {r: "r1" if r in {"r1", "r3", "r5"} else r for r in RECORDS}


def test_pairs_below_the_threshold_do_not_join() -> None:
    assert clusters_of([model("r1", "r2", 0.94, 4)])["r2"] == "r2"


def test_the_weakest_bridge_between_records_kept_apart_is_cut() -> None:
    found = clusters_of(
        [
            model("r1", "r2", 0.999, 12),
            model("r2", "r3", 0.97, 5),
            model("r3", "r4", 0.999, 11),
            model("r1", "r4", 0.001, -9),
        ]
    )
    assert (found["r2"], found["r4"]) == ("r1", "r3")


def test_a_record_that_fits_two_people_equally_is_nobodys() -> None:
    found = clusters_of(
        [model("r1", "r2", 0.99, 7), model("r2", "r3", 0.99, 7.5), model("r1", "r3", 0.01, -7)]
    )
    assert len({found["r1"], found["r2"], found["r3"]}) == 3


def test_a_record_that_fits_one_of_them_clearly_better_is_that_ones() -> None:
    found = clusters_of(
        [model("r1", "r2", 0.99, 7), model("r2", "r3", 0.9999, 15), model("r1", "r3", 0.01, -7)]
    )
    assert (found["r1"], found["r3"]) == ("r1", "r2")


def test_a_stewards_word_wins_over_the_model() -> None:
    found = clusters_of(
        [
            ("r1", "r2", 1.0, None, "steward"),
            ("r2", "r3", 0.0, None, "steward"),
            model("r1", "r3", 0.9999, 20),
        ]
    )
    assert (found["r2"], found["r3"]) == ("r1", "r3")


TWO_COUPLES = [model("r1", "r2", 0.999, 12), model("r3", "r4", 0.999, 12)]


def test_a_weak_pair_alone_does_not_join_two_groups() -> None:
    bridge = model("r2", "r3", 0.99, 6.6)  # 4.2 bits reach the threshold, three more are needed
    found = clusters_of([*TWO_COUPLES, bridge])
    assert found["r1"] == found["r2"] != found["r3"] == found["r4"]


@pytest.mark.parametrize(
    "more",
    [
        [model("r2", "r3", 0.997, 8.4)],  # strong enough
        [model("r2", "r3", 0.99, 6.6), model("r1", "r4", 0.98, 5.6)],  # not alone
        [("r2", "r3", 1.0, None, "steward")],
    ],
)
def test_stronger_ties_join_them(more: list[Pair]) -> None:
    found = clusters_of([*TWO_COUPLES, *more])
    assert {found[f"r{place}"] for place in (1, 2, 3, 4)} == {"r1"}


def test_a_weak_pair_joins_a_single_record() -> None:
    found = clusters_of([*TWO_COUPLES, model("r2", "r5", 0.951, 4.3)])
    assert found["r5"] == found["r1"]


def test_records_that_repeat_each_other_are_one_side() -> None:
    repeated = [
        ("r1", "r2", 1.0, None, "exact"),
        model("r3", "r4", 0.999, 12),
        model("r1", "r3", 0.96, 4.6),
    ]
    found = clusters_of(repeated)
    assert found["r1"] == found["r3"]


def decided(one: str, other: str, by: str) -> Pair:
    return (one, other, 1.0, None, by)


COPIED = [*TWO_COUPLES, decided("r2", "r5", "exact"), decided("r2", "r6", "exact")]
WEAK = model("r2", "r3", 0.96, 5.0)


@pytest.mark.parametrize(
    "more",
    [
        [WEAK],
        [WEAK, model("r5", "r3", 0.96, 5.0), model("r6", "r3", 0.96, 4.9)],  # told for each copy
        [WEAK, decided("r5", "r6", "steward")],
        [WEAK, decided("r2", "r5", "steward"), decided("r2", "r6", "steward")],
    ],
)
def test_a_bridge_is_as_weak_whatever_is_said_of_copies(more: list[Pair]) -> None:
    found = clusters_of([*COPIED, *more])
    assert {found[f"r{place}"] for place in (1, 2, 5, 6)} == {"r1"}
    assert found["r3"] == found["r4"] == "r3"


def test_what_a_cut_leaves_is_judged_anew() -> None:
    """Of seven records the second bridge would need 13 bits, of the five that stay nine."""
    chain = [
        model("r0", "r1", 0.999, 20),
        model("r1", "r2", 0.96, 5),
        *(model(f"r{one}", f"r{other}", 0.999, 20) for one, other in ((2, 3), (3, 4), (2, 4))),
        model("r4", "r5", 0.999, 11),
        model("r5", "r6", 0.999, 20),
    ]
    found = clusters_of(chain)
    assert found["r0"] == found["r1"] == "r0"
    assert {found[f"r{place}"] for place in range(2, 7)} == {"r2"}


def test_unknown_records_and_low_thresholds_are_refused() -> None:
    pairs = table([model("r1", "x", 0.99, 7)])
    with pytest.raises(ValueError, match="not among the records"):
        cluster(pa.chunked_array([RECORDS]), pairs, threshold=0.95)
    with pytest.raises(ValueError, match="threshold"):
        cluster(pa.chunked_array([RECORDS]), table([]), threshold=0.3)


PAIRS = st.lists(
    st.tuples(
        st.sampled_from(RECORDS),
        st.sampled_from(RECORDS),
        st.sampled_from([0.0, 0.2, 0.6, 0.96, 0.99]),
        st.integers(-20, 20).map(float),
        st.just("model"),
    ).filter(lambda pair: pair[0] < pair[1]),
    max_size=20,
    unique_by=lambda pair: pair[:2],
)


@settings(deadline=None, max_examples=60)
@given(PAIRS, st.randoms())
def test_order_does_not_matter_and_pairs_kept_apart_stay_apart(
    pairs: list[Pair], chance: object
) -> None:
    found = clusters_of(pairs)
    shuffled, records = list(pairs), list(RECORDS)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(records)  # type: ignore[attr-defined]
    assert clusters_of(shuffled, records) == found
    assert all(found[a] != found[b] for a, b, probability, *_ in pairs if probability < 0.5)
