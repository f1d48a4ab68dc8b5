-- The golden record, as macros/golden_records.sql makes it, on the as-of day.
{% set records %}
    select today.as_of, identities.customer_id, records.*, contacts.job_title, contacts.crm_company_id
    from {{ ref('int_identity__person_records') }} as records
    inner join {{ source('identity', 'customer_identities') }} as identities using (record_id)
    left join {{ ref('stg_crm__contacts') }} as contacts on records.record_id = 'crm:' || contacts.contact_id
    cross join {{ source('raw', 'as_of') }} as today
{% endset %}
{{ golden_persons(records) }}
