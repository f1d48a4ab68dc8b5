"""What the command line shows: progress while a run works, what it took in, the published segments."""

import json
import logging
import time
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.defs.raw.quarantine import BROUGHT_IN, PASSED_OVER, SUMMARY, require_intake
from dagster_project.errors import ConfigurationError
from dagster_project.explanation import explain
from dagster_project.home import Home
from dagster_project.vocabulary import STAGES
from dagster_project.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.audience_preview import Preview

_SEGMENTS = """
    select snapshots.scheme, segments.name, snapshots.customers, snapshots.share, snapshots.revenue_365d_eur,
        segments.description, segments.segment_id, segments.status
    from marts.fct_segment_snapshot as snapshots
    join marts.dim_segment as segments using (segment_id)
    where snapshots.as_of = (select as_of from marts.meta_publication) and segments.status <> 'retired'
    order by list_position(['rfm', 'lifecycle', 'behaviour', 'audience'], snapshots.scheme),
        snapshots.revenue_365d_eur desc, segments.segment_id
"""

_DELIVERIES = """
    select path, status, records_in, accepted, duplicates, quarantined, suppressed,
        extra_columns, absent_columns, reason_code, reason
    from raw.deliveries join raw.as_of using (run_id)
    order by source, path
"""


class Progress(logging.Handler):
    """Listens to Dagster's events and tells which stage and asset was done, and how long it took."""

    def __init__(self, is_shown: bool) -> None:
        super().__init__(logging.DEBUG)
        self._is_shown = is_shown
        self._console = Console()
        self._began = self._last = time.monotonic()
        self._per_stage: dict[str, float] = {}
        self._stage = ""

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._began

    def seconds_per_stage(self) -> dict[str, float]:
        """Wall seconds spent in each stage."""
        return {stage: round(seconds, 2) for stage, seconds in self._per_stage.items()}

    def as_dagster_logger(self) -> dg.LoggerDefinition:
        """In the place of Dagster's own console log, which prints 10 lines per asset."""

        def speak(_: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("skikt", logging.DEBUG)
            logger.addHandler(self)
            return logger

        return dg.LoggerDefinition(speak)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one event of the run."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type_value in {"STEP_SUCCESS", "STEP_FAILURE"}:
            self._step_done(event)

    def _step_done(self, event: Any) -> None:
        now = time.monotonic()
        took, self._last = now - self._last, now
        stage, _, name = event.step_key.partition("__")
        stage = stage if stage in STAGES else _STAGE_OF_STEP.get(event.step_key, "checks")
        self._per_stage[stage] = self._per_stage.get(stage, 0.0) + took
        if not self._is_shown:
            return
        if stage != self._stage:
            self._stage = stage
            self._console.print(f"[bold]{stage}[/bold]")
        mark = "[green]✓[/green]" if event.event_type_value == "STEP_SUCCESS" else "[red]✗[/red]"
        self._console.print(f"  {mark} {name or event.step_key} [dim]{took:.1f} s[/dim]")


# Steps that make several assets are not named after one.
_STAGE_OF_STEP = {
    "ledgers": "raw",
    "staging_models": "staging",
    "quality_gate": "staging",
    "identities": "identity",
    "customer_models": "customers",
    "mart_models": "marts",
}


def require_deliveries(home: Home) -> None:
    """Make sure that there is something to look into.

    Raises:
        ConfigurationError: no run has taken anything in yet.
    """
    require_intake(Warehouse(root=str(home.root)))


def show_deliveries(home: Home, as_json: bool) -> None:
    """Print what the newest run found of each source, held files with their reason.

    Raises:
        ConfigurationError: no run has taken anything in yet.
    """
    warehouse = Warehouse(root=str(home.root))
    require_intake(warehouse)
    rows = warehouse.read(_DELIVERIES).to_pylist()
    if as_json:
        print(json.dumps(rows))
        return
    table = Table()
    table.add_column("Delivery", overflow="fold")
    table.add_column("Status", no_wrap=True)
    for heading in ("Records", "Accepted", "Duplicates", "Quarantined"):
        table.add_column(heading, justify="right")
    for row in rows:
        counts = (row[name] for name in ("records_in", "accepted", "duplicates", "quarantined"))
        table.add_row(escape(row["path"]), row["status"], *(f"{count:,}" for count in counts))
    console = Console()
    console.print(table)
    for row in rows:
        if row["reason"]:
            console.print(f"{escape(row['path'])}: {row['reason_code']}. {escape(row['reason'])}")
        if row["extra_columns"]:
            console.print(
                f"{escape(row['path'])}: kept out, as the contract does not know them: "
                f"{escape(', '.join(row['extra_columns']))}"
            )


def show_quarantine(home: Home, as_json: bool) -> None:
    """Print what intake could not take, by source, reason code and column; never a value.

    Raises:
        ConfigurationError: no run has taken anything in yet.
    """
    warehouse = Warehouse(root=str(home.root))
    require_intake(warehouse)
    rows = warehouse.read(SUMMARY).to_pylist()
    if as_json:
        print(json.dumps(rows))
        return
    console = Console()
    if not rows:
        console.print("The quarantine is empty: every record delivered so far could be taken.")
        return
    table = Table()
    for heading in ("Source", "Code", "Column"):
        table.add_column(heading, overflow="fold")
    for heading in ("Records", "Replayed", "Files"):
        table.add_column(heading, justify="right")
    for row in rows:
        counts = (row[name] for name in ("records", "replayed", "files"))
        table.add_row(
            row["source"],
            row["reason_code"],
            escape(row["column_name"] or ""),
            *(f"{count:,}" for count in counts),
        )
    console.print(table)
    console.print(
        "[dim]What each code means is in docs/landing.md. After a correction of sources.yaml: "
        "`skikt replay`, then `skikt run`.[/dim]"
    )


def show_replay(home: Home, told: dict[str, Any], as_json: bool) -> None:
    """Print what a replay brought in, which files it passed over and why, and the quarantine after it."""
    if as_json:
        rows = Warehouse(root=str(home.root)).read(SUMMARY).to_pylist()
        print(
            json.dumps(
                {name: told[name] for name in (BROUGHT_IN, PASSED_OVER)} | {"quarantine": rows}
            )
        )
        return
    show_quarantine(home, as_json=False)
    console = Console()
    console.print(f"Records brought in: {told[BROUGHT_IN]:,}")
    for path, why in told[PASSED_OVER].items():
        console.print(f"{escape(path)} is passed over. {escape(why)}")


def show_customer(home: Home, named: str, as_json: bool) -> None:
    """Print one customer: records, pairs, what happened to its id, segments, consents.

    Raises:
        ConfigurationError: no run has finished yet, or nobody is called so.
    """
    told = explain(Warehouse(root=str(home.root)), named)
    if as_json:
        print(json.dumps(told, default=str))
        return
    console = Console()
    console.print(f"[bold]{told['customer_id']}[/bold]")
    console.print("\n[bold]Records[/bold]")
    for record in told["records"]:
        console.print(f"  [bold]{escape(record['record_id'])}[/bold]")
        for name in ("name", "birth_date", "email", "phone", "org_number", "website", "address"):
            if record.get(name):
                console.print(f"    {name:12} {escape(str(record[name]))}", soft_wrap=True)
    console.print("\n[bold]Why they are one, and who else was considered[/bold]")
    for pair in told["pairs"]:
        _show_pair(console, pair)
    for title, section in (
        ("What happened to the id", "events"),
        ("Segments", "segments"),
        ("Likely to buy next", "next"),
        ("Consents", "consents"),
    ):
        if rows := told[section]:
            table = Table(title=title, title_justify="left", title_style="bold")
            told_of = [name for name in rows[0] if any(row[name] is not None for row in rows)]
            for name in told_of:
                table.add_column(name, overflow="fold")
            for row in rows:
                values = (row[name] for name in told_of)
                table.add_row(*("" if value is None else escape(str(value)) for value in values))
            console.print()
            console.print(table)


def _show_pair(console: Console, pair: dict[str, Any]) -> None:
    """One pair of records: how sure, and what each comparison said, in bits."""
    sure = f"{pair['match_probability']:.0%}"
    if pair["match_weight"] is not None:
        sure += f", {pair['match_weight']:+.1f} bits"
    decided = {"exact": "say the same", "steward": "a person decided"}.get(pair["decided_by"], "")
    where = "" if pair["is_within"] else "another customer"
    words = ", ".join(filter(None, (sure, decided, where)))
    names = f"{escape(pair['record_id_l'])} and {escape(pair['record_id_r'])}"
    console.print(f"  [bold]{names}[/bold]: {words}", soft_wrap=True)
    for reason in pair.get("reasons", ()):
        console.print(f"    [dim]{escape(reason)}[/dim]", soft_wrap=True)


def show_review(home: Home, limit: int, as_json: bool) -> None:
    """Print the pairs that a steward should decide first, by their record ids.

    Raises:
        ConfigurationError: no run has finished yet.
    """
    warehouse = Warehouse(root=str(home.root))
    if not home.warehouse.exists() or not warehouse.has_table("customers.review_pairs"):
        raise ConfigurationError("No customers were made yet. Run `make run` first.")
    rows = warehouse.read(
        f"select * from customers.review_pairs order by rank limit {limit:d}"
    ).to_pylist()
    if as_json:
        print(json.dumps(rows, default=float))
        return
    console = Console()
    if not rows:
        console.print("No pair of records waits for a decision.")
        return
    table = Table()
    for heading in ("Record", "Other record"):
        table.add_column(heading, overflow="fold")
    for heading in ("Probability", "Customers", "EUR"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            escape(row["record_id_l"]),
            escape(row["record_id_r"]),
            f"{row['match_probability']:.2f}",
            f"{row['customers']:,}",
            f"{row['revenue_eur']:,.0f}",
        )
    console.print(table)
    console.print(
        "[dim]`skikt explain RECORD` shows each of them. Decide in state/steward.csv with a line like "
        "record,other record,must_link or cannot_link (docs/operations.md), then `skikt run`.[/dim]"
    )


def show_preview(found: "Preview", as_json: bool) -> None:
    """Print whom a rule file would select; nothing is saved."""
    if as_json:
        figures = {name: getattr(found, name) for name in found.__dataclass_fields__}
        print(json.dumps(figures | {"rule": found.rule.segment_id}))
        return
    console = Console()
    who = {"person": "persons", "company": "companies"}[found.rule.customer_type]
    console.print(
        f"[bold]{escape(found.rule.title)}[/bold]: {found.customers:,} {who} "
        f"({found.share:.1%} of all), {found.revenue_365d_eur:,.0f} EUR in 365 days"
    )
    console.print(
        f"Approved, it would hand over {found.may_email:,} who may be mailed; "
        f"{found.may_advertise:,} may be shown to ad platforms."
    )
    if found.contact_cost_eur is not None:
        console.print(
            f"Mailing them once would cost about {found.contact_cost_eur:,.0f} EUR, by the campaigns of the last "
            "365 days."
        )
    if found.excluded:
        saved = "" if found.avoided_cost_eur is None else f" ({found.avoided_cost_eur:,.0f} EUR)"
        console.print(f"{found.excluded:,} fit too and are left out by `exclude`{saved}.")
    for row in found.overlaps:
        console.print(
            f"  {row['customers']:,} ({row['share']:.0%}) are in {escape(row['segment_id'])} too"
        )
    for row in found.samples:
        console.print(f"  [dim]{row['customer_id']}: {escape(row['reason'])}[/dim]", soft_wrap=True)
    for warning in found.warnings:
        console.print(f"[yellow]![/yellow] {warning}")
    console.print(
        f"[dim]Nothing was saved. Put the file into config/rules/ as {found.rule.name}.yaml to keep it.[/dim]"
    )


def show_segments(home: Home, as_json: bool) -> None:
    """Print the published segments with size, worth and what to do, and where to look.

    Raises:
        ConfigurationError: nothing was published yet.
    """
    database = home.published / "segments.duckdb"
    if not database.exists():
        raise ConfigurationError(
            f"Nothing is published in {home.root} yet. Run `make demo`, or put deliveries into "
            f"{home.landing} and run `make run`."
        )
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.sql(_SEGMENTS).to_arrow_table().to_pylist()
    if as_json:
        print(json.dumps(rows))
        return
    console = Console()
    for scheme in dict.fromkeys(row["scheme"] for row in rows):
        table = Table(title=scheme, title_justify="left", title_style="bold", expand=True)
        table.add_column("Segment, who is in it and what to do", ratio=1)
        table.add_column("Customers", justify="right", no_wrap=True)
        table.add_column("Share", justify="right", no_wrap=True)
        table.add_column("EUR / year", justify="right", no_wrap=True)
        in_scheme = [row for row in rows if row["scheme"] == scheme]
        # An empty audience is news to whoever wrote it; an empty cell of a scheme is none.
        shown = [row for row in in_scheme if row["customers"] or scheme == "audience"]
        if len(shown) < len(in_scheme):
            table.caption = f"{len(in_scheme) - len(shown)} more are empty"
        for row in shown:
            draft = " *" if row["status"] == "draft" else ""
            table.add_row(
                f"[bold]{escape(row['name'])}[/bold]{draft}\n[dim]{escape(row['description'])}[/dim]",
                f"{row['customers']:,}",
                f"{100 * (row['share'] or 0):.1f} %",
                f"{row['revenue_365d_eur']:,.0f}",
            )
        console.print(table)
    if any(row["status"] == "draft" for row in rows):
        console.print(
            "[dim]* a draft: shown, but handed to no other system until a person approves it[/dim]"
        )
    console.print(f"\nReport      {home.reports / 'segments.html'}")
    console.print(f"For BI      {database}")
    console.print(f"Data Docs   {home.reports / 'data_docs' / 'index.html'}")
    console.print("Dagster UI  make dev, then http://127.0.0.1:3000")
