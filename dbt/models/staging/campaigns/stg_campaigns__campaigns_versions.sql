{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('campaigns__campaigns') }}
),

typed as (
    select
        *,
        {{ in_range(as_date('starts_on', 'campaigns__campaigns')) }} as start_date,
        {{ in_range(as_date('ends_on', 'campaigns__campaigns')) }} as end_date,
        {{ as_decimal('cost', 'campaigns__campaigns') }} as cost_amount,
        upper({{ text('currency') }}) as currency_code
    from source
),

renamed as (
    select
        {{ text('source.campaign_id') }} as campaign_id,
        {{ text('source.name') }} as name,
        lower({{ text('source.channel') }}) as channel,
        {{ text('source.goal') }} as goal,
        source.start_date as starts_on,
        source.end_date as ends_on,
        source.cost_amount as cost,
        source.currency_code as currency,
        {{ in_eur('source.cost_amount', 'source.currency_code') }} as cost_eur,
        {{ text('source.target_segment') }} as target_segment,
        cast(source.start_date as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.starts_on', 'source.start_date', 'starts_on', 'W_DATE'),
            unreadable('source.ends_on', 'source.end_date', 'ends_on', 'W_DATE'),
            unreadable('source.cost', 'source.cost_amount', 'cost', 'W_NUMBER'),
            unusual('source.cost_amount <= 0 or source.cost_amount > 100000000', 'cost', 'W_RANGE'),
            no_rate('source.cost_amount', 'source.currency_code', 'cost_eur'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_rates('source.currency_code', 'source.start_date') }}
)

select * from renamed
