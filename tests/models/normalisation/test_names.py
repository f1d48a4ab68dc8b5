"""Names of people: capitals, mojibake, placeholders and the split of full names."""

import pyarrow as pa
import pytest

from models.normalisation import normalise_names, split_full_names


def name(raw: str | None) -> tuple[str | None, str | None]:
    (row,) = normalise_names(pa.table({"name_raw": pa.array([raw], pa.string())})).to_pylist()
    return row["name"], row["warning"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ANNA SVENSSON", "Anna Svensson"),
        ("anna", "Anna"),
        ("  Anna \t Lena ", "Anna Lena"),
        ("ÅSA-ÖRJAN", "Åsa-Örjan"),
        ("søren ærø", "Søren Ærø"),
        ("A\u030asa", "Åsa"),
        ("\u202eÅ\u200bsa\ufeff", "Åsa"),
        ("VON ESSEN", "von Essen"),
        ("carl von linné", "Carl von Linné"),
        ("MARIA DE LA CRUZ", "Maria de la Cruz"),
        ("LE", "Le"),
        ("O'BRIEN", "O'Brien"),
        ("d’angelo", "D’Angelo"),
        ("MCDONALD", "McDonald"),
        ("J.P. JACOBSEN", "J.P. Jacobsen"),
        ("DeGeer", "DeGeer"),
        ("Anna SVENSSON", "Anna SVENSSON"),
        ('"Anna",', "Anna"),
        ("李小龙", "李小龙"),
        ("Na", "Na"),
        ("Null", "Null"),
        ("Aa", "Aa"),
        ("Å", "Å"),
    ],
)
def test_a_name_is_shown_as_its_bearer_writes_it(raw: str, expected: str) -> None:
    assert name(raw) == (expected, None)


@pytest.mark.parametrize(
    "raw",
    [
        *("Ukjent", "OKÄND", "ukendt", "Tuntematon", "Uppgift saknas", "ikke oppgitt", "Test Test"),
        *("N/A", "NULL", "nan", "test", "xxx", "-", "?", "123", "....", "(-)", ",", '""'),
    ],
)
def test_a_placeholder_is_no_name(raw: str) -> None:
    assert name(raw) == (None, "W_PLACEHOLDER")


@pytest.mark.parametrize("raw", [None, "", "  ", "\u200b\u202e"])
def test_nothing_is_no_placeholder(raw: str | None) -> None:
    assert name(raw) == (None, None)


@pytest.mark.parametrize(
    "original", ["Åsa", "Jörgen", "Søren Ærø", "ÅKE", "Zoë", "Dvořák", "Đorđe", "Øystein Ågård"]
)
@pytest.mark.parametrize("times", [1, 2])
def test_mojibake_is_undone_and_said(original: str, times: int) -> None:
    text = original
    for _ in range(times):
        text = "".join(as_windows_shows(byte) for byte in text.encode("utf-8"))
    repaired, warning = name(text)
    assert (repaired, warning) == (name(original)[0], "W_MOJIBAKE")


def as_windows_shows(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)


@pytest.mark.parametrize("genuine", ["Ã", "JOÃO", "Âsa", "Strauß–Öhm", "RENÉ–MARIE", "Åsa Ã…sa"])
def test_genuine_letters_are_no_mojibake(genuine: str) -> None:
    assert name(genuine)[1] is None


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("Anna Svensson", "Anna", "Svensson"),
        ("Svensson, Anna", "Anna", "Svensson"),
        ("SVENSSON, ANNA MARIA", "Anna Maria", "Svensson"),
        ("Anna SVENSSON", "Anna", "Svensson"),
        ("anna", "Anna", None),
        ("Jens Peter Hansen", "Jens Peter", "Hansen"),
        ("ANNA VON DER ESCH", "Anna", "von der Esch"),
        ("Per af Klint", "Per", "af Klint"),
        ("Maria de la Cruz", "Maria", "de la Cruz"),
        ("von Essen", None, "von Essen"),
        ("Van Nguyen", "Van", "Nguyen"),
        ("Anna-Lena O'Brien", "Anna-Lena", "O'Brien"),
        ("Dr. Anna Svensson, PhD", "Anna", "Svensson"),
        ("Herr Jens Hansen Jr.", "Jens", "Hansen"),
        ("Anna Svensson (Volvo AB)", "Anna", "Svensson"),
        ("Anna Svensson, Volvo AB", "Anna", "Svensson"),
        ("Nordisk Film A/S", None, None),
        ("Jens og Anna Hansen", "Jens", "Hansen"),
        ("Jens Peter Hansen & Anna Berg", "Jens Peter", "Hansen"),
        ("Jens/Anna von Essen", "Jens", "von Essen"),
        ("Hansen, Jens og Anna", "Jens", "Hansen"),
        ("Anna och Per", "Anna", None),
        ("Jens + Anna + Bo Hansen", "Jens", "Hansen"),
        ("Og Hansen", "Og", "Hansen"),
        ("Anna &", "Anna", None),
        ("Jens Peter og Anna Hansen", "Jens", None),
        ("Jens Hansen og Anna Hansen", "Jens", "Hansen"),
        ("JENS OG ANNA HANSEN", "Jens", "Hansen"),
        ("Ola og fru Nordmann", "Ola", "Nordmann"),
        ("Anders And", "Anders", "And"),
        ("Jens And Hansen", "Jens And", "Hansen"),
        ("Ek/Berg, Anna", "Anna", "Ek/Berg"),
        ("Anna og og Hansen", "Anna", "Hansen"),
        ("Berg & Dahl AB", None, None),
        ("Ã…sa BjÃ¶rk", "Åsa", "Björk"),
        ("Anna Okänd", "Anna", None),
        ("Ukjent", None, None),
        ("Fru", None, None),
        (",", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_full_name_is_split(raw: str | None, first: str | None, last: str | None) -> None:
    table = pa.table({"full_name_raw": pa.array([raw], pa.string())})
    (row,) = split_full_names(table).to_pylist()
    assert (row["full_name_raw"], row["first_name"], row["last_name"]) == (raw, first, last)


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("JÃ¶rgen SjÃ¶berg", "W_MOJIBAKE", "W_MOJIBAKE"),
        ("Anna SjÃ¶berg", None, "W_MOJIBAKE"),
        ("Søren SjÃ¶gren", None, "W_MOJIBAKE"),
        ("Jörgen Sjöberg", None, None),
        ("Anna Okänd", None, "W_PLACEHOLDER"),
        ("Ukjent", "W_PLACEHOLDER", "W_PLACEHOLDER"),
        ("Anna", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_full_name_warns_part_by_part(
    raw: str | None, first: str | None, last: str | None
) -> None:
    table = pa.table({"full_name_raw": pa.array([raw], pa.string())})
    (row,) = split_full_names(table).to_pylist()
    assert (row["first_name_warning"], row["last_name_warning"]) == (first, last)
