{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('tickets__bookings') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('bestilt', 'tickets__bookings')) }} as booked_at,
        {{ as_decimal('beloeb', 'tickets__bookings') }} as amount,
        {{ as_integer('antal', 'tickets__bookings') }} as quantity,
        upper({{ text('valuta') }}) as currency
    from source
),

renamed as (
    select
        {{ text('source.bookingnr') }} as booking_id,
        full_names.first_name,
        full_names.last_name,
        emails.email,
        emails.email_match,
        phones.phone,
        phones.phone_match,
        postal_codes.postal_code,
        cities.name as city,
        countries.country_code,
        {{ text('source.arrangement') }} as event_name,
        lower({{ text('source.kategori') }}) as category,
        source.quantity,
        source.amount,
        source.currency,
        {{ in_eur('source.amount', 'source.currency') }} as amount_eur,
        source.booked_at,
        case lower({{ text('source.besoegt') }}) when 'ja' then true when 'nej' then false end as is_attended,
        source.booked_at as valid_from,
        {{ warning_codes([
            unreadable('source.bestilt', 'source.booked_at', 'booked_at', 'W_DATE'),
            looked_up('full_names.first_name_warning', 'first_name'),
            looked_up('full_names.last_name_warning', 'last_name'),
            looked_up('emails.warning', 'email'),
            looked_up('phones.warning', 'phone'),
            looked_up('postal_codes.warning', 'postal_code'),
            looked_up('cities.warning', 'city'),
            looked_up('countries.warning', 'country_code'),
            unreadable('source.antal', 'source.quantity', 'quantity', 'W_NUMBER'),
            unreadable('source.beloeb', 'source.amount', 'amount', 'W_NUMBER'),
            unusual('source.quantity <= 0 or source.quantity > 10000', 'quantity', 'W_RANGE'),
            unusual('source.amount <= 0 or source.amount > 1000000', 'amount', 'W_RANGE'),
            no_rate('source.amount', 'source.currency', 'amount_eur'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('full_names', 'full_names', 'source.navn') }}
    {{ join_lookup('names', 'cities', 'source."by"') }}
    {{ join_lookup('emails', 'emails', 'source.email') }}
    {{ join_lookup('countries', 'countries', 'source.land') }}
    {{ join_lookup_by_country('phones', 'phones', 'source.mobil', 'source.land') }}
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postnr', 'source.land') }}
    {{ join_rates('source.currency', 'cast(source.booked_at as date)') }}
)

select * from renamed
