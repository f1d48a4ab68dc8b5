"""The raw stage in Dagster: one asset per landing table, and the two ledgers of what was delivered.

How a file is read is ``intake`` and the modules it uses.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg

from dagster_project.accepted_changes import in_words, read_accepted_changes
from dagster_project.defs.raw.erasure import LOADED_AFTER
from dagster_project.defs.raw.intake import REQUESTS, take_in
from dagster_project.defs.raw.landing import clear_scratch
from dagster_project.defs.raw.ledgers import UNACCOUNTED_BYTES
from dagster_project.errors import ConfigurationError, DeliveryHeldError
from dagster_project.faults import file_faults
from dagster_project.rules import read_rules
from dagster_project.settings import load_settings, today
from dagster_project.sources import PERSON_SOURCES, Source, newest_moments, read_sources
from dagster_project.state import published_as_of
from dagster_project.vocabulary import RAW, WAREHOUSE_POOL
from dagster_project.warehouse import Warehouse

AS_OF = dg.AssetKey([RAW, "as_of"])
DELIVERIES = dg.AssetKey([RAW, "deliveries"])

_AS_OF_COLUMNS = {
    "as_of": "The UTC day, inclusive, up to which events count.",
    "run_id": "The run that counts so.",
    "accepted_changes": "Falls in rows or filled columns that a person declared to be real.",
}

QUARANTINE = dg.AssetKey([RAW, "quarantine"])
_LEDGERS = {
    DELIVERIES: "Every file seen, with what became of its records; held files too.",
    QUARANTINE: "Every record that could not be taken, with its reason code; never its values.",
}
HELD_IN_THIS_RUN = (
    "select source, reason from raw.deliveries join raw.as_of using (run_id) "
    "where status = 'held' order by 1"
)


class AsOfConfig(dg.Config):
    """What a person may choose in the launchpad."""

    as_of: str = ""


@dg.asset(
    key=AS_OF,
    group_name=RAW,
    kinds={"python", "duckdb"},
    pool=WAREHOUSE_POOL,
    check_specs=[
        dg.AssetCheckSpec("is_one_day", asset=AS_OF, description="Exactly one day is set.")
    ],
)
def as_of(
    context: dg.AssetExecutionContext, config: AsOfConfig, warehouse: Warehouse
) -> dg.MaterializeResult:
    """The UTC day, inclusive, up to which this run counts events: the only clock of the project."""
    day = _chosen_day(config)
    published = published_as_of(warehouse.home)
    if published and day < published:
        raise ConfigurationError(
            f"The as-of day is {day}, and {published} is already published. "
            "Choose that day or a later one: published days are never rewritten."
        )
    # A rule that does not read ends the run here, not after all the work before it.
    read_rules(warehouse.home)
    accepted = in_words(read_accepted_changes(warehouse.home, day))
    clear_scratch(warehouse.home)
    with warehouse.connect() as connection:
        connection.execute("create schema if not exists raw")
        connection.execute(
            "create or replace table raw.as_of as select ?::date as as_of, ?::varchar as run_id, "
            "?::varchar as accepted_changes",
            [day, context.run.run_id, accepted],
        )
        for column, words in _AS_OF_COLUMNS.items():
            connection.execute(f"comment on column raw.as_of.{column} is '{words}'")
    return dg.MaterializeResult(
        metadata={
            "as_of": str(day),
            "accepted_changes": accepted or "none",
            "dagster/row_count": 1,
            **_schema(warehouse, "as_of"),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=True, check_name="is_one_day", metadata={"days": 1, "limit": 1}
            )
        ],
    )


def raw_table(source: Source) -> dg.AssetsDefinition:
    """The asset of one landing table."""
    key = raw_key(source.name)
    upstream = [AS_OF] if source.name == REQUESTS else [AS_OF, raw_key(REQUESTS)]
    upstream += [raw_key(name) for name in LOADED_AFTER.get(source.name, ())]

    @dg.asset(
        key=key,
        group_name=RAW,
        owners=[source.owner],
        description=source.description,
        kinds={source.format, "duckdb"},
        deps=upstream,
        pool=WAREHOUSE_POOL,
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(days=2 * source.cadence_days + 1),
            warn_window=timedelta(days=source.cadence_days + 0.25),
        ),
        check_specs=[
            dg.AssetCheckSpec(
                "every_record_is_accounted_for",
                asset=key,
                blocking=True,
                description="Records in = accepted + quarantined + suppressed + duplicates, and the "
                "accepted ones are the rows of the table.",
            ),
            dg.AssetCheckSpec(
                "every_byte_is_accounted_for",
                asset=key,
                blocking=True,
                description="Size of each file = header + accepted + quarantined records + line ends.",
            ),
            dg.AssetCheckSpec("no_file_is_held", asset=key, description="Each file could be read."),
        ],
    )
    def table(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        with file_faults(), warehouse.connect() as connection:
            intake = take_in(connection, warehouse.home, source, context.run.run_id)
            rows, difference, bytes_, newest = connection.execute(_facts(source)).fetchall()[0]
        for file, reason in intake.held.items():
            context.log.warning(f"{source.name}: {file} is held. {reason}")
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows,
                **_schema(warehouse, source.table),
                "files_loaded": intake.loaded,
                "files_unchanged": intake.unchanged,
                "files_held": len(intake.held),
                "accepted": intake.accepted,
                "quarantined": intake.quarantined,
                "duplicates": intake.duplicates,
                "suppressed": intake.suppressed,
                "newest_data_on": newest or "unknown",
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="every_record_is_accounted_for",
                    passed=difference == 0,
                    metadata={"unaccounted_records": difference, "limit": 0},
                ),
                dg.AssetCheckResult(
                    check_name="every_byte_is_accounted_for",
                    passed=bytes_ == 0,
                    metadata={"unaccounted_bytes": int(bytes_), "limit": 0},
                ),
                dg.AssetCheckResult(
                    check_name="no_file_is_held",
                    passed=not intake.held,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"held_files": len(intake.held), "limit": 0, **intake.held},
                ),
            ],
        )

    return table


def ledgers(sources: dict[str, Source]) -> dg.AssetsDefinition:
    """``raw.deliveries`` and ``raw.quarantine``; all that follows waits for what they say."""

    @dg.multi_asset(
        name="ledgers",
        specs=[
            dg.AssetSpec(
                key,
                group_name=RAW,
                kinds={"duckdb"},
                deps=[raw_key(name) for name in sources],
                description=description,
            )
            for key, description in _LEDGERS.items()
        ],
        check_specs=[
            dg.AssetCheckSpec("a_person_source_was_delivered", asset=DELIVERIES, blocking=True),
            dg.AssetCheckSpec("every_reason_has_its_record", asset=QUARANTINE, blocking=True),
        ],
        pool=WAREHOUSE_POOL,
    )
    def both(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
        with warehouse.connect() as connection:
            loaded = {
                row[0]
                for row in connection.execute(
                    "select distinct source from raw.deliveries where status in ('loaded', 'partly_loaded')"
                ).fetchall()
            }
            held = {row[0] for row in connection.execute(HELD_IN_THIS_RUN).fetchall()}
            reasons = connection.execute(
                "select count(distinct (file_id, record_no)) from raw.quarantine where status = 'open'"
            ).fetchall()[0][0]
            quarantined = connection.execute(
                "select coalesce(sum(quarantined), 0) from raw.deliveries"
            ).fetchall()[0][0]
        _require_delivered(sources, loaded, held, warehouse)
        yield dg.MaterializeResult(
            asset_key=DELIVERIES,
            metadata={
                "dagster/row_count": warehouse.rows_of("raw.deliveries"),
                **_schema(warehouse, "deliveries"),
                "sources_delivered": len(loaded),
                "sources_held": sorted(held),
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=DELIVERIES,
                    check_name="a_person_source_was_delivered",
                    passed=True,
                    metadata={"person_sources": len(loaded & set(PERSON_SOURCES)), "limit": 1},
                )
            ],
        )
        yield dg.MaterializeResult(
            asset_key=QUARANTINE,
            metadata={
                "dagster/row_count": warehouse.rows_of("raw.quarantine"),
                **_schema(warehouse, "quarantine"),
                "records": reasons,
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=QUARANTINE,
                    check_name="every_reason_has_its_record",
                    passed=reasons == quarantined,
                    metadata={
                        "records_with_a_reason": reasons,
                        "records_quarantined": int(quarantined),
                    },
                )
            ],
        )

    return both


@dg.definitions
def raw() -> dg.Definitions:
    """All assets of the stage, from the sources file."""
    sources = read_sources(load_settings().home_folders)
    return dg.Definitions(
        assets=[as_of, *(raw_table(source) for source in sources.values()), ledgers(sources)]
    )


def raw_key(source_name: str) -> dg.AssetKey:
    """The asset of a source's raw table."""
    return dg.AssetKey([RAW, source_name.replace("/", "__")])


def _chosen_day(config: AsOfConfig) -> date:
    if not config.as_of:
        return load_settings().as_of or today()
    try:
        return date.fromisoformat(config.as_of)
    except ValueError:
        raise ConfigurationError(
            f"as_of is {config.as_of!r}, which is no day. Write it as YYYY-MM-DD."
        ) from None


def _require_delivered(
    sources: dict[str, Source], loaded: set[str], held: set[str], warehouse: Warehouse
) -> None:
    """Stop the run where nothing may be published.

    Raises:
        DeliveryHeldError: no person source ever loaded, or a required source is held or absent.
    """
    if not loaded & set(PERSON_SOURCES):
        found = f"{', '.join(sorted(held))} held" if held else "none of them delivered"
        with warehouse.connect() as connection:
            reasons = connection.execute(HELD_IN_THIS_RUN).fetchall()
        because = " ".join(reason for source, reason in reasons if source in PERSON_SOURCES)
        raise DeliveryHeldError(
            f"No person source could be loaded: {found}. {because} At least one of "
            f"{', '.join(PERSON_SOURCES)} is needed; put it into {warehouse.home.landing} and run again."
        )
    for name, source in sources.items():
        if source.required and (name in held or name not in loaded):
            found = "is held" if name in held else "was never delivered"
            raise DeliveryHeldError(
                f"{name} {found} and is marked `required: true`, so nothing is published. "
                "Deliver it again, or take the mark away in sources.yaml."
            )


def _facts(source: Source) -> str:
    moment = newest_moments([source]).get(source.table, "null")
    newest = f"(select cast(max({moment}) as varchar) from raw.{source.table})"
    return (
        f"select rows, coalesce(sum(abs(records_in - accepted - quarantined - duplicates - suppressed)), 0) "
        f"+ abs(coalesce(sum(accepted), 0) - rows), {UNACCOUNTED_BYTES}, {newest} "
        f"from (select count(*) as rows from raw.{source.table}) left join raw.deliveries "
        f"on source = '{source.name}' and status in ('loaded', 'partly_loaded') group by rows"
    )


def _schema(warehouse: Warehouse, table: str) -> dict[str, dg.TableSchema]:
    return {"dagster/column_schema": warehouse.schema_of(f"raw.{table}")}
