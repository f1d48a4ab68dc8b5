"""What holds for every normaliser and every text: never raises, keeps the rows, is idempotent."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models.normalisation as normalisation
from models.normalisation.text import clean, comparison_form, repair_mojibake

Normaliser = Callable[[pa.Table], pa.Table]

# Key columns, and the columns that are their own normal form. A registration number or postal code
# loses the prefix that told its country, so that those two are not.
SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "normalise_phones": (("phone_raw", "country_raw"), ("phone",)),
    "normalise_emails": (("email_raw",), ("email", "email_match")),
    "normalise_names": (("name_raw",), ("name",)),
    "split_full_names": (("full_name_raw",), ()),
    "normalise_countries": (("country_raw",), ("country_code",)),
    "normalise_org_numbers": (("org_number_raw", "country_raw"), ("org_number_match",)),
    "place_facts": (("country_code", "city"), ()),
    "normalise_streets": (("street_raw",), ("street",)),
    "normalise_postal_codes": (("postal_code_raw", "country_raw"), ()),
    "normalise_company_names": (("name_raw",), ("name",)),
    "normalise_websites": (("website_raw",), ("domain",)),
    "normalise_industries": (("industry_raw",), ("industry_code",)),
}
COUNTRIES = st.sampled_from([None, "SE", "Danmark", "norge", "FI", "GB", "Tyskland", "US", "?"])
# Signs that mean something to one normaliser or another, so that short texts meet them.
SIGNS = (
    "aeiouAEIOUåäöæøéßÅÄÖÃ¥…ğİıŉǆΐ李'’-–.,;:/@+&()<>[]_\"0123456789 \t\n\x00\x85\xa0"
    "\u0301\u200b\u202e\ufb01"
)
WORDS = st.sampled_from(
    (
        *("von", "de", "la", "O'", "AB", "A/S", "Oy", "gatan", "g.", "vägen", "v.", "pl.", "test"),
        *("www.", "xn--", ".se", "@", "+46", "00", "070", "1234567", "SE", "NO", "DE", "MVA", "01"),
        *(
            "http://",
            "Ã…",
            "â€™",
            "mailto:",
            "(publ)",
            "ek. för.",
            "mc",
            "dr",
            "12 b",
            "okänd",
            "&",
        ),
    )
)
TEXTS = (
    st.none()
    | st.text(max_size=30)
    | st.text(st.sampled_from(SIGNS), max_size=15)
    | st.lists(WORDS | st.text(st.sampled_from(SIGNS), max_size=3), max_size=6).map("".join)
)
ROWS = st.lists(st.tuples(TEXTS, COUNTRIES), max_size=8)


def table_of(function: str, rows: list[tuple[str | None, str | None]]) -> pa.Table:
    keys = SHAPES[function][0]
    if function == "place_facts":
        rows = [(country, text) for text, country in rows]
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(keys))]
    return pa.table(dict(zip(keys, columns, strict=True)))


def test_every_public_function_is_tried() -> None:
    assert set(SHAPES) == set(normalisation.__all__)


@pytest.mark.parametrize("function", sorted(SHAPES))
@settings(max_examples=60, deadline=None, derandomize=True)
@given(rows=ROWS)
def test_rows_and_keys_come_out_as_they_went_in(
    function: str, rows: list[tuple[str | None, str | None]]
) -> None:
    given_table = table_of(function, rows)
    found = getattr(normalisation, function)(given_table)
    assert found.select(given_table.column_names).equals(given_table)
    for column in set(found.column_names) - set(given_table.column_names):
        texts = [value for value in found.column(column).to_pylist() if isinstance(value, str)]
        assert all(text and text == text.strip() for text in texts)
        assert all(clean(text) == text for text in texts)


@pytest.mark.parametrize(
    ("function", "column"),
    [(function, column) for function, (_, columns) in SHAPES.items() for column in columns],
)
@settings(max_examples=100, deadline=None, derandomize=True)
@given(rows=ROWS)
def test_a_normalised_value_is_its_own_normal_form(
    function: str, column: str, rows: list[tuple[str | None, str | None]]
) -> None:
    normalise: Normaliser = getattr(normalisation, function)
    once = normalise(table_of(function, rows)).column(column).to_pylist()
    again = table_of(function, [(value, row[1]) for value, row in zip(once, rows, strict=True)])
    assert normalise(again).column(column).to_pylist() == once


@pytest.mark.parametrize(
    ("function", "shown", "compared"),
    [
        ("normalise_phones", "phone", "phone_match"),
        ("normalise_emails", "email", "email_match"),
        ("normalise_streets", "street", "street_match"),
        ("normalise_company_names", "name", "name_match"),
    ],
)
@settings(max_examples=100, deadline=None, derandomize=True)
@given(rows=ROWS)
def test_the_display_form_compares_as_the_raw_value_does(
    function: str, shown: str, compared: str, rows: list[tuple[str | None, str | None]]
) -> None:
    normalise: Normaliser = getattr(normalisation, function)
    found = normalise(table_of(function, rows)).to_pylist()
    pairs = [(row[shown], country) for row, (_, country) in zip(found, rows, strict=True)]
    again = normalise(table_of(function, pairs)).column(compared).to_pylist()
    assert again == [row[compared] if row[shown] else None for row in found]


@pytest.mark.parametrize("function", sorted(SHAPES))
def test_a_missing_column_is_named(function: str) -> None:
    with pytest.raises(ValueError, match=SHAPES[function][0][0]):
        getattr(normalisation, function)(pa.table({"other": ["x"]}))


@pytest.mark.parametrize("function", sorted(SHAPES))
@pytest.mark.parametrize(
    "type_", [pa.null(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_other_types_of_text_are_read(function: str, type_: pa.DataType) -> None:
    keys = SHAPES[function][0]
    table = pa.table({key: pa.array([None], type_) for key in keys})
    assert getattr(normalisation, function)(table).num_rows == 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS.filter(bool))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for step in (clean, repair_mojibake, comparison_form):
        assert step(step(text)) == step(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("åäöæøéÅÄÖÆØšžłđþðœabc Ñı"), max_size=12))
def test_the_comparison_form_of_a_text_is_that_of_its_letters(text: str) -> None:
    assert comparison_form(text) == clean("".join(map(comparison_form_of_letter, text)))


def comparison_form_of_letter(letter: str) -> str:
    return letter if letter == " " else comparison_form(letter)


@pytest.mark.parametrize("function", sorted(SHAPES))
@pytest.mark.parametrize(
    "unit", ["1", "a", "(", "<", "xn--", "å.", "DE1", "a@", "1 / ", "von ", "Ã…"]
)
def test_a_value_as_long_as_a_book_is_no_trouble(function: str, unit: str) -> None:
    rows: list[tuple[str | None, str | None]] = [(unit * 5_000, "SE"), (unit * 5_000, "DE")]
    assert getattr(normalisation, function)(table_of(function, rows)).num_rows == len(rows)
