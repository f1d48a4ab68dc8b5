"""Which tables have a suite, and where it is, without importing Great Expectations.

Great Expectations takes 4-5 s to import, and whoever lists tables (asset definitions, say) should
not wait for it. So a table's name alone tells where its suite is: ``stg_<source>__<entity>`` is
made by ``expectations.<source>.<entity>()``, imported when it is called.

Every suite promises at least its table's key, so every suite can block what comes after it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import great_expectations as gx

TABLES: tuple[str, ...] = (
    "stg_crm__contacts",
    "stg_crm__companies",
    "stg_register__companies",
    "stg_shop__customers",
    "stg_shop__orders",
    "stg_shop__order_lines",
    "stg_tickets__bookings",
    "stg_newsletter__subscribers",
    "stg_newsletter__events",
    "stg_web__events",
    "stg_social__engagements",
    "stg_survey__answers",
    "stg_campaigns__campaigns",
    "stg_campaigns__assignments",
    "stg_privacy__consents",
    "stg_privacy__requests",
    "stg_reference__locations",
    "stg_reference__places",
    "stg_reference__fx_rates",
    "int_identity__person_records",
)
"""Tables with a suite, along the data's path."""


def suites() -> dict[str, Callable[[], gx.ExpectationSuite]]:
    """Each table's suite factory, in the order of ``TABLES``.

    The factories can be pickled, and import Great Expectations when called, not before.
    """
    return {table: partial(suite, table) for table in TABLES}


def suite(table: str) -> gx.ExpectationSuite:
    """A fresh suite of one table.

    Raises:
        KeyError: the table has no suite.
    """
    if table not in TABLES:
        raise KeyError(f"No suite for table {table!r}. Tables with one: {', '.join(TABLES)}.")
    source, entity = table.split("_", 1)[1].split("__")
    factory = getattr(import_module(f"expectations.{source}"), entity)
    return cast("gx.ExpectationSuite", factory())
