{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('reference__places') }}
),

typed as (
    select
        *,
        {{ as_number('latitude', 'reference__places') }} as latitude_degrees,
        {{ as_number('longitude', 'reference__places') }} as longitude_degrees
    from source
),

renamed as (
    select
        upper({{ text('source.country_code') }}) as country_code,
        coalesce(postal_codes.postal_code, {{ text('source.postal_code') }}) as postal_code,
        {{ text('source.city') }} as city,
        {{ text('source.municipality') }} as municipality,
        {{ text('source.region') }} as region,
        source.latitude_degrees as latitude,
        source.longitude_degrees as longitude,
        cast(null as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.latitude', 'source.latitude_degrees', 'latitude', 'W_NUMBER'),
            unreadable('source.longitude', 'source.longitude_degrees', 'longitude', 'W_NUMBER'),
            looked_up('postal_codes.warning', 'postal_code'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postal_code', 'source.country_code') }}
)

select * from renamed
