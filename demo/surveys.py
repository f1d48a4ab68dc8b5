"""``survey/answers.csv``: what people say about themselves, one row per question answered."""

import numpy as np

from demo.company import CATEGORIES, PERSONAS, persona_values
from demo.delivery import Delivery
from demo.draws import Array, chance, pick, stream
from demo.membership import Records
from demo.records import World
from demo.text import Text, digits, stack, take, text, where
from demo.timeline import YEAR_DAYS, iso_moments
from demo.writers import PLAIN

VALUES = ("adventure", "price", "sustain", "family", "status", "comfort")
INTERESTS = ("climbing", "ski", "running", "cycling", "fishing", "travel", "fashion")
_EDUCATION = ("primary", "secondary", "vocational", "bachelor", "master")
_HOUSEHOLDS = ("single", "couple", "couple_children", "single_children", "shared")
_OCCUPATIONS = ("employed", "self_employed", "student", "retired", "seeking", "parental_leave")
_ANSWERED_SHARE = 0.93


def _occupations(rng: np.random.Generator, age: Array) -> Text:
    size = len(age)
    drawn = pick(rng, np.array([0.74, 0.11, 0.03, 0.0, 0.06, 0.06]), size)
    drawn = np.where((age < 25) & chance(rng, 0.65, size), 2, drawn)
    return take(text(_OCCUPATIONS), np.where(age > 66, 3, drawn))


def _answers(rng: np.random.Generator, world: World, rows: Array, today: int) -> dict[str, Text]:
    """Draw every answer of every response."""
    people, size = world.people, len(rows)
    persona = people.persona[rows]
    age = (today - people.born[rows]) / YEAR_DAYS
    income = persona_values("income")[persona] * np.exp(rng.normal(0, 0.3, size))
    income *= np.where(age < 26, 0.6, np.where(age > 67, 0.7, 1.0))
    members = np.bincount(people.household)[people.household[rows]]
    family = persona == [entry.name for entry in PERSONAS].index("family_camper")
    home = np.where(members == 1, 0, np.where(family | (members > 2), 2, 1))
    home = np.where((members == 1) & family, 3, home)
    home = np.where(chance(rng, 0.05, size), rng.integers(0, len(_HOUSEHOLDS), size), home)
    education = np.clip(np.round(income / 20 + rng.normal(0, 1.0, size)), 0, 4).astype(np.int64)
    answers = {
        "DEM_income": digits(np.clip(np.round(income), 8, 400).astype(np.int64) * 1000),
        "DEM_education": take(text(_EDUCATION), education),
        "DEM_household": take(text(_HOUSEHOLDS), home),
        "DEM_occupation": _occupations(rng, age),
    }
    means = np.array([entry.values for entry in PERSONAS])[persona]
    for column, name in enumerate(VALUES):
        drawn = np.clip(np.round(means[:, column] + rng.normal(0, 0.75, size)), 1, 5)
        answers[f"PSY_{name}"] = digits(drawn.astype(np.int64))
    weights = np.array([entry.categories for entry in PERSONAS])[persona]
    for name in INTERESTS:
        interested = chance(rng, 0.06 + 0.9 * np.sqrt(weights[:, CATEGORIES.index(name)]), size)
        answers[f"INT_{name}"] = where(interested, "yes", "no")
    nps = np.clip(np.round(persona_values("nps")[persona] + rng.normal(0, 1.6, size)), 0, 10)
    answers["NPS"] = digits(nps.astype(np.int64))
    return answers


def write_answers(delivery: Delivery, world: World, records: Records, email: Text) -> Array:
    """Write the answers in order of responses.

    Args:
        delivery: The delivery in the making.
        world: What is true.
        records: One record per response.
        email: Address that each response was invited by.

    Returns:
        For each response, whether at least one of its rows can be read.
    """
    rng = stream(delivery.seed, "survey")
    size = len(records)
    answers = _answers(rng, world, records.person, delivery.timeline.today)
    codes = text(list(answers))
    given = [chance(rng, _ANSWERED_SHARE, size) for _ in answers]
    given[-1][:] = True
    response, question = np.nonzero(np.stack(given, axis=1))
    columns = {
        "response_id": take(records.key, response),
        "question_code": take(codes, question),
        "email": take(email, response),
        "answer": take(stack(list(answers.values())), question * size + response),
        "answered_at": iso_moments(records.created[response]),
    }
    broken = delivery.csv("survey/answers", columns, PLAIN)
    return np.bincount(response, weights=~broken, minlength=size) > 0
