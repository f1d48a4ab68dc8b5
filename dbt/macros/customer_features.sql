{#
  Features of every person at the end of each day of a relation `as_of`: a function of time, so that one day
  and twenty-four month ends are one query. Nothing later than its day counts. `customers` and `companies` are the
  golden records as of each of the days.
#}
{% macro customer_features(days, customers, companies) %}
with
days as ({{ days }}),

{{ order_features('customer_id') }},

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

-- Of each question the answer that was the newest on the day.
answers as (
    select
        days.as_of,
        answers.*,
        try_cast(answers.answer as double) as points,
        answers.question_code like 'PSY\_%_' escape '\' as is_scale,
        answers.question_code like 'INT\_%_' escape '\' as is_interest
    from {{ ref('fct_survey_answers') }} as answers
    inner join days
        on answers.answered_on <= days.as_of
        and (answers.superseded_on is null or answers.superseded_on > days.as_of)
),

survey_features as (
    select
        as_of,
        customer_id,
        any_value(try_cast(points as integer)) filter (
            where question_code = 'NPS' and points between 0 and 10 and points = trunc(points)
        ) as nps,
        count(*) filter (where is_scale and points in (1, 2, 3, 4, 5)) as scales_answered,
        first(substr(question_code, 5) order by points desc, question_code) filter (
            where is_scale and points in (1, 2, 3, 4, 5)
        ) as strongest_scale,
        try_cast(max(points) filter (where is_scale and points in (1, 2, 3, 4, 5)) as integer) as strongest_scale_points,
        count(*) filter (where is_interest) as interests_asked,
        count(*) filter (
            where is_interest and lower(trim(answer)) in ('yes', 'ja', 'y', 'j', 'true', '1')
        ) as interests
    from answers
    where is_scale or is_interest or question_code = 'NPS'
    group by as_of, customer_id
),

-- Of locations equally far the first by name.
nearest_locations as (
    select
        homes.latitude,
        homes.longitude,
        arg_min(locations.name, (round({{ distance_km('homes', 'locations') }}, 3), locations.name)) as nearest_location,
        min({{ distance_km('homes', 'locations') }}) as nearest_location_km
    from (
        select distinct latitude, longitude from {{ customers }}
        where latitude is not null and longitude is not null
    ) as homes
    cross join (
        select name, latitude, longitude from {{ ref('stg_reference__locations') }}
        where latitude is not null and longitude is not null
    ) as locations
    group by homes.latitude, homes.longitude
),

joined as (
    select
        days.as_of,
        customers.customer_id,
        least(
            cast(customers.first_record_at as date), purchases.first_order_on, events.first_interaction_on
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
        nearest.nearest_location,
        round(nearest.nearest_location_km, 1) as nearest_location_km,
        customers.job_title,
        {{ is_decision_maker('customers.job_title') }} as is_decision_maker,
        employers.industry_section as employer_industry_section,
        employers.employees as employer_employees,
        {{ order_columns() }}
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
        survey.nps,
        nullif(survey.scales_answered, 0) as scales_answered,
        survey.strongest_scale,
        survey.strongest_scale_points,
        case when survey.interests_asked > 0 then survey.interests end as interests,
        consents.may_profile as is_profiling_allowed,
        greatest(purchases.last_order_on, events.last_interaction_on) as last_event_on,
        purchases.orders is null as is_prospect
    from {{ customers }} as customers
    inner join days using (as_of)
    left join purchases using (as_of, customer_id)
    left join interaction_features as events using (as_of, customer_id)
    left join nearest_locations as nearest using (latitude, longitude)
    left join survey_features as survey using (as_of, customer_id)
    left join {{ ref('customer_consents') }} as consents using (customer_id)
    left join {{ companies }} as employers using (as_of, company_id)
),

-- A customer exists from its first record, else its first event, else always.
existing as (
    select *, cast(as_of - customer_since_on as integer) as tenure_days
    from joined
    where customer_since_on is null or customer_since_on <= as_of
)

select * from existing
{% endmacro %}
