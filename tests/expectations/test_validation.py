"""Results are counts in our own words, the same for every way a table comes, and leak nothing."""

import gc
import logging
import pickle
import weakref
from datetime import date

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import catalogue
from expectations.results import PromiseResult, SuiteResult
from expectations.validation import columns_of, validate

CANARY = "kari.canary@example.org"


def by_words(result: SuiteResult) -> dict[str, PromiseResult]:
    return {promise.description: promise for promise in result.promises}


def test_counts_and_share_are_of_the_rows_that_had_something_to_check(good_frame):
    frame = good_frame("stg_crm__contacts", rows=10)
    frame["email"] = ["no address", *frame["email"][1:5], *[None] * 5]
    result = by_words(validate(catalogue.suite("stg_crm__contacts"), frame))
    promise = result["Each email has the shape of an e-mail address."]
    assert (promise.element_count, promise.missing_count, promise.unexpected_count) == (10, 5, 1)
    assert promise.unexpected_share == 0.2
    assert (promise.columns, promise.severity, promise.outcome) == (
        ("email",),
        "critical",
        "failed",
    )
    assert promise.reason.startswith("Mail is sent to it.")


def test_a_promise_with_a_row_condition_counts_only_those_rows_and_names_all_its_columns(
    good_frame,
):
    frame = good_frame("stg_shop__orders", rows=10)
    frame.loc[:3, ["currency", "amount_eur"]] = ["XXX", None]
    result = by_words(validate(catalogue.suite("stg_shop__orders"), frame))
    same = result["Where total_amount is in euros, amount_eur is the same amount."]
    assert (same.element_count, same.unexpected_count, same.success) == (6, 0, True)
    assert same.columns == ("amount_eur", "total_amount", "currency")
    some = result[
        "Where total_amount is known, at least 99% of the rows have a value in amount_eur."
    ]
    assert (some.element_count, some.unexpected_count, some.outcome) == (10, 4, "warned")


def test_results_come_in_the_suites_order_whatever_breaks(good_frame):
    suite = catalogue.suite("stg_tickets__bookings")
    frame = good_frame("stg_tickets__bookings").drop(columns=["email", "quantity"])
    result = validate(suite, frame)
    assert [p.description for p in result.promises] == [e.description for e in suite.expectations]


def test_a_missing_column_is_a_broken_promise_that_names_the_error_only(good_frame):
    frame = good_frame("stg_crm__contacts").drop(columns=["email", "gender"])
    result = validate(catalogue.suite("stg_crm__contacts"), frame)
    unchecked = {p.columns: p for p in result.promises if p.error}
    assert {columns: p.outcome for columns, p in unchecked.items()} == {
        ("email",): "failed",
        ("gender",): "warned",
    }
    assert all(p.error.isidentifier() and p.checked_count == 0 for p in unchecked.values())
    assert result.blocks


def test_a_column_of_the_wrong_type_is_a_broken_promise(good_frame):
    frame = good_frame("stg_shop__orders").assign(ordered_at="2026-01-15", total_amount="120.50")
    result = by_words(validate(catalogue.suite("stg_shop__orders"), frame))
    assert result["Each ordered_at lies in the years 1990 to 2099."].error == "TypeError"
    assert result["Each total_amount is at least 0."].error == "TypeError"


def test_a_table_without_any_of_its_columns_blocks():
    result = validate(catalogue.suite("stg_shop__orders"), pd.DataFrame())
    assert result.blocks
    assert all(promise.error for promise in result.promises)


@pytest.mark.parametrize("table", ["stg_shop__orders", "stg_crm__contacts", "stg_web__events"])
def test_it_makes_no_difference_how_the_table_comes(table, good_frame):
    frame = good_frame(table, rows=6)
    frame.loc[1, frame.columns[1:]] = None
    relation = duckdb.from_df(frame)
    odd_index = frame.sample(frac=1, random_state=1).set_index(pd.Index([7] * 6))
    suite = catalogue.suite(table)
    results = {
        "duckdb": validate(suite, relation.df()),
        "arrow": validate(suite, relation.to_arrow_table().to_pandas()),
        "objects": validate(suite, frame.astype(object)),
        "shuffled, one index": validate(suite, odd_index),
    }
    expected = validate(suite, frame)
    assert {name for name, result in results.items() if result != expected} == set()


def test_dates_that_nanoseconds_cannot_hold_are_checked_like_others(good_frame):
    frame = good_frame("stg_crm__contacts")
    frame["birth_date"] = [date(1, 1, 1), date(9999, 12, 31), date(1900, 1, 1), date(2099, 12, 31)]
    result = by_words(validate(catalogue.suite("stg_crm__contacts"), frame))
    promise = result["Each birth_date lies in the years 1900 to 2099."]
    assert (promise.error, promise.unexpected_count) == (None, 2)


def test_only_the_columns_of_the_suite_are_read_and_the_table_is_left_as_it_was(good_frame):
    suite = catalogue.suite("stg_shop__orders")
    frame = good_frame("stg_shop__orders").assign(note=[{"unhashable": []}] * 4)
    before = frame.copy(deep=True)
    assert not validate(suite, frame).blocks
    assert validate(suite, frame[columns_of(suite)]) == validate(suite, frame)
    pd.testing.assert_frame_equal(frame, before)


def test_the_columns_of_a_suite_are_those_of_its_rules_and_row_conditions():
    suite = catalogue.suite("stg_campaigns__campaigns")
    assert columns_of(suite) == [
        "campaign_id",
        "cost_eur",
        "cost",
        "currency",
        "name",
        "channel",
        "starts_on",
        "ends_on",
    ]


def test_the_tables_values_are_let_go_after_validation():
    frame = pd.DataFrame({"subscriber_id": [Loud(), Loud()]})
    value = weakref.ref(frame.loc[0, "subscriber_id"])
    validate(catalogue.suite("stg_newsletter__subscribers"), frame)
    del frame
    gc.collect()
    assert value() is None


def test_a_result_survives_the_way_back_from_a_worker(good_frame):
    result = validate(catalogue.suite("stg_web__events"), good_frame("stg_web__events"))
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize("table", catalogue.TABLES)
def test_no_value_leaves_the_validation(table, good_frame, caplog, capfd):
    """Every value a canary: promises break, metrics raise, and nothing of it is to be seen."""
    caplog.set_level(logging.DEBUG)
    frame = pd.DataFrame(CANARY, index=range(4), columns=good_frame(table).columns)
    result = validate(catalogue.suite(table), frame)
    out, err = capfd.readouterr()
    assert result.blocks
    for text in (repr(result), pickle.dumps(result).decode("latin-1"), caplog.text, out, err):
        assert "canary" not in text
    assert (out, err) == ("", "")


class Loud:
    """A value that shouts itself when compared, in a message that looks like a traceback."""

    def __ge__(self, other):
        raise ValueError(f"{CANARY}\nkari_canaryError: {CANARY}\nTraceback\nkari_canary: {CANARY}")


def test_no_value_leaves_by_the_message_of_an_exception(caplog):
    caplog.set_level(logging.DEBUG)
    rule = gxe.ExpectColumnValuesToBeBetween(
        column="score", min_value=0, severity="warning", description="It is a score.", notes="Why."
    )
    frame = pd.DataFrame({"score": [Loud()]})
    result = validate(gx.ExpectationSuite(name="probe", expectations=[rule]), frame)
    assert result.promises[0].error == "ValueError"
    assert result.promises[0].outcome == "warned"
    assert "canary" not in repr(result)
    assert "canary" not in caplog.text


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=5))
def test_any_text_is_checked_and_counted(values):
    frame = pd.DataFrame({"subscriber_id": values, "email": values, "status": values})
    result = validate(
        catalogue.suite("stg_newsletter__subscribers"),
        frame.assign(subscribed_at=None, unsubscribed_at=None),
    )
    assert [promise for promise in result.promises if promise.error] == []
    unique = by_words(result)["No two rows share the same subscriber_id."]
    known = [value for value in values if value is not None]
    assert unique.unexpected_count == sum(known.count(value) > 1 for value in known)
