"""Properties of the small parts: draws, numbers, misspellings, names, time."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.company import PERSONAS
from demo.draws import growing_keys, lookup_table, pick, pick_from, running_number, stream, zipf
from demo.misspelling import garble, with_typo
from demo.names import load_names
from demo.org_numbers import org_numbers
from demo.timeline import Timeline

words = st.text(alphabet="abcdefghijklmnopqrstuvwxyzåäöøæ", max_size=12)


@given(st.lists(st.integers(0, 6), max_size=60))
def test_running_number_counts_each_group_in_order(groups):
    seen: dict[int, int] = {}
    expected = []
    for group in groups:
        expected.append(seen.get(group, 0))
        seen[group] = seen.get(group, 0) + 1
    assert running_number(np.array(groups, dtype=np.int64)).tolist() == expected


@given(st.integers(0, 2**40), st.integers(1, 200))
def test_keys_grow_and_never_repeat(seed, size):
    keys = growing_keys(stream(seed, "keys"), size, 100)
    assert (np.diff(keys) > 0).all()
    assert keys[0] > 100


def test_streams_of_different_subjects_differ_and_repeat():
    first = stream(1, "orders", 0).random(4).tolist()
    assert stream(1, "orders", 0).random(4).tolist() == first
    assert stream(1, "orders", 1).random(4).tolist() != first
    assert stream(1, "web", 0).random(4).tolist() != first
    assert stream(2, "orders", 0).random(4).tolist() != first


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=20))
def test_lookup_tables_hold_each_choice_by_its_chance(weights):
    table = lookup_table(np.array([weights]))
    counted = np.bincount(table[0], minlength=len(weights)) / table.shape[1]
    assert np.abs(counted - np.array(weights) / sum(weights)).max() < 1 / 2048


def test_drawing_with_and_without_a_table_agree():
    chances = zipf(30)
    table = lookup_table(chances)
    plain = np.bincount(pick(stream(1), chances, 200_000), minlength=30) / 200_000
    fast = pick_from(stream(2), table, np.zeros(200_000, dtype=np.int64))
    assert np.abs(np.bincount(fast, minlength=30) / 200_000 - plain).max() < 0.005


@given(words, st.integers(0, 4000))
def test_a_typo_changes_at_most_one_place_and_keeps_the_first_letter(word, draw):
    wrong = with_typo(word, draw)
    assert abs(len(wrong) - len(word)) <= 1
    assert wrong[:1] == word[:1]
    assert wrong.encode("cp1252").decode("cp1252") == wrong


@given(words)
def test_garbled_words_can_be_repaired_and_fit_in_windows_1252(word):
    assert garble(word).encode("cp1252").decode("utf-8") == word


@pytest.mark.parametrize("country", ["SE", "DK", "NO", "FI"])
def test_org_numbers_never_repeat(country):
    assert len(np.unique(org_numbers(country, 30_000))) == 30_000


def test_all_names_can_be_written_by_the_crm_and_in_an_address():
    book = load_names()
    for column in (book.first, book.nickname, book.surname):
        assert "".join(column.to_pylist()).encode("cp1252")
    for column in (book.first_ascii, book.surname_ascii):
        assert all(name.isascii() and name.isalpha() for name in column.to_pylist())


def test_each_country_has_names_enough():
    book = load_names()
    for country in range(4):
        for sex in range(2):
            names = sum(len(book.first_lists[country, sex, young][1]) for young in (False, True))
            assert names >= 120
        assert len(book.surname_lists[country][1]) >= 250


@given(st.dates(date(2001, 1, 1), date(2090, 12, 31)))
def test_demand_grows_over_three_years_for_every_persona(as_of):
    timeline = Timeline(as_of)
    demand = timeline.demand()
    assert demand.shape == (len(PERSONAS), timeline.today - timeline.start_day + 2)
    assert (np.diff(demand, axis=1) > 0).all()
    assert demand[:, -1] == pytest.approx(3, abs=0.01)
