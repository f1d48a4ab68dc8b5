{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('campaigns__assignments') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('assigned_at', 'campaigns__assignments')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.campaign_id') }} as campaign_id,
        {{ text('source.person_source') }} as person_source,
        {{ text('source.person_key') }} as person_key,
        lower({{ text('source.arm') }}) as arm,
        source.event_time as assigned_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source.assigned_at', 'source.event_time', 'assigned_at', 'W_DATE'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
