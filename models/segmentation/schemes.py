"""All exclusive schemes in one place: who is in which segment, and what each segment is called.

Each scheme decides in a module of its own. One scheme is about one customer type; a customer has exactly
one segment in each scheme of its type, the last resort being ``<scheme>.unassigned``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from models.segmentation import firmographic, lifecycle, rfm
from models.segmentation.descriptions import (
    LIFECYCLE_TEXTS,
    RFM_TEXTS,
    SegmentText,
)
from models.segmentation.feature_table import FeatureData
from models.segmentation.firmographic import assign_firmographic
from models.segmentation.lifecycle import assign_lifecycle
from models.segmentation.needs import assign_needs, needs_texts
from models.segmentation.rfm import assign_rfm
from models.segmentation.scoring import score_behaviour
from models.segmentation.value import assign_value, value_texts

Model = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FittedModels:
    """What the fitted schemes are applied with, each JSON-able.

    Attributes:
        behaviour: of ``clustering.fit_behaviour``, named by ``stable_labels``.
        value: of ``value_fitting.fit_value``, on persons.
        needs: of ``needs.fit_needs``.
        company_value: of ``value_fitting.fit_value``, on companies.
    """

    behaviour: Model
    value: Model
    needs: Model
    company_value: Model


@dataclass(frozen=True, slots=True)
class Scheme:
    """An exclusive scheme.

    Attributes:
        name: as in ``<scheme>.<segment>``.
        customer_type: person or company.
        definition: what decides, in a sentence.
        version: changes exactly when a customer's segment could change for it.
        texts: title and description of each segment, by the name after the scheme, without the residual.
    """

    name: str
    customer_type: str
    definition: str
    version: str
    texts: dict[str, SegmentText]


def assign_persons(
    features: FeatureData, answers: pa.Table, models: FittedModels, *, as_of: date
) -> pa.Table:
    """Put every person into one segment of each scheme about persons.

    Args:
        features: ``features.PERSON_FEATURES``, any order.
        answers: to psychographic scales (see ``needs``).
        models: the fitted schemes.
        as_of: the day at whose end the features hold.

    Returns:
        ``memberships.MEMBERSHIP_SCHEMA``, scheme by scheme.
    """
    return pa.concat_tables(
        [
            assign_rfm(features),
            assign_lifecycle(features, as_of=as_of),
            assign_value(features, models.value, scheme="value"),
            score_behaviour(features, models.behaviour),
            assign_needs(features, answers, models.needs),
        ]
    )


def assign_companies(features: FeatureData, models: FittedModels, *, as_of: date) -> pa.Table:
    """Put every company into one segment of each scheme about companies.

    Args:
        features: ``company_features.COMPANY_FEATURES``, any order.
        models: the fitted schemes.
        as_of: the day at whose end the features hold.

    Returns:
        ``memberships.MEMBERSHIP_SCHEMA``, scheme by scheme.
    """
    return pa.concat_tables(
        [
            assign_rfm(features, scheme="company_rfm"),
            assign_lifecycle(features, as_of=as_of, scheme="company_lifecycle"),
            assign_value(features, models.company_value, scheme="company_value"),
            assign_firmographic(features),
        ]
    )


def exclusive_schemes(models: FittedModels) -> list[Scheme]:
    """Every exclusive scheme with its segments."""
    clusters = {
        label["segment_id"].partition(".")[2]: SegmentText(label["name"], label["description"])
        for label in models.behaviour["labels"]
    }
    return [
        *(
            Scheme(f"{prefix}{name}", kind, definition, version, texts)
            for prefix, kind in (("", "person"), ("company_", "company"))
            for name, definition, version, texts in (
                ("rfm", _RFM, rfm.DEFINITION_VERSION, RFM_TEXTS),
                ("lifecycle", _LIFECYCLE, lifecycle.DEFINITION_VERSION, LIFECYCLE_TEXTS),
            )
        ),
        _value_scheme("value", "person", models.value),
        _value_scheme("company_value", "company", models.company_value),
        Scheme(
            "behaviour",
            "person",
            f"Nearest of {models.behaviour['k']} cluster centres over {len(models.behaviour['space'])} "
            "features of behaviour.",
            models.behaviour["definition_version"],
            clusters,
        ),
        Scheme(
            "needs",
            "person",
            f"What a person puts first among {len(models.needs['scales'])} psychographic scales of the "
            "surveys.",
            models.needs["definition_version"],
            needs_texts(models.needs),
        ),
        Scheme(
            "firmographic",
            "company",
            "NACE section in five sectors, and number of employees in three sizes.",
            firmographic.DEFINITION_VERSION,
            firmographic.SEGMENT_TEXTS,
        ),
    ]


_RFM = "Recency, frequency and monetary value, each in five bands."
_LIFECYCLE = "Days since the last order against the customer's own purchase rhythm."


def _value_scheme(name: str, customer_type: str, model: Model) -> Scheme:
    return Scheme(
        name,
        customer_type,
        f"Bands of the revenue predicted for the next 90 days, fitted on {model['fitted_on']}.",
        model["definition_version"],
        value_texts(model),
    )
