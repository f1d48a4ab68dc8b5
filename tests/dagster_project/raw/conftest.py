"""An inbox to put real files into, and what became of them, as the raw stage's ledgers tell it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.defs.raw.intake import REQUESTS, Intake, take_in
from dagster_project.home import Home
from dagster_project.sources import Source, read_sources
from tests.fixtures.injected_faults import File, deliveries
from tests.fixtures.staged import stage
from tests.fixtures.value_faults import value_files

Row = dict[str, Any]
RATES = b"currency,valid_from,eur_per_unit\nSEK,2020-01-01,0.09\nDKK,2020-01-01,0.134\n"


@dataclass
class Inbox:
    """One home with its warehouse; each ``take_in`` is a run, and I2 must hold after it."""

    home: Home
    sources: dict[str, Source]
    warehouse: duckdb.DuckDBPyConnection = field(repr=False)
    runs: int = 0

    def put(self, name: str, content: bytes | str | pa.Table) -> Path:
        """Deliver a file; text is written as UTF-8, a table as Parquet."""
        file = self.home.landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pa.Table):
            pq.write_table(content, file)
        else:
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def take_in(self, *names: str) -> Intake:
        """Run the sources in this order, requests first; what happened to the last one."""
        self.runs += 1
        for name in (REQUESTS, *names):
            intake = take_in(self.warehouse, self.home, self.sources[name], f"run_{self.runs}")
        self._every_record_is_accounted_for()
        return intake

    def rows(self, source: str, *columns: str) -> list[Any]:
        """Stored rows in the order they came: one column's values, or tuples of several."""
        found = self.warehouse.execute(
            f"select {', '.join(columns)} from raw.{self.sources[source].table} "
            "order by _delivery_no, _file_id, _record_no"
        ).fetchall()
        return [row[0] for row in found] if len(columns) == 1 else found

    def deliveries(self, source: str) -> list[Row]:
        """Rows of ``raw.deliveries`` of one source, in the order they were written."""
        query = f"from raw.deliveries where source = '{source}' order by rowid"
        return list(self.warehouse.sql(query).to_arrow_table().to_pylist())

    def delivery(self, source: str) -> Row:
        """The newest row of ``raw.deliveries`` of one source."""
        return self.deliveries(source)[-1]

    def quarantined(self, source: str) -> list[tuple[int, str]]:
        """Record number and reason code of what is in quarantine."""
        return self.warehouse.execute(
            "select record_no, reason_code from raw.quarantine where source = ? "
            "and status = 'open' order by all",
            [source],
        ).fetchall()

    def _every_record_is_accounted_for(self) -> None:
        """I1 and I2 per file, and their sums against the tables themselves."""
        unaccounted = self.warehouse.execute(
            "select path from raw.deliveries where status in ('loaded', 'partly_loaded') and content_bytes "
            "is distinct from header_bytes + accepted_bytes + quarantined_bytes + line_end_bytes"
        ).fetchall()
        assert not unaccounted
        wrong = self.warehouse.execute(
            "select path, records_in, accepted, quarantined, suppressed, duplicates from raw.deliveries "
            "where records_in <> accepted + quarantined + suppressed + duplicates"
        ).fetchall()
        assert not wrong
        counted = self.warehouse.execute(
            "select source, sum(accepted)::bigint, sum(quarantined)::bigint from raw.deliveries group by source"
        ).fetchall()
        for source, accepted, quarantined in counted:
            assert accepted == len(self.rows(source, "_record_no")), source
            assert quarantined == len(self.quarantined(source)), source


@pytest.fixture(scope="session")
def checkout_sources() -> dict[str, Source]:
    """The sources file of the checkout, read once."""
    return read_sources(Home(Path("no home of its own")))


@pytest.fixture
def open_inbox(
    tmp_path: Path, checkout_sources: dict[str, Source]
) -> Iterator[Callable[..., Inbox]]:
    """Open an inbox whose sources file says ``own`` over the defaults."""
    opened: list[Inbox] = []

    def open_one(own: str = "", folder: str = "home") -> Inbox:
        home = Home(tmp_path / folder)
        home.root.mkdir(exist_ok=True)
        home.create()
        if own:
            (home.config / "sources.yaml").write_text(own, encoding="utf-8")
        warehouse = duckdb.connect()
        warehouse.execute("set TimeZone = 'UTC'")
        opened.append(Inbox(home, read_sources(home) if own else checkout_sources, warehouse))
        return opened[-1]

    yield open_one
    for inbox in opened:
        inbox.warehouse.close()


@pytest.fixture
def inbox(open_inbox: Callable[..., Inbox]) -> Inbox:
    """An inbox with the sources file of the checkout."""
    return open_inbox()


@pytest.fixture(scope="session")
def injected() -> list[File]:
    """Files of 50,000 records with damage of every kind."""
    return deliveries(50_000, seed=7)


@pytest.fixture(scope="session")
def staged(
    tmp_path_factory: pytest.TempPathFactory, injected: list[File]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a home that took in the damaged files."""
    home = Home(tmp_path_factory.mktemp("staged"))
    home.create()
    files = {file.path: file.content for file in injected} | value_files()
    files["reference/fx_rates.csv"] = RATES
    for path, content in files.items():
        (home.landing / path).parent.mkdir(exist_ok=True)
        (home.landing / path).write_bytes(content)
    with stage(home.root, "2026-11-20") as warehouse:
        yield warehouse
