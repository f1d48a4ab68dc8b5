-- Records of companies as they stood over time.
{{ config(materialized='replaced_view') }}
{%- set origin = 'warning_codes, valid_from, _file_id, _record_no' %}

with
crm as (
    {{ version_periods('crm__companies', ['crm_company_id'], begin='null') }}
),

register as (
    {{ version_periods('register__companies', ['country_code', 'org_number'], begin='null') }}
),

records as (
    select
        'crm_company:' || crm_company_id as record_id, 'crm_company' as source,
        * exclude (crm_company_id, {{ origin }})
    from crm
    union all by name
    select
        'register:' || country_code || '-' || org_number as record_id, 'register' as source,
        * exclude (legal_name, {{ origin }}), legal_name as name
    from register
)

select identities.company_id, records.*
from records
inner join {{ source('identity', 'company_identities') }} as identities using (record_id)
where records.holds_to is null or records.holds_from < records.holds_to
