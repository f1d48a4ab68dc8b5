"""docs/landing.md, "Add a source in ten minutes", typed line by line as it stands there."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dagster_project.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "landing.md"


def section(heading):
    """What stands below a heading of the page, up to the next one."""
    found = re.search(rf"^#+ {heading}\n(.*?)^#", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found, f"the page has no heading {heading!r}"
    return found[1]


@dataclass
class Reader:
    """Somebody with a terminal in a checkout, who types what the page says."""

    checkout: Path
    skikt: object
    database: object = None
    said: list[str] = field(default_factory=list)

    def follow(self, text):
        """Type every block; what the database's owner does, psql does."""
        for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            if language == "sql":
                self.database.sql(block)
                continue
            for lines in re.split(r"^(skikt .*)\n", block, flags=re.MULTILINE):
                if lines.startswith("skikt "):
                    self.type_skikt(*lines.split()[1:])
                elif lines.strip():
                    self.type(lines)

    def type(self, lines):
        """Lines in a shell that keeps what was exported before."""
        if self.database:
            lines = lines.replace(
                "localhost:5432/crm", f"127.0.0.1:{self.database.server.port}/{self.database.name}"
            )
        subprocess.run(
            ["bash", "-ec", f"touch .env; . ./.env\n{lines}\nexport -p > .env"],
            cwd=self.checkout,
            env={"HOME": str(self.checkout), "PATH": "/usr/bin:/bin"},
            check=True,
        )

    def exported(self, name):
        """A variable of the shell."""
        echo = f'. ./.env; printf %s "${name}"'
        return subprocess.run(
            ["bash", "-ec", echo], cwd=self.checkout, capture_output=True, text=True, check=True
        ).stdout

    @property
    def home(self):
        return Path(self.exported("SKIKT_HOME"))

    def type_skikt(self, *arguments):
        """A command of the project; it ends well and is found where the page says."""
        assert self.exported("PATH").split(":")[0] == str(Path(sys.executable).parent)
        environment = {"CRM_DSN": self.exported("CRM_DSN")} if self.database else {}
        ended = self.skikt.run(self.home, *arguments, **environment)
        assert ended.exit_code == 0, ended.err + ended.out
        self.said.append(ended.out + ended.err)
        return ended

    def deliveries(self):
        """What the newest run took in of the contacts."""
        told = json.loads(self.type_skikt("deliveries", "--json").out)
        return [row for row in told if row["path"].startswith("crm/contacts")]


@pytest.fixture
def reader(tmp_path, skikt):
    """A reader of the page, in a folder that looks like the checkout after ``make install``."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    reader = Reader(tmp_path, skikt)
    reader.follow(section("Add a source in ten minutes"))
    return reader


@pytest.mark.long
def test_an_export_of_your_own_is_a_source_as_the_page_says(reader):
    reader.follow(section("An export of your own"))
    (row,) = reader.deliveries()
    assert (row["status"], row["accepted"], row["extra_columns"]) == ("loaded", 3, ["Newsletter"])
    assert "Newsletter" in reader.said[1]


@pytest.mark.long
def test_a_table_of_a_database_is_a_source_as_the_page_says(reader, database, files_with):
    reader.database = database
    try:
        reader.follow(section("A table of a database"))
        _, first, _, second = reader.said
        assert re.search(r"loaded\W+2\W+2", first)
        (row,) = reader.deliveries()
        assert (row["status"], row["records_in"]) == ("unchanged", 0)
        assert "unchanged" in second
        assert files_with(reader.home, "CRM_DSN") != []
        assert files_with(reader.home, "a-long-one", "skikt_reader", database.name) == []
    finally:
        database.sql("drop owned by skikt_reader; drop role skikt_reader")
