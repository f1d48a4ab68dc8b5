{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('shop__customers') }}
),

typed as (
    select
        *,
        {{ in_range(as_date('birth_date', 'shop__customers')) }} as born_on,
        {{ in_range(as_timestamp('created_at', 'shop__customers')) }} as created_time,
        {{ in_range(as_timestamp('updated_at', 'shop__customers')) }} as updated_time
    from source
),

renamed as (
    select
        {{ text('source.customer_id') }} as shop_customer_id,
        org_numbers.org_number,
        first_names.name as first_name,
        last_names.name as last_name,
        source.born_on as birth_date,
        emails.email,
        emails.email_match,
        phones.phone,
        phones.phone_match,
        streets.street,
        postal_codes.postal_code,
        cities.name as city,
        countries.country_code,
        lower({{ text('source.language') }}) as language,
        source.created_time as created_at,
        source.updated_time as updated_at,
        coalesce(source.updated_time, source.created_time) as valid_from,
        {{ warning_codes([
            unreadable('source.birth_date', 'source.born_on', 'birth_date', 'W_DATE'),
            unreadable('source.created_at', 'source.created_time', 'created_at', 'W_DATE'),
            unreadable('source.updated_at', 'source.updated_time', 'updated_at', 'W_DATE'),
            looked_up('first_names.warning', 'first_name'),
            looked_up('last_names.warning', 'last_name'),
            looked_up('emails.warning', 'email'),
            looked_up('phones.warning', 'phone'),
            looked_up('streets.warning', 'street'),
            looked_up('postal_codes.warning', 'postal_code'),
            looked_up('cities.warning', 'city'),
            looked_up('countries.warning', 'country_code'),
            looked_up('org_numbers.warning', 'org_number'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('names', 'first_names', 'source.first_name') }}
    {{ join_lookup('names', 'last_names', 'source.last_name') }}
    {{ join_lookup('names', 'cities', 'source.city') }}
    {{ join_lookup('emails', 'emails', 'source.email') }}
    {{ join_lookup('streets', 'streets', 'source.street') }}
    {{ join_lookup('countries', 'countries', 'source.country_code') }}
    {{ join_lookup_by_country('phones', 'phones', 'source.phone', 'source.country_code') }}
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postal_code', 'source.country_code') }}
    {{ join_lookup_by_country('org_numbers', 'org_numbers', 'source.org_number', 'source.country_code') }}
)

select * from renamed
