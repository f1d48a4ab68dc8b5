{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('privacy__requests') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('received_at', 'privacy__requests')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.request_id') }} as request_id,
        lower({{ text('source.kind') }}) as kind,
        emails.email,
        emails.email_match,
        phones.phone,
        phones.phone_match,
        {{ text('source.person_source') }} as person_source,
        {{ text('source.person_key') }} as person_key,
        source.event_time as received_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source.received_at', 'source.event_time', 'received_at', 'W_DATE'),
            looked_up('emails.warning', 'email'),
            looked_up('phones.warning', 'phone'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('emails', 'emails', 'source.email') }}
    {{ join_lookup_by_country('phones', 'phones', 'source.phone', 'cast(null as varchar)') }}
)

select * from renamed
