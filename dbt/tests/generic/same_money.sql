{# I6: per currency, what came in is what went out, in exact decimals. #}
{% test same_money(model) %}
    with
    delivered as (
        select currency, sum(total_amount) as total from {{ ref('stg_shop__orders') }} group by currency
        union all
        select currency, sum(amount) from {{ ref('stg_tickets__bookings') }} group by currency
    ),
    money_in as (select currency, sum(total) as total from delivered group by currency),
    money_out as (select currency, sum(total_amount) as total from {{ model }} group by currency)
    select *
    from money_in
    full join money_out on money_in.currency is not distinct from money_out.currency
    where coalesce(money_in.total, 0) <> coalesce(money_out.total, 0)
{% endtest %}
