"""The published tables in a real PostgreSQL database: what stays, what changes, who may read."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.defs.publication.to_postgres import copy_to_postgres, has_reader
from dagster_project.errors import ConfigurationError, ResourcesExhaustedError

FIGURES = {
    "segments": "select count(*) from marts.dim_segment",
    "customers": "select count(distinct customer_key) from marts.dim_customer",
    "revenue": "select cast(sum(revenue_365d_eur) as decimal(18, 2)) from marts.fct_segment_snapshot "
    "where scheme = 'rfm'",
    "since": "select cast(min(valid_from) as varchar(10)) from marts.fct_segment_membership",
    "run": "select run_id from marts.meta_publication",
}


@pytest.fixture
def published(demo_home: Path) -> Path:
    return demo_home / "published"


def test_it_holds_what_the_file_holds_in_types_and_words(published: Path, database: Any) -> None:
    rows = copy_to_postgres(database.dsn, published)
    with duckdb.connect(str(published / "segments.duckdb"), read_only=True) as connection:
        for query in FIGURES.values():
            assert database.sql(query) == str(connection.execute(query).fetchall()[0][0])
        assert rows == {
            table: connection.execute(f"select count(*) from marts.{table}").fetchall()[0][0]
            for table in rows
        }
        said = connection.execute(
            "select comment from duckdb_columns() where table_name = 'dim_customer' "
            "and column_name = 'stale_fact_share'"
        ).fetchall()
    assert database.sql("select col_description('marts.dim_customer'::regclass, attnum) from "
        "pg_attribute where attrelid = 'marts.dim_customer'::regclass and attname = 'stale_fact_share'"
    ) == said[0][0]  # fmt: skip
    types = database.sql(
        "select column_name || ' ' || data_type from information_schema.columns "
        "where table_name = 'fct_segment_membership' order by 1"
    )
    assert "valid_from date" in types
    assert "is_current boolean" in types
    assert "strength double precision" in types


def test_bi_reads_everything_and_changes_nothing(published: Path, database: Any) -> None:
    copy_to_postgres(database.dsn, published)
    assert has_reader(database.dsn)
    allowed = (
        "select count(*) from pg_class where relnamespace = 'marts'::regnamespace "
        "and relkind = 'r' and has_table_privilege('bi', oid, '{}')"
    )
    readable = database.sql(allowed.format("select"))
    writable = database.sql(allowed.format("insert, update, delete, truncate"))
    assert (readable, writable) == ("10", "0")


def test_grants_and_views_of_others_stay(published: Path, database: Any) -> None:
    copy_to_postgres(database.dsn, published)
    database.sql(
        "drop role if exists analyst; create role analyst; grant usage on schema marts to analyst; "
        "grant select on marts.dim_segment to analyst; "
        "create view public.my_segments as select segment_id, name from marts.dim_segment"
    )
    before = database.sql("select count(*) from public.my_segments")
    copy_to_postgres(database.dsn, published)
    assert database.sql("select count(*) from public.my_segments") == before != "0"
    assert (
        database.sql("select has_table_privilege('analyst', 'marts.dim_segment', 'select')") == "t"
    )
    database.sql("drop owned by analyst; drop role analyst")


def test_a_table_of_another_version_gets_the_columns_of_this_one(
    published: Path, database: Any
) -> None:
    database.sql(
        "create schema marts; create table marts.dim_segment (owner integer, went text, name text); "
        "insert into marts.dim_segment values (1, 'a', 'b')"
    )
    copy_to_postgres(database.dsn, published)
    columns = database.sql(
        "select string_agg(column_name, ' ' order by column_name) from information_schema.columns "
        "where table_name = 'dim_segment'"
    ).split()
    with duckdb.connect(str(published / "segments.duckdb"), read_only=True) as connection:
        wanted = connection.execute("describe marts.dim_segment").fetchall()
        rows = connection.execute(
            "select segment_id, owner, name from marts.dim_segment order by 1 limit 1"
        ).fetchall()
    assert columns == sorted(row[0] for row in wanted)
    found = database.sql("select segment_id, owner, name from marts.dim_segment order by 1 limit 1")
    assert found == "|".join(rows[0])


def test_a_view_on_a_column_that_goes_keeps_all_as_it_was(published: Path, database: Any) -> None:
    database.sql(
        "create schema marts; create table marts.dim_segment (went text); "
        "create view public.old as select went from marts.dim_segment"
    )
    with pytest.raises(ConfigurationError, match="hangs on a column"):
        copy_to_postgres(database.dsn, published)
    assert database.sql("select count(*) from pg_tables where schemaname = 'marts'") == "1"


@pytest.mark.parametrize("wrong", ["password", "server"])
def test_who_cannot_connect_is_told_so_and_nothing_of_the_secret(
    published: Path, database: Any, wrong: str
) -> None:
    dsn = (
        database.server.dsn(database.name, password="S3cretCanary")
        if wrong == "password"
        else "postgresql://someone:S3cretCanary@127.0.0.1:9/nothing"
    )
    with pytest.raises(ConfigurationError, match="cannot be reached, or refuses") as told:
        copy_to_postgres(dsn, published)
    assert "S3cret" not in str(told.value)
    assert database.name not in str(told.value)


def test_a_user_without_the_right_is_told_which(published: Path, database: Any) -> None:
    database.sql(
        "drop role if exists poor; create role poor login password 'pw'; "
        "revoke create on schema public from public"
    )
    dsn = database.dsn.replace("skikt:", "poor:").replace(database.server.password, "pw")
    with pytest.raises(ConfigurationError, match="needs the right to create"):
        copy_to_postgres(dsn, published)
    database.sql("drop role poor")


def test_a_server_that_ends_the_session_is_no_bug(
    published: Path, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_project.defs.publication import to_postgres

    fill = to_postgres._fill

    def cut_off(cursor: Any, *rest: Any) -> None:
        database.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where application_name = 'skikt'"
        )
        fill(cursor, *rest)

    monkeypatch.setattr(to_postgres, "_fill", cut_off)
    with pytest.raises(ResourcesExhaustedError, match="went away"):
        copy_to_postgres(database.dsn, published)
    assert database.sql("select count(*) from pg_tables where schemaname = 'marts'") == "0"
