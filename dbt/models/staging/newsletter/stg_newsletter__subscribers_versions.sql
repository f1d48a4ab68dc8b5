{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('newsletter__subscribers') }}
),

typed as (
    select
        *,
        {{ in_range(as_timestamp('subscribed_at', 'newsletter__subscribers')) }} as subscribed_time,
        {{ in_range(as_timestamp('unsubscribed_at', 'newsletter__subscribers')) }} as unsubscribed_time
    from source
),

renamed as (
    select
        {{ text('source.subscriber_id') }} as subscriber_id,
        emails.email,
        emails.email_match,
        full_names.first_name,
        full_names.last_name,
        string_split({{ text('source.lists') }}, '|') as lists,
        lower({{ text('source.status') }}) as status,
        source.subscribed_time as subscribed_at,
        source.unsubscribed_time as unsubscribed_at,
        greatest(source.subscribed_time, source.unsubscribed_time) as valid_from,
        {{ warning_codes([
            looked_up('full_names.first_name_warning', 'first_name'),
            looked_up('full_names.last_name_warning', 'last_name'),
            looked_up('emails.warning', 'email'),
            unreadable('source.subscribed_at', 'source.subscribed_time', 'subscribed_at', 'W_DATE'),
            unreadable('source.unsubscribed_at', 'source.unsubscribed_time', 'unsubscribed_at', 'W_DATE'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('emails', 'emails', 'source.email') }}
    {{ join_lookup('full_names', 'full_names', 'source.name') }}
)

select * from renamed
