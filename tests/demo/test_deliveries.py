"""The bytes: what they depend on, and what write_deliveries refuses."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from demo.deliveries import write_deliveries

AS_OF = date(2026, 3, 31)
_SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from demo.deliveries import write_deliveries
folder = Path(sys.argv[1])
write_deliveries(people=60, seed=3, as_of=date(2026, 3, 31), landing=folder / "landing",
                 truth=folder / "truth")
"""


def write(folder: Path, people: int = 60, seed: int = 3, as_of: date = AS_OF) -> dict[str, int]:
    return write_deliveries(
        people=people, seed=seed, as_of=as_of, landing=folder / "landing", truth=folder / "truth"
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes_under_any_hash_seed(tmp_path):
    write(tmp_path / "here")
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(folder)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
        )
        assert hashes(folder) == hashes(tmp_path / "here")


def test_files_of_an_earlier_delivery_are_replaced_and_nothing_else_is_left(tmp_path):
    write(tmp_path, seed=4)
    write(tmp_path)
    write(tmp_path / "fresh")
    again = {k: v for k, v in hashes(tmp_path).items() if not k.startswith("fresh")}
    assert again == hashes(tmp_path / "fresh")


@pytest.mark.parametrize("other", [{"seed": 4}, {"people": 500}, {"as_of": date(2026, 3, 30)}])
def test_another_argument_gives_other_bytes(tmp_path, other):
    write(tmp_path / "one")
    write(tmp_path / "two", **other)
    one, two = hashes(tmp_path / "one/landing"), hashes(tmp_path / "two/landing")
    # Places, the plan of campaigns and the rates are facts of the demo company's world.
    assert {name for name in one if one[name] == two[name]} <= {
        "reference/locations.csv",
        "reference/places.csv",
        "reference/fx_rates.csv",
        "campaigns/campaigns.csv",
    }


def test_rows_are_counted_as_they_stand_in_the_files(tmp_path):
    rows = write(tmp_path)
    files = {
        str(path.relative_to(tmp_path / "landing").with_suffix("")): path
        for path in (tmp_path / "landing").rglob("*.*")
    }
    assert rows.keys() == files.keys()
    for table, path in files.items():
        if path.suffix == ".parquet":
            counted = pq.read_metadata(path).num_rows
        else:
            counted = path.read_bytes().count(b"\n") - (path.suffix == ".csv")
        assert rows[table] == counted, table


def test_fifty_people_fill_every_file(tmp_path):
    for seed in range(4):
        assert all(write(tmp_path / str(seed), people=50, seed=seed).values())


def test_a_leap_day_and_an_early_year_are_days_like_others(tmp_path):
    assert write(tmp_path, as_of=date(2024, 2, 29))["shop/orders"] > 0
    assert write(tmp_path, as_of=date(2003, 1, 1))["shop/orders"] > 0


def test_too_few_people_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 50"):
        write(tmp_path, people=49)


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ValueError, match="0 or greater"):
        write(tmp_path, seed=-1)


def test_truth_inside_the_landing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="truth folder lies in the landing folder"):
        write_deliveries(
            people=50, seed=1, as_of=AS_OF, landing=tmp_path, truth=tmp_path / "crm" / "truth"
        )
    assert not list(tmp_path.iterdir())
