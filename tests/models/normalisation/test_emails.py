"""E-mail addresses: spelling, placeholders, shared mailboxes, the fast check and the library."""

import pyarrow as pa
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.normalisation import normalise_emails


def emails(*raw: str | None) -> list[dict[str, object]]:
    table = pa.table({"email_raw": pa.array(raw, pa.string())})
    rows: list[dict[str, object]] = normalise_emails(table).to_pylist()
    return rows


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Anna.Svensson@Example.COM", "anna.svensson@example.com"),
        (" anna@firma.test\n", "anna@firma.test"),
        ("anna@gmejl.example", "anna@gmejl.example"),
        ("ANNA@SMÅFÖRETAG.SE", "anna@småföretag.se"),
        ("anna@xn--rksmrgs-5wao1o.se", "anna@räksmörgås.se"),
        ("anna@ra\u0308ksmo\u0308rga\u030as.se", "anna@räksmörgås.se"),
        ("åsa@firma.se", "åsa@firma.se"),
        ("anna\u200b@firma.se", "anna@firma.se"),
        ("Anna Svensson <anna@firma.se>", "anna@firma.se"),
        ("mailto:anna@firma.se;", "anna@firma.se"),
        ("anna @ firma.se", "anna@firma.se"),
        ("anna@firma.se.", "anna@firma.se"),
        ("o'brien+list@firma.co.uk", "o'brien+list@firma.co.uk"),
        ("test@volvo.se", "test@volvo.se"),
    ],
)
def test_one_address_has_one_spelling(raw: str, expected: str) -> None:
    (row,) = emails(raw)
    assert (row["email"], row["email_match"], row["warning"]) == (expected, expected, None)


@pytest.mark.parametrize(
    ("raw", "match", "warning"),
    [
        ("anna.firma.se", "anna.firma.se", "W_EMAIL"),
        ("anna@firma", "anna@firma", "W_EMAIL"),
        ("anna@test", "anna@test", "W_EMAIL"),
        ("anna@localhost", "anna@localhost", "W_EMAIL"),
        ("anna@firma..se", "anna@firma..se", "W_EMAIL"),
        ("anna@-firma.se", "anna@-firma.se", "W_EMAIL"),
        ("Anna anna@firma.se", "anna anna@firma.se", "W_EMAIL"),
        ("a@firma.se b@firma.se", "a@firma.se b@firma.se", "W_EMAIL"),
        ("x" * 65 + "@firma.se", "x" * 65 + "@firma.se", "W_EMAIL"),
        ("Test@Test.com", "test@test.com", "W_PLACEHOLDER"),
        ("test@example.com", "test@example.com", "W_PLACEHOLDER"),
        ("noreply@firma.se", "noreply@firma.se", "W_PLACEHOLDER"),
        ("no-reply-17@firma.se", "no-reply-17@firma.se", "W_PLACEHOLDER"),
        ("ingen@ingen.se", "ingen@ingen.se", "W_PLACEHOLDER"),
        ("harejmail@hotmail.com", "harejmail@hotmail.com", "W_PLACEHOLDER"),
        ("n/a", "n/a", "W_PLACEHOLDER"),
        ("-", "-", "W_PLACEHOLDER"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_cannot_be_mailed_is_null_but_stays_comparable(
    raw: str | None, match: str | None, warning: str | None
) -> None:
    (row,) = emails(raw)
    assert (row["email"], row["email_match"], row["warning"]) == (None, match, warning)


@pytest.mark.parametrize(
    ("raw", "is_role"),
    [
        ("info@firma.se", True),
        ("Kontakt+webb@firma.dk", True),
        ("post@kommune.no", True),
        ("sales@example.com", True),
        ("myynti@yritys.fi", True),
        ("infotainment@firma.se", False),
        ("anna.post@firma.no", False),
        (None, False),
    ],
)
def test_a_shared_mailbox_is_told_from_a_person_s(raw: str | None, is_role: bool) -> None:
    (row,) = emails(raw)
    assert row["is_role"] is is_role


def by_library(text: str) -> str | None:
    try:
        parts = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return parts.normalized if "." in parts.ascii_domain else None


ATOMS = st.text(st.sampled_from("abz019_+-.'!åß"), min_size=1, max_size=70)
LABELS = st.text(st.sampled_from("abzx019-n"), min_size=1, max_size=65) | st.sampled_from(
    ["xn--rksmrgs-5wao1o", "xn--a", "ab--c", "småföretag", "_x"]
)
TOPS = st.sampled_from(
    [
        "se",
        "com",
        "test",
        "invalid",
        "local",
        "localhost",
        "onion",
        "arpa",
        "example",
        "1a",
        "a1",
        "x",
    ]
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(ATOMS, st.lists(LABELS, min_size=1, max_size=5), TOPS)
@example("a" * 64, ["b" * 63, "c" * 63, "d" * 57], "se")
@example("a" * 64, ["b" * 63, "c" * 63, "d" * 56], "se")
def test_the_fast_check_accepts_what_the_library_accepts(
    local: str, labels: list[str], top: str
) -> None:
    text = f"{local}@{'.'.join(labels)}.{top}"
    (row,) = emails(text)
    expected = by_library(text)
    if row["warning"] == "W_PLACEHOLDER":
        assert row["email_match"] == (expected or text)
    else:
        assert row["email"] == expected
