"""What the exact splitter finds in a text, taken in batch by batch, with every byte accounted for."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dagster_project.defs.raw.reading import Bytes, HeldError, Spans
from dagster_project.defs.raw.records import Line, Record, Rejected
from dagster_project.defs.raw.stretches import Part, PlainLines, Split
from dagster_project.defs.raw.texts import Ruler, Text
from dagster_project.sources import Source

# Records that are handed to DuckDB at a time.
_BATCH = 20_000

# So many bad records, and more of them than good ones: the rest of the file is not looked at.
_HOPELESS = 1_000

# Up to this many undecodable records, or this share of them, are damage; more is another encoding.
_FEW_DAMAGED = 20
_MOST_DAMAGED_SHARE = 0.02


class Store(Protocol):
    """Where a format's good records go."""

    def lines(self, parts: list[PlainLines]) -> list[int]:
        """Take plain lines in; answers the numbers of those that are not plain after all."""
        ...

    def records(self, records: list[Record]) -> list[int]:
        """Take in what the splitter found good; answers the numbers of those it cannot take (R_JSON)."""
        ...


@dataclass
class Account:
    """How many records there were, which of them were bad, and how many bytes all are."""

    records: int = 0
    record_bytes: int = 0
    line_ends: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def is_hopeless(self) -> bool:
        """Whether most records are bad."""
        return len(self.rejected) > _HOPELESS and 2 * len(self.rejected) > self.records


def split_up(
    source: Source, text: Text, parts: Iterator[Part], split: Split, header_end: int, store: Store
) -> tuple[Account, Bytes]:
    """Hand the good records to ``store``; what there was, and where the bytes of the text went.

    Raises:
        HeldError: too many records are not of the declared encoding, or most are bad.
    """
    account = Account()
    with Ruler(text) as ruler:
        header = ruler.skip(header_end)
        for batch in _batches(parts):
            _take(batch, text, ruler, split, store, account)
            if account.is_hopeless:
                break
        else:
            ruler.finish()
        line_ends = account.line_ends + ruler.line_ends
    _hold_other_encoding(source, account)
    if account.is_hopeless:
        raise HeldError(
            "F_QUARANTINE",
            f"{len(account.rejected)} of the first {account.records} records cannot be read. Compare the file "
            "with the source's delimiter and format, and deliver it again.",
        )
    return account, Bytes(text.content_bytes, header, account.record_bytes, line_ends)


def spans_of(text: Text, parts: Iterator[Part], record_nos: set[int]) -> Spans:
    """Where the records of these numbers lie in the delivered file."""
    spans: Spans = {}
    wanted = sorted(record_nos)
    with Ruler(text) as ruler:
        for part in parts:
            for record_no, start, end in _places(part, wanted):
                spans[record_no] = (ruler.skip(start), ruler.skip(end))
            if len(spans) == len(wanted):
                break
    return spans


def _batches(parts: Iterator[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    size = 0
    for part in parts:
        batch.append(part)
        size += len(part.lines) if isinstance(part, PlainLines) else 1
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _take(
    batch: list[Part], text: Text, ruler: Ruler, split: Split, store: Store, account: Account
) -> None:
    unclear = store.lines([part for part in batch if isinstance(part, PlainLines)])
    odd: list[Record] = []
    places: Spans = {}
    for part in batch:
        if isinstance(part, Record):
            odd.append(part)
            places[part.record_no] = ruler.span(part.start, part.end)
            account.records += 1
            account.record_bytes += places[part.record_no][1] - places[part.record_no][0]
            continue
        ruler.span(part.start, part.start)
        for record_no, start, end in _places(part, unclear):
            odd += split(
                iter([Line(part.lines[record_no - part.first], start, part.end)]), record_no
            )
            places[record_no] = (ruler.skip(start), ruler.skip(end))
        ruler.skip(part.end)
        content = text.delivered_bytes(b"".join(part.contents))
        account.records += len(part.lines)
        account.record_bytes += content
        account.line_ends += text.delivered_bytes(b"".join(part.lines)) - content
    reasons = {record.record_no: record.reason_code for record in odd if record.reason_code}
    if good := [record for record in odd if not record.reason_code]:
        reasons.update(dict.fromkeys(store.records(good), "R_JSON"))
    account.rejected += [Rejected(no, code, *places[no]) for no, code in sorted(reasons.items())]


def _places(part: Part, record_nos: list[int]) -> Iterator[tuple[int, int, int]]:
    """Of these numbers, in order, those in this part: with the place of each in the text."""
    if isinstance(part, Record):
        position = bisect_left(record_nos, part.record_no)
        if record_nos[position : position + 1] == [part.record_no]:
            yield part.record_no, part.start, part.end
        return
    inside = record_nos[
        bisect_left(record_nos, part.first) : bisect_left(record_nos, part.first + len(part.lines))
    ]
    starts = part.starts() if inside else []
    for record_no in inside:
        start = starts[record_no - part.first]
        content = part.lines[record_no - part.first].rstrip(b"\r\n")
        yield record_no, start, start + len(content)


def _hold_other_encoding(source: Source, account: Account) -> None:
    """A file of another encoding, unlike a few damaged records, is held."""
    records = account.records
    damaged = sum(record.reason_code == "R_ENC" for record in account.rejected)
    if damaged > max(_FEW_DAMAGED, _MOST_DAMAGED_SHARE * records) or 2 * damaged > records:
        raise HeldError(
            "F_ENCODING",
            f"{damaged} of {records} records are not {source.encoding} text. Write the file as "
            f"{source.encoding}, or correct `encoding` of the source.",
        )
