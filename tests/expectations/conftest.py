"""A small good frame for each table: what staging hands over when all is well."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

CREATED, UPDATED = datetime(2025, 3, 1, 8, 30), datetime(2026, 1, 15, 12, 0)
PERSON = {
    "first_name": "Åsa",
    "last_name": "Öberg",
    "gender": "female",
    "birth_date": date(1981, 2, 3),
    "email": "asa.oberg@example.se",
    "email_match": "asa.oberg@example.se",
    "phone": "+46701740605",
    "phone_match": "+46701740605",
    "postal_code": "41102",
    "country_code": "SE",
    "created_at": CREATED,
    "updated_at": UPDATED,
}
EUROS = {"currency": "EUR", "amount_eur": Decimal("120.5000")}
POSITION = {"latitude": 57.7089, "longitude": 11.9746}

# One row each; the key, told first, is made different from row to row.
GOOD_ROWS: dict[str, dict[str, Any]] = {
    "stg_crm__contacts": {"contact_id": "K1", **PERSON},
    "stg_crm__companies": {
        "crm_company_id": "F1",
        "country_code": "SE",
        "name": "Exempelbolaget AB",
        "org_number": "5560160680",
        "employees": 12,
        "revenue_eur": Decimal("1500000.00"),
    },
    "stg_register__companies": {
        "org_number": "5560160680",
        "country_code": "SE",
        "legal_name": "Exempelbolaget AB",
        "industry_code": "62.010",
        "employees": 12,
        "revenue_eur": Decimal("1500000.00"),
        "founded_on": date(1998, 5, 1),
    },
    "stg_shop__customers": {"shop_customer_id": "C1", **PERSON},
    "stg_shop__orders": {
        "order_id": "O1",
        "shop_customer_id": "C1",
        "ordered_at": UPDATED,
        "status": "paid",
        "total_amount": Decimal("120.5000"),
        **EUROS,
    },
    "stg_shop__order_lines": {
        "line_no": "1",
        "order_id": "O1",
        "category": "books",
        "quantity": 2,
        "line_amount": Decimal("120.5000"),
    },
    "stg_tickets__bookings": {
        "booking_id": "B1",
        **PERSON,
        "quantity": 2,
        "amount": Decimal("120.5000"),
        **EUROS,
        "booked_at": UPDATED,
    },
    "stg_newsletter__subscribers": {
        "subscriber_id": "N1",
        "email": "asa.oberg@example.se",
        "status": "subscribed",
        "subscribed_at": CREATED,
        "unsubscribed_at": None,
    },
    "stg_newsletter__events": {
        "event_id": "E1",
        "subscriber_id": "N1",
        "campaign_id": "M1",
        "event": "open",
        "occurred_at": UPDATED,
    },
    "stg_web__events": {
        "event_id": "W1",
        "visitor_id": "V1",
        "shop_customer_id": "C1",
        "event": "page_view",
        "occurred_at": UPDATED,
    },
    "stg_social__engagements": {
        "engagement_id": "S1",
        "network": "instagram",
        "email": "asa.oberg@example.se",
        "action": "like",
        "topic": "sailing",
        "occurred_at": UPDATED,
    },
    "stg_survey__answers": {
        "response_id": "R1",
        "question_code": "NPS",
        "email": "asa.oberg@example.se",
        "answer": "10",
        "answered_at": UPDATED,
    },
    "stg_campaigns__campaigns": {
        "campaign_id": "M1",
        "name": "Spring",
        "channel": "email",
        "starts_on": date(2026, 3, 1),
        "ends_on": date(2026, 3, 31),
        "cost": Decimal("120.5000"),
        "currency": "EUR",
        "cost_eur": Decimal("120.5000"),
    },
    "stg_campaigns__assignments": {
        "person_key": "C1",
        "person_source": "shop",
        "campaign_id": "M1",
        "arm": "treatment",
        "assigned_at": UPDATED,
    },
    "stg_privacy__consents": {
        "consent_id": "P1",
        **PERSON,
        "person_source": "shop",
        "person_key": "C1",
        "purpose": "marketing_email",
        "state": "granted",
        "recorded_at": UPDATED,
    },
    "stg_privacy__requests": {
        "request_id": "Q1",
        **PERSON,
        "person_source": "shop",
        "person_key": "C1",
        "kind": "erase",
        "received_at": UPDATED,
    },
    "stg_reference__locations": {
        "location_id": "L1",
        "name": "Göteborg",
        "country_code": "SE",
        **POSITION,
    },
    "stg_reference__places": {
        "postal_code": "41102",
        "country_code": "SE",
        "region": "Västra Götaland",
        **POSITION,
    },
    "stg_reference__fx_rates": {
        "currency": "SEK",
        "valid_from_on": date(2026, 1, 1),
        "eur_per_unit": Decimal("0.0893"),
    },
    "int_identity__person_records": {"record_id": "crm:K1", **PERSON},
}


@pytest.fixture(scope="session")
def good_frame() -> Callable[..., pd.DataFrame]:
    """Makes a good frame of any length for a table, with a key of its own in each row."""

    def make(table: str, rows: int = 4) -> pd.DataFrame:
        row = GOOD_ROWS[table]
        key, first = next(iter(row.items()))
        frame = pd.DataFrame([row] * rows)
        if table == "stg_reference__fx_rates":
            frame["valid_from_on"] = [
                date(2000 + i // 300, 1 + i % 12, 1 + i % 25) for i in range(rows)
            ]
        else:
            frame[key] = [f"{first}{i}" for i in range(rows)]
        return frame

    return make
