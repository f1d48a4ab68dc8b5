{{ config(materialized='replaced_table') }}

with
crm as (
    select
        'crm:' || contact_id as record_id, 'crm' as source,
        contacts.first_name, contacts.last_name, contacts.gender, contacts.birth_date,
        contacts.email, contacts.phone, contacts.email_match, contacts.phone_match,
        contacts.street, contacts.postal_code, contacts.city, contacts.country_code,
        companies.org_number, contacts.language, contacts.created_at, contacts.updated_at
    from {{ ref('stg_crm__contacts') }} as contacts
    left join {{ ref('stg_crm__companies') }} as companies using (crm_company_id)
),

shop as (
    select
        'shop:' || shop_customer_id as record_id, 'shop' as source,
        first_name, last_name, cast(null as varchar) as gender, birth_date,
        email, phone, email_match, phone_match,
        street, postal_code, city, country_code,
        org_number, language, created_at, updated_at
    from {{ ref('stg_shop__customers') }}
),

tickets as (
    select
        'tickets:' || booking_id as record_id, 'tickets' as source,
        first_name, last_name, cast(null as varchar) as gender, cast(null as date) as birth_date,
        email, phone, email_match, phone_match,
        cast(null as varchar) as street, postal_code, city, country_code,
        cast(null as varchar) as org_number, cast(null as varchar) as language,
        booked_at as created_at, booked_at as updated_at
    from {{ ref('stg_tickets__bookings') }}
),

newsletter as (
    select
        'newsletter:' || subscriber_id as record_id, 'newsletter' as source,
        first_name, last_name, cast(null as varchar) as gender, cast(null as date) as birth_date,
        email, cast(null as varchar) as phone, email_match, cast(null as varchar) as phone_match,
        cast(null as varchar) as street, cast(null as varchar) as postal_code,
        cast(null as varchar) as city, cast(null as varchar) as country_code,
        cast(null as varchar) as org_number, cast(null as varchar) as language,
        subscribed_at as created_at, subscribed_at as updated_at
    from {{ ref('stg_newsletter__subscribers') }}
),

-- One record per survey response, however many questions it answers.
survey as (
    select
        'survey:' || response_id as record_id, 'survey' as source,
        cast(null as varchar) as first_name, cast(null as varchar) as last_name,
        cast(null as varchar) as gender, cast(null as date) as birth_date,
        min(email) as email, cast(null as varchar) as phone,
        min(email_match) as email_match, cast(null as varchar) as phone_match,
        cast(null as varchar) as street, cast(null as varchar) as postal_code,
        cast(null as varchar) as city, cast(null as varchar) as country_code,
        cast(null as varchar) as org_number, cast(null as varchar) as language,
        min(answered_at) as created_at, max(answered_at) as updated_at
    from {{ ref('stg_survey__answers') }}
    group by response_id
),

-- An engagement without an e-mail is an interaction of nobody known; with one, a person per network.
social as (
    select
        'social:' || keys.social_key as record_id, 'social' as source,
        cast(null as varchar) as first_name, cast(null as varchar) as last_name,
        cast(null as varchar) as gender, cast(null as date) as birth_date,
        min(engagements.email) as email, cast(null as varchar) as phone,
        min(engagements.email_match) as email_match, cast(null as varchar) as phone_match,
        cast(null as varchar) as street, cast(null as varchar) as postal_code,
        cast(null as varchar) as city, cast(null as varchar) as country_code,
        cast(null as varchar) as org_number, cast(null as varchar) as language,
        min(engagements.occurred_at) as created_at, max(engagements.occurred_at) as updated_at
    from {{ ref('stg_social__engagements') }} as engagements
    inner join {{ source('staging', 'lookup_social_keys') }} as keys using (network, email_match)
    group by keys.social_key
),

all_records as (
    select * from crm
    union all by name
    select * from shop
    union all by name
    select * from tickets
    union all by name
    select * from newsletter
    union all by name
    select * from survey
    union all by name
    select * from social
)

select * from all_records
