"""What the exact splitter finds in a text, taken in batch by batch, with every byte accounted for."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dagster_project.defs.raw.reading import Bytes, HeldError, Spans
from dagster_project.defs.raw.records import Record, Rejected
from dagster_project.defs.raw.texts import Ruler, Text
from dagster_project.sources import Source

# Records that are handed to DuckDB at a time.
_BATCH = 20_000

# So many bad records, and more of them than good ones: the rest of the file is not looked at.
_HOPELESS = 1_000

# Up to this many undecodable records, or this share of them, are damage; more is another encoding.
_FEW_DAMAGED = 20
_MOST_DAMAGED_SHARE = 0.02


@dataclass
class Split:
    """How many records there were, which of them were bad, and where the bytes went."""

    bytes: Bytes
    records: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def split_up(
    source: Source,
    text: Text,
    records: Iterator[Record],
    header_end: int,
    store: Callable[[list[Record]], list[int]],
) -> Split:
    """Hand the good records to ``store``, which answers the numbers of those it cannot take (R_JSON).

    Raises:
        HeldError: too many records are not of the declared encoding, or most are bad.
    """
    count = record_bytes = 0
    rejected: list[Rejected] = []
    with Ruler(text) as ruler:
        header = ruler.skip(header_end)
        while batch := list(itertools.islice(records, _BATCH)):
            spans = {r.record_no: ruler.span(r.start, r.end) for r in batch}
            record_bytes += sum(end - start for start, end in spans.values())
            count += len(batch)
            reasons = {r.record_no: r.reason_code for r in batch if r.reason_code}
            if good := [r for r in batch if not r.reason_code]:
                reasons.update(dict.fromkeys(store(good), "R_JSON"))
            rejected += [Rejected(no, code, *spans[no]) for no, code in sorted(reasons.items())]
            if len(rejected) > _HOPELESS and 2 * len(rejected) > count:
                break
        else:
            ruler.finish()
        line_ends = ruler.line_ends
    _hold_other_encoding(source, count, rejected)
    if len(rejected) > _HOPELESS and 2 * len(rejected) > count:
        raise HeldError(
            "F_QUARANTINE",
            f"{len(rejected)} of the first {count} records cannot be read. Compare the file with the "
            "source's delimiter and format, and deliver it again.",
        )
    return Split(Bytes(text.content_bytes, header, record_bytes, line_ends), count, rejected)


def spans_of(text: Text, records: Iterator[Record], record_nos: set[int]) -> Spans:
    """Where the records of these numbers lie in the delivered file."""
    spans: Spans = {}
    with Ruler(text) as ruler:
        for record in records:
            if record.record_no in record_nos:
                ruler.skip(record.start)
                spans[record.record_no] = ruler.span(record.start, record.end)
                if len(spans) == len(record_nos):
                    break
    return spans


def _hold_other_encoding(source: Source, records: int, rejected: list[Rejected]) -> None:
    """A file of another encoding, unlike a few damaged records, is held."""
    damaged = sum(record.reason_code == "R_ENC" for record in rejected)
    if damaged > max(_FEW_DAMAGED, _MOST_DAMAGED_SHARE * records) or 2 * damaged > records:
        raise HeldError(
            "F_ENCODING",
            f"{damaged} of {records} records are not {source.encoding} text. Write the file as "
            f"{source.encoding}, or correct `encoding` of the source.",
        )
