"""Identity in Dagster: which records are one customer, and the id that customer keeps.

Which pairs of records may be one person is in ``linkage``; how two records are judged is
``models.identity``; the records in one shape are dbt's (``dbt/models/identity``). Nothing here runs
before the quality gate let the staging tables through.
"""

from collections.abc import Iterator

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.checks import CHANGED
from dagster_project.decisions import read_decisions
from dagster_project.defs.identity.linkage import (
    GATED,
    PAIRS,
    PERSON_RECORDS,
    TRAIN_IDENTITY,
    records_of,
)
from dagster_project.labels import read_labels
from dagster_project.settings import load_settings
from dagster_project.vocabulary import IDENTITY, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.identity.clustering import cluster
from models.identity.companies import link_companies
from models.identity.evaluation import clustering_scores, contradicting_facts, density
from models.identity.stable_ids import assign_ids, churn
from models.identity.steward import decide

COMPANY_RECORDS = dg.AssetKey([IDENTITY, "int_identity__company_records"])
CUSTOMER_IDENTITIES = dg.AssetKey([IDENTITY, "customer_identities"])
COMPANY_IDENTITIES = dg.AssetKey([IDENTITY, "company_identities"])
ID_EVENTS = dg.AssetKey([IDENTITY, "id_events"])

# A person with more records than this is a shared value or a wrong merge, not a customer.
_LARGEST_CLUSTER = 50

# Wrong merges cost more than missed ones: they show a customer somebody else's life.
_LEAST_AGREEMENT = {"pair_precision": 0.985, "pair_recall": 0.95}
# 0.1 % of the demo's customers; more than one in twenty is a shared value, or a field mapped wrongly.
_MOST_CONTRADICTING = 0.05
# 0.5 % in the demo.
_MOST_LOOSE = 0.05

# Far above any honest night, and below what a broken model does. Up to so few are a steward's work.
_MOST_CHURN, _FEW_CUSTOMERS = 0.05, 20


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
            "agrees_with_labels",
            asset=CUSTOMER_IDENTITIES,
            description="Customers against what reviewers know (state/labels.csv): of the pairs of records "
            "in one customer, how many are of one person, and of those of one person, how many are found.",
        ),
        dg.AssetCheckSpec(
            "facts_do_not_contradict",
            asset=CUSTOMER_IDENTITIES,
            description="Customers whose records hold birth dates of two people, or two genders.",
        ),
        dg.AssetCheckSpec(
            "customers_hang_together",
            asset=CUSTOMER_IDENTITIES,
            description="Customers of four records and more in which fewer than half of the pairs match: "
            "they hang together by chains.",
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
            blocking=True,
            description="Few customers lose their id in one run, unless a person asked for a new model.",
        ),
    ],
    pool=WAREHOUSE_POOL,
)
def identities(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Close the pairs to clusters and give each the id it keeps over runs."""
    home, run_id = warehouse.home, context.run_id
    people = records_of(warehouse, "int_identity__person_records")
    companies = records_of(warehouse, "int_identity__company_records")
    pairs = warehouse.read("select * from identity.person_pairs")
    person_clusters = cluster(
        people["record_id"], pairs, threshold=load_settings().match_probability
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
    yield _people(warehouse, people, pairs, persons.identities)
    yield _companies(
        warehouse, companies, firms.identities.rename_columns({"customer_id": "company_id"})
    )
    kept = (
        churn(before, persons.identities)
        if before
        else {"surviving": 0, "changed": 0, "records_new": 0}
    )
    is_asked = context.run.job_name == TRAIN_IDENTITY
    yield _events(warehouse, events, new_events, kept, is_asked=is_asked)


def _people(
    warehouse: Warehouse, records: pa.Table, pairs: pa.Table, ids: pa.Table
) -> dg.MaterializeResult:
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
            _against_labels(warehouse, ids),
            _contradictions(records, ids),
            _density(pairs, ids),
        ],
    )


def _against_labels(warehouse: Warehouse, ids: pa.Table) -> dg.AssetCheckResult:
    labels = read_labels(warehouse.home)
    labels = labels.filter(pc.is_in(labels["record_id"], value_set=ids["record_id"]))
    told: dict[str, float] = {"labelled_records": labels.num_rows}
    found = {"pair_precision": 1.0, "pair_recall": 1.0}
    if labels.num_rows:
        found = clustering_scores(ids.rename_columns(["record_id", "cluster_id"]), labels)
        told |= {name: round(figure, 4) for name, figure in found.items()}
    return dg.AssetCheckResult(
        asset_key=CUSTOMER_IDENTITIES,
        check_name="agrees_with_labels",
        passed=all(found[name] >= least for name, least in _LEAST_AGREEMENT.items()),
        severity=dg.AssetCheckSeverity.WARN,
        metadata=told | {f"least_{name}": least for name, least in _LEAST_AGREEMENT.items()},
    )


def _contradictions(records: pa.Table, ids: pa.Table) -> dg.AssetCheckResult:
    found = contradicting_facts(records, ids)
    return _is_seldom(
        "facts_do_not_contradict",
        found.customers_in_conflict / max(found.customers_of_several_records, 1),
        _MOST_CONTRADICTING,
        customers_of_several_records=found.customers_of_several_records,
        with_two_birth_dates=found.two_birth_dates,
        with_two_genders=found.two_genders,
    )


def _density(pairs: pa.Table, ids: pa.Table) -> dg.AssetCheckResult:
    found = density(ids, pairs, threshold=load_settings().match_probability)
    return _is_seldom(
        "customers_hang_together",
        found.loosely_linked / max(found.large_customers, 1),
        _MOST_LOOSE,
        customers_of_four_records_and_more=found.large_customers,
        loosely_linked=found.loosely_linked,
    )


def _is_seldom(check: str, share: float, limit: float, **counted: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=CUSTOMER_IDENTITIES,
        check_name=check,
        passed=share <= limit,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**counted, "share": round(share, 4), "limit_share": limit},
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
    kept: dict[str, int],
    *,
    is_asked: bool,
) -> dg.MaterializeResult:
    words = {
        "run_id": "The run in which it happened.",
        "event": "created, merged, split, retired or restored.",
        "id": "The customer or company that it happened to.",
        "other_id": "The other customer or company concerned; null where there is none.",
        "reason": "Why, in words.",
    }
    warehouse.replace("identity.id_events", events, words)
    return dg.MaterializeResult(
        asset_key=ID_EVENTS,
        metadata={
            "dagster/row_count": events.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.id_events"),
            "events_in_this_run": new_events.num_rows,
            "customers_that_changed_id": kept["changed"],
            "customers_that_could": kept["surviving"],
        },
        check_results=[ids_are_kept(kept, is_asked=is_asked)],
    )


def ids_are_kept(kept: dict[str, int], *, is_asked: bool) -> dg.AssetCheckResult:
    """Whether few enough customers lose their id; a person who asks for a new model asks for this too.

    Each new record may join two customers: a source that is new joins many, and rightly.

    Args:
        kept: what ``models.identity.stable_ids.churn`` counted.
        is_asked: the run is one of the job ``train_identity``.
    """
    limit = max(_MOST_CHURN * kept["surviving"], _FEW_CUSTOMERS) + kept["records_new"]
    passed = is_asked or kept["changed"] <= limit
    too_many = (
        f"{kept['changed']:,} of {kept['surviving']:,} customers would lose their id, and at most "
        f"{limit:,.0f} may. Undo what changed (state/steward.csv, how a source writes its fields), or "
        "accept it: `skikt train-identity`."
    )
    return dg.AssetCheckResult(
        asset_key=ID_EVENTS,
        check_name="ids_are_kept",
        passed=passed,
        metadata={**kept, "limit": round(limit)} | ({} if passed else {CHANGED: too_many}),
    )


def _not_exactly_once(records: pa.Table, ids: pa.Table) -> int:
    wanted, given = set(records["record_id"].to_pylist()), ids["record_id"].to_pylist()
    return len(wanted.symmetric_difference(given)) + len(given) - len(set(given))
