{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('survey__answers') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('answered_at', 'survey__answers')) }} as event_time
    from source
),

renamed as (
    select
        {{ text('source.response_id') }} as response_id,
        {{ text('source.question_code') }} as question_code,
        emails.email,
        emails.email_match,
        {{ free_text('source.answer') }} as answer,
        source.event_time as answered_at,
        source.event_time as valid_from,
        {{ warning_codes([
            unreadable('source.answered_at', 'source.event_time', 'answered_at', 'W_DATE'),
            looked_up('emails.warning', 'email'),
            unusual(holds_person_number('source.answer'), 'answer', 'W_PERSON_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('emails', 'emails', 'source.email') }}
)

select * from renamed
