"""One customer laid open: its records, why they are one, its segments with their reasons, its consents.

Read from the warehouse, as the newest run left it. It shows a person's data to whoever may open the
warehouse, on the terminal and nowhere else.
"""

from typing import Any

import duckdb

from dagster_project import state
from dagster_project.errors import ConfigurationError
from dagster_project.warehouse import Warehouse
from models.identity.reasons import pair_reasons

Rows = list[dict[str, Any]]

_MOST_EXPLAINED = 40

_CUSTOMER = """
    select customer_id from identity.customer_identities where $id in (record_id, customer_id)
    union
    select company_id from identity.company_identities where $id in (record_id, company_id)
"""

_SECTIONS = {
    "records": """
        select record_id, source, concat_ws(' ', first_name, last_name) as name, birth_date, email, phone,
            concat_ws(', ', street, postal_code, city, country_code) as address, updated_at
        from identity.int_identity__person_records
        join identity.customer_identities using (record_id)
        where customer_id = $id
        union all by name
        select record_id, source, name, org_number, website,
            concat_ws(', ', street, postal_code, city, country_code) as address, updated_at
        from identity.int_identity__company_records
        join identity.company_identities using (record_id)
        where company_id = $id
        order by record_id
    """,
    # Also pairs with records of others: what a person may want to decide.
    "pairs": """
        select record_id_l, record_id_r, decided_by, round(match_probability, 4) as match_probability,
            round(match_weight, 1) as match_weight, l.customer_id = r.customer_id as is_within
        from identity.person_pairs
        join identity.customer_identities as l on l.record_id = record_id_l
        join identity.customer_identities as r on r.record_id = record_id_r
        where $id in (l.customer_id, r.customer_id)
        order by is_within desc, match_probability desc, record_id_l, record_id_r
    """,
    "events": """
        select event, id, other_id, reason from identity.id_events where $id in (id, other_id) order by all
    """,
    "segments": """
        select scheme, segment_id, valid_from, reason
        from marts.fct_segment_membership join customers.customer_keys using (customer_key)
        where customer_id = $id and is_current and not is_replayed
        order by scheme, segment_id
    """,
    "next": """
        select rank, category, round(share, 2) as share, is_own
        from customers.next_categories where customer_id = $id order by rank
    """,
    "consents": """
        select * exclude (customer_id) from customers.customer_consents where customer_id = $id
    """,
}


def explain(warehouse: Warehouse, named: str) -> dict[str, Any]:
    """Everything about one customer.

    Args:
        warehouse: of a home with a finished run.
        named: a customer_id, a company_id, or the record_id of one of its records.

    Returns:
        ``customer_id`` and, as rows, ``records``, ``pairs`` (of persons; ``is_within`` tells those of the
        customer from those with others, ``reasons`` what each comparison says, in bits), ``events``,
        ``segments``, ``next`` (categories likely bought next) and ``consents``.

    Raises:
        ConfigurationError: no run has finished yet, or nobody is called so.
    """
    if not warehouse.home.warehouse.exists() or not warehouse.has_table(
        "customers.next_categories"
    ):
        raise ConfigurationError("No customers were made yet. Run `make run` first.")
    with warehouse.connect() as connection:
        found = _rows(connection, _CUSTOMER, named)
        if not found:
            raise ConfigurationError(
                f"No customer and no record is called {named!r} in the newest run. Customers are named like "
                "p_0123456789abcdef, records like crm:10021 (docs/naming.md)."
            )
        customer_id = found[0]["customer_id"]
        sections = {name: _rows(connection, sql, customer_id) for name, sql in _SECTIONS.items()}
    _add_reasons(warehouse, sections["pairs"])
    return {"customer_id": customer_id, **sections}


def _add_reasons(warehouse: Warehouse, pairs: Rows) -> None:
    """Say of each scored pair what each comparison said; of very many, the likeliest."""
    scored = [pair for pair in pairs if pair["decided_by"] == "model"][:_MOST_EXPLAINED]
    run_id = warehouse.home.published_run_id()
    if not scored or run_id is None:
        return
    named = sorted({pair[side] for pair in scored for side in ("record_id_l", "record_id_r")})
    with warehouse.connect() as connection:
        records = connection.execute(
            "select * from identity.int_identity__person_records where list_contains(?, record_id)",
            [named],
        ).to_arrow_table()
    model = state.own_model(warehouse.home, run_id, state.IDENTITY_MODEL)
    said: dict[tuple[str, str], list[str]] = {}
    for row in pair_reasons(records, model).to_pylist():
        if row["weight"]:
            words = f"{row['comparison']}: {row['level']} {row['weight']:+.1f}"
            said.setdefault((row["record_id_l"], row["record_id_r"]), []).append(words)
    for pair in scored:
        pair["reasons"] = said.get((pair["record_id_l"], pair["record_id_r"]), [])


def _rows(connection: duckdb.DuckDBPyConnection, query: str, named: str) -> Rows:
    rows: Rows = connection.execute(query, {"id": named}).to_arrow_table().to_pylist()
    return rows
