"""The job ``documentation``: dbt's pages about every table, column and test, as one file without a network.

It reads no row: what it shows is the project's own SQL and words, and the tables' columns.
"""

import os

import dagster as dg

from dagster_project.dbt_build import generate_docs
from dagster_project.faults import file_faults
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

PAGE = "page"
DOCS_PAGE = "dbt_docs/index.html"
"""Below ``reports``."""
# dbt's page knows the address of a tracker; with these words a browser asks nobody for anything.
_NO_NETWORK = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)


@dg.op(pool=WAREHOUSE_POOL, out=dg.Out(dg.Nothing))
def write_documentation(context: dg.OpExecutionContext, warehouse: Warehouse) -> None:
    """Generate the pages and put them beside the report."""
    generated = generate_docs(warehouse)
    page = warehouse.home.reports / DOCS_PAGE
    with file_faults():
        page.parent.mkdir(exist_ok=True)
        html = generated.read_text(encoding="utf-8").replace("<head>", f"<head>{_NO_NETWORK}", 1)
        fresh = page.with_name(".index.html.next")
        fresh.write_text(html, encoding="utf-8")
        os.replace(fresh, page)
    context.add_output_metadata(
        {PAGE: dg.MetadataValue.path(str(page)), "bytes": page.stat().st_size}
    )


@dg.job(
    description="Writes dbt's pages about every table, column, test and where each comes from to "
    "reports/dbt_docs. Run it after a change of the SQL; the report links to them."
)
def documentation() -> None:
    """One step."""
    write_documentation()


@dg.definitions
def jobs() -> dg.Definitions:
    """The job."""
    return dg.Definitions(jobs=[documentation])
