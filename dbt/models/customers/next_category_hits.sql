-- How often what was expected 90 days ago was what was bought next, beside two guesses that need no model.
with
learnt as (
    {{ next_categories("select as_of - 90 from " ~ source('raw', 'as_of')) }}
),

cutoff as (select as_of - 90 as day from {{ source('raw', 'as_of') }}),

bought as (
    select customer_id, first(category order by ordered_at, order_id) as category
    from {{ ref('order_categories') }}
    where ordered_on > (select day from cutoff)
    group by customer_id
),

before as (
    select customer_id, category, count(*) as orders
    from {{ ref('order_categories') }}
    where ordered_on <= (select day from cutoff)
    group by customer_id, category
),

own as (
    select customer_id, first(category order by orders desc, category) as category
    from before
    group by customer_id
),

popular as (
    select category from before
    group by category
    order by sum(orders) desc, category limit 1
),

judged as (
    select
        bought.customer_id,
        coalesce(max((learnt.category = bought.category and learnt.rank = 1)::integer), 0) as is_first,
        coalesce(max((learnt.category = bought.category)::integer), 0) as is_among_three,
        max((own.category = bought.category)::integer) as is_own,
        max((bought.category = (select category from popular))::integer) as is_popular
    from bought
    inner join own using (customer_id)
    inner join learnt using (customer_id)
    group by bought.customer_id
)

select
    count(*) as customers,
    avg(is_first) as first_hit_share,
    avg(is_among_three) as three_hit_share,
    avg(is_own) as own_favourite_hit_share,
    avg(is_popular) as most_popular_hit_share
from judged
