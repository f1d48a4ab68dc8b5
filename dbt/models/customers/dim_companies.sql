-- The golden record of a company, as macros/golden_records.sql makes it, on the as-of day.
{% set records %}
    select today.as_of, identities.company_id, records.*
    from {{ ref('int_identity__company_records') }} as records
    inner join {{ source('identity', 'company_identities') }} as identities using (record_id)
    cross join {{ source('raw', 'as_of') }} as today
{% endset %}
{{ golden_companies(records) }}
