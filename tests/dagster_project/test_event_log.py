"""What a refresh remembers of assets while it alone writes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.event_log import EventLog


def test_what_is_known_of_an_asset_is_as_new_as_its_last_event(
    small_home: Path,
    copy_of: Callable[[Path, Path], Path],
    instance_of: Callable[[Path], Any],
    tmp_path: Path,
) -> None:
    made, never_made = dg.AssetKey(["raw", "crm__contacts"]), dg.AssetKey("never_made")
    with instance_of(copy_of(small_home, tmp_path / "home")) as instance:
        log = instance.event_log_storage
        assert isinstance(log, EventLog)
        with log.written_by_nobody_else():
            [before] = instance.get_asset_records([never_made, made])
            [again] = instance.get_asset_records([made, never_made])
            assert again is before
            for key in (made, never_made):
                instance.report_runless_asset_event(dg.AssetMaterialization(key))
            after = instance.get_asset_records([made, never_made])
            assert [record.asset_entry.asset_key for record in after] == [made, never_made]
            assert newest(after[0]) > newest(before)
        outside = instance.get_asset_records([made])
        assert newest(outside[0]) == newest(after[0])
        assert outside[0] is not after[0]


def newest(record: Any) -> int:
    return int(record.asset_entry.last_materialization_record.storage_id)
