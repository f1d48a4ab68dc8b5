{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('reference__fx_rates') }}
),

typed as (
    select
        *,
        {{ in_range(as_date('valid_from', 'reference__fx_rates')) }} as valid_from_date,
        {{ positive(as_decimal('eur_per_unit', 'reference__fx_rates', 'decimal(18, 8)')) }} as rate
    from source
),

renamed as (
    select
        upper({{ text('source.currency') }}) as currency,
        source.valid_from_date as valid_from_on,
        source.rate as eur_per_unit,
        cast(source.valid_from_date as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.valid_from', 'source.valid_from_date', 'valid_from_on', 'W_DATE'),
            unreadable('source.eur_per_unit', 'source.rate', 'eur_per_unit', 'W_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
