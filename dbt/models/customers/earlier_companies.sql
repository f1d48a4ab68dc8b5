-- What features take of the golden record of companies, on days gone by.
with
changed as ({{ golden_companies(standing_records(ref('company_record_versions'), 'company_id')) }})

select
    days.as_of, companies.company_id, companies.customer_id, changed.country_code, changed.city,
    changed.industry_section, changed.industry_code, changed.employees, changed.revenue_eur
from {{ ref('dim_companies') }} as companies
cross join {{ source('customers', 'feature_days') }} as days
asof left join changed on companies.company_id = changed.company_id and days.as_of >= changed.as_of
