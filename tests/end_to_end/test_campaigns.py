"""What campaigns brought, measured on the demo against what they truly did."""

from pathlib import Path

import duckdb
import pytest
from scipy.stats import binomtest

COUNTED = """
    select {keys}, treated.conversions, treated.customers, control.conversions, control.customers,
        {asked}
    from {arms} as treated join {arms} as control using ({keys}) {joins}
    where treated.arm = 'treatment' and control.arm = 'control'
"""


def newcombe(hits: int, trials: int, other_hits: int, others: int) -> tuple[float, float]:
    """Limits of the difference of two shares by scipy's Wilson limits."""
    one = binomtest(hits, trials).proportion_ci(0.95, "wilson")
    other = binomtest(other_hits, others).proportion_ci(0.95, "wilson")
    share, other_share = hits / trials, other_hits / others
    return (
        share - other_share - ((share - one.low) ** 2 + (other.high - other_share) ** 2) ** 0.5,
        share - other_share + ((one.high - share) ** 2 + (other_share - other.low) ** 2) ** 0.5,
    )


def test_uplift_and_its_limits_are_those_of_the_counts(demo_home: Path) -> None:
    query = COUNTED.format(
        keys="campaign_id, segment_id",
        arms="marts.fct_campaign_result",
        asked="treated.uplift, treated.uplift_low, treated.uplift_high, control.uplift",
        joins="",
    )
    with duckdb.connect(str(demo_home / "published/segments.duckdb"), read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) > 100
    for *_, hits, trials, other_hits, others, uplift, low, high, of_controls in rows:
        assert (low, high) == pytest.approx(newcombe(hits, trials, other_hits, others), abs=2e-4)
        assert uplift == pytest.approx(hits / trials - other_hits / others)
        assert low <= uplift <= high
        assert of_controls is None


def test_nine_in_ten_intervals_by_persona_hold_the_true_uplift(demo_home: Path) -> None:
    truth = demo_home / "demo_truth"
    query = f"""
        with personas as (
            select customer_id, any_value(persona) as persona from identity.customer_identities
            join '{truth}/person_records.parquet' using (record_id)
            join '{truth}/people.parquet' using (person_id)
            group by customer_id having count(distinct person_id) = 1
        ),
        arms as (
            select campaign_id, persona, arm, count(*) as customers,
                count(*) filter (where has_converted) as conversions
            from customers.fct_campaign_outcomes join personas using (customer_id) group by all
        )
    """ + COUNTED.format(
        keys="campaign_id, persona",
        arms="arms",
        asked="uplifts.uplift",
        joins=f"join '{truth}/uplifts.parquet' as uplifts using (campaign_id, persona)",
    )
    with duckdb.connect(str(demo_home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    assert len(rows) > 80
    held = [
        low <= true <= high
        for *_, hits, trials, other_hits, others, true in rows
        for low, high in [newcombe(hits, trials, other_hits, others)]
    ]
    assert sum(held) / len(held) >= 0.9
