{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('crm__companies') }}
),

typed as (
    select
        *,
        {{ as_integer('anstallda', 'crm__companies') }} as employees,
        {{ as_decimal('omsattning_tkr', 'crm__companies') }} as revenue_tkr,
        {{ in_range(as_timestamp('andrad', 'crm__companies')) }} as updated_at
    from source
),

renamed as (
    select
        {{ text('source.foretag_nr') }} as crm_company_id,
        org_numbers.org_number,
        company_names.name,
        industries.industry_code,
        industries.industry_section,
        source.employees,
        cast({{ in_eur('cast(source.revenue_tkr as decimal(22, 4)) * 1000', "'SEK'") }} as decimal(18, 2)) as revenue_eur,
        streets.street,
        postal_codes.postal_code,
        cities.name as city,
        countries.country_code,
        websites.domain as website,
        source.updated_at,
        source.updated_at as valid_from,
        {{ warning_codes([
            unreadable('source.anstallda', 'source.employees', 'employees', 'W_NUMBER'),
            unreadable('source.omsattning_tkr', 'source.revenue_tkr', 'revenue_eur', 'W_NUMBER'),
            unusual('source.employees < 0 or source.employees > 5000000', 'employees', 'W_RANGE'),
            unusual('source.revenue_tkr < 0 or source.revenue_tkr > 10000000000', 'revenue_eur', 'W_RANGE'),
            no_rate('source.revenue_tkr', "'SEK'", 'revenue_eur'),
            unreadable('source.andrad', 'source.updated_at', 'updated_at', 'W_DATE'),
            looked_up('org_numbers.warning', 'org_number'),
            looked_up('company_names.warning', 'name'),
            looked_up('streets.warning', 'street'),
            looked_up('postal_codes.warning', 'postal_code'),
            looked_up('cities.warning', 'city'),
            looked_up('countries.warning', 'country_code'),
            looked_up('websites.warning', 'website'),
            looked_up('industries.warning', 'industry_code'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('company_names', 'company_names', 'source.namn') }}
    {{ join_lookup('names', 'cities', 'source.ort') }}
    {{ join_lookup('streets', 'streets', 'source.gatuadress') }}
    {{ join_lookup('countries', 'countries', 'source.land') }}
    {{ join_lookup('websites', 'websites', 'source.webb') }}
    {{ join_lookup('industries', 'industries', 'source.bransch_sni') }}
    {{ join_lookup_by_country('org_numbers', 'org_numbers', 'source.orgnr', 'source.land') }}
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postnr', 'source.land') }}
    {{ join_rates("'SEK'", "cast(coalesce(source.updated_at, timestamp '2099-01-01') as date)") }}
)

select * from renamed
