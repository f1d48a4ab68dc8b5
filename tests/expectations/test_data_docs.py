"""The site says what was found, shows no value, runs nothing and loads nothing."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations import catalogue
from expectations.data_docs import render_data_docs
from expectations.results import PromiseResult, SuiteResult
from expectations.validation import validate

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
VOID = {"meta", "link", "wbr", "circle", "path", "br"}


def promise(**changes) -> PromiseResult:
    usual = {
        "description": "Every row has a value in email.",
        "columns": ("email",),
        "severity": "critical",
        "success": True,
        "element_count": 5000,
        "missing_count": 0,
        "unexpected_count": 0,
        "reason": "Mail is sent to it.",
    }
    return PromiseResult(**(usual | changes))


RESULTS = (
    SuiteResult(
        "stg_crm__contacts",
        5000,
        (
            promise(success=False, unexpected_count=12),
            promise(
                description="Each country is known.",
                error="KeyError",
                success=False,
                severity="warning",
            ),
            promise(description="Most have a name.", unexpected_count=100, severity="info"),
            promise(description="Each phone is dialable."),
        ),
    ),
    SuiteResult("stg_web__events", 0, (promise(element_count=0),)),
)


class Page(HTMLParser):
    """What a browser would make of a page: text, tags, and everything that it would fetch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags, self.links, self.loads, self.open, self.text = set(), [], [], [], ""
        self.policy = None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        assert not any(name.startswith("on") for name in attributes)
        if tag == "a":
            self.links.append(attributes["href"])
        elif "href" in attributes or "src" in attributes:
            self.loads.append(attributes.get("href") or attributes["src"])
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data


def site(folder: Path, results=RESULTS, run_id: str = "run-1") -> dict[str, Page]:
    index = render_data_docs(results, folder, run_id=run_id, as_of=date(2026, 11, 22))
    assert index == folder / "index.html"
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): Page(path) for path in files}


def test_the_index_says_what_blocks_what_warns_and_where(tmp_path):
    pages = site(tmp_path / "docs")
    assert set(pages) == {
        "index.html",
        "tables/stg_crm__contacts.html",
        "tables/stg_web__events.html",
    }
    words = " ".join(pages["index.html"].text.split())
    assert "1 of 2 tables is blocked" in words
    assert "stg_crm__contacts – Not met by 12 of 5,000 rows checked (0.24%)." in words
    assert "stg_crm__contacts 5,000 1 failed 1 warned 2 passed" in words
    assert "stg_web__events empty 1 passed" in words
    assert "Run run-1 on data up to 2026-11-22." in words


def test_a_tables_page_tells_each_promise_its_result_and_its_reason(tmp_path):
    words = " ".join(site(tmp_path / "docs")["tables/stg_crm__contacts.html"].text.split())
    assert "A critical promise is broken" in words
    assert (
        "Every row has a value in email. Not met by 12 of 5,000 rows checked (0.24%). "
        "Mail is sent to it. critical email"
    ) in words
    assert "Could not be checked: a column is missing" in words
    assert "(KeyError)" in words
    assert "Most have a name. Met by 4,900 of 5,000 rows checked (98%)." in words
    assert "Each phone is dialable. Met by all 5,000 rows checked." in words


@pytest.mark.parametrize(
    ("severity", "outcome", "heading"),
    [
        ("critical", "failed", "Failed"),
        ("warning", "warned", "Warnings"),
        ("info", "noted", "Noted"),
    ],
)
def test_a_broken_promise_stands_under_its_severity(tmp_path, severity, outcome, heading):
    broken = promise(success=False, unexpected_count=1, severity=severity)
    result = SuiteResult("stg_a__b", 5000, (broken,))
    assert (broken.outcome, result.blocks) == (outcome, severity == "critical")
    source = site(tmp_path / "docs", [result])["tables/stg_a__b.html"].source
    assert f"<h2>{heading}</h2>" in source


def test_no_page_rounds_a_broken_promise_away(tmp_path):
    few = promise(element_count=10**7, unexpected_count=1, success=False)
    many = promise(element_count=10**7, unexpected_count=10**7 - 1, success=False)
    text = site(tmp_path / "d", [SuiteResult("stg_a__b", 10**7, (few, many))])["index.html"].text
    assert "1 of 10,000,000 rows checked (less than 0.01%)" in text
    assert "9,999,999 of 10,000,000 rows checked (more than 99.9%)" in text


def test_pages_run_nothing_load_nothing_and_link_only_to_each_other(tmp_path):
    folder = tmp_path / "docs"
    for name, page in site(folder).items():
        assert page.policy.startswith(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        )
        assert page.loads == ["data:,"]
        assert page.tags.isdisjoint({"script", "img", "iframe", "form", "object", "base"})
        assert not re.search(r"https?:|//|@import|url\(", page.source)
        for link in page.links:
            assert ((folder / name).parent / link).resolve().is_relative_to(folder)
            assert ((folder / name).parent / link).is_file()


def test_markup_in_any_text_is_shown_and_not_obeyed(tmp_path):
    hostile = promise(
        description=MARKUP, columns=(MARKUP,), reason=MARKUP, error=MARKUP, success=False
    )
    pages = site(tmp_path / "docs", [SuiteResult("stg_a__b", 1, (hostile,))], run_id=MARKUP)
    for page in pages.values():
        assert "<img" not in page.source
        assert "<script" not in page.source
        assert MARKUP in page.text


@pytest.mark.parametrize("name", ["../stg_a__b", "a/b", MARKUP, "", "Å", "a\n"])
def test_a_table_whose_name_is_no_file_name_is_refused_before_anything_is_written(tmp_path, name):
    site(tmp_path / "docs")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.html")}
    with pytest.raises(ValueError, match="cannot be named after"):
        site(tmp_path / "docs", [*RESULTS, SuiteResult(name, 1, ())], run_id="run-2")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.html")} == before


def test_values_of_a_table_that_breaks_its_promises_are_on_no_page(tmp_path, good_frame):
    results = []
    for table in ("stg_crm__contacts", "stg_shop__orders", "int_identity__person_records"):
        frame = good_frame(table).astype(object)
        frame.iloc[0] = f"kari.canary@example.org {MARKUP}"
        results.append(validate(catalogue.suite(table), frame))
    for page in site(tmp_path / "docs", results).values():
        assert "canary" not in page.source
        assert "onerror" not in page.source


def test_rendering_again_replaces_pages_and_drops_those_of_tables_no_longer_checked(tmp_path):
    folder = tmp_path / "docs"
    site(folder)
    (folder / "notes.txt").write_text("not ours")
    left = tmp_path / ".docs.building" / "tables"
    left.mkdir(parents=True)
    (left / "half.html").write_text("<html")
    render_data_docs(RESULTS[:1], folder, run_id="run-2", as_of=date(2026, 11, 23))
    assert {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*") if path.is_file()
    } == {
        "docs/index.html",
        "docs/notes.txt",
        "docs/tables/stg_crm__contacts.html",
    }
    assert not (tmp_path / ".docs.building").exists()
    assert "run-2" in (folder / "index.html").read_text()


def test_the_same_results_give_the_same_bytes(tmp_path):
    first, second = site(tmp_path / "a"), site(tmp_path / "b")
    assert {name: page.source for name, page in first.items()} == {
        name: page.source for name, page in second.items()
    }
