"""Of fifty thousand records, some of them damaged, each ends as agreed: measured in shares.

How the damage looks is ``tests/fixtures/injected_faults.py``; single faults, one test each, are in
test_fault_catalogue.py.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from tests.fixtures.injected_faults import File, Truth

# What the project promises of a delivery with damage in it.
LEAST_RIGHT_OUTCOMES, LEAST_RIGHT_CODES, MOST_GOOD_TOUCHED = 0.99, 0.98, 0.001

STAGED = {
    "crm/contacts": "stg_crm__contacts",
    "tickets/bookings": "stg_tickets__bookings",
    "newsletter/events": "stg_newsletter__events",
    "shop/orders": "stg_shop__orders",
    "shop/customers": "stg_shop__customers",
}


@dataclass(frozen=True)
class Seen:
    """One record of a delivered file: its truth, and what became of it."""

    path: str
    record_no: int
    truth: Truth
    held_for: str
    """The code that its whole file should be held for."""
    outcome: str
    code: str
    values: dict[str, Any]
    staged: dict[str, Any]

    @property
    def wanted(self) -> tuple[str, str]:
        """Outcome and code as agreed."""
        if self.held_for:
            return "held", self.held_for
        fault = self.truth.fault
        return (fault.outcome, fault.code) if fault else ("good", "")

    @property
    def ends_as_agreed(self) -> bool:
        """Its outcome, whatever the code; a value that must go is gone, one that may stay is there."""
        outcome, code = self.wanted
        if self.outcome != outcome:
            return False
        if outcome != "warned":
            return True
        value = self.staged[code.split(":")[0]]
        is_money = code.endswith("W_NO_RATE")
        return (value is None) == (
            is_money or bool(self.truth.fault and self.truth.fault.is_nulled)
        )

    @property
    def is_as_delivered(self) -> bool:
        """Whether raw holds it to the letter."""
        return all(
            same(self.values.get(column), delivered)
            for column, delivered in self.truth.delivered.items()
        )

    def __str__(self) -> str:
        fault = self.truth.fault.name if self.truth.fault else "good"
        return f"{self.path}: {fault}: wanted {self.wanted}, got {(self.outcome, self.code)}"


def same(stored: Any, delivered: Any) -> bool:
    """Nothing and an empty field are one."""
    return str(stored) == str(delivered) if delivered not in (None, "") else stored is None


@pytest.fixture(scope="module")
def seen(staged: duckdb.DuckDBPyConnection, injected: list[File]) -> list[Seen]:
    """Every record delivered, as the ledgers, raw and staging tell it."""
    ledger = {
        path: (file_id, status, code)
        for path, file_id, status, code in staged.execute(
            "select path, file_id, status, reason_code from raw.deliveries"
        ).fetchall()
    }
    return [record for file in injected for record in looked_at(staged, file, *ledger[file.path])]


def looked_at(
    warehouse: duckdb.DuckDBPyConnection, file: File, file_id: str, status: str, code: str
) -> Iterable[Seen]:
    if status == "held":
        for number, truth in enumerate(file.truths, start=1):
            yield Seen(file.path, number, truth, file.held, "held", code, {}, {})
        return
    quarantine = dict(
        warehouse.execute(
            "select record_no, reason_code from raw.quarantine where file_id = ?", [file_id]
        ).fetchall()
    )
    table = file.source.replace("/", "__")
    raw = rows(warehouse, f"raw.{table}", file_id)
    staged = rows(warehouse, f"staging.{STAGED[file.source]}_versions", file_id)
    for number, truth in enumerate(file.truths, start=1):
        values, typed = raw.get(number, {}), staged.get(number, {})
        warnings = typed.get("warning_codes")
        if number in quarantine:
            outcome = ("quarantined", quarantine[number])
        elif number not in raw:
            outcome = ("duplicate", "")
        elif warnings:
            outcome = ("warned", " ".join(warnings))
        else:
            outcome = ("good", "")
        yield Seen(file.path, number, truth, file.held, *outcome, values, typed)


def rows(
    warehouse: duckdb.DuckDBPyConnection, table: str, file_id: str
) -> dict[int, dict[str, Any]]:
    found = warehouse.execute(f"select * from {table} where _file_id = ?", [file_id])
    names = [column[0] for column in found.description]
    listed = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return {row["_record_no"]: row for row in listed}


def test_every_byte_and_every_record_is_accounted_for(
    staged: duckdb.DuckDBPyConnection, injected: list[File]
) -> None:
    """I1 and I2, and the file as it was written."""
    for file in injected:
        ((content, counted, records, judged, duplicates),) = staged.execute(
            "select content_bytes, header_bytes + accepted_bytes + quarantined_bytes + line_end_bytes, records_in, "
            "accepted + quarantined + duplicates + suppressed, duplicates from raw.deliveries where path = ?",
            [file.path],
        ).fetchall()
        assert content == counted
        assert records == judged
        repeated = sum(1 for t in file.truths if t.fault and t.fault.outcome == "duplicate")
        assert (records, duplicates) == ((0, 0) if file.held else (len(file.truths), repeated))


def test_damaged_records_end_as_agreed_with_the_right_code(
    seen: list[Seen], record_property: Any
) -> None:
    damaged = [record for record in seen if record.truth.fault or record.held_for]
    strayed = [record for record in damaged if not record.ends_as_agreed]
    miscoded = [r for r in damaged if r.ends_as_agreed and r.code != r.wanted[1]]
    right_outcomes = 1 - len(strayed) / len(damaged)
    right_codes = 1 - (len(strayed) + len(miscoded)) / len(damaged)
    record_property("damaged_records", len(damaged))
    record_property("right_outcomes", round(right_outcomes, 5))
    record_property("right_codes", round(right_codes, 5))
    told = "\n".join(
        f"{times} x {what}" for what, times in Counter(map(str, strayed + miscoded)).items()
    )
    assert len(damaged) > 2_000
    assert right_outcomes >= LEAST_RIGHT_OUTCOMES, told
    assert right_codes >= LEAST_RIGHT_CODES, told


def test_good_records_are_left_alone(seen: list[Seen], record_property: Any) -> None:
    good = [record for record in seen if not record.truth.fault and not record.held_for]
    touched = [r for r in good if r.outcome != "good" or not r.is_as_delivered]
    record_property("good_records", len(good))
    record_property("good_records_touched", len(touched))
    assert len(good) > 40_000
    assert len(touched) <= MOST_GOOD_TOUCHED * len(good), Counter(map(str, touched))


def test_no_kind_of_damage_goes_unnoticed(seen: list[Seen]) -> None:
    """Not one record of any kind is taken for a good one."""
    silent = Counter(str(r) for r in seen if r.truth.fault and r.outcome == "good")
    assert silent == Counter()
