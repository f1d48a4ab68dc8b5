{{ config(materialized='replaced_view') }}

with
source as (
    {{ delivered('register__companies') }}
),

typed as (
    select
        *,
        {{ as_integer('employees', 'register__companies') }} as employees_count,
        {{ as_decimal('revenue_eur', 'register__companies') }} as revenue,
        {{ in_range(as_date('founded_on', 'register__companies')) }} as founded_date,
        {{ in_range(as_date('as_of', 'register__companies')) }} as updated_on
    from source
),

renamed as (
    select
        coalesce(countries.country_code, upper({{ text('source.country_code') }})) as country_code,
        coalesce(org_numbers.org_number, org_numbers.org_number_match) as org_number,
        company_names.name as legal_name,
        {{ text('source.legal_form') }} as legal_form,
        industries.industry_code,
        industries.industry_section,
        source.employees_count as employees,
        cast(source.revenue as decimal(18, 2)) as revenue_eur,
        source.founded_date as founded_on,
        postal_codes.postal_code,
        cities.name as city,
        {{ text('source.region') }} as region,
        lower({{ text('source.status') }}) as register_status,
        cast(source.updated_on as timestamp) as updated_at,
        cast(source.updated_on as timestamp) as valid_from,
        {{ warning_codes([
            unreadable('source.employees', 'source.employees_count', 'employees', 'W_NUMBER'),
            unreadable('source.revenue_eur', 'source.revenue', 'revenue_eur', 'W_NUMBER'),
            unusual('source.employees_count < 0 or source.employees_count > 5000000', 'employees', 'W_RANGE'),
            unusual('source.revenue < 0 or source.revenue > 1000000000000', 'revenue_eur', 'W_RANGE'),
            unreadable('source.founded_on', 'source.founded_date', 'founded_on', 'W_DATE'),
            unreadable('source.as_of', 'source.updated_on', 'updated_at', 'W_DATE'),
            looked_up('org_numbers.warning', 'org_number'),
            looked_up('company_names.warning', 'legal_name'),
            looked_up('countries.warning', 'country_code'),
            looked_up('postal_codes.warning', 'postal_code'),
            looked_up('cities.warning', 'city'),
            looked_up('industries.warning', 'industry_code'),
        ]) }} as warning_codes,
        {{ origin_columns() }}
    from typed as source
    {{ join_lookup('company_names', 'company_names', 'source.legal_name') }}
    {{ join_lookup('names', 'cities', 'source.city') }}
    {{ join_lookup('countries', 'countries', 'source.country_code') }}
    {{ join_lookup('industries', 'industries', 'source.nace_code') }}
    {{ join_lookup_by_country('org_numbers', 'org_numbers', 'source.org_number', 'source.country_code') }}
    {{ join_lookup_by_country('postal_codes', 'postal_codes', 'source.postal_code', 'source.country_code') }}
)

select * from renamed
