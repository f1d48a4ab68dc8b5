"""Promises of marketing campaigns and of who was chosen for them."""

import great_expectations as gx

from expectations.moments import happened, not_before
from expectations.money import money
from expectations.promises import PERSON_SOURCES, between, filled, key, one_of


def campaigns() -> gx.ExpectationSuite:
    """One row per campaign."""
    return gx.ExpectationSuite(
        name="stg_campaigns__campaigns",
        expectations=[
            *key("campaign_id"),
            *money("cost", "cost_eur"),
            between("cost", low=0, why="A negative cost would make any campaign look profitable."),
            filled("name", 1.0, why="People look a campaign's result up by its name."),
            filled("channel", 1.0, why="Results are compared by channel."),
            filled(
                "starts_on",
                1.0,
                why="Sales count towards a campaign from its first day on; without the day its "
                "effect cannot be measured.",
            ),
            not_before(
                "ends_on",
                "starts_on",
                why="Dates the wrong way round leave no days to measure.",
            ),
        ],
    )


def assignments() -> gx.ExpectationSuite:
    """One row per campaign and person: treated, or kept as a control."""
    return gx.ExpectationSuite(
        name="stg_campaigns__assignments",
        expectations=[
            *key("campaign_id", "person_source", "person_key"),
            *happened("assigned_at", delivered_as="assigned_at"),
            one_of(
                "arm",
                ("treatment", "control"),
                why="The effect is the difference between these two; a person in neither is left "
                "out of it.",
            ),
            filled("arm", 1.0, why="A person in no arm is left out of the campaign's effect."),
            one_of(
                "person_source",
                PERSON_SOURCES,
                why="Under another name the person is not found among the customers.",
            ),
        ],
    )
