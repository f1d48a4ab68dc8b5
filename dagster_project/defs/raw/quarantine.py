"""The quarantine as people and jobs look at it: counts by source, code and column, never values.

How a record gets there is ``acceptance``; how it leaves is ``replay``. Both jobs leave the next
``refresh`` to publish what changed.
"""

import dagster as dg

from dagster_project.defs.raw.replay import replay
from dagster_project.errors import ConfigurationError
from dagster_project.settings import load_settings
from dagster_project.sources import read_sources
from dagster_project.tables import as_metadata
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

# What a replay tells of itself, as metadata of its step.
BROUGHT_IN, PASSED_OVER = "records_brought_in", "files_passed_over"

SUMMARY = """
    select source, reason_code, column_name,
        count(distinct (file_id, record_no)) filter (where status = 'open') as records,
        count(distinct (file_id, record_no)) filter (where status = 'replayed') as replayed,
        count(distinct file_id) as files
    from raw.quarantine
    group by all
    order by source, records desc, reason_code, column_name
"""


def require_intake(warehouse: Warehouse) -> None:
    """Make sure that there are ledgers to look into.

    Raises:
        ConfigurationError: nothing was ever taken in.
    """
    if warehouse.home.warehouse.exists() and warehouse.has_table("raw.deliveries"):
        return
    raise ConfigurationError(
        f"Nothing was taken in from {warehouse.home.landing} yet. Put deliveries there and run `make run`."
    )


@dg.op(pool=WAREHOUSE_POOL, out=dg.Out(dg.Nothing))
def count_quarantine(context: dg.OpExecutionContext, warehouse: Warehouse) -> None:
    """Show the counts as the step's metadata."""
    require_intake(warehouse)
    context.add_output_metadata({"quarantine": as_metadata(warehouse.read(SUMMARY))})


@dg.op(pool=WAREHOUSE_POOL, out=dg.Out(dg.Nothing))
def replay_quarantine(context: dg.OpExecutionContext, warehouse: Warehouse) -> None:
    """Judge quarantined records again and bring in those that are good now."""
    require_intake(warehouse)
    sources = read_sources(load_settings().home_folders)
    with warehouse.connect() as connection:
        replayed = [replay(connection, warehouse.home, source) for source in sources.values()]
    passed_over = {path: why for one in replayed for path, why in one.passed_over.items()}
    for path, why in passed_over.items():
        context.log.warning(f"{path} is passed over. {why}")
    context.add_output_metadata(
        {
            BROUGHT_IN: sum(one.brought_in for one in replayed),
            PASSED_OVER: passed_over,
            "quarantine": as_metadata(warehouse.read(SUMMARY)),
        }
    )


@dg.job(
    name="quarantine",
    description="Lists what intake could not take, by source, reason code and column. Run it when a "
    "delivery is partly_loaded; it changes nothing.",
)
def list_quarantine() -> None:
    """One step."""
    count_quarantine()


@dg.job(
    name="replay",
    description="Reads the stored deliveries again for their quarantined records, and brings in those "
    "that are good by the sources file of today. Run it after correcting sources.yaml, then refresh.",
)
def replay_job() -> None:
    """One step."""
    replay_quarantine()


@dg.definitions
def jobs() -> dg.Definitions:
    """Both jobs."""
    return dg.Definitions(jobs=[list_quarantine, replay_job])
