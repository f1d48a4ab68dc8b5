-- What a reader needs to trust the tables beside it; exactly one row.
with
delivered as (
    select source, max(loaded_at) as last_loaded_at
    from {{ source('raw', 'deliveries') }}
    where status in ('loaded', 'partly_loaded')
    group by source
),

held as (
    select distinct deliveries.source
    from {{ source('raw', 'deliveries') }} as deliveries
    inner join {{ source('raw', 'as_of') }} using (run_id)
    where deliveries.status = 'held'
),

happened as (
    select
        count(*) filter (where events.event = 'merged') as merged,
        count(*) filter (where events.event in ('created', 'restored')) as came
    from {{ source('identity', 'id_events') }} as events
    inner join {{ source('raw', 'as_of') }} using (run_id)
    where events.id like 'p\_%' escape '\'
),

-- Of the people known before this run: how many are still there, and how many of them under another id.
churn as (
    select
        count(distinct identities.customer_id) - any_value(happened.came)
        + any_value(happened.merged) as customers_surviving,
        any_value(happened.merged) as customers_changed_id
    from happened
    left join {{ source('identity', 'customer_identities') }} as identities on true
),

newest as (
    select max(last_event_on) as newest_data_on from {{ ref('customer_features') }}
)

select
    today.run_id,
    today.as_of,
    cast(now() at time zone 'UTC' as timestamp) as published_at,
    (select string_agg(source, ', ' order by source) from delivered) as sources,
    newest.newest_data_on,
    coalesce((select string_agg(source, ', ' order by source) from held), '') as held_sources,
    (select count(*) from {{ ref('customer_features') }}) as customers,
    churn.customers_surviving,
    churn.customers_changed_id,
    today.accepted_changes,
    true as has_passed_gates,
    1 as contract_version
from {{ source('raw', 'as_of') }} as today
cross join newest
cross join churn
