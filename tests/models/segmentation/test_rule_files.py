from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from models.segmentation.rule_files import parse_rules

RULES = Path(__file__).parents[3] / "models" / "segmentation" / "rules"
FIELDS = {
    "name": "tried",
    "title": "Tried",
    "description": "People who try.",
    "customer_type": "person",
    "owner": "team:marketing",
    "status": "draft",
    "review_on": date(2027, 1, 31),
    "goal": "Try more.",
    "channels": ["email"],
    "include": "orders > 1",
}


def text(**changed):
    fields = {**FIELDS, **changed}
    return yaml.safe_dump({key: value for key, value in fields.items() if value is not ...})


def rule(**changed):
    return parse_rules({"tried.yaml": text(**changed)})[0]


def test_the_shipped_rules_are_well_formed_and_tell_what_a_team_needs():
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(RULES.glob("*.yaml"))}
    rules = parse_rules(files)
    assert [f"{rule.name}.yaml" for rule in rules] == sorted(files)
    for rule in rules:
        assert rule.needs
        assert rule.action_plan
        assert rule.segment_id == f"audience.{rule.name}"


def test_several_files_come_by_name():
    rules = parse_rules({"b.yaml": text(name="b"), "a.yaml": text(name="a", exclude="orders > 9")})
    assert [(rule.name, rule.exclude) for rule in rules] == [("a", "orders > 9"), ("b", None)]
    assert rules[0].review_on == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "Tried It"}, "field name"),
        ({"name": "x" * 65}, "field name"),
        ({"name": "other"}, "the name is other; it must be the file's name"),
        ({"owner": "Anna Andersson"}, "field owner"),
        ({"status": "final"}, "field status .* 'draft', 'approved' or 'retired'"),
        ({"customer_type": "household"}, "field customer_type"),
        ({"review_on": "soon"}, "field review_on"),
        ({"channels": []}, "field channels"),
        ({"channels": ["pigeon"]}, "field channels.0"),
        ({"include": ...}, "field include is missing"),
        ({"include": 5}, "field include holds a int"),
        ({"includes": "orders > 1"}, "field includes is unknown; known are name, title"),
        ({"action_plan": [{"action": "a"}]}, "field action_plan.0.owner is missing"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_needed(changed, words):
    with pytest.raises(ValueError, match=f"^tried.yaml: .*{words}"):
        rule(**changed)


def test_values_are_not_repeated_in_complaints():
    with pytest.raises(ValueError, match="field owner") as caught:
        rule(owner="anna.andersson@example.com")
    assert "anna" not in str(caught.value)


def test_all_problems_of_all_files_come_at_once():
    with pytest.raises(ValueError, match="field owner") as caught:
        parse_rules({"tried.yaml": text(status="x", owner="y"), "second.yaml": "- a\n- b\n"})
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("second.yaml: the file holds a list")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text() + "status: approved\n", "a key appears twice"),
        (text(action_plan=[]) + "needs:\n  - {a: 1, a: 2}\n", "a key appears twice"),
        ("a: &x [1]\nb: *x\n", "aliases .* are not allowed"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML at line 1"),
        ("include: !env HOME\n", "not valid YAML at line 1, column 10"),
        ("a: [1\n", "not valid YAML at line 2"),
        ("? [a, b]\n: 1\n", "a key is not plain text"),
        ("a: \x00\n", "not valid YAML"),
        ("review_on: 2026-99-99\n", "not valid YAML"),
        ("", "holds a NoneType"),
        ("[" * 5000, "nested too deeply"),
        ("# " + "x" * 1_000_001, "the file has 1000003 bytes; at most 1000000"),
    ],
)
def test_unsafe_or_ambiguous_yaml_is_refused(content, words):
    with pytest.raises(ValueError, match=f"^tried.yaml: .*{words}"):
        parse_rules({"tried.yaml": content})


@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(content):
    with pytest.raises(ValueError, match=r"^tried\.yaml: "):
        parse_rules({"tried.yaml": content})


def test_the_version_changes_with_what_is_selected_and_only_with_it():
    first = rule().definition_version
    assert rule(title="Other", status="approved").definition_version == first
    assert rule(include="Orders\n  >   1").definition_version == first
    others = [
        rule(include="orders > 2"),
        rule(exclude="orders > 1"),
        rule(customer_type="company"),
        rule(include="city = 'Malmö'"),
        rule(include="city = 'malmö'"),
        rule(include="city = 'mal  mö'"),
    ]
    versions = {first, *(other.definition_version for other in others)}
    assert len(versions) == 7
