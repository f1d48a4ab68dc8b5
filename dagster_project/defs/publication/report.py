"""The report for people: one self-contained page; what it tells is asked in ``report_figures``."""

from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader

from dagster_project.defs.publication import report_figures as figures
from models.segmentation.rule_files import AudienceRule

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


def render_report(
    connection: duckdb.DuckDBPyConnection, rules: list[AudienceRule], *, has_dbt_docs: bool = False
) -> tuple[str, int]:
    """The page as HTML, and how many segments it shows.

    Args:
        connection: to a database with the marts.
        rules: audiences, for their plans.
        has_dbt_docs: whether dbt's pages lie beside the report.
    """
    segments = figures.rows_of(
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
    publication = figures.rows_of(connection, "select * from marts.meta_publication")[0]
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True
    )
    environment.filters["thousands"] = figures.thousands
    environment.filters["percent"] = figures.percent
    schemes = [
        (title, [segment for segment in segments if segment["scheme"] == scheme])
        for scheme, title in _SCHEME_TITLES.items()
    ]
    days = figures.rows_of(
        connection, "select distinct as_of from marts.fct_segment_snapshot where not is_replayed"
    )
    campaigns, undecided = figures.campaigns(connection)
    html = environment.get_template("segments.html").render(
        schemes=schemes,
        scheme_titles=_SCHEME_TITLES,
        publication=publication,
        has_dbt_docs=has_dbt_docs,
        is_first=len(days) < 2,
        movers=figures.movers(connection),
        flows=figures.flows(connection),
        proposals=figures.proposals(connection),
        priorities=figures.priorities(connection),
        campaigns=campaigns,
        undecided_campaigns=undecided,
        personas=figures.personas(connection, rules),
        facts=figures.stale_facts(connection),
    )
    return html, sum(len(members) for _, members in schemes)
