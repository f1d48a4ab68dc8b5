import os
import re
from pathlib import Path

import pytest

from models.segmentation.behaviour_space import AXIS_FEATURES, COMPANY_AXES
from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.dictionary import features_page
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.profiles import CATEGORICAL

NAMES = [feature.name for feature in PERSON_FEATURES]
of_both = pytest.mark.parametrize("documented", [PERSON_FEATURES, COMPANY_FEATURES])


@of_both
def test_each_feature_is_documented_once_and_completely(documented):
    assert len({feature.name for feature in documented}) == len(documented)
    for feature in documented:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", feature.name)
        assert feature.meaning.endswith("."), feature.name
        assert feature.unit, feature.name
        assert feature.label, feature.name
        assert feature.source.split(".")[0] in {"customers", "staging"}, feature.name


@of_both
def test_names_tell_units_as_the_contract_says(documented):
    for feature in documented:
        if feature.unit == "share":
            assert feature.name.endswith("_share")
            assert (feature.low, feature.high) == (0, 1)
        if feature.unit == "EUR":
            assert feature.name.endswith("_eur")
        if feature.data_type == "date":
            assert feature.name.endswith("_on")
        if feature.data_type == "boolean":
            assert feature.name.startswith("is_")


def test_what_clusters_and_profiles_use_is_documented():
    of_companies = {feature.name for feature in COMPANY_FEATURES}
    assert set(AXIS_FEATURES) <= set(NAMES)
    assert {axis.feature for axis in COMPANY_AXES} <= of_companies
    assert set(CATEGORICAL) <= set(NAMES) | of_companies


def test_the_synthetic_customers_have_every_documented_column_in_range(customers):
    assert set(customers.columns) == set(NAMES)
    for feature in PERSON_FEATURES:
        values = customers[feature.name].dropna()
        if feature.low is not None:
            assert (values >= feature.low).all(), feature.name
        if feature.high is not None:
            assert (values <= feature.high).all(), feature.name
        if not feature.is_nullable:
            assert len(values) == len(customers), feature.name


def test_the_dictionary_page_is_as_generated():
    """UPDATE_FEATURES_PAGE=1 writes it."""
    page = Path(__file__).parents[3] / "docs" / "features.md"
    if os.environ.get("UPDATE_FEATURES_PAGE"):
        page.write_text(features_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == features_page()
