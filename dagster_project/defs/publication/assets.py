"""Publication in Dagster: the report for people and the release that makes a run current.

How a release stays whole is ``release``, how it comes into PostgreSQL ``to_postgres``; what the report
shows is ``report``.
"""

import dagster as dg

from dagster_project import state
from dagster_project.defs.publication.documentation import DOCS_PAGE
from dagster_project.defs.publication.release import (
    build_database,
    build_parquet,
    make_current,
    sweep,
    verify,
    write_manifest,
)
from dagster_project.defs.publication.report import Report, render_report
from dagster_project.defs.publication.to_postgres import READER, copy_to_postgres, has_reader
from dagster_project.faults import file_faults
from dagster_project.rules import read_rules
from dagster_project.settings import load_settings
from dagster_project.vocabulary import (
    ACTIVATION,
    CUSTOMERS,
    MARTS,
    PUBLICATION,
    RAW,
    WAREHOUSE_POOL,
)
from dagster_project.warehouse import Warehouse

TABLES = (
    "dim_customer",
    "dim_segment",
    "fct_campaign_result",
    "fct_segment_change",
    "fct_segment_flow",
    "fct_segment_membership",
    "fct_segment_snapshot",
    "meta_publication",
    "segment_priority",
    "segment_profile",
)
MART_KEYS = [dg.AssetKey([MARTS, table]) for table in TABLES]
REPORT = dg.AssetKey([PUBLICATION, "report"])
RELEASE = dg.AssetKey([PUBLICATION, "release"])
POSTGRES = dg.AssetKey([PUBLICATION, "postgres"])


@dg.asset(
    key=REPORT,
    group_name=PUBLICATION,
    kinds={"python", "html"},
    deps=[
        *MART_KEYS,
        dg.AssetKey([CUSTOMERS, "fact_staleness"]),
        dg.AssetKey([RAW, "deliveries"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "shows_every_segment", asset=REPORT, description="No segment is left out."
        )
    ],
)
def report(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The front door for people: what changed and what to do, every segment, campaigns, personas."""
    with warehouse.connect() as connection, file_faults():
        page = render_report(
            connection,
            read_rules(warehouse.home),
            language=load_settings().language,
            has_dbt_docs=(warehouse.home.reports / DOCS_PAGE).exists(),
        )
        folder = warehouse.home.building(context.run_id) / "report"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "segments.html").write_text(page.html, encoding="utf-8")
        defined = connection.execute(
            "select count(*) from marts.fct_segment_snapshot where as_of = (select as_of from raw.as_of)"
        ).fetchall()[0][0]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": page.segments,
            "dagster/column_schema": dg.TableSchema.from_name_type_dict({"segment": "html"}),
            "report": dg.MetadataValue.path(str(warehouse.home.reports / "segments.html")),
            "data_docs": dg.MetadataValue.path(
                str(warehouse.home.reports / "data_docs" / "index.html")
            ),
            "dbt_docs": dg.MetadataValue.path(str(warehouse.home.reports / DOCS_PAGE)),
            "bytes": len(page.html.encode()),
            **_map(page),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=page.segments == defined,
                metadata={"shown": page.segments, "defined": defined},
            )
        ],
    )


def _map(page: Report) -> dict[str, dg.MetadataValue]:
    """The first map of the page, to be seen where the asset is."""
    if not page.maps:
        return {}
    from dagster_project.defs.publication.charts import as_picture

    picture = f"![Segments by size, worth and growth]({as_picture(page.maps[0])})"
    return {"map": dg.MetadataValue.md(picture)}


@dg.asset(
    key=RELEASE,
    group_name=PUBLICATION,
    kinds={"python", "duckdb", "parquet"},
    deps=[REPORT, dg.AssetKey([ACTIVATION, "audience_files"]), *MART_KEYS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "is_what_was_built",
            asset=RELEASE,
            description="Rows, run and files are the manifest's.",
        )
    ],
)
def release(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Build the file for BI aside, verify it, and make data, state, exports and report current by one swap."""
    home, run_id = warehouse.home, context.run_id
    folder = home.building(run_id)
    with warehouse.connect() as connection, file_faults():
        folder.mkdir(parents=True, exist_ok=True)
        as_of = connection.execute("select as_of from raw.as_of").fetchall()[0][0]
        state.write_table(
            home,
            run_id,
            state.SEGMENT_SNAPSHOTS,
            connection.sql("from marts.fct_segment_snapshot").to_arrow_table(),
        )
        rows = build_database(connection, folder)
        build_parquet(folder, run_id, list(rows))
        manifest = write_manifest(
            folder, run_id=run_id, as_of=as_of, rows=rows, erased_keys=state.erased_keys(home)
        )
        verify(folder, manifest)
        make_current(home, run_id)
        sweep(home, keep=load_settings().keep_publications)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                dict.fromkeys(rows, "table")
            ),
            "published": dg.MetadataValue.path(str(home.published / "segments.duckdb")),
            "as_of": str(as_of),
            **{f"rows_of_{table}": count for table, count in rows.items()},
        },
        check_results=[
            dg.AssetCheckResult(
                passed=home.published_run_id() == run_id and set(rows) == set(TABLES),
                metadata={"tables": len(rows), "wanted": len(TABLES)},
            )
        ],
    )


@dg.asset(
    key=POSTGRES,
    group_name=PUBLICATION,
    kinds={"python", "postgres"},
    deps=[RELEASE],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "can_be_read_by_bi",
            asset=POSTGRES,
            description=f"The database has the role {READER}, which reads all tables and changes none.",
        )
    ],
)
def postgres(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published tables in the database of SKIKT_PUBLISH_POSTGRES too, by one transaction; off by default."""
    dsn = load_settings().publish_postgres.get_secret_value()
    rows = copy_to_postgres(dsn, warehouse.home.published.resolve()) if dsn else {}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                dict.fromkeys(rows, "table")
            ),
            "target": "the database of SKIKT_PUBLISH_POSTGRES" if dsn else "none: it is not set",
            **{f"rows_of_{table}": count for table, count in rows.items()},
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not dsn or has_reader(dsn),
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"role": READER, "limit": "exists"},
            )
        ],
    )
