{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('web__events') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('"at"', 'web__events')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.event_id') }} as event_id,
        {{ text('source.visitor_id') }} as visitor_id,
        {{ text('source.customer_id') }} as shop_customer_id,
        lower({{ text('source.event') }}) as event,
        lower({{ text('source.category') }}) as category,
        {{ free_text('source.search_term') }} as search_term,
        lower({{ text('source.source') }}) as source,
        lower({{ text('source.medium') }}) as medium,
        {{ text('source.campaign_id') }} as campaign_id,
        source.event_time as occurred_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source."at"', 'source.event_time', 'occurred_at', 'W_DATE'),
            unusual(holds_person_number('source.search_term'), 'search_term', 'W_PERSON_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
)

select * from renamed
