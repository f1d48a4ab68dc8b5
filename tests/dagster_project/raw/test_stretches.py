"""Plain lines, told apart many at a time, are what the exact splitter says of them one by one."""

import tempfile
import traceback
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.defs.raw import records
from dagster_project.defs.raw.csv_reader import fields_of, plain_line
from dagster_project.defs.raw.jsonl_reader import IS_OBJECT, is_plain
from dagster_project.defs.raw.records import Record, lines_of, split_csv, split_jsonl
from dagster_project.defs.raw.stretches import Part, PlainLines, parts_of

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\r\r\n"])
CSV_LINES = [
    b"a;b;c",
    "å;ä;ö".encode(),
    b";;",
    b";;;",
    b"a;b",
    b"",
    b"  ",
    b'"a";b;c',
    b'a"b;c;d',
    b'"a;b;c',
    b'a";b;c',
    b'b"',
    b'"x";"y;z";"w',
    b'"x";"y;z";"w"',
    b'"";"";""',
    b'"";b;"c"',
    b'"a""b";c;""',
    b'"""a";b;c',
    b'";a";b;c',
    b'a;" b;c";"d"',
    b' "a";b;c',
    '"å";"ä;";ö'.encode(),
    b"\xff;b;c",
    b"a\0;b;c",
    b"\xef\xbb\xbfa;b;c",
]
JSON_LINES = [
    b'{"a": 1, "b": "x"}',
    b'{"a": {"b": [1, 2]}}',
    b'{"a": 1, "a": 2}',
    b'{"a": 1,}',
    b'{"a": "x,]"}',
    b'{"a": "\\u00e5"}',
    b'{"a": "\\u0000"}',
    b'{"a": "\\ud800"}',
    b'{"a": "\t"}',
    b'{"a": NaN}',
    b'{"a": 01}',
    b'{"a": 1e999}',
    b'{"a": tru}',
    b'{"a": "\xff"}',
    b"{}",
    b"[1]",
    b"1",
    b"",
    b' {"a": 1}',
    b'{"a": 1} {"a": 2}',
    b"\xef\xbb\xbf{}",
]


def texts(lines: list[bytes]) -> st.SearchStrategy[bytes]:
    """Texts of these lines, the last one perhaps without its end; the first one is a sound one."""
    line = st.tuples(st.sampled_from(lines) | st.binary(max_size=6), ENDS).map(b"".join)
    parts = st.tuples(st.lists(line, max_size=12), st.sampled_from([b"", *lines]))
    return parts.map(lambda found: b"".join([*found[0], found[1]]))


def in_file(content: bytes, read: Any) -> Any:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        return read(Path(file.name))


def told(parts: Iterable[Part]) -> list[tuple[Any, ...]]:
    """Each record: its number, its fields or its line, why it is none, and where it lies."""
    found: list[tuple[Any, ...]] = []
    for part in parts:
        if isinstance(part, Record):
            found.append((part.record_no, part.value, part.reason_code, part.start, part.end))
            continue
        rows = zip(part.starts(), part.contents, strict=True)
        for number, (start, content) in enumerate(rows, part.first):
            found.append((number, content.decode(), None, start, start + len(content)))
    return found


def told_by_field(parts: Iterable[Part], columns: int) -> list[tuple[Any, ...]]:
    """The same of a CSV text, where plain lines have fields too."""
    found: list[tuple[Any, ...]] = []
    for part in parts:
        rows = told([part])
        if isinstance(part, PlainLines):
            fields = fields_of([part], columns, ";").to_pylist()
            assert [row.pop("_record_no") for row in fields] == [no for no, *_ in rows]
            values = [[field or "" for field in row.values()] for row in fields]
            rows = [(no, value, *rest) for (no, _, *rest), value in zip(rows, values, strict=True)]
        found += rows
    return found


@settings(max_examples=400, deadline=None)
@given(texts(CSV_LINES), st.booleans(), st.sampled_from([1, 3]))
def test_plain_lines_of_a_csv_text_are_the_splitters_records(
    content: bytes, last_line_counts: bool, columns: int
) -> None:
    split = partial(split_csv, columns=columns, delimiter=";", last_line_counts=last_line_counts)
    exact = in_file(content, lambda path: told(split(lines_of(path), 1)))
    is_plain = plain_line(columns, ";")
    found = in_file(
        content, lambda path: told_by_field(parts_of(path, 0, is_plain, split), columns)
    )
    assert found == exact


@settings(max_examples=400, deadline=None)
@given(texts(JSON_LINES), st.booleans())
def test_plain_lines_of_a_json_text_are_the_splitters_records(
    content: bytes, last_line_counts: bool
) -> None:
    split = partial(split_jsonl, last_line_counts=last_line_counts)
    exact = in_file(content, lambda path: told(split(lines_of(path), 1)))
    parts = in_file(content, lambda path: list(parts_of(path, 0, is_plain, split)))
    found = told(parts)
    assert [place[3:] for place in found] == [place[3:] for place in exact]
    plain = {no for part in parts if isinstance(part, PlainLines) for no, *_ in told([part])}
    for mine, its in zip(found, exact, strict=True):
        # What the splitter takes is for DuckDB to judge, and DuckDB takes nothing that the splitter refuses.
        if mine[0] not in plain or (its[2] and duckdb_takes(str(mine[1]))):
            assert mine == its


def duckdb_takes(line: str) -> bool:
    return bool(
        duckdb.execute(f"select {IS_OBJECT} from (select ? as line)", [line]).fetchall()[0][0]
    )


@pytest.mark.parametrize("line", JSON_LINES)
def test_duckdb_takes_no_line_that_the_splitter_refuses(line: bytes) -> None:
    split = partial(split_jsonl, last_line_counts=True)
    parts = in_file(line + b"\n", lambda path: list(parts_of(path, 0, is_plain, split)))
    if parts and isinstance(parts[0], PlainLines) and duckdb_takes(line.decode()):
        [record] = in_file(line + b"\n", lambda path: list(split(lines_of(path), 1)))
        assert record.reason_code is None


def test_a_line_without_an_end_is_cut_and_keeps_its_place(tmp_path: Path) -> None:
    longest = 3 * records.MOST_BYTES
    file = tmp_path / "text"
    file.write_bytes(b"a;b;c\n" + b"x" * (40 * longest) + b"\na;b;c\n")
    split = partial(split_csv, columns=3, delimiter=";", last_line_counts=True)
    found = told(parts_of(file, 0, plain_line(3, ";"), split))
    assert [(no, reason) for no, _, reason, *_ in found] == [(1, None), (2, "R_SIZE"), (3, None)]
    assert [place for *_, place, _ in found] == [0, 6, 7 + 40 * longest]
    assert told(split(lines_of(file), 1))[1] == found[1]


def test_a_line_that_is_no_record_after_all_is_not_shown() -> None:
    lines = PlainLines(1, 0, [b"anna@firma.example;b\n"])
    with pytest.raises(RuntimeError) as raised:
        fields_of([lines], 3, ";")
    assert "anna" not in "".join(traceback.format_exception(raised.value))
