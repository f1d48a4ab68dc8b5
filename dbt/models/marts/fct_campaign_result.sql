-- What each campaign did in each segment, arm by arm. The treated less the controls is what it brought.
with
outcomes as (select * from {{ ref('fct_campaign_outcomes') }}),

-- The segment of the day before the campaign is no result of it; where history begins later, today's.
memberships as (
    select outcomes.campaign_id, outcomes.customer_id, history.segment_id
    from outcomes
    inner join {{ source('segments', 'segment_history') }} as history
        on
            outcomes.customer_id = history.customer_id
            and outcomes.assigned_on >= history.valid_from
            and (history.valid_to is null or outcomes.assigned_on < history.valid_to)
    union
    select outcomes.campaign_id, outcomes.customer_id, segments.segment_id
    from outcomes
    inner join {{ source('segments', 'customer_segments') }} as segments using (customer_id)
    where outcomes.assigned_on < (select min(valid_from) from {{ source('segments', 'segment_history') }})
),

arms as (
    select
        outcomes.campaign_id,
        memberships.segment_id,
        outcomes.arm,
        count(*) as customers,
        count(*) filter (where outcomes.has_responded) as responses,
        cast(sum(outcomes.clicks) as bigint) as clicks,
        count(*) filter (where outcomes.has_converted) as conversions,
        -- Cents before summing: the last digit of a sum of doubles depends on threads.
        cast(sum(cast(outcomes.revenue_eur as decimal(18, 2))) as double) as revenue_eur
    from outcomes
    inner join memberships using (campaign_id, customer_id)
    group by all
),

costs as (
    select
        campaigns.campaign_id,
        cast(campaigns.cost_eur as double) / count(outcomes.customer_id) as cost_per_customer_eur
    from {{ ref('stg_campaigns__campaigns') }} as campaigns
    inner join outcomes on campaigns.campaign_id = outcomes.campaign_id and outcomes.arm = 'treatment'
    group by campaigns.campaign_id, campaigns.cost_eur
),

compared as (
    select
        treated.campaign_id,
        treated.segment_id,
        treated.arm,
        {{ newcombe('treated.conversions', 'treated.customers', 'control.conversions', 'control.customers', '-') }}
            as uplift_low,
        {{ newcombe('treated.conversions', 'treated.customers', 'control.conversions', 'control.customers', '+') }}
            as uplift_high,
        treated.conversions / treated.customers - control.conversions / control.customers as uplift,
        treated.revenue_eur / treated.customers - control.revenue_eur / control.customers as gain_per_customer_eur
    from arms as treated
    inner join arms as control
        on
            treated.campaign_id = control.campaign_id
            and treated.segment_id = control.segment_id
            and control.arm = 'control'
    where treated.arm = 'treatment'
)

select
    arms.campaign_id,
    arms.segment_id,
    arms.arm,
    arms.customers,
    arms.responses,
    arms.clicks,
    arms.conversions,
    arms.revenue_eur,
    compared.uplift,
    compared.uplift_low,
    compared.uplift_high,
    (compared.gain_per_customer_eur - costs.cost_per_customer_eur) / nullif(costs.cost_per_customer_eur, 0) as roi
from arms
left join compared using (campaign_id, segment_id, arm)
left join costs using (campaign_id)
