"""The same work without the house: one process, no Dagster, no dbt, the same functions and SQL.

The SQL is what dbt compiled in the refresh before; the ratio of both is what orchestration,
lineage, checks and their records cost.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.defs.publication.release import build_database
from dagster_project.defs.raw.intake import REQUESTS, take_in
from dagster_project.defs.raw.person_keys import KEYS, with_pseudonyms
from dagster_project.defs.segments.audiences import count_excluded, select_members
from dagster_project.defs.segments.definitions import segment_definitions_table
from dagster_project.defs.segments.priorities import FIGURES, TOO_BROAD_SHARE
from dagster_project.defs.staging.lookups import (
    LOOKUPS,
    NETWORK_EMAILS,
    distinct_values,
    looked_up,
    social_keys,
)
from dagster_project.home import Home
from dagster_project.rules import read_rules
from dagster_project.settings import load_settings
from dagster_project.sources import read_sources
from expectations.catalogue import TABLES, suite
from expectations.validation import columns_of, validate
from models.identity.clustering import cluster
from models.identity.companies import link_companies
from models.identity.resolution import fit_and_link
from models.identity.stable_ids import assign_ids
from models.normalisation import place_facts
from models.normalisation.cities import find_coordinates
from models.segmentation.behaviour_space import COMPANY_AXES
from models.segmentation.clustering import fit_behaviour
from models.segmentation.company_features import COMPANY_FEATURES
from models.segmentation.evaluation import homogeneity
from models.segmentation.features import PERSON_FEATURES
from models.segmentation.history import Run, advance_history
from models.segmentation.history_changes import changes_by_cause, departures, flows
from models.segmentation.needs import fit_needs
from models.segmentation.priority import Limits, Weights, prioritise
from models.segmentation.profiles import profile_segments
from models.segmentation.schemes import FittedModels, assign_companies, assign_persons
from models.segmentation.stable_labels import label_clusters
from models.segmentation.value import predict_value
from models.segmentation.value_fitting import FEATURES, PERSON_ENGAGEMENT, fit_value

AS_OF = date(2026, 11, 20)


def main() -> None:
    """Do all the work of a refresh in a warehouse of its own."""
    refreshed = load_settings().home_folders
    home = Home(refreshed.root / "plain")
    home.create()
    (home.landing).rmdir()
    home.landing.symlink_to(refreshed.landing)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("set global TimeZone = 'UTC'")
        sql = CompiledModels(refreshed, connection)
        _raw_and_lookups(connection, home)
        sql.build("staging", "identity")
        _promises(connection)
        _identity(connection)
        sql.build("customers")
        _segments(connection, home)
        sql.build("marts", "activation")
        home.building("plain").mkdir()
        build_database(connection, home.building("plain"))


class CompiledModels:
    """The SQL that dbt compiled, built in the order of its graph."""

    def __init__(self, refreshed: Home, connection: duckdb.DuckDBPyConnection) -> None:
        target = refreshed.dbt / "target"
        manifest = json.loads((target / "manifest.json").read_text())
        self._connection = connection
        self._nodes = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] == "model"}
        self._compiled = target / "compiled" / "skikt"
        self._built: set[str] = set()

    def build(self, *schemas: str) -> None:
        """Build every model of these schemas."""
        for schema in schemas:
            self._connection.execute(f"create schema if not exists {schema}")
        for unique_id, node in self._nodes.items():
            if node["schema"] in schemas:
                self._build(unique_id)

    def _build(self, unique_id: str) -> None:
        if unique_id in self._built or unique_id not in self._nodes:
            return
        self._built.add(unique_id)
        node: dict[str, Any] = self._nodes[unique_id]
        for parent in node["depends_on"]["nodes"]:
            self._build(parent)
        query = (self._compiled / Path(node["original_file_path"])).read_text()
        query = query.replace('"warehouse".', "")
        kind = node["config"]["materialized"].removeprefix("replaced_")
        self._connection.execute(f"create {kind} {node['schema']}.{node['name']} as {query}")


def _raw_and_lookups(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    sources = read_sources(home)
    connection.execute("create schema raw; create schema staging; create schema identity")
    connection.execute("create schema customers; create schema segments")
    connection.execute(
        f"create table raw.as_of as select date '{AS_OF}' as as_of, 'plain' as run_id, "
        "cast(null as varchar) as accepted_changes"
    )
    later = (
        "shop/orders",
        "web/events",
        "newsletter/events",
        "campaigns/assignments",
        "privacy/consents",
    )
    order = [
        REQUESTS,
        *(name for name in sources if name not in {REQUESTS, *later, "shop/order_lines"}),
    ]
    for name in [*order, *later, "shop/order_lines"]:
        take_in(connection, home, sources[name], "plain")
    keys = connection.sql(KEYS).to_arrow_table()
    _write(connection, "raw.lookup_person_keys", with_pseudonyms(keys, b"plain"))
    for lookup in LOOKUPS:
        values = connection.sql(distinct_values(lookup)).to_arrow_table()
        _write(connection, f"staging.lookup_{lookup.name}", looked_up(lookup, values, b"plain"))
    pairs = connection.sql(NETWORK_EMAILS).to_arrow_table()
    _write(connection, "staging.lookup_social_keys", social_keys(pairs, b"plain"))


def _promises(connection: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        schema = "staging" if table.startswith("stg_") else "identity"
        promises = suite(table)
        columns = ", ".join(columns_of(promises))
        validate(promises, connection.execute(f"select {columns} from {schema}.{table}").df())


def _identity(connection: duckdb.DuckDBPyConnection) -> None:
    people = _read(
        connection, "select * from identity.int_identity__person_records order by record_id"
    )
    firms = _read(
        connection, "select * from identity.int_identity__company_records order by record_id"
    )
    _, linked = fit_and_link(people, seed=1)
    pairs = linked.pairs
    _write(connection, "identity.person_pairs", pairs)
    persons = assign_ids(
        cluster(people["record_id"], pairs, threshold=0.95), people, None, run_id="plain"
    )
    companies = assign_ids(
        cluster(firms["record_id"], link_companies(firms), threshold=0.95),
        firms.rename_columns({"updated_at": "created_at"}),
        None,
        run_id="plain",
        prefix="c_",
    )
    _write(connection, "identity.customer_identities", persons.identities)
    company_ids = companies.identities.rename_columns({"customer_id": "company_id"})
    _write(connection, "identity.company_identities", company_ids)
    _write(connection, "identity.id_events", pa.concat_tables([persons.events, companies.events]))
    connection.execute(
        f"create table customers.feature_days as select date '{AS_OF}' - cast(90 * step as integer) as as_of "
        "from range(1, 3) as steps(step)"
    )
    cities = _read(
        connection,
        "select distinct country_code, city from identity.int_identity__person_records where city is not null",
    )
    _write(connection, "customers.place_facts", place_facts(cities))
    connection.execute(
        "create table customers.customer_keys as select id as customer_id, sha256(id) as customer_key "
        "from identity.id_events where event = 'created'"
    )


def _segments(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    features, of_companies = (
        _read(connection, f"select * from customers.{table} order by customer_id")
        for table in ("customer_features", "company_features")
    )
    answers = _read(connection, "select * from customers.customer_scales")
    models = FittedModels(
        behaviour=label_clusters(fit_behaviour(features, seed=1), features),
        value=_value_model(connection, "customer", (*FEATURES, *PERSON_ENGAGEMENT)),
        needs=fit_needs(features, answers),
        company_value=_value_model(connection, "company", FEATURES),
    )
    rules = read_rules(home)
    definitions = segment_definitions_table(models, rules)
    persons = assign_persons(features, answers, models, as_of=AS_OF)
    companies = assign_companies(of_companies, models, as_of=AS_OF)
    audiences = {
        kind: select_members(
            connection, rules, AS_OF, customer_type=kind, find_cities=find_coordinates
        )
        for kind in ("person", "company")
    }
    excluded = [
        count_excluded(connection, rules, AS_OF, customer_type=kind, find_cities=find_coordinates)
        for kind in ("person", "company")
    ]
    _write(connection, "segments.audience_exclusions", pa.concat_tables(excluded))
    persons = pa.concat_tables([persons, audiences["person"]])
    companies = pa.concat_tables([companies, audiences["company"]])
    memberships = pa.concat_tables([persons, companies])
    _write(connection, "segments.segment_definitions", definitions)
    _write(connection, "members", memberships)
    connection.execute(
        "create table segments.customer_segments as select customer_id, customer_type, "
        "split_part(segment_id, '.', 1) as scheme, segment_id, strength, reason "
        "from members inner join customers.all_customers using (customer_id)"
    )
    predictions = [
        predict_value(features, models.value, season=1.0),
        predict_value(of_companies, models.company_value, season=1.0),
    ]
    _write(connection, "segments.predicted_values", pa.concat_tables(predictions))
    versions = {
        (row["scheme"] if row["is_exclusive"] else row["segment_id"]): row["definition_version"]
        for row in definitions.to_pylist()
    }
    history = advance_history(
        None,
        memberships,
        run=Run(AS_OF, versions),
        previous_run=None,
        last_events=_read(
            connection, "select customer_id, last_event_on from customers.all_customers"
        ),
    )
    _write(connection, "segments.segment_history", history)
    profiles = [
        profile_segments(persons, features, PERSON_FEATURES),
        profile_segments(companies, of_companies, COMPANY_FEATURES),
    ]
    _write(connection, "segments.segment_profiles", pa.concat_tables(profiles))
    alike = [homogeneity(persons, features), homogeneity(companies, of_companies, COMPANY_AXES)]
    _write(connection, "segments.segment_homogeneity", pa.concat_tables(alike))
    connection.execute(
        "create table segments.earlier_snapshots (as_of date, scheme varchar, segment_id varchar, "
        "customer_type varchar, definition_version varchar, is_replayed boolean, customers bigint, "
        "share double, entered bigint, left_count bigint, revenue_365d_eur double, orders_365d bigint, "
        "predicted_value_90d_eur double, homogeneity double, stale_fact_share double, retained_share double, "
        "repeat_share double, net_promoter_score double, excluded bigint, avoided_cost_eur double)"
    )
    departed = departures(None, history, AS_OF, None)
    changes = changes_by_cause(None, history, departed, AS_OF)
    _write(connection, "segments.segment_changes", changes)
    _write(connection, "segments.segment_flows", flows(None, history, departed, AS_OF))
    connection.execute(
        "create table segments.segment_quality as select segment_id, false as refuses_approval "
        "from segments.segment_definitions"
    )
    limits = Limits(load_settings().smallest_segment, TOO_BROAD_SHARE)
    priorities = prioritise(_read(connection, FIGURES), Weights(1, 1, 1, 1, 1), limits)
    _write(connection, "segments.segment_priorities", priorities)


def _value_model(
    connection: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...]
) -> dict[str, Any]:
    days = [AS_OF - timedelta(days=90 * step) for step in (1, 2)]
    newer, older = (
        tuple(
            _read(connection, f"select * from customers.{relation} where as_of = date '{day}'")
            for relation in (f"earlier_{table}_features", "later_spending")
        )
        for day in days
    )
    return fit_value(*newer, names=names, fitted_on=days[0], earlier=older, seed=1)


def _read(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("incoming_rows", rows)
    connection.execute(f"create table {table} as select * from incoming_rows")
    connection.unregister("incoming_rows")


if __name__ == "__main__":
    main()
