-- Records of persons as they stood over time. Only the CRM and the shop say when a row changed.
{{ config(materialized='replaced_view') }}
{%- set origin = 'warning_codes, valid_from, _file_id, _record_no' %}

with
crm as (
    {{ version_periods('crm__contacts', ['contact_id'], begin='cast(created_at as date)') }}
),

shop as (
    {{ version_periods('shop__customers', ['shop_customer_id'], begin='cast(created_at as date)') }}
),

records as (
    select 'crm:' || contact_id as record_id, 'crm' as source, * exclude (contact_id, {{ origin }})
    from crm
    union all by name
    select 'shop:' || shop_customer_id as record_id, 'shop' as source, * exclude (shop_customer_id, {{ origin }})
    from shop
    union all by name
    select *, coalesce(cast(created_at as date), date '-infinity') as holds_from, cast(null as date) as holds_to
    from {{ ref('int_identity__person_records') }}
    where source not in ('crm', 'shop')
)

select identities.customer_id, records.*
from records
inner join {{ source('identity', 'customer_identities') }} as identities using (record_id)
where records.holds_to is null or records.holds_from < records.holds_to
