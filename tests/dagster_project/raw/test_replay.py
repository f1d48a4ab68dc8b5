"""Records that were quarantined for the way they were written come in once that is corrected."""

import shutil
from collections.abc import Callable
from typing import Any

import duckdb

from dagster_project.defs.raw.replay import Replayed, replay
from dagster_project.sources import Source, read_sources

CONSENTS = "privacy/consents"
HEADER = "consent_id,email,phone,person_source,person_key,purpose,state,recorded_at\n"
CORRECTION = "sources:\n  privacy/consents:\n    timestamp_format: '%d/%m/%Y %H:%M'\n"


def consent(number: int, moment: str) -> str:
    return f"c{number},p{number}@firma.se,,,,marketing_email,granted,{moment}\n"


ROWS = [consent(n, "2026-01-05 10:00:00" if n % 4 else "24/12/2025 18:30") for n in range(40)]
BROKEN = "c98,no purpose and no moment\n"


def corrected(inbox: Any, correction: str = CORRECTION) -> Source:
    (inbox.home.config / "sources.yaml").write_text(correction, encoding="utf-8")
    read_sources.cache_clear()
    inbox.sources = read_sources(inbox.home)
    source: Source = inbox.sources[CONSENTS]
    return source


def passed_over(replayed: Replayed) -> str:
    """Why the only file gave nothing."""
    assert replayed.brought_in == 0
    assert list(replayed.passed_over) == ["privacy/consents.csv"]
    return replayed.passed_over["privacy/consents.csv"]


def test_what_reads_by_the_corrected_format_comes_in_exactly_once(inbox: Any) -> None:
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    before = inbox.delivery(CONSENTS)
    assert (before["accepted"], before["quarantined"], before["status"]) == (
        30,
        11,
        "partly_loaded",
    )

    assert replay(inbox.warehouse, inbox.home, corrected(inbox)) == Replayed(10)
    after = inbox.delivery(CONSENTS)
    assert (after["accepted"], after["quarantined"], after["status"]) == (40, 1, "partly_loaded")
    assert after["accepted_bytes"] + after["quarantined_bytes"] == (
        before["accepted_bytes"] + before["quarantined_bytes"]
    )
    assert sorted(inbox.rows(CONSENTS, "consent_id")) == sorted(f"c{n}" for n in range(40))
    statuses = inbox.warehouse.sql(
        "select status, count(*) from raw.quarantine group by 1 order by 1"
    ).fetchall()
    assert statuses == [("open", 1), ("replayed", 10)]

    assert replay(inbox.warehouse, inbox.home, inbox.sources[CONSENTS]) == Replayed()
    inbox.take_in(CONSENTS)
    assert len(inbox.rows(CONSENTS, "consent_id")) == 40


def test_a_lost_warehouse_gives_the_same_rows_as_the_replay(inbox: Any) -> None:
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    replay(inbox.warehouse, inbox.home, corrected(inbox))
    replayed = sorted(inbox.rows(CONSENTS, "consent_id", "recorded_at", "_record_no"))
    inbox.warehouse.close()
    inbox.warehouse = duckdb.connect()
    inbox.warehouse.execute("set TimeZone = 'UTC'")
    inbox.take_in(CONSENTS)
    assert sorted(inbox.rows(CONSENTS, "consent_id", "recorded_at", "_record_no")) == replayed


def test_a_replay_brings_no_erased_person_back(inbox: Any) -> None:
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS))
    inbox.put(
        "privacy/requests.csv",
        "request_id,kind,email,phone,person_source,person_key,received_at\n"
        "r1,erase,p4@firma.se,,,,2026-02-01 09:00:00\n",
    )
    inbox.take_in(CONSENTS)
    replay(inbox.warehouse, inbox.home, corrected(inbox))
    assert "c4" not in inbox.rows(CONSENTS, "consent_id")
    assert "c8" in inbox.rows(CONSENTS, "consent_id")


def test_without_a_correction_nothing_moves(open_inbox: Callable[..., Any]) -> None:
    inbox = open_inbox()
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    before = inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)
    assert replay(inbox.warehouse, inbox.home, inbox.sources[CONSENTS]) == Replayed()
    assert (inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)) == before


def test_a_file_that_would_be_held_by_now_is_passed_over_aloud(inbox: Any) -> None:
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    before = inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)
    renamed = corrected(inbox, "sources:\n  privacy/consents: {columns: {state: Standing}}\n")
    why = passed_over(replay(inbox.warehouse, inbox.home, renamed))
    assert "By today's sources.yaml the file would be held." in why
    assert "required and missing: Standing" in why
    assert (inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)) == before


def test_a_file_that_is_cut_into_other_records_by_now_is_passed_over_aloud(inbox: Any) -> None:
    """As when a later version of ours finds the ends of records better."""
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    inbox.warehouse.execute(
        "update raw.deliveries set records_in = records_in + 1, duplicates = duplicates + 1 "
        "where source = 'privacy/consents'"
    )
    before = inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)
    why = passed_over(replay(inbox.warehouse, inbox.home, corrected(inbox)))
    assert "It was taken in as 42 records, and by today's sources.yaml it is 41" in why
    assert "Deliver those records again in a new file." in why
    assert (inbox.deliveries(CONSENTS), inbox.quarantined(CONSENTS)) == before


def test_a_file_whose_copy_is_gone_is_passed_over_aloud(inbox: Any) -> None:
    inbox.put("privacy/consents.csv", HEADER + "".join(ROWS) + BROKEN)
    inbox.take_in(CONSENTS)
    shutil.rmtree(inbox.home.deliveries / "privacy" / "consents")
    why = passed_over(replay(inbox.warehouse, inbox.home, corrected(inbox)))
    assert "Its copy is not in deliveries any more. Deliver those records again" in why
