"""CSV files as people write them: what a record is, and what one bad record costs."""

from collections.abc import Callable
from typing import Any

import pytest

CONTACTS = "crm/contacts"
HEADER = "kundnr;fornamn;efternamn;epost;telefon\n"


def lines(*records: str) -> str:
    return HEADER + "".join(f"{record}\n" for record in records)


def cp1252(*records: str) -> bytes:
    return lines(*records).encode("cp1252")


def test_a_clean_file_in_its_declared_encoding_is_stored_as_delivered(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv",
        cp1252("K1;Åsa;Öberg; asa@firma.se ;070-123 45 67", "K2;Zoë;d’Arc – €;;"),
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "efternamn", "epost", "titel") == [
        ("K1", "Åsa", "Öberg", " asa@firma.se ", None),
        ("K2", "Zoë", "d’Arc – €", None, None),
    ]
    delivery = inbox.delivery(CONTACTS)
    assert (delivery["status"], delivery["path"], delivery["encoding"]) == (
        "loaded",
        "crm/contacts.csv",
        "cp1252",
    )
    assert (delivery["records_in"], delivery["accepted"]) == (2, 2)


def test_columns_are_matched_by_name_in_any_order_and_case(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", b"EfterNamn; Fornamn ;kundnr\nSvensson;Anna;K1\n")
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "efternamn") == [("K1", "Anna", "Svensson")]


def test_an_extra_column_is_kept_out_and_reported_and_an_absent_one_is_null(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", b"kundnr;shoesize;fornamn;efternamn\nK1;43;Anna;Svensson\n")
    inbox.take_in(CONTACTS)
    delivery = inbox.delivery(CONTACTS)
    assert delivery["extra_columns"] == ["shoesize"]
    assert "epost" in delivery["absent_columns"]
    assert "kundnr" not in delivery["absent_columns"]
    stored = [row[0] for row in inbox.warehouse.execute("describe raw.crm__contacts").fetchall()]
    assert "shoesize" not in stored
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "epost") == [("K1", "Anna", None)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_kinds_and_empty_lines_are_no_data(inbox: Any, line_end: str) -> None:
    inbox.put(
        "crm/contacts.csv", lines("K1;Anna;S;;", "", "K2;Bo;T;;x", "").replace("\n", line_end)
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "telefon") == [("K1", None), ("K2", "x")]


def test_a_byte_order_mark_is_no_part_of_the_first_column(inbox: Any) -> None:
    inbox.put("newsletter/subscribers.csv", b"\xef\xbb\xbfsubscriber_id,email\nS1,a@firma.se\n")
    inbox.take_in("newsletter/subscribers")
    assert inbox.rows("newsletter/subscribers", "subscriber_id", "email") == [("S1", "a@firma.se")]


def test_a_quoted_field_may_hold_the_delimiter_quotes_and_lines(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", lines('K1;"Anna; ""Ann""";"Sven\nsson";;', "K2;Bo;T;;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "efternamn") == [
        ("K1", 'Anna; "Ann"', "Sven\nsson"),
        ("K2", "Bo", "T"),
    ]


def test_an_unclosed_quote_costs_one_record(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv",
        lines("K1;Anna;S;;", 'K2;"Bo;T;;', "K3;Cia;U;;", 'K4;"D";V;;', 'K5;"E;W;;'),
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn") == [("K1", "Anna"), ("K3", "Cia"), ("K4", "D")]
    assert inbox.quarantined(CONTACTS) == [(2, "R_QUOTE"), (5, "R_QUOTE")]
    assert inbox.delivery(CONTACTS)["status"] == "partly_loaded"


def test_a_wrong_number_of_columns_costs_one_record(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv", lines("K1;Anna;S;;", "K2;Bo", "K3;Cia;U;;", "K4;D;V;;;;x", "K5;E;W;;")
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K3", "K5"]
    assert inbox.quarantined(CONTACTS) == [(2, "R_COLS"), (4, "R_COLS")]


def test_a_runaway_field_costs_one_record(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", lines("K1;Anna;S;;", f"K2;{'x' * 3_000_000};T;;", "K3;Cia;U;;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K3"]
    assert inbox.quarantined(CONTACTS) == [(2, "R_SIZE")]


def test_a_record_without_its_key_is_quarantined_and_one_with_nothing_else_is_accepted(
    inbox: Any,
) -> None:
    inbox.put("crm/contacts.csv", lines("K1;;;;", " ;Bo;T;;", "K3;Cia;U;;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn") == [("K1", None), ("K3", "Cia")]
    assert inbox.quarantined(CONTACTS) == [(2, "R_KEY_NULL")]


def test_bad_values_of_a_person_do_not_cost_the_record(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv",
        b"kundnr;fornamn;efternamn;fodelsedatum;skapad\nK1;A;B;31 february;soon\n",
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fodelsedatum") == [("K1", "31 february")]


def test_of_a_booking_only_its_number_and_its_time_can_cost_it(inbox: Any) -> None:
    inbox.put(
        "tickets/bookings.csv",
        "bookingnr,navn,antal,beloeb,bestilt\n"
        'B1,Mette Holm,2,"1.234,50",29-02-2024 18:30\n'
        "B2,,many,lots,31-12-2025 09:05\n"
        "B3,Mette Holm,2,10,31-02-2026 10:00\n"
        "B4,Mette Holm,2,10,\n"
        ",Mette Holm,2,10,01-01-2026 10:00\n"
        'B5,Mette Holm,1,"99,95",01-01-2026 10:00\n'
        'B6,Mette Holm,1,"99,95",01-01-2026 10:00\n',
    )
    inbox.take_in("tickets/bookings")
    assert inbox.rows("tickets/bookings", "bookingnr") == ["B1", "B2", "B5", "B6"]
    assert inbox.quarantined("tickets/bookings") == [
        (3, "R_DATE"),
        (4, "R_DATE"),
        (5, "R_KEY_NULL"),
    ]


def test_a_few_damaged_bytes_cost_their_records_alone(inbox: Any) -> None:
    records = [f"S{n},a{n}@firma.se\n".encode() for n in range(30)]
    records[3], records[7] = b"S3,\xff\xfe@firma.se\n", b"S7,a\xe57@firma.se\n"
    inbox.put("newsletter/subscribers.csv", b"subscriber_id,email\n" + b"".join(records))
    inbox.take_in("newsletter/subscribers")
    assert len(inbox.rows("newsletter/subscribers", "subscriber_id")) == 28
    assert inbox.quarantined("newsletter/subscribers") == [(4, "R_ENC"), (8, "R_ENC")]


def test_a_last_line_without_its_newline_is_quarantined_alone(inbox: Any) -> None:
    inbox.put(
        "crm/contacts.csv", lines("K1;Anna;S;;", "K2;Bo;T;;", "K3;Cia;U;;").removesuffix("\n")
    )
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2"]
    assert inbox.quarantined(CONTACTS) == [(3, "R_TRUNCATED")]


def test_a_source_may_say_that_its_last_newline_is_optional(open_inbox: Callable[..., Any]) -> None:
    inbox = open_inbox("sources: {crm/contacts: {final_newline: optional}}")
    inbox.put("crm/contacts.csv", lines("K1;Anna;S;;", "K2;Bo;T;;").removesuffix("\n"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1", "K2"]


def test_a_source_may_have_its_own_names_delimiter_and_encoding(
    open_inbox: Callable[..., Any],
) -> None:
    inbox = open_inbox(
        "sources:\n  crm/contacts:\n    delimiter: '|'\n    encoding: utf-16\n"
        "    columns: {kundnr: Contact Id, fornamn: First, efternamn: Last}\n"
    )
    inbox.put("crm/contacts.csv", "Last|contact id|First\nÖberg|K1|Åsa\n".encode("utf-16"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "fornamn", "efternamn") == [("K1", "Åsa", "Öberg")]


def test_several_files_of_a_table_are_one_source(inbox: Any) -> None:
    inbox.put("newsletter/subscribers.csv", "subscriber_id,email\nS1,a@firma.se\n")
    inbox.put("newsletter/subscribers_2026-11.csv", "email,subscriber_id\nb@firma.se,S2\n")
    inbox.take_in("newsletter/subscribers")
    assert inbox.rows("newsletter/subscribers", "subscriber_id", "email") == [
        ("S1", "a@firma.se"),
        ("S2", "b@firma.se"),
    ]
    assert [delivery["path"] for delivery in inbox.deliveries("newsletter/subscribers")] == [
        "newsletter/subscribers.csv",
        "newsletter/subscribers_2026-11.csv",
    ]


def test_a_file_cut_within_a_quoted_text_of_several_lines_costs_one_record(inbox: Any) -> None:
    whole = lines("K1;Anna;S;;", 'K2;Bo;"Ek\nlives\nhere";;')
    inbox.put("crm/contacts.csv", whole[: whole.index("ere")])
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K1"]
    assert inbox.quarantined(CONTACTS) == [(2, "R_TRUNCATED")]


def test_a_nul_in_a_record_costs_that_record(inbox: Any) -> None:
    records = [f"K{n};A;B;;" for n in range(30)]
    records[4] = "K4;A\0;B;;"
    inbox.put("crm/contacts.csv", lines(*records))
    inbox.take_in(CONTACTS)
    assert inbox.quarantined(CONTACTS) == [(5, "R_ENC")]
    assert len(inbox.rows(CONTACTS, "kundnr")) == 29


BROKEN = 'K9;"A;B;;'  # brings the exact splitter in


@pytest.mark.parametrize("beside", [[], [BROKEN]], ids=["fast", "split"])
def test_surplus_fields_are_taken_when_they_are_empty(inbox: Any, beside: list[str]) -> None:
    inbox.put("crm/contacts.csv", lines("K1;Anna;S;;;;;", "K2;Bo;T;;", *beside))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn") == [("K1", "S"), ("K2", "T")]


@pytest.mark.parametrize("beside", [[], [BROKEN]], ids=["fast", "split"])
def test_line_ends_within_quotes_are_kept_as_they_are(inbox: Any, beside: list[str]) -> None:
    records = 'K1;"a\r\nb";"c\nd";;\r\n' + "".join(f"{record}\r\n" for record in beside)
    inbox.put("crm/contacts.csv", HEADER.replace("\n", "\r\n") + records)
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "fornamn", "efternamn") == [("a\r\nb", "c\nd")]


def test_a_broken_quote_beside_long_texts_costs_one_record(inbox: Any) -> None:
    long = "K2;Bo;" + '"' + "".join(f"line {n}\n" for n in range(80)) + '";;'
    inbox.put("crm/contacts.csv", lines('K1;"Anna;S;;', long, "K3;Cia;U;;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K2", "K3"]
    assert inbox.quarantined(CONTACTS) == [(1, "R_QUOTE")]


def test_a_broken_quote_never_swallows_a_good_record(inbox: Any) -> None:
    inbox.put("crm/contacts.csv", lines('K1;"Anna;S;;', "K2;Bo;T;;", 'K3;x";;', "K4;Di;W;;"))
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr") == ["K2", "K4"]
    assert inbox.quarantined(CONTACTS) == [(1, "R_QUOTE"), (3, "R_COLS")]


def test_a_quarantined_record_says_where_it_lies(inbox: Any) -> None:
    content = lines("K1;Åsa;Öberg;;", ";Örjan;Ek;;", 'K3;"Cia;U;;', "K4;Di;W;;").encode("cp1252")
    inbox.put("crm/contacts.csv", content)
    inbox.take_in(CONTACTS)
    spans = inbox.warehouse.execute(
        "select byte_start, byte_end from raw.quarantine order by record_no"
    ).fetchall()
    assert [content[start:end] for start, end in spans] == [
        ";Örjan;Ek;;".encode("cp1252"),
        b'K3;"Cia;U;;',
    ]


def test_tabs_and_utf_16_as_a_spreadsheet_writes_them(open_inbox: Callable[..., Any]) -> None:
    inbox = open_inbox('sources: {crm/contacts: {delimiter: "\\t", encoding: utf-16}}')
    text = lines("K1;Åsa;Öberg;;", ";x;y;;", "K3;Zoë;𝄞;;").replace(";", "\t").replace("\n", "\r\n")
    content = text.encode("utf-16")
    inbox.put("crm/contacts.csv", content)
    inbox.take_in(CONTACTS)
    assert inbox.rows(CONTACTS, "kundnr", "efternamn") == [("K1", "Öberg"), ("K3", "𝄞")]
    start, end = inbox.warehouse.execute(
        "select byte_start, byte_end from raw.quarantine"
    ).fetchall()[0]
    assert content[start:end].decode("utf-16-le") == "\tx\ty\t\t"
    assert inbox.delivery(CONTACTS)["content_bytes"] == len(content)


def test_two_files_joined_with_their_headers_bring_no_header_in(inbox: Any) -> None:
    part = "\ufeffsubscriber_id,email\n"
    inbox.put("newsletter/subscribers.csv", f"{part}S1,a@b.se\n{part}S2,c@d.se\n")
    inbox.take_in("newsletter/subscribers")
    assert inbox.rows("newsletter/subscribers", "subscriber_id") == ["S1", "S2"]
    assert inbox.quarantined("newsletter/subscribers") == [(2, "R_HEADER")]
