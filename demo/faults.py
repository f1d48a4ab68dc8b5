"""Which faults each text file has. Parquet files with numbers get theirs where they are made."""

from collections.abc import Callable

from demo.dirt import Fault
from demo.misspelling import garble
from demo.writers import BROKEN_BYTE

_DATES = ("2023-02-30", "1985-13-01", "0000-00-00", "31/12/19", "okänt", "19850230", "n/a")
_DANISH_DATES = ("31-02-2025 10:00", "12-13-2024 09:15", "ukendt", "2024/05/01", "01-01-24", "0")
_PHONES = ("123", "070-12", "+46 70 ABC", "ring ej", "070123456789012345", "+999 12345678", "-")
_AMOUNTS = ("12.50,00", "1 234,50 kr", "gratis", "NaN", "1e3", "--")


def _cycle(values: tuple[str, ...]) -> Callable[[str, int], str]:
    return lambda _, number: values[number % len(values)]


def _bad_email(value: str, number: int) -> str:
    forms = (
        value.replace("@", ""),
        value.split("@")[0] + "@",
        value.replace("@", "@@"),
        value.replace("@", " @ ", 1).replace(".", ",", 1),
        "saknas",
        value.replace(".example", ".example."),
        "mailto:" + value,
    )
    return forms[number % len(forms)]


def _garble(value: str, _: int) -> str:
    return garble(value if any(ord(letter) > 127 for letter in value) else value + " Åkerö")


def _negative(value: str, number: int) -> str:
    return "-" + (value or str(number + 1))


def duplicate(share: float = 0.002) -> Fault:
    """The same row once more."""
    return Fault("duplicate_row", share, "*", lambda value, _: value)


def bad_date(column: str, *, breaks: bool = False, share: float = 0.001) -> Fault:
    """A day that does not exist, or a word."""
    return Fault("bad_date", share, column, _cycle(_DATES), breaks)


def bad_email(column: str, share: float = 0.0015) -> Fault:
    """An address that no mail can reach."""
    return Fault("bad_email", share, column, _bad_email)


def bad_phone(column: str, share: float = 0.0015) -> Fault:
    """A number that nobody can call."""
    return Fault("bad_phone", share, column, _cycle(_PHONES))


def mojibake(column: str, share: float = 0.0015) -> Fault:
    """UTF-8 read as Windows-1252: ``Ã…sa``."""
    return Fault("mojibake", share, column, _garble)


def missing_key(column: str, share: float = 0.0005) -> Fault:
    """A record without its key."""
    return Fault("missing_key", share, column, _cycle(("",)), True)


def orphan(column: str, key: str, share: float = 0.001) -> Fault:
    """A reference to a record that no one delivers."""
    return Fault("orphan", share, column, _cycle((key,)))


def unknown_code(column: str, *codes: str, share: float = 0.001) -> Fault:
    """A code outside the agreed list."""
    return Fault("unknown_code", share, column, _cycle(codes))


def negative(column: str, share: float = 0.001) -> Fault:
    """An amount or a count below zero."""
    return Fault("negative_amount", share, column, _negative)


def bad_number(column: str, share: float = 0.0007) -> Fault:
    """An amount that is no number."""
    return Fault("bad_number", share, column, _cycle(_AMOUNTS))


def wrong_columns(delimiter: str, share: float = 0.0006) -> Fault:
    """A line with a field too few or too many, as an unquoted delimiter leaves it."""

    def change(line: str, number: int) -> str:
        return line + delimiter + "x" if number % 2 else line.rpartition(delimiter)[0]

    return Fault("wrong_column_count", share, "", change, True)


def broken_json(share: float = 0.0005) -> Fault:
    """A JSON line that breaks off."""
    return Fault("broken_json", share, "", lambda line, _: line[: len(line) * 2 // 3], True)


def bad_encoding(column: str, share: float = 0.0004) -> Fault:
    """A byte that is not valid UTF-8."""
    return Fault("bad_encoding", share, column, lambda value, _: value + BROKEN_BYTE, True)


FAULTS: dict[str, tuple[Fault, ...]] = {
    "crm/contacts": (
        duplicate(), bad_date("fodelsedatum"), bad_email("epost"), bad_phone("telefon"),
        mojibake("efternamn"), missing_key("kundnr"), unknown_code("land", "XX", "Norden"),
        orphan("foretag_nr", "F999999"), wrong_columns(";"),
    ),
    "crm/companies": (
        duplicate(0.004), Fault("bad_org_number", 0.01, "orgnr", _cycle(("556000-0001", "123"))),
        negative("anstallda", 0.003), mojibake("namn", 0.004),
    ),
    "register/companies": (
        duplicate(0.003), broken_json(0.002), negative("employees", 0.003),
    ),
    "tickets/bookings": (
        duplicate(), Fault("bad_date", 0.0008, "bestilt", _cycle(_DANISH_DATES), True),
        bad_email("email"), bad_phone("mobil"), mojibake("navn"), missing_key("bookingnr"),
        negative("beloeb"), bad_number("beloeb"), wrong_columns(","), bad_encoding("by"),
        unknown_code("besoegt", "måske", "?"),
    ),
    "newsletter/subscribers": (
        duplicate(), bad_email("email", 0.003), mojibake("name"), missing_key("subscriber_id"),
        bad_date("subscribed_at"), unknown_code("status", "SUBSCRIBED?", "pending"),
        wrong_columns(","), bad_encoding("name"),
    ),
    "newsletter/events": (
        duplicate(0.003), broken_json(), missing_key("event_id"),
        orphan("subscriber_id", "N9999999", 0.003),
        unknown_code("event", "opened", "bounced?", share=0.0005),
        bad_date("at", breaks=True, share=0.0005), orphan("campaign_id", '"CMP-99"'),
    ),
    "social/engagements": (
        duplicate(), bad_email("email"), missing_key("engagement_id"), mojibake("topic"),
        bad_date("at", breaks=True), wrong_columns(","), unknown_code("network", "friendster"),
    ),
    "survey/answers": (
        duplicate(), bad_email("email"), missing_key("response_id"),
        unknown_code("question_code", "XX_1", "PSY_"), bad_number("answer", 0.002),
        bad_date("answered_at", breaks=True), wrong_columns(","),
    ),
    "campaigns/assignments": (
        duplicate(), missing_key("person_key"), orphan("person_key", "N9999998", 0.002),
        unknown_code("arm", "holdout?"), bad_date("assigned_at", breaks=True), wrong_columns(","),
    ),
    "privacy/consents": (
        duplicate(), missing_key("consent_id"), unknown_code("purpose", "marketing_fax"),
        unknown_code("state", "maybe", "ja"), bad_date("recorded_at", breaks=True),
        wrong_columns(","),
    ),
}  # fmt: skip
