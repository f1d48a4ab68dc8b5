"""Which job titles are those of people who decide."""

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

MACRO = Path(__file__).parents[2] / "dbt" / "macros" / "job_titles.sql"
WHO_DECIDE = (
    "VD", "Inköpschef", "Indkøbschef", "Markedssjef", "Toimitusjohtaja", "HR-päällikkö", "Direktør",
    "Daglig leder", "CEO & co-founder", "Head of Sales", "Purchasing Manager", "Ägare", "adm. direktør",
)  # fmt: skip
WHO_DO_NOT = (
    "Säljare", "Projektledare", "Prosjektleder", "Projektipäällikkö", "Project manager", "Lærer",
    "Overhead crane operator", "Gärdsvda", "Konsult", "", None,
)  # fmt: skip


def decides(title: str | None) -> bool:
    template = Environment(autoescape=False).from_string(
        MACRO.read_text("utf-8") + "{{ is_decision_maker('$title::varchar') }}"
    )
    with duckdb.connect() as connection:
        rows = connection.execute(f"select {template.render()}", {"title": title}).fetchall()
    found: bool = rows[0][0]
    return found


@pytest.mark.parametrize("title", WHO_DECIDE)
def test_who_decides(title: str) -> None:
    assert decides(title)


@pytest.mark.parametrize("title", WHO_DO_NOT)
def test_who_does_not(title: str | None) -> None:
    assert not decides(title)
