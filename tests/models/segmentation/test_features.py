import re

from models.segmentation.behaviour_space import AXIS_FEATURES
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.profiles import CATEGORICAL

NAMES = [feature.name for feature in PERSON_FEATURES]


def test_each_feature_is_documented_once_and_completely():
    assert len(set(NAMES)) == len(NAMES)
    for feature in PERSON_FEATURES:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", feature.name)
        assert feature.meaning.endswith("."), feature.name
        assert feature.unit, feature.name
        assert feature.label, feature.name
        assert feature.source.split(".")[0] in {"customers", "staging"}, feature.name


def test_names_tell_units_as_the_contract_says():
    for feature in PERSON_FEATURES:
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
    assert set(AXIS_FEATURES) | set(CATEGORICAL) <= set(NAMES)


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
