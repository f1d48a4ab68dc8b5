-- The category that most of an order's amount is of; orders of a person, paid or shipped, up to the as-of day.
with
amounts as (
    select order_id, category, sum(coalesce(line_amount, 0)) as amount
    from {{ ref('stg_shop__order_lines') }}
    where category is not null
    group by order_id, category
    union all
    select 'tickets:' || booking_id, category, coalesce(amount, 0)
    from {{ ref('stg_tickets__bookings') }}
    where category is not null
),

main_categories as (
    select order_id, first(category order by amount desc, category) as category
    from amounts
    group by order_id
)

select orders.order_id, orders.customer_id, orders.ordered_at, orders.ordered_on, main_categories.category
from {{ ref('fct_orders') }} as orders
inner join main_categories using (order_id)
cross join {{ source('raw', 'as_of') }} as today
where orders.is_revenue and orders.customer_id is not null and orders.ordered_on <= today.as_of
