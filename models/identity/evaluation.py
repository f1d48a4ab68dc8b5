"""How well predicted clusters agree with the truth.

Here: pairwise, B-cubed and whole-cluster figures of a partition, computed from the table of
overlaps, so that 1,000,000 records need no pairs; and what needs no truth: what customers say against
themselves, and how densely they are linked.
"""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from models.identity.connection import connect
from models.identity.evidence import BIRTH_DATE, pair_columns


def clustering_scores(predicted: pa.Table, truth: pa.Table) -> dict[str, float]:
    """Precision, recall and F1 of a partition, in three readings.

    Args:
        predicted: (record_id, cluster_id), each record once.
        truth: (record_id, cluster_id), each record once; records that are in only one of the two
            tables are left out.

    Returns:
        ``pair_*``: over pairs of records in one cluster, that is of the transitive closure.
        ``bcubed_*``: mean over records (Bagga & Baldwin 1998, *Entity-based cross-document
        coreferencing using the vector space model*). ``cluster_*``: over clusters that are
        exactly right. All in 0..1; a share of nothing is 1.

    Raises:
        ValueError: the tables have no record in common.
    """
    both = (
        predicted.select(["record_id", "cluster_id"])
        .to_pandas()
        .merge(truth.select(["record_id", "cluster_id"]).to_pandas(), on="record_id")
    )
    if both.empty:
        raise ValueError(
            "Prediction and truth have no record_id in common, so nothing can be scored. "
            "Both must use the record_id of int_identity__person_records."
        )
    overlap = both.groupby(["cluster_id_x", "cluster_id_y"]).size().rename("n").reset_index()
    predicted_size = both.groupby("cluster_id_x").size()
    true_size = both.groupby("cluster_id_y").size()
    n = overlap["n"]
    p = overlap["cluster_id_x"].map(predicted_size)
    t = overlap["cluster_id_y"].map(true_size)
    exact = float(((n == p) & (n == t)).sum())
    return {
        **_scores("pair", _pairs(n), _pairs(predicted_size), _pairs(true_size)),
        **_f1("bcubed", float((n * n / p).sum() / n.sum()), float((n * n / t).sum() / n.sum())),
        **_scores("cluster", exact, float(len(predicted_size)), float(len(true_size))),
    }


@dataclass(frozen=True)
class Contradictions:
    """Counts of customers."""

    customers_of_several_records: int
    customers_in_conflict: int
    two_birth_dates: int
    two_genders: int


def contradicting_facts(records: pa.Table, identities: pa.Table) -> Contradictions:
    """Customers whose records hold two birth dates that are no typing error, or two genders.

    Args:
        records: (record_id, birth_date, gender).
        identities: (record_id, customer_id), each record once.
    """
    with connect() as con:
        con.register("records_in", records.select(["record_id", "birth_date", "gender"]))
        con.register("identities_in", identities)
        con.execute(BIRTH_DATE.definition)
        row = con.execute(f"""
            with dated as (
                select distinct customer_id, birth_date,
                    strftime(birth_date, '%Y%m%d') as birth_text,
                    case when day(birth_date) <= 12
                        then make_date(year(birth_date), day(birth_date), month(birth_date)) end
                        as birth_swap
                from records_in join identities_in using (record_id) where birth_date is not null
            ),
            dates as (
                select distinct customer_id from (
                    select l.customer_id, {pair_columns(*BIRTH_DATE.columns)}
                    from dated as l
                    join dated as r on l.customer_id = r.customer_id and l.birth_date < r.birth_date
                ) where {BIRTH_DATE.is_any("different")}
            ),
            genders as (
                select customer_id from records_in join identities_in using (record_id)
                group by 1 having count(distinct gender) > 1
            ),
            several as (select customer_id from identities_in group by 1 having count(*) > 1)
            select (select count(*) from several),
                (select count(*) from (from dates union from genders)),
                (select count(*) from dates), (select count(*) from genders)
        """).fetchall()[0]
    return Contradictions(*row)


@dataclass(frozen=True)
class Density:
    """Counts of customers of at least ``LARGE`` records that do not merely repeat each other."""

    large_customers: int
    loosely_linked: int


LARGE = 4
LOOSE = 0.5
"""Share of a customer's pairs of records that match, below which it hangs together by chains. In a demo
of 100,000 people one in 200 large customers did; 18 of the 42 were two people."""


def density(identities: pa.Table, pairs: pa.Table, *, threshold: float) -> Density:
    """How many of the customers of several records are linked by few of their pairs.

    Args:
        identities: (record_id, customer_id), each record once.
        pairs: person_pairs (``clustering.PAIR_SCHEMA``).
        threshold: lowest match_probability that joins.
    """
    with connect() as con:
        con.register("identities_in", identities)
        con.register("pairs_in", pairs)
        row = con.execute(
            f"""
            with repeated as (select record_id_r as record_id from pairs_in where decided_by = 'exact'),
            large as materialized (
                select customer_id, list(record_id) as members, count(*) as records
                from identities_in anti join repeated using (record_id)
                group by 1 having count(*) >= {LARGE}
            ),
            members as (select customer_id, unnest(members) as record_id from large),
            linked as (
                select l.customer_id, count(*) as pairs from pairs_in
                join members as l on l.record_id = record_id_l
                join members as r on r.record_id = record_id_r and r.customer_id = l.customer_id
                where match_probability >= $threshold group by 1
            )
            select count(*),
                count(*) filter (coalesce(pairs, 0) < {LOOSE} * records * (records - 1) / 2)
            from large left join linked using (customer_id)
            """,
            {"threshold": threshold},
        ).fetchall()[0]
    return Density(*row)


def _pairs(sizes: "pd.Series[int]") -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _scores(name: str, right: float, predicted: float, true: float) -> dict[str, float]:
    return _f1(name, right / predicted if predicted else 1.0, right / true if true else 1.0)


def _f1(name: str, precision: float, recall: float) -> dict[str, float]:
    total = precision + recall
    return {
        f"{name}_precision": precision,
        f"{name}_recall": recall,
        f"{name}_f1": 2 * precision * recall / total if total else 0.0,
    }
