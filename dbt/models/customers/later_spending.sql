-- What each customer spent in the 90 days after a day gone by: what a prediction is held against.
with
days as (select as_of from {{ source('customers', 'feature_days') }}),

-- Persons by who placed the order, companies by the account's number.
spending as (
    select days.as_of, 'person' as customer_type, orders.customer_id, orders.revenue_eur
    from days
    inner join {{ ref('fct_orders') }} as orders
        on days.as_of < orders.ordered_on and orders.ordered_on <= days.as_of + 90
    where orders.customer_id is not null
    union all
    select days.as_of, 'company' as customer_type, orders.company_id as customer_id, orders.revenue_eur
    from days
    inner join {{ ref('fct_orders') }} as orders
        on days.as_of < orders.ordered_on and orders.ordered_on <= days.as_of + 90
    where orders.company_id is not null
)

select as_of, customer_type, customer_id, cast(sum(revenue_eur) as double) as revenue_eur
from spending
group by as_of, customer_type, customer_id
