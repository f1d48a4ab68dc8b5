from datetime import date

import pyarrow as pa
import pytest

from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.descriptions import UNASSIGNED_TEXTS
from models.segmentation.needs import fit_needs
from models.segmentation.schemes import (
    FittedModels,
    assign_companies,
    assign_persons,
    exclusive_schemes,
)
from models.segmentation.value_fitting import FEATURES, fit_value


@pytest.fixture(scope="module")
def answers(customers):
    answered = customers["customer_id"].head(200).tolist()
    return pa.table(
        {
            "customer_id": [customer for customer in answered for _ in range(2)],
            "scale": ["price", "comfort"] * 200,
            "value": pa.array([1 + n % 5 for n in range(200) for _ in range(2)], pa.int32()),
        }
    )


@pytest.fixture(scope="module")
def models(customers, model, answers):
    spent = pa.table(
        {
            "customer_id": customers["customer_id"].tolist(),
            "revenue_eur": customers["revenue_365d_eur"].to_numpy() / 4,
        }
    )
    value = fit_value(customers, spent, names=FEATURES, fitted_on=date(2025, 12, 31), seed=1)
    return FittedModels(model, value, fit_needs(customers, answers), value)


@pytest.fixture(scope="module")
def companies(customers):
    known = {feature.name for feature in COMPANY_FEATURES}
    return customers.assign(industry_section="C", employees=12.0, is_profiling_allowed=True).drop(
        columns=[name for name in customers if name not in known]
    )


def test_each_customer_has_one_segment_in_each_scheme_of_its_type(
    customers, companies, answers, models, as_of
):
    schemes = exclusive_schemes(models)
    for kind, memberships in (
        ("person", assign_persons(customers, answers, models, as_of=as_of)),
        ("company", assign_companies(companies, models, as_of=as_of)),
    ):
        rows = memberships.to_pandas()
        rows["scheme"] = rows["segment_id"].str.split(".").str[0]
        assert set(rows["scheme"]) == {s.name for s in schemes if s.customer_type == kind}
        counts = rows.groupby(["customer_id", "scheme"]).size()
        assert (counts == 1).all()
        assert len(counts) == len(customers) * rows["scheme"].nunique()


def test_every_segment_that_is_given_is_described(customers, companies, answers, models, as_of):
    described = {
        f"{scheme.name}.{name}" for scheme in exclusive_schemes(models) for name in scheme.texts
    } | {f"{scheme}.unassigned" for scheme in UNASSIGNED_TEXTS}
    given = pa.concat_tables(
        [
            assign_persons(customers, answers, models, as_of=as_of),
            assign_companies(companies, models, as_of=as_of),
        ]
    )
    assert set(given["segment_id"].to_pylist()) <= described
    assert set(UNASSIGNED_TEXTS) == {scheme.name for scheme in exclusive_schemes(models)}
