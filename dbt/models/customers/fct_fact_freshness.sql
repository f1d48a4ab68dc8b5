-- When each fact of a golden record was last seen true, by whom, and how stale that makes it on the as-of day.
-- A fact is seen true when a record of the customer states the same value, at the moment from which that version
-- of it holds; and when the customer acts in a way that only works with it. A file that brings an old row again
-- proves nothing, nor does a mail that was sent: only the source's own dates count. A fact that no dated record
-- states is known and undated: its age is null.
{% set half_life = var('half_life_days') %}
{% set contact = "case when is_for_company then " ~ half_life.business_contact ~ " else " ~ half_life.contact ~ " end" %}
{% set person_facts = {'email': contact, 'phone': contact, 'address': half_life.address, 'title': half_life.business_contact} %}
{% set company_facts = {
    'revenue': half_life.figures, 'employees': half_life.figures,
    'industry': half_life.profile, 'website': half_life.profile, 'address': half_life.address
} %}
with
contacts as (
    select
        'crm:' || versions.contact_id as record_id, 'crm' as source, 'record' as evidence,
        versions.valid_from as seen_at,
        versions.email, versions.phone, {{ address_value('versions') }} as address, versions.job_title as title
    from {{ ref('stg_crm__contacts_versions') }} as versions
),

accounts as (
    select
        'shop:' || versions.shop_customer_id as record_id, 'shop' as source, 'record' as evidence,
        versions.valid_from as seen_at,
        versions.email, versions.phone, {{ address_value('versions') }} as address, cast(null as varchar) as title
    from {{ ref('stg_shop__customers_versions') }} as versions
),

-- Other sources do not say when a row changed, so only what holds today has a date.
other_records as (
    select
        records.record_id, records.source, 'record' as evidence, records.updated_at as seen_at,
        records.email, records.phone, {{ address_value('records') }} as address, cast(null as varchar) as title
    from {{ ref('int_identity__person_records') }} as records
    where records.source not in ('crm', 'shop')
),

-- Whoever opens a mail, clicks in it or unsubscribes by it has that mailbox.
read_mails as (
    select 'newsletter:' || subscriber_id as record_id, max(occurred_at) as seen_at
    from {{ ref('stg_newsletter__events') }}
    where event in ('open', 'click', 'unsubscribe')
    group by subscriber_id
),

-- Ordering online takes the account's mailbox, where the receipt goes; in a store it does not.
orders as (
    select
        'shop:' || shop_customer_id as record_id,
        max(ordered_at) as ordered_at,
        max(ordered_at) filter (where status = 'shipped') as shipped_at
    from {{ ref('stg_shop__orders') }}
    where sales_channel in ('online', 'app') and status in ('paid', 'shipped', 'refunded')
    group by shop_customer_id
),

-- An account that changed its value since the act has a later version that says so.
acts as (
    select
        records.record_id, records.source, 'mail' as evidence, read_mails.seen_at,
        records.email, cast(null as varchar) as address
    from read_mails
    inner join {{ ref('int_identity__person_records') }} as records using (record_id)
    union all by name
    select
        records.record_id, records.source, 'order' as evidence, orders.ordered_at as seen_at,
        records.email, cast(null as varchar) as address
    from orders
    inner join {{ ref('int_identity__person_records') }} as records using (record_id)
    union all by name
    select
        records.record_id, records.source, 'order' as evidence, orders.shipped_at as seen_at,
        cast(null as varchar) as email, {{ address_value('records') }} as address
    from orders
    inner join {{ ref('int_identity__person_records') }} as records using (record_id)
    where orders.shipped_at is not null
),

person_sightings as (
    select * from contacts
    union all by name
    select * from accounts
    union all by name
    select * from other_records
    union all by name
    select *, cast(null as varchar) as phone, cast(null as varchar) as title from acts
),

people as (
    select
        customers.customer_id,
        sightings.record_id,
        sightings.source,
        sightings.evidence,
        sightings.seen_at,
        {{ person_trust('sightings.source') }} as trust,
        customers.company_id is not null as is_for_company,
        sightings.email = customers.email as is_email,
        sightings.phone = customers.phone as is_phone,
        sightings.address = {{ address_value('customers') }} as is_address,
        sightings.title = customers.job_title as is_title
    from person_sightings as sightings
    inner join {{ source('identity', 'customer_identities') }} using (record_id)
    inner join {{ ref('dim_customers') }} as customers using (customer_id)
),

crm_companies as (
    select
        'crm_company:' || versions.crm_company_id as record_id, 'crm_company' as source,
        versions.valid_from as seen_at, versions.revenue_eur, versions.employees,
        versions.industry_code, versions.website, {{ place_value('versions') }} as address
    from {{ ref('stg_crm__companies_versions') }} as versions
),

registered_companies as (
    select
        'register:' || versions.country_code || '-' || versions.org_number as record_id, 'register' as source,
        versions.valid_from as seen_at, versions.revenue_eur, versions.employees,
        versions.industry_code, cast(null as varchar) as website,
        {{ place_value('versions') }} as address
    from {{ ref('stg_register__companies_versions') }} as versions
),

company_sightings as (
    select * from crm_companies
    union all by name
    select * from registered_companies
),

companies as (
    select
        customers.customer_id,
        sightings.record_id,
        sightings.source,
        'record' as evidence,
        sightings.seen_at,
        {{ company_trust('sightings.source') }} as trust,
        sightings.revenue_eur = customers.revenue_eur as is_revenue,
        sightings.employees = customers.employees as is_employees,
        sightings.industry_code = customers.industry_code as is_industry,
        sightings.website = customers.website as is_website,
        sightings.address = {{ place_value('customers') }} as is_address
    from company_sightings as sightings
    inner join {{ source('identity', 'company_identities') }} using (record_id)
    inner join {{ ref('dim_companies') }} as customers using (company_id)
),

sightings as (
    {{ sightings_by_fact('people', 'person', person_facts) }}
    union all
    {{ sightings_by_fact('companies', 'company', company_facts) }}
),

-- The record that won the golden record's value is among them, and wins a tie here by the same order.
newest as (
    select *, cast(seen_at as date) as last_seen_on
    from sightings
    where seen_at is null or seen_at < {{ end_of_as_of() }}
    qualify row_number() over (
        partition by customer_id, fact order by seen_at desc nulls last, trust, record_id, evidence
    ) = 1
)

select
    newest.customer_id,
    newest.customer_type,
    newest.fact,
    today.as_of,
    newest.source,
    newest.record_id,
    newest.evidence,
    newest.last_seen_on,
    today.as_of - newest.last_seen_on as age_days,
    newest.half_life_days,
    {{ stale_share('today.as_of - newest.last_seen_on', 'newest.half_life_days') }} as stale_share
from newest
cross join {{ source('raw', 'as_of') }} as today
