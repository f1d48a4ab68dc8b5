"""The catalogue names every suite without paying for Great Expectations."""

import pickle
import subprocess
import sys

import pytest

from expectations import catalogue

LOOK_AROUND = """
import sys
import expectations.catalogue, expectations.validation, expectations.data_docs
assert len(expectations.catalogue.suites()) == 20
print([name for name in sys.modules if name.startswith("great_expectations")])
"""
ANALYTICS = "import os, expectations; print(os.environ['GX_ANALYTICS_ENABLED'])"


def run(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout.strip()


def test_looking_around_does_not_import_great_expectations():
    assert run(LOOK_AROUND) == "[]"


def test_analytics_are_off_even_where_the_environment_turns_them_on():
    assert run(ANALYTICS, GX_ANALYTICS_ENABLED="true") == "false"


def test_there_is_a_factory_for_each_table_that_makes_its_suite_and_can_be_sent_to_a_worker():
    suites = catalogue.suites()
    assert tuple(suites) == catalogue.TABLES
    for table, factory in suites.items():
        assert pickle.loads(pickle.dumps(factory))().name == table


def test_a_table_without_a_suite_is_refused_with_the_tables_that_have_one():
    with pytest.raises(KeyError, match=r"stg_erp__invoices.*stg_crm__contacts"):
        catalogue.suite("stg_erp__invoices")
