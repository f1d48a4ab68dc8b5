"""The pairs that teach the model stand for all pairs, however many records say the same."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from models.identity.candidates import create_candidates
from models.identity.connection import connect
from models.identity.evidence import create_family_macro
from models.identity.preparation import Exclusions, load_nodes
from models.identity.sampling import count_patterns
from models.identity.scoring import TERM_COLUMNS, term_frequencies
from models.identity.settings import comparisons
from models.identity.training import NO_LABELS

GIVEN = ("Anna", "Bjarne", "Cecilia", "Dagfinn")
FAMILIES = ("Ekelund", "Fossheim", "Grahn", "Hvidtfeldt", "Ingebrigtsen")


def test_names_agree_as_often_as_among_all_pairs(
    as_records: Callable[[list[dict[str, Any]]], pa.Table],
) -> None:
    """Half of the records are a name alone, which many share: such nodes are never one."""
    rows = [
        {
            "record_id": f"crm:{n:05}",
            "first_name": GIVEN[n % 4],
            "last_name": FAMILIES[n // 4 % 5],
            "phone_match": f"+467{n:08}" if n % 2 else None,
        }
        for n in range(4_000)
    ]
    with connect() as con:
        load_nodes(con, as_records(rows), Exclusions())
        create_candidates(con)
        create_family_macro(con, families=True)
        terms = {column: term_frequencies(con, column) for column in TERM_COLUMNS}
        patterns = count_patterns(con, terms, families=True, seed=1, labels=NO_LABELS)
    names = [comparison.name for comparison in comparisons()]
    given, family = (patterns.levels[:, names.index(name)] for name in ("given_name", "surname"))
    labels = [level.label for level in comparisons()[names.index("surname")].levels]
    same_family = [place for place, label in enumerate(labels) if label.endswith(": same")]
    is_same = [(given == 0), [level in same_family for level in family]]
    all_pairs = 4_000 * 3_999 / 2
    for one, other, wanted in ((True, True, 1 / 20), (True, False, 1 / 5), (False, True, 3 / 20)):
        shows = (is_same[0] == one) & ([level == other for level in is_same[1]])
        found = patterns.pairs[shows].sum() / all_pairs
        assert found == pytest.approx(wanted, rel=0.1), (one, other)
