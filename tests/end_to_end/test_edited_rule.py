"""An audience that is edited keeps its trend line: its new definition is replayed on days gone by."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

RULE = (
    Path(__file__).parents[2]
    / "models"
    / "segmentation"
    / "rules"
    / "prospects_not_yet_contacted.yaml"
)
SOURCES = """
sources:
  crm/contacts:
    delimiter: ","
    encoding: utf-8
    columns: {kundnr: Id, efternamn: Nachname, fornamn: Vorname, land: Land, andrad: Changed}
"""
MOVED = f"""Id,Nachname,Vorname,Land,Changed
K0,Müller0,Jürgen,DE,{date(2026, 11, 21)}
K2,Müller2,Jürgen,DE,{date(2026, 11, 21)}
"""
REFIT_REASON = "the shop sells boats now"
SEGMENT = "audience.prospects_not_yet_contacted"
PUBLISHED_ON, EDITED_ON, EDITED_BACK_ON = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture(scope="module")
def edited(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    skikt: Any,
) -> Path:
    """Published, edited a day later, when two moved, and run twice, edited back the day after."""
    home = copy_of(small_home, tmp_path_factory.mktemp("edited") / "home")
    rules = home / "config" / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    text = RULE.read_text(encoding="utf-8")
    changed = text[: text.index("include:")] + "include: country_code = 'DE'\n"
    (rules / RULE.name).write_text(changed, encoding="utf-8")
    (home / "config" / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (home / "landing" / "crm" / "contacts_moved.csv").write_text(MOVED, encoding="utf-8")
    for command in (["run"], ["refit-segments", "--reason", REFIT_REASON]):
        ended = skikt.run(home, *command, SKIKT_AS_OF=str(EDITED_ON))
        assert ended.exit_code == 0, ended.err
    copy_of(home, home.parent / "after_the_edit")
    (rules / RULE.name).unlink()
    ended = skikt.run(home, "run", SKIKT_AS_OF=str(EDITED_BACK_ON))
    assert ended.exit_code == 0, ended.err
    return home


def rows(home: Path, query: str) -> list[Any]:
    database = str(home / "published" / "segments.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query, {"segment": SEGMENT}).fetchall()


def test_the_new_definition_stands_beside_what_was_published(edited: Path) -> None:
    after = edited.parent / "after_the_edit"
    snapshots = rows(
        after,
        "select as_of, is_replayed, customers from marts.fct_segment_snapshot "
        "where segment_id = $segment order by is_replayed, as_of",
    )
    real = {as_of: customers for as_of, is_replayed, customers in snapshots if not is_replayed}
    replayed = {as_of: customers for as_of, is_replayed, customers in snapshots if is_replayed}
    assert set(real) == {PUBLISHED_ON, EDITED_ON}
    assert len(replayed) == 25, "the published day and 24 month ends, after two runs of the day"
    assert max(replayed) == PUBLISHED_ON
    assert real == {PUBLISHED_ON: 30, EDITED_ON: 17}
    assert set(replayed.values()) == {15}, (
        "nothing tells when they came, so they always were; who moved lived elsewhere before"
    )


def test_replayed_periods_make_the_replayed_sizes(edited: Path) -> None:
    wrong = rows(
        edited.parent / "after_the_edit",
        """
        select snapshots.as_of, snapshots.customers, count(members.customer_key)
        from marts.fct_segment_snapshot as snapshots
        left join marts.fct_segment_membership as members
            on members.segment_id = $segment and members.is_replayed
            and snapshots.definition_version = members.definition_version
            and members.valid_from <= snapshots.as_of and snapshots.as_of < members.valid_to
        where snapshots.segment_id = $segment and snapshots.is_replayed
        group by all having snapshots.customers <> count(members.customer_key)
        """,
    )
    assert wrong == []


def test_the_step_is_a_change_of_the_rule(edited: Path) -> None:
    changes = dict(
        rows(
            edited.parent / "after_the_edit",
            "select cause, customers from marts.fct_segment_change "
            f"where segment_id = $segment and as_of = date '{EDITED_ON}'",
        )
    )
    assert changes == {"rule_change": -13}


def test_edited_back_it_replays_to_what_was_published_first(edited: Path) -> None:
    first, replayed = (
        {
            key
            for (key,) in rows(
                edited,
                f"""
                select members.customer_key
                from marts.fct_segment_membership as members
                inner join marts.dim_segment as segments using (segment_id, definition_version)
                where members.segment_id = $segment and members.is_replayed = {flag}
                    and members.valid_from <= date '{PUBLISHED_ON}'
                    and members.valid_to > date '{PUBLISHED_ON}'
                """,
            )
        }
        for flag in ("false", "true")
    )
    assert first == replayed
    assert first


def test_each_version_that_was_in_force_keeps_its_replay(edited: Path) -> None:
    versions = rows(
        edited,
        "select definition_version, count(*), max(as_of) from marts.fct_segment_snapshot "
        "where segment_id = $segment and is_replayed group by 1 order by 3",
    )
    assert [(count, newest) for _, count, newest in versions] == [
        (25, PUBLISHED_ON),
        (26, EDITED_ON),
    ]


def test_a_refit_says_why(edited: Path, instance_of: Callable[[Path], dg.DagsterInstance]) -> None:
    model = dg.AssetKey(["segments", "needs_model"])
    with instance_of(edited.parent / "after_the_edit") as instance:
        event = instance.get_latest_materialization_event(model)
    assert event
    assert event.asset_materialization
    told = event.asset_materialization.metadata["fitted_because"].value
    assert told == f"asked for: {REFIT_REASON}"
