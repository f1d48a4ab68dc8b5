with
shop_orders as (
    select
        order_id, 'shop' as source, 'shop:' || shop_customer_id as record_id, ordered_at, status, currency,
        total_amount, amount_eur, discount_amount, sales_channel, campaign_id, warning_codes
    from {{ ref('stg_shop__orders') }}
),

-- A booking is a paid order of its own.
bookings as (
    select
        'tickets:' || booking_id as order_id, 'tickets' as source, 'tickets:' || booking_id as record_id,
        booked_at as ordered_at, 'paid' as status, currency,
        amount as total_amount, amount_eur, cast(null as decimal(18, 4)) as discount_amount,
        'tickets' as sales_channel, cast(null as varchar) as campaign_id, warning_codes
    from {{ ref('stg_tickets__bookings') }}
),

orders as (
    select * from shop_orders
    union all by name
    select * from bookings
),

-- A company's order is one that was placed by a shop account with its number; a number of several companies is none's.
company_accounts as (
    select 'shop:' || accounts.shop_customer_id as record_id, any_value(companies.company_id) as company_id
    from {{ ref('stg_shop__customers') }} as accounts
    inner join {{ ref('dim_companies') }} as companies using (org_number)
    group by accounts.shop_customer_id
    having count(*) = 1
),

owned as (
    select
        orders.order_id,
        orders.source,
        identities.customer_id,
        company_accounts.company_id,
        orders.ordered_at,
        cast(orders.ordered_at as date) as ordered_on,
        {{ local_hour('orders.ordered_at') }} as ordered_hour,
        orders.status,
        orders.status in ('paid', 'shipped') as is_revenue,
        orders.currency,
        orders.total_amount,
        orders.amount_eur,
        case when orders.status in ('paid', 'shipped') then orders.amount_eur else 0 end as revenue_eur,
        orders.discount_amount,
        orders.sales_channel,
        orders.campaign_id,
        list_concat(
            orders.warning_codes,
            case when identities.customer_id is null then ['customer_id:W_ORPHAN'] else [] end
        ) as warning_codes
    from orders
    left join {{ source('identity', 'customer_identities') }} as identities using (record_id)
    left join company_accounts using (record_id)
)

select * from owned
