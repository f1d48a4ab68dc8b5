"""Whose word holds: the newest, a no in doubt, and a no without a day whatever was said with one."""

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

DBT = Path(__file__).parents[2] / "dbt"
RECORDS = "int_identity__person_records"


def may_email(*words: str) -> bool:
    """Whether the one customer may be mailed after these words: (state, moment)."""
    macros = (DBT / "macros" / "phones.sql").read_text("utf-8")
    model = (DBT / "models" / "customers" / "customer_consents.sql").read_text("utf-8")
    tables = {"ref": str, "source": lambda stage, name: name}
    sql = Environment(autoescape=False).from_string(macros + model).render(**tables)
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table {RECORDS} as
            select 'shop:1' as record_id, 'a@firma.example' as email_match, null::varchar as phone_match;
            create table customer_identities as select 'shop:1' as record_id, 'p_1' as customer_id;
            create table stg_privacy__consents as
            select 'shop' as person_source, '1' as person_key, null::varchar as email_match,
                null::varchar as phone_match, 'marketing_email' as purpose, state,
                recorded_at::timestamp as recorded_at
            from (values {", ".join(words)}) as words(state, recorded_at);
            create table stg_newsletter__subscribers (subscriber_id varchar, email_match varchar,
                status varchar, unsubscribed_at timestamp, subscribed_at timestamp);
            create table stg_newsletter__events (subscriber_id varchar, event varchar, occurred_at timestamp);
            create table stg_privacy__requests (kind varchar, email_match varchar, phone_match varchar,
                person_source varchar, person_key varchar);
        """)
        return bool(connection.execute(f"select may_email from ({sql})").fetchall()[0][0])


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (("('granted', '2026-01-01')",), True),
        (("('granted', '2026-01-02')", "('withdrawn', '2026-01-01')"), True),
        (("('granted', '2026-01-01')", "('withdrawn', '2026-01-02')"), False),
        (("('granted', '2026-01-01')", "('withdrawn', '2026-01-01')"), False),
        # Where a contract says `strict: false`, words without a day come in.
        (("('granted', '2026-01-01')", "('withdrawn', null)"), False),
        (("('granted', null)", "('withdrawn', '2026-01-01')"), False),
        (("('granted', null)", "('granted', '2026-01-01')"), True),
    ],
)
def test_the_word_that_holds(words: tuple[str, ...], may: bool) -> None:
    assert may_email(*words) is may
