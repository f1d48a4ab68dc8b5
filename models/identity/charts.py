"""Pictures of a fitted model."""

from typing import Any

from splink import SettingsCreator


def match_weights_chart(model: dict[str, Any]) -> str:
    """A page with the weight of every level, in bits; it needs no network.

    Args:
        model: what ``training.train`` or ``training.prior_model`` returned.

    Returns:
        HTML, about 0.9 MB, since it carries its scripts.
    """
    settings = SettingsCreator.from_path_or_dict(model["settings"]).get_settings("duckdb")
    page: str = settings.match_weights_chart().to_html(inline=True)
    return page
