-- The golden record. Names and birth date come from the most trusted source that has them, then the
-- newest; contact details and the address from the newest record that has them, since people move.
with
records as (
    select
        identities.customer_id,
        records.*,
        contacts.job_title,
        contacts.crm_company_id,
        {{ person_trust('records.source') }} as trust
    from {{ ref('int_identity__person_records') }} as records
    inner join {{ source('identity', 'customer_identities') }} as identities using (record_id)
    left join {{ ref('stg_crm__contacts') }} as contacts on records.record_id = 'crm:' || contacts.contact_id
),

survivors as (
    select
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
    group by customer_id
),

-- An address is taken whole: the street of one record and the city of another is nobody's home.
addresses as (
    select customer_id, street, postal_code, city, country_code
    from records
    where street is not null or postal_code is not null or city is not null or country_code is not null
    qualify row_number() over (
        partition by customer_id
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
        survivors.customer_id,
        coalesce(by_link.company_id, by_number.company_id) as company_id
    from survivors
    left join {{ source('identity', 'company_identities') }} as by_link
        on by_link.record_id = 'crm_company:' || survivors.crm_company_id
    left join {{ ref('dim_companies') }} as by_number using (org_number)
),

joined as (
    select
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
    left join places using (customer_id)
    left join companies using (customer_id)
    qualify row_number() over (partition by survivors.customer_id order by companies.company_id) = 1
)

select * from joined
