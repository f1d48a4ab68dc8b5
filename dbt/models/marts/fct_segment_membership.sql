with
history as (select * from {{ source('segments', 'segment_history') }}),

-- Exact figures stay in the warehouse; BI gets bands.
reasons as (
    select
        members.customer_id,
        members.segment_id,
        members.strength,
        case
            when members.segment_id like '%.unassigned' then members.reason
            when members.scheme = 'audience' then 'meets the definition of the audience'
            when members.scheme = 'firmographic' then 'by industry and number of employees'
            when members.scheme = 'needs' then 'by answers to the surveys'
            else concat_ws(
                '; ',
                'last order: ' || {{ recency_band('features.recency_days') }},
                'orders in 365 days: ' || {{ count_band('features.orders_365d') }},
                'revenue in 365 days: ' || {{ euro_band('features.revenue_365d_eur') }}
            )
        end as reason
    from {{ source('segments', 'customer_segments') }} as members
    inner join {{ ref('all_customers') }} as features using (customer_id)
)

select
    keys.customer_key,
    history.scheme,
    history.segment_id,
    history.definition_version,
    history.valid_from,
    history.valid_to,
    history.valid_to is null as is_current,
    history.is_replayed,
    case when history.valid_to is null then reasons.strength end as strength,
    case when history.valid_to is null then reasons.reason end as reason
from history
inner join {{ source('customers', 'customer_keys') }} as keys using (customer_id)
left join reasons using (customer_id, segment_id)
