-- What each customer did after being assigned to a campaign: from that day until the campaign's end.
{% set open_end_days = 30 %}
with
assigned as (
    select
        identities.customer_id,
        assignments.campaign_id,
        min(assignments.arm) as arm,
        cast(min(assignments.assigned_at) as date) as assigned_on
    from {{ ref('stg_campaigns__assignments') }} as assignments
    inner join {{ source('identity', 'customer_identities') }} as identities
        on identities.record_id = assignments.person_source || ':' || assignments.person_key
    cross join {{ source('raw', 'as_of') }} as today
    where assignments.arm in ('treatment', 'control') and cast(assignments.assigned_at as date) <= today.as_of
    group by identities.customer_id, assignments.campaign_id
    -- Two records of one person in two arms say nothing about either.
    having count(distinct assignments.arm) = 1
),

observed as (
    select
        assigned.*,
        greatest(assigned.assigned_on, coalesce(campaigns.starts_on, assigned.assigned_on)) as starts_on,
        coalesce(campaigns.ends_on, assigned.assigned_on + {{ open_end_days }}) as ends_on
    from assigned
    left join {{ ref('stg_campaigns__campaigns') }} as campaigns using (campaign_id)
),

bought as (
    select
        observed.customer_id,
        observed.campaign_id,
        cast(sum(orders.revenue_eur) as double) as revenue_eur
    from observed
    inner join {{ ref('fct_orders') }} as orders
        on
            observed.customer_id = orders.customer_id
            and orders.is_revenue
            and orders.ordered_on between observed.starts_on and observed.ends_on
    group by observed.customer_id, observed.campaign_id
),

engaged as (
    select
        observed.customer_id,
        observed.campaign_id,
        count(*) filter (where events.kind = 'email_click' or events.source = 'web') as clicks
    from observed
    inner join {{ ref('fct_interactions') }} as events
        on
            observed.customer_id = events.customer_id
            and observed.campaign_id = events.campaign_id
            and events.kind not in ('email_sent', 'email_bounce', 'email_unsubscribe')
    group by observed.customer_id, observed.campaign_id
)

select
    observed.customer_id,
    observed.campaign_id,
    observed.arm,
    observed.assigned_on,
    engaged.customer_id is not null as has_responded,
    coalesce(engaged.clicks, 0) as clicks,
    bought.customer_id is not null as has_converted,
    coalesce(bought.revenue_eur, 0) as revenue_eur
from observed
left join bought using (customer_id, campaign_id)
left join engaged using (customer_id, campaign_id)
