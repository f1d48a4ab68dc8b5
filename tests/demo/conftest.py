"""One delivery of 1,000 people for all tests of this room, read as a careful reader would."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from demo.deliveries import write_deliveries

AS_OF = date(2026, 3, 31)
CRM = {"crm/contacts", "crm/companies"}


@dataclass(frozen=True)
class Made:
    """A delivery on disk."""

    landing: Path
    truth: Path
    rows: dict[str, int]

    def csv(self, table: str) -> list[dict[str, str]]:
        """Read the lines of a CSV file that have the right number of fields."""
        encoding, delimiter = ("cp1252", ";") if table in CRM else ("utf-8-sig", ",")
        data = (self.landing / f"{table}.csv").read_bytes()
        lines = csv.reader(io.StringIO(data.decode(encoding, "replace")), delimiter=delimiter)
        header = next(lines)
        return [dict(zip(header, line, strict=True)) for line in lines if len(line) == len(header)]

    def json(self, table: str) -> list[dict[str, object]]:
        """Read the lines of a JSONL file that are JSON."""
        rows = []
        for line in (self.landing / f"{table}.jsonl").read_text("utf-8").splitlines():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return rows

    def parquet(self, table: str) -> pd.DataFrame:
        """Read a Parquet file."""
        return pd.read_parquet(self.landing / f"{table}.parquet")

    def known(self, name: str) -> pd.DataFrame:
        """Read a table of the truth."""
        return pd.read_parquet(self.truth / f"{name}.parquet")


def make(folder: Path, people: int = 1_000, seed: int = 11, as_of: date = AS_OF) -> Made:
    landing, truth = folder / "landing", folder / "truth"
    rows = write_deliveries(people=people, seed=seed, as_of=as_of, landing=landing, truth=truth)
    return Made(landing, truth, rows)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Ten thousand people, for what only shows in numbers."""
    return make(tmp_path_factory.mktemp("big"), people=10_000, seed=5)
