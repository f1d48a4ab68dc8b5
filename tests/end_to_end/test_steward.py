"""What a steward decides holds over runs, rebuilt warehouses and what the model says."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.decisions import COLUMNS, Decision, add_decisions, read_decisions
from dagster_project.defs.identity.assets import ids_are_kept
from dagster_project.errors import ConfigurationError
from dagster_project.home import Home

Customers = dict[str, str]


def customers_of(home: Path) -> Customers:
    """Customer by record."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        return dict(
            warehouse.execute(
                "select record_id, customer_id from identity.customer_identities"
            ).fetchall()
        )


@pytest.fixture(scope="module")
def steered(
    demo_home: Path,
    copy_of: Callable[[Path, Path], Path],
    skikt: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Customers, list[str], tuple[str, str], Path]:
    """Customers before; records taken out of one of them; two records said to be one; the home after."""
    home = copy_of(demo_home, tmp_path_factory.mktemp("steward") / "home")
    before = customers_of(home)
    sizes: dict[str, list[str]] = {}
    for record, customer in sorted(before.items()):
        sizes.setdefault(customer, []).append(record)
    large = next(records for records in sizes.values() if len(records) >= 4)
    leaving = large[:2]
    alone = [records[0] for records in sizes.values() if len(records) == 1][:2]
    ended = skikt.run(home, "unmerge", *leaving, "--reason", "her sister", "--decided-by", "anna")
    assert ended.exit_code == 0, ended.err
    assert before[leaving[0]] in ended.out
    with (home / "state" / "steward.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, COLUMNS, restval="").writerow(
            {"record_id": alone[0], "other_record_id": alone[1], "decision": "must_link"}
        )
    (home / "warehouse.duckdb").unlink()
    ended = skikt.run(home)
    assert ended.exit_code == 0, ended.err + ended.out
    return before, leaving, (alone[0], alone[1]), home


def test_what_was_taken_out_is_a_customer_of_its_own(steered: Any) -> None:
    before, leaving, _, home = steered
    after = customers_of(home)
    rest = {r for r, customer in before.items() if customer == before[leaving[0]]} - set(leaving)
    assert len({after[record] for record in leaving}) == 1
    assert len({after[record] for record in rest}) == 1
    assert after[leaving[0]] not in {after[record] for record in rest}


def test_what_must_be_linked_is_one_customer(steered: Any) -> None:
    _, _, (one, other), home = steered
    after = customers_of(home)
    assert after[one] == after[other]


def test_nobody_else_changes(steered: Any) -> None:
    before, leaving, linked, home = steered
    after = customers_of(home)
    touched = {before[record] for record in (*leaving, *linked)}
    assert {r: c for r, c in after.items() if before[r] not in touched} == {
        r: c for r, c in before.items() if c not in touched
    }


def test_a_customer_is_explained_by_any_of_its_names(steered: Any, skikt: Any) -> None:
    *_, (one, other), home = steered
    customer = customers_of(home)[one]
    answers = [skikt.run(home, "explain", name, "--json").told for name in (one, other, customer)]
    assert answers[0] == answers[1] == answers[2]
    told = answers[0]
    assert told["customer_id"] == customer
    assert {record["record_id"] for record in told["records"]} == {one, other}
    decided = [pair for pair in told["pairs"] if pair["decided_by"] == "steward"]
    assert [(p["record_id_l"], p["record_id_r"]) for p in decided] == [tuple(sorted((one, other)))]
    assert {segment["scheme"] for segment in told["segments"]} >= {"rfm", "lifecycle", "behaviour"}
    assert all(segment["reason"] for segment in told["segments"])
    assert len(told["consents"]) == 1
    shown = skikt.run(home, "explain", one)
    assert customer in shown.out
    assert one in shown.out.replace("\n", "")


def test_a_pair_says_what_each_comparison_weighs(steered: Any, skikt: Any) -> None:
    _, leaving, _, home = steered
    pairs = skikt.run(home, "explain", leaving[0], "--json").told["pairs"]
    scored = [pair for pair in pairs if pair["decided_by"] == "model"]
    assert scored
    for pair in scored:
        weights = [float(reason.rpartition(" ")[2]) for reason in pair["reasons"]]
        assert sum(weights) == pytest.approx(pair["match_weight"], abs=0.05 * (len(weights) + 1))


def test_what_nobody_decided_is_listed_the_dearest_first(steered: Any, skikt: Any) -> None:
    *_, home = steered
    listed = json.loads(skikt.run(home, "review", "--limit", "1000", "--json").out)
    assert len(listed) > 5
    assert [row["rank"] for row in listed] == list(range(1, len(listed) + 1))
    worth = [(row["revenue_eur"], row["customers"]) for row in listed]
    assert worth == sorted(worth, reverse=True)
    customer = customers_of(home)
    both = [{customer[row["record_id_l"]], customer[row["record_id_r"]]} for row in listed]
    assert all(len(two) == 2 for two in both)
    assert len({frozenset(two) for two in both}) == len(both)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        decided = warehouse.execute(
            "select record_id_l, record_id_r from identity.person_pairs where decided_by = 'steward'"
        ).fetchall()
    assert decided
    assert not [two for two in both for pair in decided if two == {customer[r] for r in pair}]
    shown = skikt.run(home, "review", "--limit", "1")
    assert listed[0]["record_id_l"] in shown.out


def test_nobody_is_explained_in_a_sentence(steered: Any, skikt: Any) -> None:
    ended = skikt.run(steered[-1], "explain", "crm:0")
    assert ended.exit_code == 2
    assert "No customer and no record is called 'crm:0'" in ended.err


@pytest.mark.long
def test_many_ids_change_only_where_a_person_asks_for_it(
    steered: Any, copy_of: Callable[[Path, Path], Path], skikt: Any, tmp_path: Path
) -> None:
    home = copy_of(steered[-1], tmp_path / "home")
    first_of = {customer: record for record, customer in sorted(customers_of(home).items())}
    records = list(first_of.values())
    day = "2026-11-20"
    pairs = zip(records[0:600:2], records[1:600:2], strict=True)
    said = read_decisions(Home(home)).to_pylist()
    kept_apart = {frozenset((row["record_id"], row["other_record_id"])) for row in said}
    add_decisions(
        Home(home),
        [
            Decision(one, other, "must_link", day, "", "")
            for one, other in pairs
            if frozenset((one, other)) not in kept_apart
        ],
    )
    before = (home / "published").readlink()
    ended = skikt.run(home)
    assert ended.exit_code == 4
    assert "would lose their id" in ended.err + ended.out
    assert (home / "published").readlink() == before
    ended = skikt.run(home, "train-identity")
    assert ended.exit_code == 0, ended.err
    assert (home / "published").readlink() != before


@pytest.mark.parametrize(
    ("changed", "surviving", "new", "is_asked", "passed"),
    [
        (20, 100, 0, False, True),
        (21, 100, 0, False, False),
        (50, 1000, 0, False, True),
        (51, 1000, 0, False, False),
        (90, 1000, 40, False, True),
        (91, 1000, 40, False, False),
        (51, 1000, 0, True, True),
        (0, 0, 0, False, True),
    ],
)
def test_one_customer_in_twenty_may_lose_its_id_and_one_per_new_record(
    changed: int, surviving: int, new: int, is_asked: bool, passed: bool
) -> None:
    kept = {"changed": changed, "surviving": surviving, "records_new": new}
    check = ids_are_kept(kept, is_asked=is_asked)
    assert check.passed == passed


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("record_id,decision\n", "lacks other_record_id"),
        ("record_id,other_record_id,decision\na,b,perhaps\n", "line 2: decision is neither"),
        ("record_id;other_record_id;decision\na;;must_link\n", "line 2: it does not name two"),
        ("record_id,other_record_id,decision,seen\na,b,must_link,yes\n", "more columns than these"),
        ("record_id,other_record_id,decision\na,b,must_link,her, sister\n", "more columns"),
        (
            "record_id,other_record_id,decision\na,b,must_link\nb,a,cannot_link\n",
            "line 3: other lines say must_link",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_which_line(
    tmp_path: Path, content: str, found: str
) -> None:

    home = Home(tmp_path)
    home.create()
    (home.state / "steward.csv").write_text(content)
    with pytest.raises(ConfigurationError, match=found):
        read_decisions(home)


def test_a_decision_against_those_that_stand_is_not_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    said = Decision("a", "b", "must_link", "2026-11-20", "anna", 'told us: "same,\nof course"')
    add_decisions(home, [said])
    before = (home.state / "steward.csv").read_bytes()
    with pytest.raises(ConfigurationError, match="other lines say must_link"):
        add_decisions(
            home, [replace(said, record_id="b", other_record_id="a", decision="cannot_link")]
        )
    assert (home.state / "steward.csv").read_bytes() == before
    add_decisions(home, [replace(said, other_record_id="c")])
    assert read_decisions(home).num_rows == 2
    assert before in (home.state / "steward.csv").read_bytes()
