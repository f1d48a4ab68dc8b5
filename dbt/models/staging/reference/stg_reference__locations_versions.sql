{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('reference__locations') }}
),

typed as (
    select
        *,
        {{ as_number('latitude', 'reference__locations') }} as latitude_degrees,
        {{ as_number('longitude', 'reference__locations') }} as longitude_degrees
    from source
),

renamed as (
    select
        {{ text('source.location_id') }} as location_id,
        {{ text('source.name') }} as name,
        {{ text('source.city') }} as city,
        upper({{ text('source.country_code') }}) as country_code,
        source.latitude_degrees as latitude,
        source.longitude_degrees as longitude,
        cast(null as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.latitude', 'source.latitude_degrees', 'latitude', 'W_NUMBER'),
            unreadable('source.longitude', 'source.longitude_degrees', 'longitude', 'W_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
