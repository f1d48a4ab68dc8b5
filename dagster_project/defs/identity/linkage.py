"""Linkage in Dagster: the model of what makes two records one person, and the pairs it finds.

The model is fitted once, pinned as text, and fitted anew only when it must be: for a new version of
the code, when the records are no longer what it was fitted to, or by the job ``train_identity``. How
is ``models.identity``; closing the pairs to customers is in ``assets``. Both are one step, since a
night that fits would else prepare all records twice (10 of 26 s for 1,000,000).
"""

import shutil
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.decisions import read_decisions
from dagster_project.defs.identity.kept_pairs import (
    keep_pairs,
    keep_scores,
    kept_pairs,
    kept_scores,
    made_of,
    scored_by,
)
from dagster_project.home import Home
from dagster_project.settings import load_settings
from dagster_project.vocabulary import IDENTITY, STAGING, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.identity.drift import UNSTABLE, drift, score_histogram, stability_index
from models.identity.resolution import Linked, fit_and_link, link_changes
from models.identity.steward import decide
from models.identity.training import SCHEMA_VERSION

MODEL = dg.AssetKey([IDENTITY, "person_model"])
PAIRS = dg.AssetKey([IDENTITY, "person_pairs"])
PERSON_RECORDS = dg.AssetKey([IDENTITY, "int_identity__person_records"])
TRAIN_IDENTITY = "train_identity"
CHART = "match_weights.html"

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


@dg.multi_asset(
    name="person_linkage",
    specs=[
        dg.AssetSpec(
            MODEL,
            group_name=IDENTITY,
            kinds={"python", "splink"},
            deps=[PERSON_RECORDS, *GATED],
            description="The linkage model: fitted by expectation maximisation, then pinned as text until "
            "it must change.",
        ),
        dg.AssetSpec(
            PAIRS,
            group_name=IDENTITY,
            kinds={"python", "splink", "duckdb"},
            deps=[MODEL, PERSON_RECORDS],
            description="Pairs of person records that may be one person, from 0.5 on, and what people "
            "decided.",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "has_settings", asset=MODEL, description="The model can be used by Splink."
        ),
        dg.AssetCheckSpec(
            "fits_the_records",
            asset=MODEL,
            description="The records are as many and as filled as those that the model was fitted to. "
            "Where they are not, it was fitted anew in this run.",
        ),
        dg.AssetCheckSpec(
            "probabilities_are_probabilities",
            asset=PAIRS,
            description="All lie in 0..1.",
            blocking=True,
        ),
        dg.AssetCheckSpec(
            "scores_are_as_before",
            asset=PAIRS,
            description="The histogram of match probabilities against that of the published run: "
            "the population stability index.",
        ),
    ],
    pool=WAREHOUSE_POOL,
)
def person_linkage(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Fit the model where it must be, and score with it; both read the same prepared records."""
    home, run_id = warehouse.home, context.run_id
    records = records_of(warehouse, "int_identity__person_records")
    pinned = state.read_model(home, state.IDENTITY_MODEL)
    # A model of another version of the code compares by columns that are no longer made.
    is_usable = pinned is not None and pinned.get("schema_version") == SCHEMA_VERSION
    drifted = drift(pinned["trained_on"], records) if pinned and is_usable else []
    because = (
        "asked for by the job train_identity"
        if context.run.job_name == TRAIN_IDENTITY
        else "first run, or a new version of the code"
        if not is_usable
        else "; ".join(drifted)
    )
    if because or pinned is None:
        model, linked = fit_and_link(records, seed=_SEED, review=_REVIEW_PROBABILITY)
    else:
        model, linked = pinned, None
    state.write_model(home, run_id, state.IDENTITY_MODEL, model)
    _draw(home, run_id, model, is_new=model is not pinned)
    yield _model(home, model, drifted, because)
    decisions = read_decisions(home)
    made_now = made_of(warehouse, model, decisions, _REVIEW_PROBABILITY)
    kept = None if linked else kept_pairs(warehouse, made_now)
    if kept is None:
        linked = linked or _link_changes(warehouse, records, model)
        keep_scores(warehouse, linked, scored_by(model, _REVIEW_PROBABILITY))
        pairs = decide(records["record_id"], linked.pairs, decisions)
        keep_pairs(warehouse, pairs, made_now)
    else:
        pairs = kept
    yield _pairs(warehouse, run_id, pairs, is_kept=kept is not None)


def _link_changes(warehouse: Warehouse, records: pa.Table, model: dict[str, Any]) -> Linked:
    before = kept_scores(warehouse, scored_by(model, _REVIEW_PROBABILITY))
    return link_changes(records, model, before, review=_REVIEW_PROBABILITY)


def _model(
    home: Home, model: dict[str, Any], drifted: list[str], because: str
) -> dg.MaterializeResult:
    comparisons = len(model["settings"]["comparisons"])
    return dg.MaterializeResult(
        asset_key=MODEL,
        metadata={
            "is_pinned": not because,
            "fitted_because": because or "it was not: the pinned model is used",
            "comparisons": comparisons,
            "match_weights": dg.MetadataValue.path(str(home.reports / CHART)),
            "dagster/row_count": comparisons,
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {
                    "comparison": "text",
                    "level": "text",
                    "m_probability": "double",
                    "u_probability": "double",
                }
            ),
            "trained_on": dg.MetadataValue.json(model["trained_on"]),
            "has_families": model["has_families"],
            "fingerprint": model["fingerprint"],
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=MODEL,
                check_name="has_settings",
                passed=comparisons > 0,
                metadata={"comparisons": comparisons, "limit": 1},
            ),
            dg.AssetCheckResult(
                asset_key=MODEL,
                check_name="fits_the_records",
                passed=not drifted,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "changes": len(drifted),
                    "limit": 0,
                    "found": "; ".join(drifted) or "none",
                },
            ),
        ],
    )


def _pairs(
    warehouse: Warehouse, run_id: str, pairs: pa.Table, *, is_kept: bool
) -> dg.MaterializeResult:
    probabilities = pairs["match_probability"]
    outside = pc.sum(
        pc.invert(pc.and_(pc.greater_equal(probabilities, 0), pc.less_equal(probabilities, 1)))
    ).as_py()
    certain = (
        pc.sum(pc.greater_equal(probabilities, load_settings().match_probability)).as_py() or 0
    )
    possible = pc.sum(pc.greater_equal(probabilities, _REVIEW_PROBABILITY)).as_py() or 0
    decided = pc.sum(pc.equal(pairs["decided_by"], "steward")).as_py() or 0
    return dg.MaterializeResult(
        asset_key=PAIRS,
        metadata={
            "dagster/row_count": pairs.num_rows,
            "dagster/column_schema": warehouse.schema_of("identity.person_pairs"),
            "are_kept_from_the_last_run": is_kept,
            "pairs_above_threshold": certain,
            "pairs_to_review": possible - certain,
            "pairs_decided_by_people": decided,
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=PAIRS,
                check_name="probabilities_are_probabilities",
                passed=not outside,
                metadata={"outside": outside or 0, "limit": 0},
            ),
            _scores_are_as_before(warehouse, run_id, pairs),
        ],
    )


def _scores_are_as_before(
    warehouse: Warehouse, run_id: str, pairs: pa.Table
) -> dg.AssetCheckResult:
    now = score_histogram(pairs)
    before = state.read_model(warehouse.home, state.PAIR_SCORES)
    state.write_model(warehouse.home, run_id, state.PAIR_SCORES, {"histogram": now})
    index = stability_index(before["histogram"], now) if before else 0.0
    return dg.AssetCheckResult(
        asset_key=PAIRS,
        check_name="scores_are_as_before",
        passed=index <= UNSTABLE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"stability_index": round(index, 4), "limit": UNSTABLE},
    )


@dg.definitions
def fitting() -> dg.Definitions:
    """The model, and the job that fits it anew."""
    train_identity = dg.define_asset_job(
        TRAIN_IDENTITY,
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        description="A refresh that fits the linkage model anew, whatever the pinned one. Run it when many "
        "customers are merged or split wrongly; it may change ids, and says how many in identity/id_events.",
        tags={"dagster/max_runtime": 21_600},
    )
    return dg.Definitions(assets=[person_linkage], jobs=[train_identity])


def _draw(home: Home, run_id: str, model: dict[str, Any], *, is_new: bool) -> None:
    """Put the chart of the model's weights beside the report; Splink is loaded only for a new one."""
    drawn, folder = home.published / "report" / CHART, home.building(run_id) / "report"
    folder.mkdir(parents=True, exist_ok=True)
    if drawn.exists() and not is_new:
        shutil.copyfile(drawn, folder / CHART)
        return
    from models.identity.charts import match_weights_chart

    (folder / CHART).write_text(match_weights_chart(model), encoding="utf-8")


def records_of(warehouse: Warehouse, table: str) -> pa.Table:
    """Person or company records in one shape, by record_id."""
    return warehouse.read(f"select * from identity.{table} order by record_id")
