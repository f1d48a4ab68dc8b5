"""Promises of survey answers."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.contact_details import email
from expectations.moments import happened
from expectations.promises import filled, key

QUESTION = r"^(?:DEM_|PSY_|INT_|NPS\Z)"
SCORE_0_TO_10 = r"^(?:10|[0-9])\Z"


def answers() -> gx.ExpectationSuite:
    """One row per response and question."""
    return gx.ExpectationSuite(
        name="stg_survey__answers",
        expectations=[
            *key("response_id", "question_code"),
            *happened("answered_at", delivered_as="answered_at"),
            email(),
            filled(
                "email",
                0.8,
                why="The address is all that links an answer to a customer.",
            ),
            filled("answer", 0.9, why="A question left open says nothing about its customer."),
            gxe.ExpectColumnValuesToMatchRegex(
                column="question_code",
                regex=QUESTION,
                severity="warning",
                description="Each question_code is NPS or begins with DEM_, PSY_ or INT_.",
                notes="The prefix tells facts, attitudes and interests apart. Questions of other "
                "kinds are kept and used in no segment.",
            ),
            gxe.ExpectColumnValuesToMatchRegex(
                column="answer",
                regex=SCORE_0_TO_10,
                row_condition=Column("question_code") == "NPS",
                severity="warning",
                description="Where the question is NPS, each answer is a whole number from 0 to "
                "10.",
                notes="The net promoter score is defined on 0 to 10; another scale would move it.",
            ),
        ],
    )
