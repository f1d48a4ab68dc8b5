{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('social__engagements') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('"at"', 'social__engagements')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.engagement_id') }} as engagement_id,
        lower({{ text('source.network') }}) as network,
        emails.email,
        emails.email_match,
        {{ free_text('source.handle') }} as handle,
        lower({{ text('source.action') }}) as action,
        lower({{ free_text('source.topic') }}) as topic,
        source.event_time as occurred_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source."at"', 'source.event_time', 'occurred_at', 'W_DATE'),
            looked_up('emails.warning', 'email'),
            unusual(holds_person_number('source.handle'), 'handle', 'W_PERSON_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('emails', 'emails', 'source.email') }}
)

select * from renamed
