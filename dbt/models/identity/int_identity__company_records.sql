with
crm_companies as (
    select
        'crm_company:' || crm_company_id as record_id, 'crm_company' as source,
        name, org_number, website, street, postal_code, city, country_code,
        industry_code, industry_section, employees, revenue_eur, cast(null as varchar) as register_status, updated_at
    from {{ ref('stg_crm__companies') }}
),

registered_companies as (
    select
        'register:' || country_code || '-' || org_number as record_id, 'register' as source,
        legal_name as name, org_number, cast(null as varchar) as website, cast(null as varchar) as street,
        postal_code, city, country_code, industry_code, industry_section, employees, revenue_eur, register_status, updated_at
    from {{ ref('stg_register__companies') }}
),

all_records as (
    select * from crm_companies
    union all by name
    select * from registered_companies
)

select * from all_records
