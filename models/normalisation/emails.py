"""E-mail addresses: syntax and one spelling; no DNS. What a mailbox's name tells: ``mailboxes``."""

import re
import unicodedata

import pyarrow as pa
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from models.normalisation.lookup import lookup_table, read_texts
from models.normalisation.mailboxes import is_nobody, is_role
from models.normalisation.person_numbers import holds_person_number
from models.normalisation.placeholders import is_placeholder
from models.normalisation.text import clean

# A strict subset of what the library accepts, for lower-case text: ASCII atoms, no Punycode and no
# special-use domain. The library takes about 25 us an address, this 1 us;
# tests/models/normalisation/test_emails.py proves that both give the same.
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{1,180}\Z)"
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@"
    r"(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    rf"(?!(?:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})\Z)[a-z]{{2,63}}"
)
_OPENING = re.compile(r"(?:mailto:|[< ])+")
_CLOSING = ">.,; "
# Other spaces stay: 'Anna anna@example.com' must not become a third person's address.
_AROUND_AT = re.compile(" ?@ ?")
_NAMED = re.compile(r".*<([^<>@]+@[^<>@]+)>")  # 'Anna Svensson <anna@example.com>'

_Row = tuple[str | None, str | None, bool, str | None]


def normalise_emails(values: pa.Table) -> pa.Table:
    """E-mail addresses in one spelling.

    Args:
        values: column email_raw (text or null), distinct.

    Returns:
        email_raw; email: lower case, NFC, internationalised domains in Unicode, null when the
        syntax is invalid or nobody reads it (test@test.com, noreply@...); email_match: the same
        spelling, kept when invalid, null when empty or when it is invalid and holds a national
        person number; is_role: whether the mailbox is shared (info@, kontakt@, ...); warning:
        W_EMAIL, W_PLACEHOLDER, W_PERSON_NUMBER or null. ``example.com`` and ``.test`` are valid
        domains. One row per input row, in input order.

    Raises:
        ValueError: the column is missing.
    """
    (raw,) = read_texts(values, "email_raw")
    rows = [_email(text) for text in raw]
    return lookup_table(
        {"email_raw": raw},
        rows,
        email=pa.string(),
        email_match=pa.string(),
        is_role=pa.bool_(),
        warning=pa.string(),
    )


def _email(raw: str | None) -> _Row:
    text = _spelling(raw) if raw else ""
    if not text:
        return None, None, False, None
    email = text if _PLAIN.fullmatch(text) else _validated(text)
    if email is None and holds_person_number(text):
        return None, None, False, "W_PERSON_NUMBER"
    if email is None:
        warning = "W_PLACEHOLDER" if is_placeholder(text) else "W_EMAIL"
        return None, text, is_role(text), warning
    if is_nobody(email):
        return None, email, is_role(email), "W_PLACEHOLDER"
    return email, email, is_role(email), None


def _spelling(raw: str) -> str:
    text = clean(raw)
    if "<" in text and (named := _NAMED.fullmatch(text)):
        text = named.group(1)
    text = text.lower().rstrip(_CLOSING)
    if opening := _OPENING.match(text):
        text = text[opening.end() :]
    return unicodedata.normalize("NFC", _AROUND_AT.sub("@", text))


def _validated(text: str) -> str | None:
    """The library's normal form, or null; ``test_environment`` lets ``.test`` domains pass."""
    try:
        parts = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return parts.normalized if "." in parts.ascii_domain else None
