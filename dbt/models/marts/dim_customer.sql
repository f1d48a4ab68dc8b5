{% set k = 10 %}
with
lifecycle as (
    select customer_id, split_part(segment_id, '.', 2) as lifecycle_stage
    from {{ source('segments', 'customer_segments') }}
    where scheme in ('lifecycle', 'company_lifecycle')
),

people as (
    select
        features.customer_id,
        coalesce(features.country_code, 'unknown') as country_code,
        coalesce(features.region, 'unknown') as region,
        {{ age_band('features.age_years') }} as age_band,
        coalesce(features.gender, 'unknown') as gender,
        strftime(features.customer_since_on, '%Y-%m') as customer_since_month,
        lifecycle.lifecycle_stage,
        consents.may_email,
        consents.may_advertise
    from {{ ref('customer_features') }} as features
    inner join {{ ref('customer_consents') }} as consents using (customer_id)
    left join lifecycle using (customer_id)
),

-- k-anonymity by generalising the least missed first: region, age, gender, then the country.
without_small_regions as ({{ generalise('people', 'region', k) }}
),

without_small_ages as ({{ generalise('without_small_regions', 'age_band', k) }}
),

without_small_genders as ({{ generalise('without_small_ages', 'gender', k) }}
),

without_small_countries as ({{ generalise('without_small_genders', 'country_code', k) }}
),

-- What is still rare shares one row of "other" with its like.
anonymous as (
    select
        * replace (
            case when is_rare then 'other' else region end as region,
            case when is_rare then 'other' else age_band end as age_band,
            case when is_rare then 'other' else gender end as gender,
            case when is_rare then 'other' else country_code end as country_code
        )
    from (
        select *, count(*) over (partition by country_code, region, age_band, gender) < {{ k }} as is_rare
        from without_small_countries
    )
),

persons as (
    select
        customer_id, 'person' as customer_type, country_code, region, age_band, gender,
        cast(null as varchar) as industry_section, cast(null as varchar) as employee_band,
        customer_since_month, lifecycle_stage, may_email, may_advertise, false as is_retired
    from anonymous
),

companies as (
    select
        customer_id, 'company' as customer_type, country_code, cast(null as varchar) as region,
        cast(null as varchar) as age_band, cast(null as varchar) as gender,
        industry_section,
        {{ employee_band('employees') }} as employee_band,
        cast(null as varchar) as customer_since_month, lifecycle.lifecycle_stage,
        false as may_email, false as may_advertise, false as is_retired
    from {{ ref('dim_companies') }}
    left join lifecycle using (customer_id)
),

living as (
    select * from persons
    union all by name
    select * from companies
),

-- A retired id's memberships stay, so its key does too.
retired as (
    select distinct
        history.customer_id, case when left(history.customer_id, 2) = 'c_' then 'company' else 'person' end as customer_type,
        'other' as country_code, 'other' as region, 'other' as age_band, 'other' as gender,
        cast(null as varchar) as industry_section, cast(null as varchar) as employee_band,
        cast(null as varchar) as customer_since_month, cast(null as varchar) as lifecycle_stage,
        false as may_email, false as may_advertise, true as is_retired
    from {{ source('segments', 'segment_history') }} as history
    where history.customer_id not in (select customer_id from living)
),

everyone as (
    select * from living
    union all by name
    select * from retired
),

-- Decimals before the mean, whose last digit would depend on threads; two digits tell no day.
staleness as (
    select customer_id, round(avg(cast(stale_share as decimal(5, 4))), 2) as stale_fact_share
    from {{ ref('fct_fact_freshness') }}
    group by customer_id
)

select
    keys.customer_key,
    everyone.customer_type,
    everyone.country_code,
    everyone.region,
    everyone.age_band,
    everyone.gender,
    everyone.industry_section,
    everyone.employee_band,
    everyone.customer_since_month,
    everyone.lifecycle_stage,
    everyone.may_email,
    everyone.may_advertise,
    cast(staleness.stale_fact_share as double) as stale_fact_share,
    everyone.is_retired
from everyone
inner join {{ source('customers', 'customer_keys') }} as keys using (customer_id)
left join staleness using (customer_id)
