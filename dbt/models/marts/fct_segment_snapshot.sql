-- One row per day and segment. Earlier days come from the published state and are never rewritten.
{# Below this a score jumps by ten points for each answer, and may tell whose it was. #}
{% set fewest_answers = 10 %}
with
today as (select as_of from {{ source('raw', 'as_of') }}),

bases as (
    select customer_type, count(*) as customers from {{ ref('all_customers') }}
    group by customer_type
),

members as (
    select
        segments.segment_id,
        count(*) as customers,
        sum(features.revenue_365d_eur) as revenue_365d_eur,
        sum(features.orders_365d) as orders_365d,
        avg(features.is_retained::integer) as retained_share,
        avg((features.orders_365d > 1)::integer) filter (where features.orders_365d > 0) as repeat_share,
        -- Reichheld (2003): promoters give 9 or 10, detractors 0 to 6.
        case when count(features.nps) >= {{ fewest_answers }} then round(
            100 * (count(*) filter (where features.nps >= 9) - count(*) filter (where features.nps <= 6))
            / count(features.nps), 1
        ) end as net_promoter_score,
        -- Cents before summing: the last digit of a sum of doubles depends on threads.
        sum((predicted.predicted_value_90d_eur)::decimal(18, 2)) as predicted_value_90d_eur
    from {{ source('segments', 'customer_segments') }} as segments
    inner join {{ ref('all_customers') }} as features using (customer_id)
    left join {{ source('segments', 'predicted_values') }} as predicted using (customer_id)
    group by segments.segment_id
),

-- Of the members with a dated fact; what BI sees of them gives the same figure.
staleness as (
    select
        segments.segment_id,
        avg((customers.stale_fact_share)::decimal(3, 2)) as stale_fact_share
    from {{ source('segments', 'customer_segments') }} as segments
    inner join {{ source('customers', 'customer_keys') }} using (customer_id)
    inner join {{ ref('dim_customer') }} as customers using (customer_key)
    group by segments.segment_id
),

moves as (
    select
        history.segment_id,
        count(*) filter (where history.valid_from = today.as_of) as entered,
        count(*) filter (where history.valid_to = today.as_of) as left_count
    from {{ source('segments', 'segment_history') }} as history
    cross join today
    where not history.is_replayed
    group by history.segment_id
),

of_today as (
    select
        today.as_of,
        definitions.scheme,
        definitions.segment_id,
        definitions.customer_type,
        definitions.definition_version,
        false as is_replayed,
        coalesce(members.customers, 0) as customers,
        coalesce(members.customers, 0) / nullif(bases.customers, 0) as share,
        coalesce(moves.entered, 0) as entered,
        coalesce(moves.left_count, 0) as left_count,
        coalesce(members.revenue_365d_eur, 0) as revenue_365d_eur,
        (coalesce(members.orders_365d, 0))::bigint as orders_365d,
        (members.predicted_value_90d_eur)::double as predicted_value_90d_eur,
        homogeneity.homogeneity,
        (staleness.stale_fact_share)::double as stale_fact_share,
        members.retained_share,
        members.repeat_share,
        members.net_promoter_score,
        exclusions.excluded,
        (round(exclusions.excluded * contacts.cost_eur, 2))::double as avoided_cost_eur
    from {{ source('segments', 'segment_definitions') }} as definitions
    cross join today
    left join bases using (customer_type)
    left join members using (segment_id)
    left join moves using (segment_id)
    left join staleness using (segment_id)
    left join {{ source('segments', 'segment_homogeneity') }} as homogeneity using (segment_id)
    left join {{ source('segments', 'audience_exclusions') }} as exclusions using (segment_id)
    cross join {{ ref('contact_costs') }} as contacts
),

earlier as (
    select snapshots.*
    from {{ source('segments', 'earlier_snapshots') }} as snapshots
    cross join today
    where snapshots.as_of < today.as_of
)

select * from earlier
union all by name
select * from of_today
