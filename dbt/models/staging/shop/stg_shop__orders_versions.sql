{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('shop__orders') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('ordered_at', 'shop__orders')) }} as ordered_time,
        {{ as_decimal('total_amount', 'shop__orders') }} as total,
        {{ as_decimal('discount_amount', 'shop__orders') }} as discount,
        upper({{ text('currency') }}) as currency_code
    from source
),

renamed as (
    select
        {{ text('source.order_id') }} as order_id,
        {{ text('source.customer_id') }} as shop_customer_id,
        source.ordered_time as ordered_at,
        lower({{ text('source.status') }}) as status,
        source.currency_code as currency,
        source.total as total_amount,
        {{ in_eur('source.total', 'source.currency_code') }} as amount_eur,
        source.discount as discount_amount,
        lower({{ text('source.sales_channel') }}) as sales_channel,
        {{ text('source.campaign_id') }} as campaign_id,
        source.ordered_time as valid_from,
        {{ warning_codes([
            unreadable('source.ordered_at', 'source.ordered_time', 'ordered_at', 'W_DATE'),
            unreadable('source.total_amount', 'source.total', 'total_amount', 'W_NUMBER'),
            unreadable('source.discount_amount', 'source.discount', 'discount_amount', 'W_NUMBER'),
            unusual('source.discount < 0 or source.discount > 1000000', 'discount_amount', 'W_RANGE'),
            unusual('source.total <= 0 or source.total > 1000000', 'total_amount', 'W_RANGE'),
            no_rate('source.total', 'source.currency_code', 'amount_eur'),
            unusual("lower(" ~ text('source.status') ~ ") not in ('paid', 'shipped', 'refunded', 'cancelled')", 'status', 'W_CATEGORY'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_rates('source.currency_code', 'cast(source.ordered_time as date)') }}
)

select * from renamed
