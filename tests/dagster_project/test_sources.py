"""The sources file: an entry that does not fit is refused, with a sentence that names it.

What belongs to databases alone is raw/test_postgres.py.
"""

from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.sources import read_sources


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("date_format: '%Q'", "date_format.0 of crm/contacts"),
        ("date_format: ['%Y-%m-%d', '%Q']", "date_format.1 of crm/contacts"),
        ("date_format: []", "date_format of crm/contacts"),
        ('timestamp_format: "%H\'); drop table raw.deliveries; --"', "timestamp_format.0 of crm"),
        ("columns: {kund: ContactId}", "names kund, which its contract lacks"),
        ("decimal_sign: ';'", "decimal_sign of crm/contacts"),
        ("delimitter: ','", "delimitter of crm/contacts"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(tmp_path: Path, words: str, said: str) -> None:
    home = Home(tmp_path)
    home.create()
    (home.config / "sources.yaml").write_text(f"sources:\n  crm/contacts: {{{words}}}\n", "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_sources(home)
    assert said in str(refused.value)
    assert "Correct that entry" in str(refused.value)
