"""Changes that a person declared to be real: ``config/accepted_changes.yaml`` of the home.

What is compared with earlier runs is ``expectations.history``. An accepted change stops no run up
to its last day; every run says in ``meta_publication`` what was accepted.
"""

from datetime import date

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from expectations.catalogue import TABLES

ACCEPTED_CHANGES = "accepted_changes.yaml"


class AcceptedChange(BaseModel):
    """One line: which figure of which table may change, until when, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    figure: str = Field(pattern=r"^(rows|(filled|orphans)\.[a-z0-9_]+)$")
    until: date
    why: str = Field(min_length=1, max_length=200)


def read_accepted_changes(home: Home, as_of: date) -> list[AcceptedChange]:
    """The changes accepted on a day; none without the file.

    Raises:
        ConfigurationError: the file is no list of such lines; names the line, and what is needed.
    """
    file = home.config / ACCEPTED_CHANGES
    if not file.exists():
        return []
    try:
        lines = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        changes = TypeAdapter(list[AcceptedChange]).validate_python(lines)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"])
        raise ConfigurationError(_sentence(f"line {place}: {first['msg']}")) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(_sentence(type(error).__name__)) from None
    if unknown := sorted({change.table for change in changes} - set(TABLES)):
        raise ConfigurationError(_sentence(f"no table is called {', '.join(unknown)}"))
    return [change for change in changes if change.until >= as_of]


def in_words(changes: list[AcceptedChange]) -> str:
    """All of them in one text, for readers of ``meta_publication``; empty without any."""
    return "; ".join(
        f"{change.table} {change.figure} until {change.until}: {change.why}" for change in changes
    )


def line_that_accepts(table: str, figure: str, as_of: date) -> str:
    """The line that a user adds to accept a change on a day."""
    return f"- {{table: {table}, figure: {figure}, until: {as_of}, why: ...}}"


def _sentence(found: str) -> str:
    return (
        f"config/{ACCEPTED_CHANGES} cannot be used ({found}). It needs lines like "
        f"`{line_that_accepts('stg_shop__orders', 'rows', date(2026, 12, 1))}` (docs/operations.md)."
    )
