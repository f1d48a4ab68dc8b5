-- One row per day and segment. Earlier days come from the published state and are never rewritten.
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
        -- Cents before summing: the last digit of a sum of doubles depends on threads.
        sum(cast(predicted.predicted_value_90d_eur as decimal(18, 2))) as predicted_value_90d_eur
    from {{ source('segments', 'customer_segments') }} as segments
    inner join {{ ref('all_customers') }} as features using (customer_id)
    left join {{ source('segments', 'predicted_values') }} as predicted using (customer_id)
    group by segments.segment_id
),

-- Of the members with a dated fact; what BI sees of them gives the same figure.
staleness as (
    select
        segments.segment_id,
        avg(cast(customers.stale_fact_share as decimal(3, 2))) as stale_fact_share
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
        cast(coalesce(members.orders_365d, 0) as bigint) as orders_365d,
        cast(members.predicted_value_90d_eur as double) as predicted_value_90d_eur,
        homogeneity.homogeneity,
        cast(staleness.stale_fact_share as double) as stale_fact_share
    from {{ source('segments', 'segment_definitions') }} as definitions
    cross join today
    left join bases using (customer_type)
    left join members using (segment_id)
    left join moves using (segment_id)
    left join staleness using (segment_id)
    left join {{ source('segments', 'segment_homogeneity') }} as homogeneity using (segment_id)
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
