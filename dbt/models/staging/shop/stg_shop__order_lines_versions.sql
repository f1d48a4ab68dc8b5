{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('shop__order_lines') }}
),

typed as (
    select
        *,
        {{ as_decimal('quantity', 'shop__order_lines') }} as quantity_number,
        {{ as_decimal('line_amount', 'shop__order_lines') }} as amount
    from source
),

renamed as (
    select
        {{ text('source.order_id') }} as order_id,
        {{ text('source.line_no') }} as line_no,
        {{ text('source.sku') }} as sku,
        lower({{ text('source.category') }}) as category,
        source.quantity_number as quantity,
        source.amount as line_amount,
        cast(null as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.quantity', 'source.quantity_number', 'quantity', 'W_NUMBER'),
            unreadable('source.line_amount', 'source.amount', 'line_amount', 'W_NUMBER'),
            unusual('source.quantity_number <= 0 or source.quantity_number > 10000', 'quantity', 'W_RANGE'),
            unusual('source.amount <= 0 or source.amount > 1000000', 'line_amount', 'W_RANGE'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
