"""A table is compared with the user's own last published run, and with nothing else."""

import pytest

from expectations import catalogue
from expectations.figures import Figure, categories_of, reference_of
from expectations.history import compare
from expectations.results import PromiseResult

TABLE = "stg_shop__orders"
SINCE = "the published run of 2026-11-19"


def rows(count: int) -> Figure:
    return Figure(TABLE, "rows", "", "", count, count)


def filled(share: float, of: int = 1000, column: str = "email_match") -> Figure:
    return Figure(TABLE, "filled", column, "", round(share * of), of)


def orphans(share: float, of: int = 1000) -> Figure:
    return Figure(TABLE, "orphans", "shop_customer_id", "", round(share * of), of)


def paid(share: float, of: int = 1000) -> Figure:
    return Figure(TABLE, "category", "status", "paid", round(share * of), of)


def broken(
    now: list[Figure], before: list[Figure], accepted: dict[str, str] | None = None
) -> list[PromiseResult]:
    results = compare(now, before, since=SINCE, accepted=accepted or {})
    return [result for result in results if not result.success]


@pytest.mark.parametrize("before", [[], [rows(0)], [rows(0), filled(0, of=0)]])
def test_a_first_delivery_is_compared_with_nothing(before: list[Figure]) -> None:
    now = [rows(30), filled(0.0, of=30), orphans(1.0, of=30), paid(0.0, of=30)]
    assert compare(now, before, since=SINCE, accepted={}) == ()


@pytest.mark.parametrize(
    ("now", "before", "figure", "outcome", "words"),
    [
        (rows(699), rows(1000), "rows", "failed", "699 rows now, 1,000 in the published run"),
        (rows(0), rows(1000), "rows", "failed", "0 rows now"),
        (rows(0), rows(49), "rows", "warned", "0 rows now, 49 in"),
        (rows(3001), rows(1000), "rows", "warned", "3,001 rows now"),
        (filled(0.7), filled(0.95), "filled.email_match", "failed", "70% of the rows now, 95% in"),
        (orphans(0.15), orphans(0.01), "orphans.shop_customer_id", "failed", "15% of the rows now"),
        (paid(0.5), paid(0.8), "category.status", "warned", "status is paid: 50%"),
    ],
)
def test_a_collapse_is_told_with_both_figures(
    now: Figure, before: Figure, figure: str, outcome: str, words: str
) -> None:
    around = [] if now.kind == "rows" else [rows(1000)]
    (result,) = broken([*around, now], [*around, before])
    assert (result.outcome, result.broken_figures) == (outcome, (figure,))
    assert words in str(result.finding)
    assert "2026-11-19" in str(result.finding)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ([rows(700)], [rows(1000)]),
        ([rows(3000)], [rows(1000)]),
        ([rows(1000), filled(0.76)], [rows(1000), filled(0.95)]),
        ([rows(1000), filled(0.95)], [rows(1000), filled(0.2)]),
        ([rows(1000), orphans(0.10)], [rows(1000), orphans(0.01)]),
        ([rows(1000), orphans(0.0)], [rows(1000), orphans(1.0)]),
        ([rows(1000), paid(0.61)], [rows(1000), paid(0.8)]),
        ([rows(1000)], [rows(1000), filled(0.95)]),
        ([rows(1000), filled(0.0)], [rows(1000)]),
        ([rows(1000), filled(0.0, of=0)], [rows(1000), filled(0.95)]),
    ],
)
def test_ordinary_change_is_no_collapse(now: list[Figure], before: list[Figure]) -> None:
    assert broken(now, before) == []


def test_shares_of_a_table_that_more_than_doubled_only_warn() -> None:
    """A trial of a hundred customers, then the whole list: other people, not a broken export."""
    before = [rows(100), filled(0.95, of=100), orphans(0.0, of=100)]
    now = [rows(201), filled(0.3, of=201), orphans(0.5, of=201)]
    assert [result.outcome for result in broken(now, before)] == ["warned", "warned"]
    assert [result.outcome for result in broken([rows(200), filled(0.3, of=200)], before)] == [
        "failed"
    ]


def test_shares_of_a_handful_of_people_only_warn() -> None:
    now, before = [rows(49), filled(0.1, of=49)], [rows(49), filled(0.9, of=49)]
    assert [result.outcome for result in broken(now, before)] == ["warned"]


def test_an_accepted_change_passes_and_says_why_and_others_do_not() -> None:
    before = [rows(1000), filled(0.9), filled(0.9, column="last_name")]
    now = [rows(400), filled(0.1, of=400), filled(0.2, of=400, column="last_name")]
    accepted = {"rows": "The old shop was sold.", "filled.last_name": "No names any more."}
    results = compare(now, before, since=SINCE, accepted=accepted)
    assert [result.broken_figures for result in results if not result.success] == [
        ("filled.email_match",)
    ]
    kept = results[0]
    assert kept.success
    assert kept.finding == f"400 rows now, 1,000 in {SINCE}. Accepted: The old shop was sold."


def test_each_reference_is_between_tables_with_suites() -> None:
    for table in catalogue.TABLES:
        reference = reference_of(table)
        assert reference is None or reference.other_table in catalogue.TABLES


def test_categories_are_those_that_a_suite_lists() -> None:
    assert categories_of(catalogue.suite("stg_shop__orders")) == {
        "status": ("paid", "shipped", "refunded", "cancelled")
    }
