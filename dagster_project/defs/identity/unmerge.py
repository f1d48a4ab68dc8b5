"""The job ``unmerge``: takes records out of a customer that they do not belong to.

It writes decisions; the next ``refresh`` obeys them, and every one after it.
"""

import dagster as dg

from dagster_project.decisions import Decision, add_decisions
from dagster_project.errors import ConfigurationError
from dagster_project.settings import load_settings, today
from dagster_project.vocabulary import WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.identity.steward import CANNOT_LINK

UNMERGED = "customer_left"


class Records(dg.Config):
    """Which records leave their customer, together, and why."""

    record_ids: list[str]
    reason: str = ""
    decided_by: str = ""


@dg.op(pool=WAREHOUSE_POOL, out=dg.Out(dg.Nothing))
def take_out(context: dg.OpExecutionContext, config: Records, warehouse: Warehouse) -> None:
    """Decide that the records and the rest of their customer are two people."""
    leaving = sorted(set(config.record_ids))
    customer, staying = _rest_of_customer(warehouse, leaving)
    day = (load_settings().as_of or today()).isoformat()
    add_decisions(
        warehouse.home,
        [
            Decision(one, other, CANNOT_LINK, day, config.decided_by, config.reason)
            for one in leaving
            for other in staying
        ],
    )
    context.add_output_metadata({UNMERGED: customer, "records_left": len(staying)})


@dg.job(
    description="Takes records out of the customer that they were merged into by mistake, for good. Run "
    "it with their record ids, then refresh."
)
def unmerge() -> None:
    """One step."""
    take_out()


@dg.definitions
def jobs() -> dg.Definitions:
    """The job."""
    return dg.Definitions(jobs=[unmerge])


def _rest_of_customer(warehouse: Warehouse, leaving: list[str]) -> tuple[str, list[str]]:
    """The one customer of these records, and its other records.

    Raises:
        ConfigurationError: they are not records of one customer, or are all of it.
    """
    if not warehouse.home.warehouse.exists() or not warehouse.has_table(
        "identity.customer_identities"
    ):
        raise ConfigurationError("No customers were made yet. Run `make run` first.")
    identities = warehouse.read("select record_id, customer_id from identity.customer_identities")
    customer_of = dict(
        zip(*(identities[c].to_pylist() for c in ("record_id", "customer_id")), strict=True)
    )
    customers = {customer_of.get(record) for record in leaving}
    if len(customers) != 1 or None in customers:
        raise ConfigurationError(
            f"The {len(leaving)} record(s) are not all records of one customer: {len(customers - {None})} "
            "customers have them. Name records of one customer, as `identity.customer_identities` "
            "names them."
        )
    customer = str(customers.pop())
    staying = sorted(r for r, c in customer_of.items() if c == customer and r not in leaving)
    if not staying:
        raise ConfigurationError(
            f"Customer {customer} has no other records: there is nothing to take them out of."
        )
    return customer, staying
