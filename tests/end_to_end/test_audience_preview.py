"""``skikt audience preview``: an audience before it is saved."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

RULES = Path(__file__).parents[2] / "models" / "segmentation" / "rules"


@pytest.fixture(scope="module")
def home(
    demo_home: Path, copy_of: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return copy_of(demo_home, tmp_path_factory.mktemp("preview") / "home")


@pytest.fixture
def ask(skikt: Any, home: Path) -> Callable[..., Any]:
    def asked(file: Path, *options: str) -> Any:
        return skikt.run(home, "audience", "preview", str(file), *options)

    return asked


def test_a_preview_is_what_the_run_selected(ask: Callable[..., Any], home: Path) -> None:
    found = json.loads(ask(RULES / "bargain_hunters.yaml", "--json").out)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        members = dict(
            connection.execute(
                "select customer_id, reason from segments.customer_segments "
                "where segment_id = 'audience.bargain_hunters'"
            ).fetchall()
        )
        [reachable] = connection.execute(
            "select count(*) from customers.customer_consents where may_email "
            "and customer_id in (select unnest(?::varchar[]))",
            [list(members)],
        ).fetchall()
    assert found["customers"] == len(members) > 0
    assert found["may_email"] == reachable[0]
    assert found["overlaps"]
    assert len(found["samples"]) == 5
    assert all(members[row["customer_id"]] == row["reason"] for row in found["samples"])


def test_a_preview_says_what_it_costs_and_what_exclude_saves(
    ask: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        [(campaign, received)] = connection.execute(
            "select campaign_id, count(*) as received from customers.fct_campaign_receipts "
            "group by campaign_id order by received desc, campaign_id limit 1"
        ).fetchall()
        figures = dict(
            connection.execute(
                "select campaign_id, cost_eur from staging.stg_campaigns__campaigns "
                "where cost_eur is not null and starts_on between date '2025-11-21' and date '2026-11-20'"
            ).fetchall()
        )
        contacted = dict(
            connection.execute(
                "select campaign_id, count(*) from customers.fct_campaign_receipts group by campaign_id"
            ).fetchall()
        )
    rule = (RULES / "bargain_hunters.yaml").read_text("utf-8").replace("bargain_hunters", "others")
    wanted = f"orders >= 0\nexclude: received_campaign('{campaign}')"
    file = tmp_path / "others.yaml"
    file.write_text(rule.replace("orders >= 3 and discount_share >= 0.6", wanted), "utf-8")
    found = json.loads(ask(file, "--json").out)
    known = figures.keys() & contacted.keys()
    each = float(sum(figures[name] for name in known)) / sum(contacted[name] for name in known)
    assert found["excluded"] == received > 0
    assert found["avoided_cost_eur"] == pytest.approx(each * received, abs=0.01)
    assert found["contact_cost_eur"] == pytest.approx(each * found["may_email"], abs=0.01)


def test_a_new_rule_is_shown_with_its_warnings_and_saved_nowhere(
    ask: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    rule = (
        (RULES / "bargain_hunters.yaml").read_text("utf-8").replace("bargain_hunters", "everyone")
    )
    file = tmp_path / "everyone.yaml"
    file.write_text(rule.replace("orders >= 3 and discount_share >= 0.6", "orders >= 0"), "utf-8")
    before = sorted(home.rglob("*.yaml"))
    ended = ask(file)
    assert ended.exit_code == 0
    assert "100.0% of all" in ended.out
    assert "more than 60%" in ended.out
    assert "Nothing was saved" in ended.out
    assert sorted(home.rglob("*.yaml")) == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("orders >= 3 and discunt_share > 1", "Did you mean discount_share?"),
        ("orders >= 3; drop table x", "Rule bargain_hunters, include"),
    ],
)
def test_a_wrong_rule_ends_with_2_and_says_where(
    ask: Callable[..., Any], tmp_path: Path, wrong: str, sentence: str
) -> None:
    rule = (RULES / "bargain_hunters.yaml").read_text("utf-8")
    file = tmp_path / "bargain_hunters.yaml"
    file.write_text(rule.replace("orders >= 3 and discount_share >= 0.6", wrong), "utf-8")
    ended = ask(file)
    assert ended.exit_code == 2
    assert sentence in ended.err.replace("\n", " ")


def test_a_file_that_is_not_there_ends_with_2(ask: Callable[..., Any], tmp_path: Path) -> None:
    ended = ask(tmp_path / "absent.yaml")
    assert ended.exit_code == 2
    assert "cannot be read" in ended.err
