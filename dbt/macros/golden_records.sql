{#
  The golden record of every person on each day of `records`: a query of records as they stood on their day, with
  as_of, customer_id, job_title and crm_company_id. Names and birth date come from the most trusted source that has
  them, then the newest; contact details and the address from the newest record that has them, since people move.
#}
{% macro golden_persons(records) %}
with
records as (
    select *, {{ person_trust('source') }} as trust from ({{ records }}) as standing
),

survivors as (
    select
        as_of,
        customer_id,
        {{ survivor('first_name', 'trust') }},
        {{ survivor('last_name', 'trust') }},
        {{ survivor('gender', 'trust') }},
        {{ survivor('birth_date', 'trust') }},
        {{ survivor('language', 'trust') }},
        {{ survivor('job_title', 'trust') }},
        {{ survivor('email', 'newest') }},
        {{ survivor('phone', 'newest') }},
        {{ survivor('crm_company_id', 'newest') }},
        {{ survivor('org_number', 'newest') }},
        min(created_at) as first_record_at,
        count(*) as records,
        count(distinct source) as sources
    from records
    group by as_of, customer_id
),

-- An address is taken whole: the street of one record and the city of another is nobody's home.
addresses as (
    select as_of, customer_id, street, postal_code, city, country_code
    from records
    where street is not null or postal_code is not null or city is not null or country_code is not null
    qualify row_number() over (
        partition by as_of, customer_id
        order by
            (postal_code is not null)::integer + (city is not null)::integer desc,
            updated_at desc nulls last, trust, record_id
    ) = 1
),

-- The delivered postal-code list knows better than the city's name.
places as (
    select
        addresses.*,
        coalesce(by_code.region, by_city.region) as region,
        coalesce(by_code.latitude, by_city.latitude) as latitude,
        coalesce(by_code.longitude, by_city.longitude) as longitude
    from addresses
    left join {{ ref('stg_reference__places') }} as by_code using (country_code, postal_code)
    left join {{ source('customers', 'place_facts') }} as by_city
        on
            addresses.city = by_city.city
            and addresses.country_code is not distinct from by_city.country_code
),

-- A person acts for a company by the CRM's link, else by the org number on the shop account.
companies as (
    select
        survivors.as_of,
        survivors.customer_id,
        coalesce(by_link.company_id, by_number.company_id) as company_id
    from survivors
    left join {{ source('identity', 'company_identities') }} as by_link
        on by_link.record_id = 'crm_company:' || survivors.crm_company_id
    left join {{ ref('dim_companies') }} as by_number using (org_number)
),

joined as (
    select
        survivors.as_of,
        survivors.customer_id,
        survivors.first_name,
        survivors.last_name,
        survivors.gender,
        survivors.birth_date,
        survivors.email,
        survivors.phone,
        places.street,
        places.postal_code,
        places.city,
        places.country_code,
        places.region,
        places.latitude,
        places.longitude,
        survivors.language,
        survivors.job_title,
        companies.company_id,
        case
            when survivors.last_name is not null and places.street is not null
                then 'h_' || left(md5(concat_ws(
                    '|', lower(survivors.last_name), lower(places.street),
                    coalesce(places.postal_code, lower(places.city), ''), places.country_code
                )), 16)
        end as household_id,
        survivors.first_record_at,
        survivors.records,
        survivors.sources
    from survivors
    left join places using (as_of, customer_id)
    left join companies using (as_of, customer_id)
    qualify row_number() over (partition by survivors.as_of, survivors.customer_id order by companies.company_id) = 1
)

select * from joined
{% endmacro %}

{#
  The golden record of every company on each day of `records`, a query of records as they stood on their day, with
  as_of and company_id. The register knows facts, the CRM knows where a company is reached.
#}
{% macro golden_companies(records) %}
with
records as (
    select
        -- Nobody employs fewer than none: another source's number survives.
        * replace (case when employees >= 0 then employees end as employees),
        {{ company_trust('source') }} as trust
    from ({{ records }}) as standing
),

survivors as (
    select
        as_of,
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
    group by as_of, company_id
)

select * from survivors
{% endmacro %}
