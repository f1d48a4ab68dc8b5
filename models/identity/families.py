"""What the data show of families: whether people live together, and how many twins there can be.

Nordic customer data are full of households; other data hold one person per address, or no family
at all. Where none shows, a surname and an address under two given names are one overwritten name,
and much that would part relatives would part records of one person. How the answer is used is in
``estimation`` (bounds), ``evidence`` (parent and child) and ``resolution`` (contradictions).
"""

import duckdb

from models.identity.evidence import BIRTH_DATE, GIVEN_NAME, pair_columns

TWINS_PER_PERSON, TWINS_PER_FAMILY_PAIR = 0.02, 0.05
"""Bounds, chosen generously and not measured: about 3 % of people are twins, which is 0.015 pairs
each, and fewer live together."""

KNOWN_SHARE = 0.3
"""Share of nodes whose name, birth date and address are known, from which families can be seen."""

LEAST_COPIES = 50
"""Fewer pairs of one person at one address cannot tell how often names and birth dates go wrong."""

EXCESS = 3.0
"""Families show if so many times more pairs differ in given name and birth date than errors explain.
Measured: 0.4 times in FEBRL's synthetic people, who have no families, 2,800 times among Nordic ones."""

LARGEST_HOUSEHOLD = 30
"""More nodes of one surname at one address are an institution."""

_HOUSEHOLD = (
    "nullif(hash(family || '|' || street || '|' || house_no || '|' || postal), hash(null::varchar))"
)


def has_families(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether people of one surname live together, seen from pairs of one surname and address.

    A given name that differs and a birth date that differs are errors of one person, or two people.
    Errors fall independently: both differ then in (pairs with another given name) x (pairs with
    another birth date) / (pairs with both the same). More pairs than that are families.

    Args:
        con: the connection that holds ``nodes`` and the macros of ``evidence``.

    Returns:
        True also where too few records say the same to tell.
    """
    counted = con.execute(f"""
        with housed as (
            select *, {_HOUSEHOLD} as household from nodes
            where birth_date is not null and given is not null and household is not null
        ),
        several as (
            select household from housed
            group by 1 having count(*) between 2 and {LARGEST_HOUSEHOLD}
        ),
        households as materialized (from housed semi join several using (household)),
        pairs as (
            select {pair_columns(*GIVEN_NAME.columns, *BIRTH_DATE.columns)} from households as l
            join households as r on l.household = r.household and l.node < r.node
        )
        select {GIVEN_NAME.is_any("same beginning", "different")} as other_name,
            {BIRTH_DATE.is_any("different")} as other_date, count(*)
        from pairs group by all
    """).fetchall()
    pairs = {(other_name, other_date): count for other_name, other_date, count in counted}
    same, both = pairs.get((False, False), 0), pairs.get((True, True), 0)
    by_errors = pairs.get((True, False), 0) * pairs.get((False, True), 0) / max(same, 1)
    return bool(same < LEAST_COPIES or both > EXCESS * max(by_errors, 1.0))


def most_twins(con: duckdb.DuckDBPyConnection) -> float:
    """Most pairs of nodes that can be twins: of one surname and one birth date, and two people.

    Where families show, twins are few of their pairs; where none do, there are no twins either, and
    one surname and birth date under two given names is an overwritten name. Without addresses the
    share of twins among people must do.
    """
    nodes, known, families = con.execute(f"""
        with housed as (
            select {_HOUSEHOLD} as household, birth_date, given[1:3] as beginning
            from nodes where birth_date is not null and given is not null
        ),
        households as (
            select count(*) as members, count(distinct (birth_date, beginning)) as people
            from housed where household is not null group by household
        )
        select (select count(*) from nodes), coalesce(sum(members), 0),
            coalesce(sum(least(people, 8) * (least(people, 8) - 1) / 2), 0)
        from households
    """).fetchall()[0]
    if known < nodes * KNOWN_SHARE:
        return float(nodes * TWINS_PER_PERSON)
    return float((1 + families * TWINS_PER_FAMILY_PAIR) * nodes / known)
