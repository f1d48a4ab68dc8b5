-- What features take of the golden record, on days gone by. Who had no record yet has a row without facts.
with
changed as ({{ golden_persons(standing_records(ref('person_record_versions'), 'customer_id')) }})

select
    days.as_of, customers.customer_id, customers.first_record_at, changed.gender, changed.birth_date,
    changed.country_code, changed.region, changed.city, changed.latitude, changed.longitude, changed.job_title,
    changed.company_id
from {{ ref('dim_customers') }} as customers
cross join {{ source('customers', 'feature_days') }} as days
asof left join changed on customers.customer_id = changed.customer_id and days.as_of >= changed.as_of
