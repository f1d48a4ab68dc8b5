"""The report for people: one self-contained page, from the mart tables and the staleness of facts."""

from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader

_TEMPLATES = Path(__file__).parent / "templates"

_SCHEME_TITLES = {
    "rfm": "Recency, frequency, money",
    "lifecycle": "Customer journey",
    "value": "Value of the next 90 days",
    "behaviour": "Behaviour",
    "needs": "Needs",
    "audience": "Audiences",
    "company_rfm": "Companies: recency, frequency, money",
    "company_lifecycle": "Companies: customer journey",
    "company_value": "Companies: value of the next 90 days",
    "firmographic": "Companies: industry and size",
}


def render_report(connection: duckdb.DuckDBPyConnection) -> tuple[str, int]:
    """The page as HTML, and how many segments it shows."""
    segments = _rows(
        connection,
        """
        select
            snapshots.*, segments.name, segments.description, segments.status, segments.owner,
            snapshots.customers - lag_snapshot.customers as change
        from marts.fct_segment_snapshot as snapshots
        join marts.dim_segment as segments using (segment_id)
        left join marts.fct_segment_snapshot as lag_snapshot
            on lag_snapshot.segment_id = snapshots.segment_id
            and not lag_snapshot.is_replayed
            and lag_snapshot.as_of = (
                select max(as_of) from marts.fct_segment_snapshot where as_of < snapshots.as_of and not is_replayed
            )
        where snapshots.as_of = (select max(as_of) from marts.fct_segment_snapshot)
        order by snapshots.scheme, snapshots.revenue_365d_eur desc, snapshots.segment_id
        """,
    )
    publication = _rows(connection, "select * from marts.meta_publication")[0]
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True
    )
    environment.filters["thousands"] = lambda value: (
        f"{value:,.0f}".replace(",", " ") if value is not None else "–"
    )
    environment.filters["percent"] = lambda value: (
        f"{100 * value:.1f} %" if value is not None else "–"
    )
    schemes = [
        (title, [segment for segment in segments if segment["scheme"] == scheme])
        for scheme, title in _SCHEME_TITLES.items()
    ]
    html = environment.get_template("segments.html").render(
        schemes=schemes, publication=publication, facts=_stale_facts(connection)
    )
    return html, sum(len(members) for _, members in schemes)


def _stale_facts(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """One row per fact, with its sources in a list, the one that saw most first."""
    return _rows(
        connection,
        """
        select
            customer_type, fact, sum(facts) as facts,
            sum(stale_share * (facts - undated_facts)) / sum(facts - undated_facts) as stale_share,
            list({source: source, facts: facts, stale_share: stale_share} order by facts desc, source) as sources
        from customers.fact_staleness
        group by customer_type, fact
        order by customer_type desc, stale_share desc nulls last, fact
        """,
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows
