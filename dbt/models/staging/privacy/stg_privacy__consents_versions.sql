{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('privacy__consents') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('recorded_at', 'privacy__consents')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.consent_id') }} as consent_id,
        emails.email,
        emails.email_match,
        phones.phone,
        phones.phone_match,
        {{ text('source.person_source') }} as person_source,
        {{ text('source.person_key') }} as person_key,
        lower({{ text('source.purpose') }}) as purpose,
        lower({{ text('source.state') }}) as state,
        source.event_time as recorded_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source.recorded_at', 'source.event_time', 'recorded_at', 'W_DATE'),
            looked_up('emails.warning', 'email'),
            looked_up('phones.warning', 'phone'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('emails', 'emails', 'source.email') }}
    {{ join_lookup_by_country('phones', 'phones', 'source.phone', 'cast(null as varchar)') }}
)

select * from renamed
