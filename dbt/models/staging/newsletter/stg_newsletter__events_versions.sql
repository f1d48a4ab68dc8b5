{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('newsletter__events') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('"at"', 'newsletter__events')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.event_id') }} as event_id,
        {{ text('source.subscriber_id') }} as subscriber_id,
        {{ text('source.campaign_id') }} as campaign_id,
        lower({{ text('source.event') }}) as event,
        source.event_time as occurred_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source."at"', 'source.event_time', 'occurred_at', 'W_DATE'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
