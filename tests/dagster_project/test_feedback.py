from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.feedback import read_feedback
from dagster_project.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "state").mkdir()
    return Home(tmp_path)


def write(home: Home, text: str) -> None:
    (home.state / "feedback.csv").write_text(text, encoding="utf-8")


def test_without_the_file_nobody_said_anything(home: Home) -> None:
    assert read_feedback(home).num_rows == 0


def test_voices_are_counted_by_segment(home: Home) -> None:
    write(
        home,
        "segment_id;verdict;note\naudience.b;Agree;good leads\naudience.b;disagree;\n"
        "audience.a; agree ;\naudience.b;AGREE;\n",
    )
    assert read_feedback(home).to_pylist() == [
        {"segment_id": "audience.a", "agreeing": 1, "disagreeing": 0},
        {"segment_id": "audience.b", "agreeing": 2, "disagreeing": 1},
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("segment_id,note\naudience.a,x\n", "lacks verdict"),
        ("segment_id,verdict\naudience.a,agree\naudience.a,J\u00fcrgen rang an\n", "line 3"),
        ("segment_id,verdict\n,agree\n", "line 2"),
        ("segment_id,verdict\naudience.a\n", "line 2"),
    ],
)
def test_what_cannot_be_used_names_the_line_and_not_what_it_says(
    home: Home, text: str, told: str
) -> None:
    write(home, text)
    with pytest.raises(ConfigurationError) as error:
        read_feedback(home)
    assert told in str(error.value)
    assert "J\u00fcrgen" not in str(error.value)
