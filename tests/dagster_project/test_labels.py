"""What reviewers know of records: read strictly, and told by the line where it cannot be used."""

from pathlib import Path

import pytest

from dagster_project.errors import ConfigurationError
from dagster_project.home import Home
from dagster_project.labels import read_labels


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def test_without_the_file_nothing_is_labelled(home: Home) -> None:
    assert read_labels(home).num_rows == 0


@pytest.mark.parametrize("sign", [",", ";"])
def test_labels_are_read_by_the_names_of_their_columns(home: Home, sign: str) -> None:
    lines = (("person_id", "record_id", "seen"), ("anna", "crm:1", "x"), ("anna", "shop:2", ""))
    text = "".join(sign.join(line) + "\n" for line in lines)
    (home.state / "labels.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert read_labels(home).to_pydict() == {
        "record_id": ["crm:1", "shop:2"],
        "cluster_id": ["anna", "anna"],
    }


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"record_id\ncrm:1\n", "lacks person_id"),
        (b"record_id,person_id\ncrm:1,\n", "line 2: it names no record or no person"),
        (b"record_id,person_id\ncrm:1\n", "line 2: it names no record or no person"),
        (b"record_id,person_id\ncrm:1,anna\ncrm:1,bo\n", "line 3: its record has another person"),
        (b"record_id,person_id\ncrm:1,\xe5sa\n", "UnicodeDecodeError"),
    ],
)
def test_a_file_that_cannot_be_used_says_which_line(home: Home, content: bytes, found: str) -> None:
    (home.state / "labels.csv").write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        read_labels(home)
    assert found in str(refused.value)
    assert "anna" not in str(refused.value).replace("anna-1", "")
