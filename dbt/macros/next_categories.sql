{#
  The three categories that each person who ordered will most likely buy next, as known at the end of a day: the
  person's own orders by category, and `next_weight` orders more as others went on who bought the same. How others
  went on is the share of next orders by category after an order of a category, drawn towards what all buy.
  `next_weight` 20 was the best of 2 to 20 on the demo, by little.
#}
{% macro next_categories(day) %}
{%- set next_weight = 20 -%}
with
known_orders as (
    select categories.customer_id, categories.category, categories.ordered_at, categories.order_id
    from {{ ref('order_categories') }} as categories
    inner join {{ ref('customer_consents') }} as consents using (customer_id)
    where categories.ordered_on <= ({{ day }}) and consents.may_profile
),

popularity as (
    select category, count(*) / sum(count(*)) over () as share
    from known_orders
    group by category
),

followed as (
    select
        category,
        lag(category) over (partition by customer_id order by ordered_at, order_id) as category_before
    from known_orders
),

steps as (
    select category_before, category, count(*) as orders
    from followed
    where category_before is not null
    group by category_before, category
),

-- Every category after every category, also where nobody has gone there yet.
chances as (
    select
        origins.category_before,
        popularity.category,
        (coalesce(steps.orders, 0) + {{ next_weight }} * popularity.share)
        / (sum(coalesce(steps.orders, 0)) over (partition by origins.category_before) + {{ next_weight }}) as chance
    from (select distinct category as category_before from known_orders) as origins
    cross join popularity
    left join steps using (category_before, category)
),

own as (
    select customer_id, category, count(*) as orders, sum(count(*)) over (partition by customer_id) as all_orders
    from known_orders
    group by customer_id, category
),

expected as (
    select own.customer_id, chances.category, sum(own.orders / own.all_orders * chances.chance) as chance
    from own
    inner join chances on own.category = chances.category_before
    group by own.customer_id, chances.category
),

-- Rounded before ranking: the last digit of a sum of doubles depends on threads.
scored as (
    select
        expected.customer_id,
        expected.category,
        coalesce(own.orders, 0) > 0 as is_own,
        round(
            (coalesce(own.orders, 0) + {{ next_weight }} * expected.chance)
            / (coalesce(sum(own.orders) over (partition by expected.customer_id), 0) + {{ next_weight }}), 6
        ) as share
    from expected
    left join own using (customer_id, category)
)

select
    customer_id,
    category,
    share,
    is_own,
    row_number() over (partition by customer_id order by share desc, category) as rank
from scored
qualify rank <= 3
{% endmacro %}
