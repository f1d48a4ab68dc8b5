{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('crm__contacts') }}
),

typed as (
    select
        *,
        {{ in_range(as_date('fodelsedatum', 'crm__contacts')) }} as birth_date,
        {{ in_range(as_timestamp('skapad', 'crm__contacts')) }} as created_at,
        {{ in_range(as_timestamp('andrad', 'crm__contacts')) }} as updated_at
    from source
),

renamed as (
    select
        {{ text('source.kundnr') }} as contact_id,
        {{ text('source.foretag_nr') }} as crm_company_id,
        first_names.name as first_name,
        last_names.name as last_name,
        case upper({{ text('source.kon') }}) when 'K' then 'female' when 'M' then 'male' end as gender,
        source.birth_date,
        emails.email,
        emails.email_match,
        phones.phone,
        phones.phone_match,
        streets.street,
        postal_codes.postal_code,
        cities.name as city,
        countries.country_code,
        {{ free_text('source.titel') }} as job_title,
        lower({{ text('source.sprak') }}) as language,
        source.created_at,
        source.updated_at,
        coalesce(source.updated_at, source.created_at) as valid_from,
        {{ warning_codes([
            unreadable('source.fodelsedatum', 'source.birth_date', 'birth_date', 'W_DATE'),
            unreadable('source.skapad', 'source.created_at', 'created_at', 'W_DATE'),
            unreadable('source.andrad', 'source.updated_at', 'updated_at', 'W_DATE'),
            looked_up('first_names.warning', 'first_name'),
            looked_up('last_names.warning', 'last_name'),
            looked_up('emails.warning', 'email'),
            looked_up('phones.warning', 'phone'),
            looked_up('streets.warning', 'street'),
            looked_up('postal_codes.warning', 'postal_code'),
            looked_up('cities.warning', 'city'),
            looked_up('countries.warning', 'country_code'),
            unusual(holds_person_number('source.titel'), 'job_title', 'W_PERSON_NUMBER'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('names', 'first_names', 'source.fornamn') }}
    {{ join_lookup('names', 'last_names', 'source.efternamn') }}
    {{ join_lookup('names', 'cities', 'source.ort') }}
    {{ join_lookup('emails', 'emails', 'source.epost') }}
    {{ join_lookup('streets', 'streets', 'source.gatuadress') }}
    {{ join_lookup('countries', 'countries', 'source.land') }}
    {{ join_lookup_by_country('phones', 'phones', 'source.telefon', 'source.land') }}
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postnr', 'source.land') }}
)

select * from renamed
