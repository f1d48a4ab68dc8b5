-- The golden record of a company: the register knows facts, the CRM knows where it is reached.
with
records as (
    select
        identities.company_id,
        -- Nobody employs fewer than none: another source's number survives.
        records.* replace (case when records.employees >= 0 then records.employees end as employees),
        {{ company_trust('records.source') }} as trust
    from {{ ref('int_identity__company_records') }} as records
    inner join {{ source('identity', 'company_identities') }} as identities using (record_id)
),

survivors as (
    select
        company_id,
        company_id as customer_id,
        {{ survivor('name', 'trust') }},
        {{ survivor('org_number', 'trust') }},
        {{ survivor('industry_code', 'trust') }},
        {{ survivor('industry_section', 'trust') }},
        {{ survivor('employees', 'trust') }},
        {{ survivor('revenue_eur', 'trust') }},
        {{ survivor('register_status', 'trust') }},
        {{ survivor('website', 'newest') }},
        {{ survivor('street', 'newest') }},
        {{ survivor('postal_code', 'trust') }},
        {{ survivor('city', 'trust') }},
        {{ survivor('country_code', 'trust') }},
        count(*) as records,
        max(updated_at) as updated_at
    from records
    group by company_id
)

select * from survivors
