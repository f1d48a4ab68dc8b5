"""Records with neither e-mail nor phone, badly typed: names, birth dates and addresses must do.

As in hospital and census files: no families, no Nordic names, errors in every field. Public data of
this kind is FEBRL (Christen 2008); what is drawn here shares its kinds of errors, not its values.
"""

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from models.identity.clustering import cluster
from models.identity.evaluation import clustering_scores
from models.identity.forms import TEXT_COLUMNS
from models.identity.resolution import link
from models.identity.training import train

ONSETS, RHYMES = ("b", "k", "l", "m", "r", "sh", "t", "v", "z", "qu"), ("a", "el", "i", "on", "ur")
SYLLABLES = [onset + rhyme for onset in ONSETS for rhyme in RHYMES]
PEOPLE, COPIES = 900, 2
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXT_COLUMNS), ("birth_date", pa.date32())])

Row = dict[str, str | date | None]


def word(draw: random.Random, syllables: int) -> str:
    return "".join(draw.choice(SYLLABLES) for _ in range(syllables)).capitalize()


def people(draw: random.Random) -> list[Row]:
    given, family = ([word(draw, n) for _ in range(250)] for n in (2, 3))
    streets, towns = ([word(draw, n) for _ in range(300)] for n in (3, 2))
    return [
        {
            "first_name": draw.choice(given),
            "last_name": draw.choice(family),
            "birth_date": date(1915, 1, 1) + timedelta(days=draw.randrange(33_000)),
            "street": f"{draw.choice(streets)} Street {draw.randrange(1, 120)}",
            "postal_code": str(draw.randrange(2000, 6000)),
            "city": draw.choice(towns),
        }
        for _ in range(PEOPLE)
    ]


def mistyped(draw: random.Random, text: str) -> str:
    place = draw.randrange(len(text))
    return text[:place] + draw.choice("aeiorstn") + text[place + draw.choice((0, 1)) :]


def damaged(draw: random.Random, person: Row) -> Row:
    """A copy with two or three errors: a typing error, a field lost or overwritten, names swapped."""
    copy = dict(person)
    for column in draw.sample(sorted(copy), draw.choice((2, 3))):
        value = copy[column]
        if draw.random() < 0.15:
            copy[column] = None
        elif isinstance(value, date):
            copy[column] = value + timedelta(days=draw.choice((1, 10, -9, draw.randrange(5_000))))
        elif column == "first_name" and draw.random() < 0.2:
            copy["first_name"], copy["last_name"] = copy["last_name"], value
        elif draw.random() < 0.2:
            copy[column] = word(draw, 3)
        elif value:
            copy[column] = mistyped(draw, value)
    return copy


def table(rows: list[Row]) -> pa.Table:
    numbered = [{"record_id": f"crm:{number:05}", **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=SCHEMA)


@pytest.fixture(scope="module")
def originals() -> list[Row]:
    return people(random.Random(5))


def test_damaged_copies_are_found(originals: list[Row]) -> None:
    draw = random.Random(6)
    rows = [*originals, *(damaged(draw, row) for row in originals for _ in range(COPIES))]
    owners = [*range(PEOPLE), *(number for number in range(PEOPLE) for _ in range(COPIES))]
    records = table(rows)
    clusters = cluster(records["record_id"], link(records, train(records, seed=1)), threshold=0.95)
    truth = pa.table({"record_id": records["record_id"], "cluster_id": list(map(str, owners))})
    scores = clustering_scores(clusters, truth)
    assert scores["pair_precision"] >= 0.995, scores
    # Two or three of six fields are wrong in each copy: some agree in hardly any.
    assert scores["pair_recall"] >= 0.90, scores


def test_people_who_are_all_different_stay_apart(originals: list[Row]) -> None:
    records = table(originals)
    pairs = link(records, train(records, seed=1))
    clusters = cluster(records["record_id"], pairs, threshold=0.95)
    assert len(set(clusters["cluster_id"].to_pylist())) == PEOPLE
