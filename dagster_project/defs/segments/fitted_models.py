"""The fitted schemes in Dagster: behaviour, value and needs, pinned as text in the state until refitted.

The statistics are ``models.segmentation``: ``clustering``, ``value_fitting``, ``needs``. A model that
found nothing to learn from is fitted again in the next run; one that did, by the job ``refit_segments``.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pyarrow as pa

from dagster_project import state
from dagster_project.defs.segments.segment_tables import (
    BEHAVIOUR,
    EARLIER_FEATURES,
    FEATURES,
    NEEDS,
    SCALES,
    VALUE,
    as_of_day,
    feature_days,
    person_features,
    scale_answers,
)
from dagster_project.refit import REASON_TAG, REFIT_SEGMENTS, asked_refit
from dagster_project.tables import as_metadata
from dagster_project.vocabulary import CUSTOMERS, SEGMENTS, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse
from models.segmentation import value_fitting
from models.segmentation.clustering import fit_behaviour
from models.segmentation.needs import fit_needs
from models.segmentation.schemes import FittedModels
from models.segmentation.stable_labels import label_clusters
from models.segmentation.value_fitting import HORIZON_DAYS, fit_value, must_fit

_SEED = 1
# Bands that explain less than this share of what the prediction explains lose too much by rounding.
_BANDS_KEEP = 0.9
# Of answers from 1 to 5: with less, nine in ten gave the same one.
_LEAST_DEVIATION = 0.3
_VALUE_SCHEMES = {
    "value": (
        "customer",
        "person",
        (*value_fitting.FEATURES, *value_fitting.PERSON_ENGAGEMENT),
    ),
    "company_value": ("company", "company", value_fitting.FEATURES),
}


def fitted_models(warehouse: Warehouse, run_id: str) -> FittedModels:
    """The models that the run works with."""
    value = state.own_model(warehouse.home, run_id, state.VALUE_MODELS)
    return FittedModels(
        behaviour=state.own_model(warehouse.home, run_id, state.BEHAVIOUR_MODEL),
        value=value["value"],
        needs=state.own_model(warehouse.home, run_id, state.NEEDS_MODEL),
        company_value=value["company_value"],
    )


@dg.asset(
    key=BEHAVIOUR,
    group_name=SEGMENTS,
    kinds={"python", "scikitlearn"},
    deps=[FEATURES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "clusters_are_stable", asset=BEHAVIOUR, description="Bootstrap ARI of the chosen k."
        )
    ],
)
def behaviour_model(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:
    """The behaviour clusters: fitted once, k chosen by stability, then pinned as text until refitted."""
    model, because = _pinned_or_fitted(
        context,
        warehouse,
        state.BEHAVIOUR_MODEL,
        is_empty=_has_no_clusters,
        fit=lambda pinned: _fit_behaviour(warehouse, pinned),
    )
    chosen = next((c for c in model["candidates"] if c["k"] == model["k"]), None)
    return dg.MaterializeResult(
        metadata={
            "k": model["k"],
            "fitted_because": because,
            "dagster/row_count": model["k"],
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {"segment_id": "text", "centroid": "double[]"}
            ),
            "candidates": as_metadata(pa.Table.from_pylist(model["candidates"])),
            **(_stability(chosen) if chosen else {}),
            "labels": dg.MetadataValue.json(model["labels"]),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=chosen is None or bool(chosen["is_stable"]),
                severity=dg.AssetCheckSeverity.WARN,
                metadata=dict(chosen or {"customers": 0}),
            )
        ],
    )


@dg.asset(
    key=VALUE,
    group_name=SEGMENTS,
    kinds={"python", "scikitlearn"},
    deps=[
        *EARLIER_FEATURES,
        dg.AssetKey([CUSTOMERS, "later_spending"]),
    ],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "bands_keep_what_is_predicted",
            asset=VALUE,
            description="Share of what the prediction explains, out of fold, of persons.",
        )
    ],
)
def value_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """What customers will spend in 90 days, learnt from days gone by; for persons and for companies."""
    is_asked = bool(asked_refit(context.run))
    can_fit = set(_days_to_learn_from(warehouse)) <= set(feature_days(warehouse))

    def fitted(scheme: str, pinned: dict[str, Any] | None) -> dict[str, Any]:
        if pinned is not None and not (is_asked or must_fit(pinned)):
            return pinned
        return _unless_emptied(_fit_value(warehouse, scheme), pinned, must_fit)

    models, because = _pinned_or_fitted(
        context,
        warehouse,
        state.VALUE_MODELS,
        is_empty=lambda pinned: can_fit and any(must_fit(model) for model in pinned.values()),
        fit=lambda pinned: {
            scheme: fitted(scheme, pinned[scheme] if pinned else None) for scheme in _VALUE_SCHEMES
        },
    )
    evaluation = [
        {"scheme": scheme, **row} for scheme, model in models.items() for row in model["evaluation"]
    ]
    kept = _kept_by_bands(models["value"])
    return dg.MaterializeResult(
        metadata={
            "fitted_because": because,
            "dagster/row_count": sum(len(model["trees"]) for model in models.values()),
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {"feature": "bigint[]", "threshold": "double[]", "value": "double[]"}
            ),
            "variance_explained": as_metadata(pa.Table.from_pylist(evaluation)),
            **{f"{scheme}_says": model["choice"] for scheme, model in models.items()},
        },
        check_results=[
            dg.AssetCheckResult(
                passed=kept is None or kept >= _BANDS_KEEP,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"share": kept if kept is not None else "no model", "limit": _BANDS_KEEP},
            )
        ],
    )


@dg.asset(
    key=NEEDS,
    group_name=SEGMENTS,
    kinds={"python"},
    deps=[FEATURES, SCALES],
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            "scales_are_told_apart",
            asset=NEEDS,
            description="A scale that nearly all answer alike tells nobody from anybody.",
        )
    ],
)
def needs_model(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Mean and spread of each psychographic scale: fitted once, then pinned as text until refitted."""
    model, because = _pinned_or_fitted(
        context,
        warehouse,
        state.NEEDS_MODEL,
        is_empty=_has_no_scales,
        fit=lambda pinned: _unless_emptied(
            fit_needs(person_features(warehouse), scale_answers(warehouse)), pinned, _has_no_scales
        ),
    )
    least = min((scale["deviation"] for scale in model["scales"]), default=None)
    return dg.MaterializeResult(
        metadata={
            "fitted_because": because,
            "dagster/row_count": len(model["scales"]),
            "dagster/column_schema": dg.TableSchema.from_name_type_dict(
                {"name": "text", "mean": "double", "deviation": "double", "answers": "bigint"}
            ),
            "scales": as_metadata(pa.Table.from_pylist(model["scales"])),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=least is None or least >= _LEAST_DEVIATION,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "least_deviation": least if least is not None else "no scale",
                    "limit": _LEAST_DEVIATION,
                },
            )
        ],
    )


@dg.definitions
def fitting() -> dg.Definitions:
    """The models, and the job that fits them anew."""
    refit_segments = dg.define_asset_job(
        REFIT_SEGMENTS,
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        description="A refresh that fits behaviour clusters, value bands and needs anew. Run it when clusters are no "
        f"longer stable or the bands lose what is predicted, and say why in the tag {REASON_TAG}. Who moves by it "
        "carries the cause refit.",
        tags={"dagster/max_runtime": 21_600},
    )
    return dg.Definitions(
        assets=[behaviour_model, value_models, needs_model], jobs=[refit_segments]
    )


def _pinned_or_fitted(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    name: str,
    *,
    is_empty: Callable[[dict[str, Any]], bool],
    fit: Callable[[dict[str, Any] | None], dict[str, Any]],
) -> tuple[dict[str, Any], str]:
    """The model that this run works with, written to its state, and why it was fitted."""
    pinned = state.read_model(warehouse.home, name)
    because = asked_refit(context.run)
    if not because and (pinned is None or is_empty(pinned)):
        because = "nothing was found to learn from before" if pinned else "first run"
    model = fit(pinned) if because or pinned is None else pinned
    state.write_model(warehouse.home, context.run_id, name, model)
    return model, because or "it was not: the pinned model is used"


def _fit_behaviour(warehouse: Warehouse, pinned: dict[str, Any] | None) -> dict[str, Any]:
    features = person_features(warehouse)
    model = fit_behaviour(features, seed=_SEED, previous=pinned)
    return _unless_emptied(
        label_clusters(model, features, previous=pinned), pinned, _has_no_clusters
    )


def _stability(candidate: dict[str, Any]) -> dict[str, float]:
    """Numbers, so that Dagster draws them over the runs; null where k was not resampled."""
    names = ("ari_median", "ari_p10", "silhouette", "smallest_share", "largest_share")
    return {name: candidate[name] for name in names if candidate[name] is not None}


def _has_no_clusters(model: dict[str, Any]) -> bool:
    return not model["k"]


def _has_no_scales(model: dict[str, Any]) -> bool:
    return not model["scales"]


def _unless_emptied(
    fitted: dict[str, Any],
    pinned: dict[str, Any] | None,
    is_empty: Callable[[dict[str, Any]], bool],
) -> dict[str, Any]:
    """What finds nothing to learn from is no new definition, by which all memberships would begin anew."""
    return fitted if pinned is None or not is_empty(fitted) else pinned


def _days_to_learn_from(warehouse: Warehouse) -> tuple[date, date]:
    as_of, horizon = as_of_day(warehouse), timedelta(days=HORIZON_DAYS)
    return as_of - horizon, as_of - 2 * horizon


def _fit_value(warehouse: Warehouse, scheme: str) -> dict[str, Any]:
    table, customer_type, names = _VALUE_SCHEMES[scheme]
    day, before = _days_to_learn_from(warehouse)

    def gone_by(day: date) -> tuple[pa.Table, pa.Table]:
        features = warehouse.read(
            f"select * from customers.earlier_{table}_features where as_of = date '{day}' "
            "order by customer_id"
        )
        spent = warehouse.read(
            f"select customer_id, revenue_eur from customers.later_spending where as_of = date '{day}' "
            f"and customer_type = '{customer_type}' order by customer_id"
        )
        return features, spent

    return fit_value(*gone_by(day), names=names, fitted_on=day, earlier=gone_by(before), seed=_SEED)


def _kept_by_bands(model: dict[str, Any]) -> float | None:
    judged = next((row for row in model["evaluation"] if row["data"] == "out of fold"), None)
    if judged is None or judged["model"] <= 0:
        return None
    return round(float(judged["bands"] / judged["model"]), 4)
