"""The figures that runs are compared by: counted in the warehouse, kept in the state.

Which figures, and when one has changed too much, is ``expectations``' matter.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project import state
from dagster_project.home import Home
from expectations.figures import Figure, reference_of

_KEPT_RUNS = 30
_FIGURE_COLUMNS = ("table", "kind", "column", "category", "count", "of")
_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("as_of", pa.date32()),
        *((name, pa.string()) for name in _FIGURE_COLUMNS[:4]),
        *((name, pa.int64()) for name in _FIGURE_COLUMNS[4:]),
    ]
)


def count_figures(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    categories: dict[str, tuple[str, ...]],
) -> list[Figure]:
    """The figures of one table, by one scan and one join.

    Args:
        connection: to the warehouse.
        table: as ``schema.table``.
        columns: those that the table's suite reads.
        categories: its closed lists, by column.
    """
    schema, name = table.split(".")
    # Person records are all sources together: a new source changes their mix, and is welcome.
    if not name.startswith("stg_"):
        columns, categories = [], {}
    counts = ["count(*)", *(f'count("{column}")' for column in columns)]
    listed = [(column, word) for column, words in categories.items() for word in words]
    counts += [f"count(*) filter (\"{column}\" = '{word}')" for column, word in listed]
    rows, *rest = connection.execute(f"select {', '.join(counts)} from {table}").fetchall()[0]
    filled = dict(zip(columns, rest, strict=False))
    figures = [Figure(name, "rows", "", "", rows, rows)]
    figures += [Figure(name, "filled", column, "", filled[column], rows) for column in columns]
    figures += [
        Figure(name, "category", column, word, count, filled[column])
        for (column, word), count in zip(listed, rest[len(columns) :], strict=True)
    ]
    return [*figures, *_orphans(connection, schema, name)]


def published_figures(home: Home) -> tuple[date | None, list[Figure]]:
    """The last published run's day and figures; nothing before the first."""
    rows = state.read_table(home, state.QUALITY_FIGURES)
    if rows is None:
        return None, []
    newest = [row for row in rows.to_pylist() if row["run_id"] == home.published_run_id()]
    figures = [Figure(**{name: row[name] for name in _FIGURE_COLUMNS}) for row in newest]
    return (newest[0]["as_of"] if newest else None), figures


def keep_figures(home: Home, run_id: str, as_of: date, figures: Sequence[Figure]) -> None:
    """Put this run's figures into its state, after those of the runs before; a day has one run."""
    rows = pa.Table.from_pylist(
        [
            {"run_id": run_id, "as_of": as_of}
            | {name: getattr(figure, name) for name in _FIGURE_COLUMNS}
            for figure in figures
        ],
        schema=_SCHEMA,
    )
    earlier = state.read_table(home, state.QUALITY_FIGURES)
    if earlier is not None:
        days = sorted({day for day in earlier["as_of"].to_pylist() if day != as_of})
        kept = pa.array(days[1 - _KEPT_RUNS :], pa.date32())
        rows = pa.concat_tables([earlier.filter(pc.is_in(earlier["as_of"], kept)), rows])
    state.write_table(home, run_id, state.QUALITY_FIGURES, rows)


def _orphans(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> Iterator[Figure]:
    reference = reference_of(name)
    if reference is None:
        return
    column, other_table, other_column = reference
    count, of = connection.execute(
        f"select count(*) filter (other.{other_column} is null), count(*) from {schema}.{name} as own "
        f"left join {schema}.{other_table} as other on own.{column} = other.{other_column} "
        f"where own.{column} is not null"
    ).fetchall()[0]
    yield Figure(name, "orphans", column, "", count, of)
