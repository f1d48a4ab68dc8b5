"""The copies in ``deliveries/``: at whatever step an intake dies, none is left that nobody knows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dagster_project.defs.raw.intake import REQUESTS
from dagster_project.home import Home
from tests.fixtures.intake_process import KILLED, intake_process

CONTACTS = "crm/contacts"
HEADER = "kundnr;fornamn;efternamn\n"
FILES = {
    "crm/contacts-1.csv": HEADER + "K1;Åsa;Öberg\nK2;Bo;Ek\n",
    "crm/contacts-2.csv": "kundnr;fornamn\nK3;Cay\n",
}
# A note, a copy and its note again; a note and a copy, which both go when the file is held.
LEAST_STEPS = 7


def unknown(home: Home) -> list[str]:
    """Copies without a note."""
    files = [file for file in home.deliveries.rglob("*") if file.is_file()]
    noted = {file.name.partition(".")[0] for file in files if file.suffix == ".json"}
    return [file.name for file in files if file.suffix != ".json" and file.name not in noted]


def without_copy(home: Home) -> list[str]:
    """Notes of copies that are not there."""
    return [
        note.name
        for note in home.deliveries.rglob("*.json")
        if not note.with_name(note.name.partition(".")[0]).exists()
    ]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A home for each step before which an intake of two files, one of them held, was killed."""
    folder = tmp_path_factory.mktemp("deaths")
    homes: list[Path] = []
    for step in range(1, 20):
        home = Home(folder / str(step))
        home.root.mkdir()
        home.create()
        for name, content in FILES.items():
            (home.landing / name).parent.mkdir(exist_ok=True)
            (home.landing / name).write_bytes(content.encode("cp1252"))
        ended = intake_process(home, REQUESTS, CONTACTS, dies_before_step=step)
        if ended.exit_code == 0:
            return homes
        assert ended.exit_code == KILLED
        homes.append(home.root)
    raise AssertionError("the intake has more steps than are tried")


def taken_in_again(
    open_inbox: Callable[..., Any], tmp_path: Path, dead: Path, *, files_are_there: bool
) -> Any:
    """The home of a killed intake, with a new warehouse, after one more intake."""
    shutil.copytree(dead, tmp_path / dead.name)
    if not files_are_there:
        shutil.rmtree(tmp_path / dead.name / "landing" / "crm")
    inbox = open_inbox(folder=dead.name)
    inbox.take_in(CONTACTS)
    return inbox


def test_it_dies_between_all_files_that_it_writes(deaths: list[Path]) -> None:
    assert len(deaths) >= LEAST_STEPS


def test_no_death_leaves_a_copy_that_nobody_knows(deaths: list[Path]) -> None:
    assert [home.name for home in deaths if unknown(Home(home))] == []


def test_the_next_intake_takes_everything_in_once(
    deaths: list[Path], open_inbox: Callable[..., Any], tmp_path: Path
) -> None:
    for dead in deaths:
        inbox = taken_in_again(open_inbox, tmp_path, dead, files_are_there=True)
        assert sorted(inbox.rows(CONTACTS, "kundnr")) == ["K1", "K2"], dead.name
        assert unknown(inbox.home) + without_copy(inbox.home) == [], dead.name


def test_files_that_left_the_inbox_meanwhile_are_known_or_gone(
    deaths: list[Path], open_inbox: Callable[..., Any], tmp_path: Path
) -> None:
    for dead in deaths:
        inbox = taken_in_again(open_inbox, tmp_path, dead, files_are_there=False)
        assert unknown(inbox.home) + without_copy(inbox.home) == [], dead.name
        loaded = [row["path"] for row in inbox.deliveries(CONTACTS) if row["status"] == "loaded"]
        assert loaded in ([], ["crm/contacts-1.csv"]), dead.name
        copies = [file for file in inbox.home.deliveries.rglob("*") if not file.suffix]
        assert len([file for file in copies if file.is_file()]) == len(loaded), dead.name


def test_a_copy_without_its_note_was_never_loaded_and_goes(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", FILES["crm/contacts-1.csv"].encode("cp1252"))
    inbox.take_in(CONTACTS)
    folder = inbox.home.deliveries / "crm" / "contacts"
    (folder / ("0" * 64)).write_bytes(b"kundnr;fornamn;efternamn\nK9;Eva;Lund\n")
    (folder / ("1" * 64 + ".7.json")).write_text("{}")
    inbox.take_in(CONTACTS)
    assert unknown(inbox.home) + without_copy(inbox.home) == []
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2"]
    assert len(list(folder.iterdir())) == 2


def test_a_second_name_of_the_same_bytes_does_not_make_them_unloaded(inbox: Any) -> None:
    for name in ("crm/contacts-1.csv", "crm/contacts-2.csv"):
        inbox.put(name, FILES["crm/contacts-1.csv"].encode("cp1252"))
    inbox.take_in(CONTACTS)
    (note,) = inbox.home.deliveries.rglob("*.json")
    words = json.loads(note.read_text("utf-8"))
    assert (words["also_named"], words["was_loaded"]) == (["contacts-2.csv"], True)
