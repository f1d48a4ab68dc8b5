"""The truth folder: complete for what can be read, and silent about what cannot."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest


def delivered_ids(made) -> set[str]:
    keys = {
        "crm": [row["kundnr"] for row in made.csv("crm/contacts")],
        "shop": made.parquet("shop/customers").customer_id.dropna(),
        "tickets": [row["bookingnr"] for row in made.csv("tickets/bookings")],
        "newsletter": [row["subscriber_id"] for row in made.csv("newsletter/subscribers")],
        "survey": [row["response_id"] for row in made.csv("survey/answers")],
    }
    return {f"{source}:{key}" for source, values in keys.items() for key in values if key}


def test_each_readable_person_record_has_exactly_one_person(made):
    truth = made.known("person_records")
    assert truth.record_id.is_unique
    # Read leniently, as here, a record shows its key although its bytes or its booking time are
    # broken; the contract has those quarantined, and the truth leaves them out.
    dirt = made.known("dirt")
    broken = (dirt.kind == "bad_encoding") | (
        (dirt.file == "tickets/bookings") & (dirt.kind == "bad_date")
    )
    assert len(delivered_ids(made) - set(truth.record_id)) <= dirt[broken].rows.sum()
    assert set(truth.record_id) <= delivered_ids(made)


def test_each_person_is_in_a_person_source_or_its_only_record_is_broken(made):
    people = made.known("people")
    known = set(made.known("person_records").person_id)
    assert len(people) == 1_000
    assert people.person_id.is_unique
    assert known <= set(people.person_id)
    assert len(known) >= 0.99 * len(people)


def test_each_engagement_has_its_person(made):
    truth = made.known("social_engagements").set_index("engagement_id").person_id
    rows = [row for row in made.csv("social/engagements") if row["engagement_id"] in truth.index]
    assert {row["engagement_id"] for row in rows} == set(truth.index)
    assert len(truth) > 0.98 * made.rows["social/engagements"]
    emails = made.known("people").set_index("person_id").email
    shown = [row for row in rows if "@" in row["email"]]
    right = [row["email"] == emails[truth[row["engagement_id"]]] for row in shown]
    assert np.mean(right) > 0.97


def test_company_records_of_both_sources_meet(made):
    truth = made.known("company_records")
    assert truth.record_id.is_unique
    delivered = {f"crm_company:{row['foretag_nr']}" for row in made.csv("crm/companies")} | {
        f"register:{row['country_code']}-{row['org_number']}"
        for row in made.json("register/companies")
    }
    assert set(truth.record_id) == delivered
    sources = truth.assign(source=truth.record_id.str.split(":").str[0])
    per_company = sources.groupby("company_id").source.agg(set)
    assert (per_company.map(len) == 2).sum() > 10


def test_the_ledger_counts_dirt_of_about_one_percent_in_every_large_file(made):
    dirt = made.known("dirt").groupby("file").rows.sum()
    for table, rows in made.rows.items():
        if rows > 400 and not table.startswith("reference/"):
            assert 0.004 < dirt[table] / rows < 0.03, table


def test_the_ledger_is_right_about_repeated_rows_and_missing_keys(made):
    dirt = made.known("dirt").set_index(["file", "kind"]).rows
    events = made.parquet("web/events")
    assert events.event_id.isna().sum() == pytest.approx(dirt["web/events", "missing_key"], abs=2)
    keyed = events.event_id.dropna()
    assert keyed.duplicated().sum() == dirt["web/events", "duplicate_row"]
    rows = [tuple(row.items()) for row in made.csv("privacy/consents")]
    repeated = sum(count - 1 for count in Counter(rows).values())
    assert repeated == dirt["privacy/consents", "duplicate_row"]


def test_orders_of_a_record_belong_to_people_who_are_known(made):
    known = set(made.known("person_records").record_id)
    orders = made.parquet("shop/orders")
    assert ("shop:" + orders.customer_id).isin(known).mean() > 0.98


def test_uplifts_differ_by_persona_and_some_are_negative(made):
    uplifts = made.known("uplifts")
    assert uplifts.groupby("campaign_id").persona.nunique().eq(8).all()
    assert uplifts.campaign_id.nunique() == 12
    spread = uplifts.groupby("campaign_id").uplift.agg(np.ptp)
    assert (spread > 0.02).all()
    assert (uplifts.effect < 0).any()
    assert uplifts.uplift.abs().max() < 0.6


def test_the_measured_uplift_agrees_with_the_truth(big):
    """Arms are random, so over all campaigns and personas the difference of arms is the truth."""
    assigned = pd.DataFrame(big.csv("campaigns/assignments"))
    people = big.known("person_records").set_index("record_id").person_id
    persona = big.known("people").set_index("person_id").persona
    assigned["person"] = (assigned.person_source + ":" + assigned.person_key).map(people)
    assigned = assigned.dropna(subset=["person"]).drop_duplicates(["campaign_id", "person"])
    assigned["persona"] = assigned.person.map(persona)
    orders = big.parquet("shop/orders")
    orders["person"] = ("shop:" + orders.customer_id).map(people)
    scores = []
    truth = big.known("uplifts").set_index(["campaign_id", "persona"]).uplift
    for campaign in big.csv("campaigns/campaigns"):
        start = pd.Timestamp(campaign["starts_on"])
        stop = pd.Timestamp(campaign["ends_on"]) + pd.Timedelta(days=1)
        bought = set(orders[(orders.ordered_at >= start) & (orders.ordered_at < stop)].person)
        mine = assigned[assigned.campaign_id == campaign["campaign_id"]]
        answered = mine.assign(answer=mine.person.isin(bought))
        for name, group in answered.groupby("persona"):
            treated = group[group.arm == "treatment"].answer
            control = group[group.arm == "control"].answer
            if min(len(treated), len(control)) > 25:
                error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))
                wanted = truth[campaign["campaign_id"], name]
                scores.append((treated.mean() - control.mean() - wanted) / max(error, 0.01))
    assert len(scores) > 40
    # Standard scores: mean 0 with error 1 / sqrt(n), spread about 1.
    assert abs(np.mean(scores)) < 3.5 / np.sqrt(len(scores))
    assert 0.7 < np.std(scores) < 1.35
