"""Identity in Dagster: which records are one customer, and the id that customer keeps.

How two records are judged is ``models.identity``; the records in one shape are dbt's
(``dbt/models/identity``). Nothing here runs before the quality gate let the staging tables through.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.decisions import read_decisions
from dagster_project.defs.identity.kept_pairs import keep_pairs, kept_pairs, made_of
from dagster_project.settings import load_settings
from dagster_project.vocabulary import IDENTITY, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.identity.clustering import cluster
from models.identity.companies import link_companies
from models.identity.resolution import link
from models.identity.stable_ids import assign_ids, churn
from models.identity.steward import decide
from models.identity.training import SCHEMA_VERSION, train

PERSON_RECORDS = dg.AssetKey([IDENTITY, "int_identity__person_records"])
COMPANY_RECORDS = dg.AssetKey([IDENTITY, "int_identity__company_records"])
MODEL = dg.AssetKey([IDENTITY, "person_model"])
PAIRS = dg.AssetKey([IDENTITY, "person_pairs"])
CUSTOMER_IDENTITIES = dg.AssetKey([IDENTITY, "customer_identities"])
COMPANY_IDENTITIES = dg.AssetKey([IDENTITY, "company_identities"])
ID_EVENTS = dg.AssetKey([IDENTITY, "id_events"])

# The tables whose quality gate identity waits for.
GATED = [
    dg.AssetKey([STAGING, name])
    for name in (
        "stg_crm__contacts",
        "stg_crm__companies",
        "stg_register__companies",
        "stg_shop__customers",
        "stg_tickets__bookings",
        "stg_newsletter__subscribers",
        "stg_social__engagements",
        "stg_survey__answers",
    )
]

_SEED = 1
# Pairs below it are not worth a person's look.
_REVIEW_PROBABILITY = 0.5
_PAIR_COLUMNS = {
    "record_id_l": "One of both records, as crm:10021.",
    "record_id_r": "The other one.",
    "match_probability": "Probability that both records are one person, 0..1.",
    "match_weight": "Splink's match weight, log2 of the Bayes factor; null where nothing was scored.",
    "decided_by": "model, exact (equal in all identity fields) or steward.",
}
# A person with more records than this is a shared value or a wrong merge, not a customer.
_LARGEST_CLUSTER = 50

# Far above any honest night, and below what a broken model does.
_MOST_CHURN = 0.05


@dg.asset(
    key=MODEL,
    group_name=IDENTITY,
    kinds={"python", "splink"},
    deps=[PERSON_RECORDS, *GATED],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "has_settings", asset=MODEL, description="The model can be used by Splink."
        )
    ],
)
def person_model(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The linkage model: fitted once by expectation maximisation, then pinned as text until retrained."""
    model = state.read_model(warehouse.home, state.IDENTITY_MODEL)
    # A model of another version of the code compares by columns that are no longer made.
    is_pinned = model is not None and model.get("schema_version") == SCHEMA_VERSION
    if model is None or not is_pinned:
        model = train(_records(warehouse, "int_identity__person_records"), seed=_SEED)
    state.write_model(warehouse.home, context.run_id, state.IDENTITY_MODEL, model)
    comparisons = len(model["settings"]["comparisons"])
    return dg.MaterializeResult(
        metadata={
            "is_pinned": is_pinned,
            "comparisons": comparisons,
            "dagster/row_count": comparisons,
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {
                    "comparison": "text",
                    "level": "text",
                    "m_probability": "double",
                    "u_probability": "double",
                }
            ),
            "trained_on": dg.MetadataValue.json(model.get("trained_on", {})),
            "fingerprint": model.get("fingerprint", ""),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=comparisons > 0, metadata={"comparisons": comparisons, "limit": 1}
            )
        ],
    )


@dg.asset(
    key=PAIRS,
    group_name=IDENTITY,
    kinds={"python", "splink", "duckdb"},
    deps=[MODEL, PERSON_RECORDS],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "probabilities_are_probabilities",
            asset=PAIRS,
            description="All lie in 0..1.",
            blocking=True,
        )
    ],
)
def person_pairs(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Pairs of person records that may be one person, from 0.5 on, and what people decided."""
    model = state.own_model(warehouse.home, context.run_id, state.IDENTITY_MODEL)
    decisions = read_decisions(warehouse.home)
    made_now = made_of(warehouse, model, decisions, _REVIEW_PROBABILITY)
    kept = kept_pairs(warehouse, made_now)
    pairs = _link(warehouse, model, decisions) if kept is None else kept
    if kept is None:
        keep_pairs(warehouse, pairs, _PAIR_COLUMNS, made_now)
    probabilities = pairs["match_probability"]
    outside = pc.sum(
        pc.invert(pc.and_(pc.greater_equal(probabilities, 0), pc.less_equal(probabilities, 1)))
    ).as_py()
    certain = (
        pc.sum(pc.greater_equal(probabilities, load_settings().match_probability)).as_py() or 0
    )
    possible = pc.sum(pc.greater_equal(probabilities, _REVIEW_PROBABILITY)).as_py() or 0
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": pairs.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.person_pairs"),
            "are_kept_from_the_last_run": kept is not None,
            "pairs_above_threshold": certain,
            "pairs_to_review": possible - certain,
            "pairs_decided_by_people": pc.sum(pc.equal(pairs["decided_by"], "steward")).as_py()
            or 0,
        },
        check_results=[
            dg.AssetCheckResult(passed=not outside, metadata={"outside": outside or 0, "limit": 0})
        ],
    )


@dg.multi_asset(
    name="identities",
    specs=[
        dg.AssetSpec(
            CUSTOMER_IDENTITIES,
            group_name=IDENTITY,
            kinds={"python", "duckdb"},
            deps=[PAIRS, PERSON_RECORDS],
            description="The customer of each person record: each record exactly once.",
        ),
        dg.AssetSpec(
            COMPANY_IDENTITIES,
            group_name=IDENTITY,
            kinds={"python", "duckdb"},
            deps=[COMPANY_RECORDS, *GATED],
            description="The company of each company record: each record exactly once.",
        ),
        dg.AssetSpec(
            ID_EVENTS,
            group_name=IDENTITY,
            kinds={"python", "duckdb"},
            deps=[PAIRS, PERSON_RECORDS, COMPANY_RECORDS],
            description="What ever happened to an id: created, merged, split, retired, restored, and why.",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "each_record_has_one_customer",
            asset=CUSTOMER_IDENTITIES,
            blocking=True,
            description="I3.",
        ),
        dg.AssetCheckSpec(
            "no_customer_is_too_large",
            asset=CUSTOMER_IDENTITIES,
            description="A customer of very many records is likely a shared value.",
        ),
        dg.AssetCheckSpec(
            "each_record_has_one_company",
            asset=COMPANY_IDENTITIES,
            blocking=True,
            description="I3.",
        ),
        dg.AssetCheckSpec(
            "ids_are_kept",
            asset=ID_EVENTS,
            description="Customers that changed their id in this run.",
        ),
    ],
    pool=WAREHOUSE_POOL,
)
def identities(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Close the pairs to clusters and give each the id it keeps over runs."""
    home, run_id = warehouse.home, context.run_id
    people = _records(warehouse, "int_identity__person_records")
    companies = _records(warehouse, "int_identity__company_records")
    person_clusters = cluster(
        people["record_id"],
        warehouse.read("select * from identity.person_pairs"),
        threshold=load_settings().match_probability,
    )
    company_clusters = cluster(
        companies["record_id"],
        decide(companies["record_id"], link_companies(companies), read_decisions(home)),
        threshold=load_settings().match_probability,
    )
    before = state.read_table(home, state.ID_LEDGER)
    persons = assign_ids(person_clusters, people, before, run_id=run_id, prefix="p_")
    firms = assign_ids(
        company_clusters,
        companies.rename_columns({"updated_at": "created_at"}),
        state.read_table(home, state.COMPANY_ID_LEDGER),
        run_id=run_id,
        prefix="c_",
    )
    earlier = state.read_table(home, state.ID_EVENTS)
    new_events = pa.concat_tables([persons.events, firms.events])
    events = pa.concat_tables([earlier, new_events]) if earlier else new_events
    state.write_table(home, run_id, state.ID_LEDGER, persons.ledger)
    state.write_table(home, run_id, state.COMPANY_ID_LEDGER, firms.ledger)
    state.write_table(home, run_id, state.ID_EVENTS, events)
    yield _people(warehouse, people, persons.identities)
    yield _companies(
        warehouse, companies, firms.identities.rename_columns({"customer_id": "company_id"})
    )
    yield _events(warehouse, events, new_events, before, persons.identities)


def _people(warehouse: Warehouse, records: pa.Table, ids: pa.Table) -> dg.MaterializeResult:
    words = {
        "record_id": "The record, as crm:10021.",
        "customer_id": "Stable id of the person that it is of.",
    }
    warehouse.replace("identity.customer_identities", ids, words)
    unassigned = _not_exactly_once(records, ids)
    sizes = ids.group_by("customer_id").aggregate([([], "count_all")])["count_all"]
    largest = pc.max(sizes).as_py() or 0
    return dg.MaterializeResult(
        asset_key=CUSTOMER_IDENTITIES,
        metadata={
            "dagster/row_count": ids.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.customer_identities"),
            "customers": len(sizes),
            "records_per_customer": round(ids.num_rows / max(len(sizes), 1), 3),
            "largest_customer": largest,
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=CUSTOMER_IDENTITIES,
                check_name="each_record_has_one_customer",
                passed=unassigned == 0,
                metadata={"records_not_exactly_once": unassigned, "limit": 0},
            ),
            dg.AssetCheckResult(
                asset_key=CUSTOMER_IDENTITIES,
                check_name="no_customer_is_too_large",
                passed=largest <= _LARGEST_CLUSTER,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"largest_customer": largest, "limit": _LARGEST_CLUSTER},
            ),
        ],
    )


def _companies(warehouse: Warehouse, records: pa.Table, ids: pa.Table) -> dg.MaterializeResult:
    words = {
        "record_id": "The record, as crm:10021.",
        "company_id": "Stable id of the company that it is of.",
    }
    warehouse.replace("identity.company_identities", ids, words)
    unassigned = _not_exactly_once(records, ids)
    return dg.MaterializeResult(
        asset_key=COMPANY_IDENTITIES,
        metadata={
            "dagster/row_count": ids.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.company_identities"),
            "companies": pc.count_distinct(ids["company_id"]).as_py(),
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=COMPANY_IDENTITIES,
                check_name="each_record_has_one_company",
                passed=unassigned == 0,
                metadata={"records_not_exactly_once": unassigned, "limit": 0},
            )
        ],
    )


def _events(
    warehouse: Warehouse,
    events: pa.Table,
    new_events: pa.Table,
    before: pa.Table | None,
    ids: pa.Table,
) -> dg.MaterializeResult:
    words = {
        "run_id": "The run in which it happened.",
        "event": "created, merged, split, retired or restored.",
        "id": "The customer or company that it happened to.",
        "other_id": "The other customer or company concerned; null where there is none.",
        "reason": "Why, in words.",
    }
    warehouse.replace("identity.id_events", events, words)
    kept = churn(before, ids) if before else {"surviving": 0, "changed": 0}
    return dg.MaterializeResult(
        asset_key=ID_EVENTS,
        metadata={
            "dagster/row_count": events.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.id_events"),
            "events_in_this_run": new_events.num_rows,
            "customers_that_changed_id": kept["changed"],
            "customers_that_could": kept["surviving"],
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=ID_EVENTS,
                check_name="ids_are_kept",
                passed=kept["changed"] <= _MOST_CHURN * kept["surviving"],
                severity=dg.AssetCheckSeverity.WARN,
                metadata={**kept, "limit_share": _MOST_CHURN},
            )
        ],
    )


def _link(warehouse: Warehouse, model: dict[str, Any], decisions: pa.Table) -> pa.Table:
    records = _records(warehouse, "int_identity__person_records")
    computed = link(records, model, review=_REVIEW_PROBABILITY)
    return decide(records["record_id"], computed, decisions)


def _records(warehouse: Warehouse, table: str) -> pa.Table:
    return warehouse.read(f"select * from identity.{table} order by record_id")


def _not_exactly_once(records: pa.Table, ids: pa.Table) -> int:
    wanted, given = set(records["record_id"].to_pylist()), ids["record_id"].to_pylist()
    return len(wanted.symmetric_difference(given)) + len(given) - len(set(given))
