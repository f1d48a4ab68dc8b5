{#
  Features of every company at the end of each day of a relation `as_of`, as customer_features are of persons. Orders
  are those that its shop accounts placed.
#}
{% macro company_features(days, customers, companies) %}
with
days as ({{ days }}),

{{ order_features('company_id') }},

-- Who acts for it, and who of them decides.
contacts as (
    select
        as_of,
        company_id,
        count(*) as people,
        count(*) filter (where {{ is_decision_maker('job_title') }}) as decision_makers
    from {{ customers }}
    where company_id is not null
    group by as_of, company_id
),

joined as (
    select
        days.as_of,
        companies.customer_id,
        companies.country_code,
        companies.city,
        companies.industry_section,
        companies.industry_code,
        companies.employees,
        cast(companies.revenue_eur as double) as turnover_eur,
        coalesce(contacts.people, 0) as people,
        coalesce(contacts.decision_makers, 0) as decision_makers,
        {{ order_columns() }}
        true as is_profiling_allowed,
        purchases.last_order_on as last_event_on,
        purchases.orders is null as is_prospect
    from {{ companies }} as companies
    inner join days using (as_of)
    left join contacts using (as_of, company_id)
    left join purchases using (as_of, customer_id)
)

select * from joined
{% endmacro %}
