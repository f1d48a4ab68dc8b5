with
identities as (select record_id, customer_id from {{ source('identity', 'customer_identities') }}),

-- Attended, or booked with attendance unknown; a booking that was not attended is no visit.
visits as (
    select
        'tickets:' || booking_id as interaction_id, 'tickets:' || booking_id as record_id,
        'visit' as kind, booked_at as occurred_at, 'tickets' as source, category,
        cast(null as varchar) as campaign_id
    from {{ ref('stg_tickets__bookings') }}
    where is_attended is distinct from false
),

mails as (
    select
        'newsletter:' || event_id as interaction_id, 'newsletter:' || subscriber_id as record_id,
        'email_' || event as kind, occurred_at, 'newsletter' as source,
        cast(null as varchar) as category, campaign_id
    from {{ ref('stg_newsletter__events') }}
),

answers as (
    select
        'survey:' || response_id || ':' || question_code as interaction_id, 'survey:' || response_id as record_id,
        'survey_answer' as kind, answered_at as occurred_at, 'survey' as source,
        cast(null as varchar) as category, cast(null as varchar) as campaign_id
    from {{ ref('stg_survey__answers') }}
),

engagements as (
    select
        'social:' || engagements.engagement_id as interaction_id, 'social:' || keys.social_key as record_id,
        'social_engagement' as kind, engagements.occurred_at, 'social' as source,
        engagements.topic as category, cast(null as varchar) as campaign_id
    from {{ ref('stg_social__engagements') }} as engagements
    left join {{ source('staging', 'lookup_social_keys') }} as keys using (network, email_match)
),

of_records as (
    select * from visits
    union all by name
    select * from mails
    union all by name
    select * from answers
    union all by name
    select * from engagements
),

of_customers as (
    select of_records.* exclude (record_id), identities.customer_id
    from of_records
    left join identities using (record_id)
),

-- A visitor's events belong to the one customer ever seen on that visitor; with two, to nobody.
seen_visitors as (
    select events.visitor_id, identities.customer_id
    from {{ ref('stg_web__events') }} as events
    inner join identities on identities.record_id = 'shop:' || events.shop_customer_id
    group by all
),

visitors as (
    select visitor_id, min(customer_id) as customer_id
    from seen_visitors
    group by visitor_id
    having count(*) = 1
),

web as (
    select
        'web:' || events.event_id as interaction_id, 'web_' || events.event as kind, events.occurred_at,
        'web' as source, events.category, events.campaign_id,
        coalesce(identities.customer_id, visitors.customer_id) as customer_id
    from {{ ref('stg_web__events') }} as events
    left join identities on identities.record_id = 'shop:' || events.shop_customer_id
    left join visitors using (visitor_id)
),

interactions as (
    select * from of_customers
    union all by name
    select * from web
)

select
    interaction_id,
    customer_id,
    kind,
    occurred_at,
    cast(occurred_at as date) as occurred_on,
    source,
    category,
    campaign_id
from interactions
