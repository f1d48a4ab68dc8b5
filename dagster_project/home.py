"""Every path below ``SKIKT_HOME``, named once.

Who may open what stands in the design: the warehouse and the state belong to the pipeline (0600),
``published`` is what BI opens. Opening the warehouse is ``dagster_project.warehouse``.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folders and files of one Skikt home."""

    root: Path

    @property
    def config(self) -> Path:
        """Files here replace the checkout's defaults of the same name."""
        return self.root / "config"

    @property
    def landing(self) -> Path:
        """The inbox; never changed by the pipeline."""
        return self.root / "landing"

    @property
    def deliveries(self) -> Path:
        """A copy of each file that was loaded, by its sha256."""
        return self.root / "deliveries"

    @property
    def warehouse(self) -> Path:
        """The pipeline's own database; may be deleted at any time."""
        return self.root / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """Held for the whole of a run by whoever started it."""
        return self.root / "warehouse.lock"

    @property
    def state(self) -> Path:
        """What deliveries cannot give again."""
        return self.root / "state"

    @property
    def keys(self) -> Path:
        """Secret keys of the pseudonyms."""
        return self.state / "keys"

    @property
    def tombstones(self) -> Path:
        """The keys of erased records, without which what hangs on them could not be found again."""
        return self.state / "tombstones.parquet"

    @property
    def publications(self) -> Path:
        """One folder per publication kept."""
        return self.root / "publications"

    @property
    def published(self) -> Path:
        """The link to the current publication: one swap makes a run current."""
        return self.root / "published"

    @property
    def reports(self) -> Path:
        """What people open."""
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        """Audience files of the current publication."""
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """dbt's target and log folders."""
        return self.root / "dbt"

    @property
    def scratch(self) -> Path:
        """Spill and work files; emptied when a run begins."""
        return self.root / "scratch"

    @property
    def demo_truth(self) -> Path:
        """The demo's ground truth, which no pipeline code reads."""
        return self.root / "demo_truth"

    def building(self, run_id: str) -> Path:
        """Where a run builds its publication aside; renamed to its final name when it is whole."""
        return self.publications / f".building-{run_id}"

    def publication_of(self, run_id: str) -> Path:
        """A finished publication."""
        return self.publications / run_id

    def state_of(self, run_id: str) -> Path:
        """The state that one run wrote."""
        return self.state / run_id

    def published_run_id(self) -> str | None:
        """The run that ``published`` points to, or None before the first publication."""
        return (
            os.readlink(self.published).rsplit("/", 1)[-1] if self.published.is_symlink() else None
        )

    def create(self) -> None:
        """Make the folders that a run needs; private ones get mode 0700."""
        self.landing.mkdir(parents=True, exist_ok=True)
        self.reports.mkdir(exist_ok=True)
        self.publications.mkdir(exist_ok=True)
        for private in (
            self.deliveries,
            self.state,
            self.dagster,
            self.dbt,
            self.scratch,
            self.config,
        ):
            private.mkdir(mode=0o700, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)
