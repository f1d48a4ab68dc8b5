-- What each customer allows. Per subject (a record, else an e-mail or a phone) the newest word holds and a
-- tie is a no, and so is a no without a day; a customer with several subjects gets the strictest of them. No word
-- is no consent.
-- A yes is believed of exactly the number it names; a no also where one of both was written without its
-- country ("070-123 45 67" refuses for +46701234567, and may in doubt refuse for too many).
with
records as (
    select
        identities.customer_id, records.record_id, records.email_match, records.phone_match,
        {{ national_number('records.phone_match') }} as national_number
    from {{ ref('int_identity__person_records') }} as records
    inner join {{ source('identity', 'customer_identities') }} as identities using (record_id)
),

given as (
    select
        consents.person_source || ':' || consents.person_key as record_id,
        consents.email_match, consents.phone_match, consents.purpose,
        consents.state = 'granted' as is_granted, consents.recorded_at
    from {{ ref('stg_privacy__consents') }} as consents
),

unsubscribed as (
    select
        case when email_match is null then 'newsletter:' || subscriber_id end as record_id,
        email_match, cast(null as varchar) as phone_match,
        'marketing_email' as purpose, false as is_granted,
        coalesce(unsubscribed_at, subscribed_at, timestamp '1900-01-01') as recorded_at
    from {{ ref('stg_newsletter__subscribers') }}
    where status = 'unsubscribed' or unsubscribed_at is not null
),

unsubscribed_by_click as (
    select
        case when subscribers.email_match is null then 'newsletter:' || events.subscriber_id end as record_id,
        subscribers.email_match,
        cast(null as varchar) as phone_match,
        'marketing_email' as purpose, false as is_granted, events.occurred_at as recorded_at
    from {{ ref('stg_newsletter__events') }} as events
    left join {{ ref('stg_newsletter__subscribers') }} as subscribers using (subscriber_id)
    where events.event = 'unsubscribe'
),

words as (
    select * from given
    union all by name
    select * from unsubscribed
    union all by name
    select * from unsubscribed_by_click
),

-- A yes that names a record is that person's alone: at a shared mailbox it speaks for nobody else.
subjects as (
    select
        *,
        {{ national_number('phone_match') }} as national_number,
        coalesce(record_id, email_match, phone_match) as subject
    from words
),

newest as (
    select *
    from subjects
    where subject is not null
    qualify rank() over (
        partition by subject, purpose
        order by (recorded_at is null and not is_granted) desc, recorded_at desc nulls last, is_granted
    ) = 1
),

of_customers as (
    select records.customer_id, newest.purpose, newest.is_granted
    from newest inner join records on newest.email_match = records.email_match
    where newest.record_id is null or not newest.is_granted
    union all
    select records.customer_id, newest.purpose, newest.is_granted
    from newest inner join records on newest.record_id = records.record_id
    union all
    select records.customer_id, newest.purpose, newest.is_granted
    from newest inner join records on newest.phone_match = records.phone_match
    where newest.record_id is null and newest.is_granted
    union all
    select records.customer_id, newest.purpose, newest.is_granted
    from newest inner join records on {{ may_be_the_same_phone('newest', 'records') }}
    where not newest.is_granted
    union all
    -- A no is also the mailbox's: mailing its other reader would reach the person who refused.
    select readers.customer_id, newest.purpose, newest.is_granted
    from newest
    inner join records on newest.record_id = records.record_id
    inner join records as readers on records.email_match = readers.email_match
    where newest.purpose = 'marketing_email' and not newest.is_granted
),

strictest as (
    select
        customer_id,
        bool_and(is_granted) filter (where purpose = 'marketing_email') as email,
        bool_and(is_granted) filter (where purpose = 'marketing_sms') as sms,
        bool_and(is_granted) filter (where purpose = 'ads_user_data') as ads_user_data,
        bool_and(is_granted) filter (where purpose = 'ads_personalization') as ads_personalization,
        bool_and(is_granted) filter (where purpose = 'profiling') as profiling
    from of_customers
    group by customer_id
),

requests as (
    select
        email_match, {{ national_number('phone_match') }} as national_number,
        person_source || ':' || person_key as record_id
    from {{ ref('stg_privacy__requests') }}
    where kind in ('object', 'erase')
),

objections as (
    select records.customer_id from records inner join requests on records.email_match = requests.email_match
    union
    select records.customer_id
    from records inner join requests on {{ may_be_the_same_phone('requests', 'records') }}
    union
    select records.customer_id from records inner join requests on records.record_id = requests.record_id
),

customers as (select distinct customer_id from records)

select
    customers.customer_id,
    objections.customer_id is not null as has_objected,
    coalesce(strictest.email, false) and objections.customer_id is null as may_email,
    coalesce(strictest.sms, false) and objections.customer_id is null as may_sms,
    coalesce(strictest.ads_user_data and strictest.ads_personalization, false)
    and objections.customer_id is null as may_advertise,
    coalesce(strictest.profiling, true) as may_profile
from customers
left join strictest using (customer_id)
left join objections using (customer_id)
