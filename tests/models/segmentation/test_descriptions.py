from models.segmentation import lifecycle, rfm
from models.segmentation.descriptions import SEGMENT_TEXTS


def test_every_fixed_segment_and_every_residual_has_a_name_and_says_what_to_do():
    residuals = {f"{scheme}.unassigned" for scheme in ("rfm", "lifecycle", "behaviour")}
    assert set(SEGMENT_TEXTS) == {*rfm.SEGMENT_IDS, *lifecycle.SEGMENT_IDS, *residuals}
    for text in SEGMENT_TEXTS.values():
        assert text.name
        assert text.description.count(". ") >= 1
        assert text.description.endswith(".")


def test_names_are_unique_within_a_scheme():
    names = [(segment_id.split(".")[0], text.name) for segment_id, text in SEGMENT_TEXTS.items()]
    assert len(set(names)) == len(names)
