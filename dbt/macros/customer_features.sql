{#
  Features of every person at the end of each day of a relation `as_of`: a function of time, so that one day
  and twenty-four month ends are one query. Nothing later than its day counts.
#}
{% macro customer_features(days) %}
with
days as ({{ days }}),

orders as (
    select days.as_of, orders.*, days.as_of - orders.ordered_on as days_ago
    from {{ ref('fct_orders') }} as orders
    inner join days on orders.ordered_on <= days.as_of
    where orders.customer_id is not null
),

revenue_orders as (
    select
        *,
        ordered_on - lag(ordered_on) over (
            partition by as_of, customer_id order by ordered_at, order_id
        ) as gap_days,
        row_number() over (partition by as_of, customer_id order by ordered_at desc, order_id desc) as newness
    from orders
    where is_revenue
),

order_features as (
    select
        as_of,
        customer_id,
        count(*) as orders,
        count(*) filter (where days_ago < 365) as orders_365d,
        count(*) filter (where days_ago < 90) as orders_90d,
        cast(sum(revenue_eur) as double) as revenue_eur,
        cast(sum(revenue_eur) filter (where days_ago < 365) as double) as revenue_365d_eur,
        cast(sum(revenue_eur) filter (where days_ago < 90) as double) as revenue_90d_eur,
        count(*) filter (where days_ago < 365 and amount_eur is null) as unrated_365d,
        count(*) filter (where days_ago < 90 and amount_eur is null) as unrated_90d,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        max(gap_days) filter (where newness = 1) as previous_order_gap_days,
        cast(avg(revenue_eur) as double) as average_order_eur,
        avg((coalesce(discount_amount, 0) > 0)::integer) as discount_share,
        avg((sales_channel is not distinct from 'online')::integer) as online_share,
        avg((sales_channel is not distinct from 'store')::integer) as store_share,
        avg((sales_channel is not distinct from 'app')::integer) as app_share,
        avg((isodow(ordered_on) >= 6)::integer) as weekend_share
    from revenue_orders
    group by as_of, customer_id
),

refunds as (
    select
        as_of,
        customer_id,
        avg((status = 'refunded')::integer) filter (where status in ('paid', 'shipped', 'refunded')) as refund_share
    from orders
    group by as_of, customer_id
),

line_amounts as (
    select order_id, category, line_amount from {{ ref('stg_shop__order_lines') }} where category is not null
    union all
    select 'tickets:' || booking_id, category, amount from {{ ref('stg_tickets__bookings') }} where category is not null
),

-- A line is worth its share of the order's EUR amount; unrated orders weigh nothing.
category_revenue as (
    select
        orders.as_of,
        orders.customer_id,
        lines.category,
        -- Cents before summing: the last digit of a sum of doubles depends on threads.
        sum(coalesce(try_cast(
            cast(lines.line_amount as double) * cast(orders.amount_eur as double)
            / nullif(cast(orders.total_amount as double), 0) as decimal(18, 2)
        ), 0)) as revenue_eur
    from revenue_orders as orders
    inner join line_amounts as lines using (order_id)
    group by all
),

category_features as (
    select
        as_of,
        customer_id,
        first(category order by revenue_eur desc, category) as top_category,
        case when sum(greatest(revenue_eur, 0)) > 0
            then cast(greatest(max(revenue_eur), 0) as double) / cast(sum(greatest(revenue_eur, 0)) as double)
        end as top_category_share,
        count(*) as categories
    from category_revenue
    group by as_of, customer_id
),

interaction_features as (
    select
        days.as_of,
        events.customer_id,
        min(events.occurred_on) as first_interaction_on,
        max(events.occurred_on) as last_interaction_on,
        count(*) filter (where kind = 'visit' and days.as_of - occurred_on < 365) as visits_365d,
        max(occurred_on) filter (where kind = 'visit') as last_visit_on,
        count(*) filter (where kind = 'email_sent' and days.as_of - occurred_on < 365) as email_sent_365d,
        count(*) filter (where kind = 'email_open' and days.as_of - occurred_on < 365) as email_opens_365d,
        count(*) filter (where kind = 'email_click' and days.as_of - occurred_on < 365) as email_clicks_365d,
        count(distinct occurred_on) filter (
            where source = 'web' and days.as_of - occurred_on < 90
        ) as web_sessions_days_90d,
        count(*) filter (where source = 'web' and days.as_of - occurred_on < 90) as web_events_90d,
        count(*) filter (where kind = 'web_search' and days.as_of - occurred_on < 90) as web_searches_90d,
        count(*) filter (
            where kind = 'social_engagement' and days.as_of - occurred_on < 365
        ) as social_engagements_365d
    from {{ ref('fct_interactions') }} as events
    inner join days on events.occurred_on <= days.as_of
    where events.customer_id is not null
    group by days.as_of, events.customer_id
),

nps_answers as (
    select
        days.as_of,
        identities.customer_id,
        first(try_cast(answers.answer as integer) order by answers.answered_at desc, answers.response_id) as nps
    from {{ ref('stg_survey__answers') }} as answers
    inner join days on cast(answers.answered_at as date) <= days.as_of
    inner join {{ source('identity', 'customer_identities') }} as identities
        on identities.record_id = 'survey:' || answers.response_id
    where answers.question_code = 'NPS' and try_cast(answers.answer as integer) between 0 and 10
    group by days.as_of, identities.customer_id
),

joined as (
    select
        days.as_of,
        customers.customer_id,
        least(
            cast(customers.first_record_at as date), orders.first_order_on, events.first_interaction_on
        ) as customer_since_on,
        case
            when customers.birth_date <= days.as_of and datesub('year', customers.birth_date, days.as_of) <= 120
                then cast(datesub('year', customers.birth_date, days.as_of) as integer)
        end as age_years,
        customers.gender,
        customers.country_code,
        customers.region,
        customers.city,
        customers.latitude,
        customers.longitude,
        customers.job_title,
        {{ is_decision_maker('customers.job_title') }} as is_decision_maker,
        employers.industry_section as employer_industry_section,
        employers.employees as employer_employees,
        coalesce(orders.orders, 0) as orders,
        coalesce(orders.orders_365d, 0) as orders_365d,
        coalesce(orders.orders_90d, 0) as orders_90d,
        case when orders.orders is null then 0 else orders.revenue_eur end as revenue_eur,
        case
            when coalesce(orders.orders_365d, 0) = 0 then 0
            when orders.orders_365d > orders.unrated_365d then orders.revenue_365d_eur
        end as revenue_365d_eur,
        case
            when coalesce(orders.orders_90d, 0) = 0 then 0
            when orders.orders_90d > orders.unrated_90d then orders.revenue_90d_eur
        end as revenue_90d_eur,
        orders.first_order_on,
        orders.last_order_on,
        cast(days.as_of - orders.last_order_on as integer) as recency_days,
        case
            when orders.orders >= 2 then (orders.last_order_on - orders.first_order_on) / (orders.orders - 1)
        end as mean_order_gap_days,
        cast(orders.previous_order_gap_days as double) as previous_order_gap_days,
        orders.average_order_eur,
        orders.discount_share,
        refunds.refund_share,
        orders.online_share,
        orders.store_share,
        orders.app_share,
        orders.weekend_share,
        categories.top_category,
        categories.top_category_share,
        coalesce(categories.categories, 0) as categories,
        coalesce(events.visits_365d, 0) as visits_365d,
        events.last_visit_on,
        coalesce(events.email_sent_365d, 0) as email_sent_365d,
        coalesce(events.email_opens_365d, 0) as email_opens_365d,
        coalesce(events.email_clicks_365d, 0) as email_clicks_365d,
        case
            when events.email_sent_365d > 0 then least(events.email_opens_365d / events.email_sent_365d, 1)
        end as email_open_share,
        coalesce(events.web_sessions_days_90d, 0) as web_sessions_days_90d,
        coalesce(events.web_events_90d, 0) as web_events_90d,
        coalesce(events.web_searches_90d, 0) as web_searches_90d,
        coalesce(events.social_engagements_365d, 0) as social_engagements_365d,
        nps_answers.nps,
        consents.may_profile as is_profiling_allowed,
        greatest(orders.last_order_on, events.last_interaction_on) as last_event_on,
        orders.orders is null as is_prospect
    from {{ ref('dim_customers') }} as customers
    cross join days
    left join order_features as orders using (as_of, customer_id)
    left join refunds using (as_of, customer_id)
    left join category_features as categories using (as_of, customer_id)
    left join interaction_features as events using (as_of, customer_id)
    left join nps_answers using (as_of, customer_id)
    left join {{ ref('customer_consents') }} as consents using (customer_id)
    left join {{ ref('dim_companies') }} as employers using (company_id)
),

-- A customer exists from its first record, else its first event, else always.
existing as (
    select * from joined where customer_since_on is null or customer_since_on <= as_of
)

select * from existing
{% endmacro %}
