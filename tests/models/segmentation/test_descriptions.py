import pytest

from models.segmentation import lifecycle, rfm
from models.segmentation.descriptions import LIFECYCLE_TEXTS, RFM_TEXTS, UNASSIGNED_TEXTS
from models.segmentation.firmographic import SEGMENT_TEXTS


def test_every_fixed_segment_has_a_text():
    assert set(RFM_TEXTS) == set(rfm.NAMES)
    assert set(LIFECYCLE_TEXTS) == set(lifecycle.STAGES)


@pytest.mark.parametrize("texts", [RFM_TEXTS, LIFECYCLE_TEXTS, SEGMENT_TEXTS])
def test_names_are_unique_within_a_scheme_and_texts_say_what_to_do(texts):
    assert len({text.name for text in texts.values()}) == len(texts)
    for text in texts.values():
        assert text.name
        assert text.description.count(". ") >= 1
        assert text.description.endswith(".")


def test_every_residual_has_a_name_and_a_sentence():
    for text in UNASSIGNED_TEXTS.values():
        assert text.name
        assert text.description.endswith(".")
