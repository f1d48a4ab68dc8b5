"""The report for people: one self-contained page; what it tells is asked in ``report_figures``."""

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dagster_project.defs.publication import report_figures as figures
from dagster_project.defs.publication.tables import SCHEME_TITLES, Tables
from dagster_project.defs.publication.texts import Texts
from models.segmentation.rule_files import AudienceRule

Row = dict[str, Any]

_TEMPLATES = Path(__file__).parent / "templates"
# Schemes whose segments differ in size and worth alike; by value and by needs they differ in one of both.
_MAPPED = ("rfm", "audience", "firmographic")
_FEWEST_ON_A_MAP = 3
_NEWEST_DAYS = 12

_CAUSE_WORDS = {
    "new": "new customers",
    "behaviour": "by what they did",
    "time": "by time passing",
    "merge": "by merged customers",
    "split": "by split customers",
    "rule_change": "by an edited rule",
    "refit": "by a new fit",
    "erasure": "by erasure",
    "stale": "by stale facts",
}
_ACTION_WORDS = {"merge": "Merge", "split": "Split", "retire": "Retire", "develop": "Develop"}


class Report(NamedTuple):
    """The page as HTML, how many segments it shows, and its maps as SVG in the page's colours."""

    html: str
    segments: int
    maps: list[str]


def render_report(
    connection: duckdb.DuckDBPyConnection,
    rules: list[AudienceRule],
    *,
    language: str = "en",
    has_dbt_docs: bool = False,
) -> Report:
    """The page, and what is told of it elsewhere.

    Args:
        connection: to a database with the marts.
        rules: audiences, for their plans.
        language: of the page's own words: ``en``, ``sv`` or ``da``.
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
    t = Texts(language)
    schemes = [
        (scheme, [segment for segment in segments if segment["scheme"] == scheme])
        for scheme in SCHEME_TITLES
    ]
    days = figures.rows_of(
        connection, "select distinct as_of from marts.fct_segment_snapshot where not is_replayed"
    )
    campaigns, undecided = figures.campaigns(connection)
    maps = _maps(schemes, t)
    html = (
        _environment(t)
        .get_template("segments.html")
        .render(
            schemes=schemes,
            publication=publication,
            has_dbt_docs=has_dbt_docs,
            is_first=len(days) < 2,
            movers=figures.movers(connection),
            flows=figures.flows(connection),
            proposals=figures.proposals(connection),
            priorities=figures.priorities(connection),
            maps=maps,
            sizes=_sizes(figures.stage_sizes(connection), t),
            campaigns=campaigns,
            undecided_campaigns=undecided,
            uplift_chart=_uplift_chart(campaigns, t),
            personas=figures.personas(connection, rules),
            facts=figures.stale_facts(connection),
            deliveries=figures.deliveries(connection),
        )
    )
    shown = sum(len(members) for _, members in schemes)
    return Report(html, shown, [str(chart["svg"]) for chart in maps])


def _environment(t: Texts) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        t=t,
        code=lambda name: Markup("<code>{}</code>").format(name),
        tables=Tables(t),
        scheme_titles=SCHEME_TITLES,
        cause_words=_CAUSE_WORDS,
        action_words=_ACTION_WORDS,
    )
    return environment


def _maps(schemes: list[tuple[str, list[Row]]], t: Texts) -> list[Row]:
    """A map for each scheme that spreads by size and worth, with the rows of the table below it."""
    maps = []
    for scheme, segments in schemes:
        rows = figures.map_rows(segments) if scheme in _MAPPED else []
        if len(rows) < _FEWEST_ON_A_MAP:
            continue
        from dagster_project.defs.publication.charts import segment_map

        words = {
            "customers": t.told("Customers, logarithmic scale"),
            "value": t.told("EUR per member, 365 days"),
            "title": t.told("Since last time"),
            **{trend: t.told(trend) for trend in figures.TRENDS},
        }
        maps.append({"scheme": scheme, "rows": rows, "svg": segment_map(rows, words, t.language)})
    return maps


def _sizes(sizes: list[Row], t: Texts) -> Row | None:
    """The stages of the customer journey over time, from the second publication on."""
    days = list(dict.fromkeys(row["as_of"] for row in sizes))
    if len(days) < 2:
        return None
    from dagster_project.defs.publication.charts import sizes_over_time

    words = {"customers": t.told("Customers"), "segment": t.told("Segment")}
    counts: dict[Any, Row] = {day: {} for day in days}
    for row in sizes:
        counts[row["as_of"]][row["name"]] = row["customers"]
    return {
        "names": list(dict.fromkeys(row["name"] for row in sizes)),
        "days": list(reversed(counts.items()))[:_NEWEST_DAYS],
        "svg": sizes_over_time(sizes, words, t.language),
    }


def _uplift_chart(campaigns: list[Row], t: Texts) -> str:
    if not campaigns:
        return ""
    from dagster_project.defs.publication.charts import uplifts

    rows = [
        {
            "label": f"{row['campaign_id']} \N{MIDDLE DOT} {row['name']}",
            "uplift": 100 * row["uplift"],
            "low": 100 * row["uplift_low"],
            "high": 100 * row["uplift_high"],
        }
        for row in campaigns
    ]
    return uplifts(rows, {"uplift": t.told("Uplift, percentage points")}, t.language)
