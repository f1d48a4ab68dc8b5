"""The command line ``skikt``: what people and cron type. It starts jobs; the assets do the work.

Heavy imports wait until a command needs them: ``--help`` and a busy warehouse answer at once.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.errors import SkiktError
from dagster_project.home import Home
from dagster_project.settings import load_demo_settings, load_settings, today

app = typer.Typer(
    name="skikt",
    help="Customer segmentation from scattered deliveries to published segment tables.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

audience_app = typer.Typer(
    help="Rule-based audiences, before they are saved.", no_args_is_help=True
)
app.add_typer(audience_app, name="audience")

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object, for machines.")]


@app.command(
    epilog="Examples: `skikt run` · `SKIKT_AS_OF=2026-11-20 skikt run --json` · "
    "Exit codes: 0 done, 1 a bug, 2 configuration, 3 a delivery was held, 4 a quality gate failed, "
    "5 disk or memory ran out, 6 another run holds the warehouse."
)
def run(as_json: AsJson = False) -> None:
    """Refresh: take in what lies in the landing folder and publish the segments."""
    _refresh(_home(), as_json)


@app.command(epilog="Examples: `skikt demo` · `DEMO_PEOPLE=20000 DEMO_SEED=7 skikt demo`")
def demo(as_json: AsJson = False) -> None:
    """Write demo deliveries if the landing folder is empty, then refresh."""
    home = _home()
    if not _has_files(home.landing):
        _write_demo(home, as_json)
    _refresh(home, as_json)


@app.command(epilog="Example: `skikt segments --json`")
def segments(as_json: AsJson = False) -> None:
    """Show the published segments: size, worth and what to do."""
    from dagster_project.console import show_segments

    show_segments(_home(), as_json)


@app.command(epilog="Example: `skikt deliveries --json`")
def deliveries(as_json: AsJson = False) -> None:
    """Show what the newest run took in: each file or extract, its records and what became of them."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.console import show_deliveries

    show_deliveries(home, as_json)


@app.command(epilog="Example: `skikt quarantine --json`")
def quarantine(as_json: AsJson = False) -> None:
    """Show what intake could not take: counts by source, reason code and column, never values."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.console import show_quarantine

    show_quarantine(home, as_json)


@app.command(epilog="Example: correct config/sources.yaml, then `skikt replay` and `skikt run`")
def replay(as_json: AsJson = False) -> None:
    """Judge quarantined records again by the sources file of today, and bring in the good ones."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.console import require_deliveries

    # Before Dagster and dbt are loaded, which takes 8 s on a new home.
    require_deliveries(home)
    from dagster_project.refresh import run_job

    told = run_job(home, "replay")
    from dagster_project.console import show_replay

    show_replay(home, told, as_json)


@app.command(
    epilog="Examples: `skikt explain crm:10021` · `skikt explain p_0123456789abcdef --json`"
)
def explain(
    named: Annotated[str, typer.Argument(metavar="RECORD_OR_CUSTOMER_ID")], as_json: AsJson = False
) -> None:
    """Show one customer: its records and why they are one, its segments and why, its consents."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.console import show_customer

    show_customer(home, named, as_json)


@audience_app.command(epilog="Example: `skikt audience preview promoters.yaml`")
def preview(
    file: Annotated[Path, typer.Argument(help="The YAML file of the audience.")],
    as_json: AsJson = False,
) -> None:
    """Show whom a rule file would select today, why, whom they overlap with and who could be reached."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.audience_preview import preview as select
    from dagster_project.console import show_preview
    from dagster_project.warehouse import Warehouse

    show_preview(select(Warehouse(root=str(home.root)), file), as_json)


@app.command(epilog="Example: `skikt review`, then lines in state/steward.csv, then `skikt run`")
def review(
    limit: Annotated[int, typer.Option(help="How many pairs, the dearest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show pairs of records that may be one person, ranked by the customers and money that hang on them."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.console import show_review

    show_review(home, limit, as_json)


@app.command(
    epilog="Example: `skikt unmerge shop:901 newsletter:44 --reason 'her sister'`, then `skikt run`"
)
def unmerge(
    record_ids: Annotated[list[str], typer.Argument(help="Records that leave it, together.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    decided_by: Annotated[str, typer.Option(help="Who decided.")] = "",
) -> None:
    """Take records out of a customer that they were merged into by mistake, for good."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.refresh import run_job

    given = {"record_ids": record_ids, "reason": reason, "decided_by": decided_by}
    told = run_job(home, "unmerge", take_out=given)
    typer.echo(
        f"{len(set(record_ids))} record(s) leave customer {told['customer_left']}, which keeps "
        f"{told['records_left']}. Run `skikt run` to publish it."
    )


@app.command(epilog="Example: `skikt rollback`, then correct what was wrong and `skikt run`")
def rollback(
    to: Annotated[str, typer.Option(help="Run whose publication shall be current.")] = "",
) -> None:
    """Make the publication before the current one current again: data, state, audience files and report."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.refresh import run_job

    told = run_job(home, "rollback", go_back={"run_id": to})
    typer.echo(
        f"Current is the publication of {told['as_of']}, run {told['made_current']}. Deliveries stay loaded: the "
        "next `skikt run` goes on from there."
    )


@app.command(epilog="Example: `skikt train-identity`, then look at identity/id_events in the UI")
def train_identity(as_json: AsJson = False) -> None:
    """Refresh with a linkage model fitted anew; it may change who is one customer, and their ids."""
    _refresh(_home(), as_json, "train_identity")


@app.command(epilog="Example: `skikt refit-segments --reason 'a new product line'`")
def refit_segments(
    reason: Annotated[str, typer.Option(help="Why; kept with the run.")], as_json: AsJson = False
) -> None:
    """Refresh with behaviour clusters, value bands and needs fitted anew; who moves carries the cause refit."""
    from dagster_project.refit import REASON_TAG, REFIT_SEGMENTS

    _refresh(_home(), as_json, REFIT_SEGMENTS, {REASON_TAG: reason})


@app.command(epilog="Example: `skikt docs`, then open data/reports/dbt_docs/index.html")
def docs() -> None:
    """Write dbt's pages about every table, column and test beside the report."""
    home = _home()
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.refresh import run_job

    told = run_job(home, "documentation")
    typer.echo(f"Written to {told['page']}")


@app.command(epilog="Example: `skikt dev --port 3000`, then open http://127.0.0.1:3000")
def dev(port: Annotated[int, typer.Option(help="Port of the UI on 127.0.0.1.")] = 3000) -> None:
    """Start Dagster's UI and daemon on this machine; ends with Ctrl-C."""
    from dagster_project.refresh import start_ui

    sys.exit(start_ui(_home(), port))


def main() -> None:
    """Run the command line; a known bad ending is one sentence and its exit code."""
    try:
        app(standalone_mode=True)
    except SkiktError as error:
        typer.secho(str(error), err=True, fg="red")
        sys.exit(error.exit_code)


def _home() -> Home:
    home = load_settings().home_folders
    home.create()
    return home


def _refresh(
    home: Home, as_json: bool, job_name: str = "refresh", tags: dict[str, str] | None = None
) -> None:
    from dagster_project.warehouse import hold_lock

    hold_lock(home)
    from dagster_project.refresh import refresh

    ending = refresh(home, show=not as_json, job_name=job_name, tags=tags)
    if as_json:
        typer.echo(json.dumps(ending.as_dict()))
    elif ending.sentence:
        typer.secho(ending.sentence, err=True, fg="red")
    if ending.is_published and not as_json:
        from dagster_project.console import show_segments

        show_segments(home, as_json=False)
    sys.exit(ending.exit_code)


def _write_demo(home: Home, as_json: bool) -> None:
    from dagster_project.labels import LABELS_FILE
    from demo.deliveries import write_deliveries
    from demo.labels import write_labels

    settings = load_demo_settings()
    as_of = load_settings().as_of or today()
    if not as_json:
        typer.echo(f"Writing demo deliveries of {settings.people:,} people up to {as_of} ...")
    write_deliveries(
        people=settings.people,
        seed=settings.seed,
        as_of=as_of,
        landing=home.landing,
        truth=home.demo_truth,
    )
    write_labels(home.demo_truth, home.state / LABELS_FILE)


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))
